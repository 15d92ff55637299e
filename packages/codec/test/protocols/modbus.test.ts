import { type Codec, DecodeError } from "@wireform/codec";
import { expect, it } from "vitest";
import { compileHere } from "../support/mode.ts";
import { describeShared, fromHex } from "../support/shared-data.ts";
import { prove, refused } from "./prove.ts";
import { ascii, Request, Response, rtu, tcp } from "./schemas/modbus.ts";

interface Side {
  readonly pdu: string;
  readonly fields: Record<string, unknown>;
  readonly tcp: string;
  readonly rtu: string;
  readonly ascii: string;
}
interface Data {
  readonly cases: readonly {
    readonly name: string;
    readonly function: number;
    readonly unit: number;
    readonly transaction: number;
    readonly request: Side;
    readonly response: Side;
  }[];
  readonly invalid: readonly {
    readonly form: "tcp" | "rtu" | "ascii";
    readonly hex?: string;
    readonly text?: string;
    readonly why: string;
    readonly incomplete?: boolean;
  }[];
}

const codecs = (Pdu: typeof Request | typeof Response) => ({
  pdu: compileHere(Pdu as typeof Request),
  tcp: compileHere(tcp(Pdu)),
  rtu: compileHere(rtu(Pdu)),
  ascii: compileHere(ascii(Pdu)),
});
const sides = { request: codecs(Request), response: codecs(Response) };
const hexOf = (text: string): string => Buffer.from(text, "latin1").toString("hex");

/** A row's fields as the schema has them: coils as booleans up to a whole byte, counts of bytes in front of their bytes. */
function pduOf(name: string, tag: number, { fields }: Side): object {
  const { byteCount, ...values } = fields;
  for (const key of ["coils", "inputs"]) {
    const bits = values[key] as number[] | undefined;
    if (bits) values[key] = Array.from({ length: Math.ceil(bits.length / 8) * 8 }, (_, i) => bits[i] === 1);
  }
  if ("exception" in fields) return { function: "exception", tag: tag | 0x80, ...values };
  const keeps = name === "getCommEventLog" || name === "readFifoQueue";
  return { function: name, ...(keeps && byteCount !== undefined && { byteCount }), ...values };
}

describeShared<Data>("Modbus", "protocols-facts/modbus.json", ({ cases, invalid }) => {
  const names = Object.fromEntries(Object.entries(Request.variants).map(([name, [tag]]) => [tag, name]));
  const rows = cases.flatMap((row) => (["request", "response"] as const).map((side) => [row.name, side, row] as const));

  it.each(rows)("%s, %s: alone and in its three frames", (_, side, row) => {
    const bytes = row[side];
    const { unit, transaction } = row;
    const pdu = pduOf(names[row.function] as string, row.function, bytes);
    const codec = sides[side];
    prove(codec.pdu, bytes.pdu, pdu);
    const length = bytes.pdu.length / 2 + 1;
    // A request to read files says how much it wants; elsewhere lengths follow from what is there.
    const derived = side === "request" && row.function === 20 ? [] : ["length"];
    prove(codec.tcp, bytes.tcp, { transaction, protocol: 0, length, unit, pdu }, { derived });
    const crc = fromHex(bytes.rtu.slice(-4));
    prove(
      codec.rtu,
      bytes.rtu,
      { unit, pdu, crc: (crc[0] as number) | ((crc[1] as number) << 8) },
      { derived: ["crc", "byteCount"] },
    );
    const lrc = Number.parseInt(bytes.ascii.slice(-4, -2), 16);
    prove(codec.ascii, hexOf(bytes.ascii), { frame: { unit, pdu, lrc } }, { derived: ["lrc", "count"] });
  });

  it.each(invalid.map((row) => [row.form, row.why, row] as const))("%s: %s", (form, _, row) => {
    const wire = row.hex ?? hexOf(row.text as string);
    const codec: Codec<unknown, never> = sides.request[form];
    const error = refused(codec, wire);
    if (row.incomplete) {
      expect(codec.read(fromHex(wire))).toEqual({ needed: expect.any(Number) });
      expect(error.code).toBe("truncated");
    } else expect(() => codec.read(fromHex(wire))).toThrow(DecodeError);
  });
});
