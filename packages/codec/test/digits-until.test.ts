// Decimal numbers up to a delimiter, with every choice of signs, as numbers and as bigints: compiled code reads them in a
// loop of its own and must accept exactly what the interpreter does.

import { decimal, until } from "@wireform/codec";
import { describe } from "vitest";
import { type Facts, facts } from "./support/facts.ts";
import { toHex } from "./support/shared-data.ts";

const wire = (text: string): string => toHex(new TextEncoder().encode(text));
const line = until("\r\n");
type Sign = "none" | "minus" | "either" | "always";

/** What these signs accept and refuse, as numbers or as bigints. */
function signs(sign: Sign, big: boolean): Facts {
  const typed = (n: bigint): number | bigint => (big ? n : Number(n));
  const [plus, minus] = [sign === "either" || sign === "always", sign !== "none"];
  const positive = (digits: string): string => wire(`${sign === "always" ? "+" : ""}${digits}\r\n`);
  const ok = [0n, 7n, 10n, 2n ** 31n, 2n ** 53n - 1n, ...(minus ? [-1n, -10n, -(2n ** 53n - 1n)] : [])];
  const far = [2n ** 53n, 2n ** 64n, ...(minus ? [-(2n ** 53n)] : [])];
  const text = (n: bigint): string => (n < 0n ? wire(`${n}\r\n`) : positive(String(n)));
  return {
    ok: [...ok, ...(big ? far : [])].map((n) => [typed(n), text(n)] as const),
    decodes:
      sign === "either"
        ? [["+0", "+7", "+4294967296"].map((t) => [wire(`${t}\r\n`), typed(BigInt(t))] as const)].flat()
        : [],
    badHex: [
      ["\r\n", "-\r\n", "+\r\n", "x\r\n", "--1\r\n", "1 \r\n", "1\n\r", "01\r\n", "-0\r\n", "+01\r\n", "-01\r\n"],
      plus ? [] : ["+1\r\n"],
      minus ? [] : ["-1\r\n"],
      sign === "always" ? ["1\r\n"] : [],
      big ? [] : far.map((n) => `${sign === "always" && n > 0n ? "+" : ""}${n}\r\n`),
      [`${sign === "always" ? "+" : ""}${"1".repeat(31)}\r\n`],
    ]
      .flat()
      .map((t) => [wire(t), "digits"] as const),
    badValues: [
      [big ? 1 : 1n, "type"],
      ["1", "type"],
      ...(minus ? [] : [[typed(-1n), "range"] as const]),
      ...(big ? [] : ([1.5, Number.NaN, 2 ** 53].map((n) => [n, "range"]) as [number, "range"][])),
    ],
  };
}

for (const sign of ["none", "minus", "either", "always"] as const)
  for (const big of [false, true])
    describe(`sign ${sign}${big ? ", big" : ""}`, () => {
      facts(decimal(line, big ? { sign, big, maxDigits: 30 } : { sign, maxDigits: 30 }), signs(sign, big));
    });

describe("with leading zeros", () => {
  facts(decimal(line, { sign: "either", zeros: true }), {
    ok: [[-5, wire("-5\r\n")]],
    decodes: [
      [wire("-0\r\n"), 0],
      [wire("+007\r\n"), 7],
      [wire("-007\r\n"), -7],
    ],
  });
  facts(decimal(line, { sign: "minus", zeros: true, big: true }), {
    decodes: [
      [wire("-00\r\n"), 0n],
      [wire("-0099999999999999999999\r\n"), -99999999999999999999n],
    ],
  });
});
