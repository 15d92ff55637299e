import type { Codec } from "@wireform/codec";
import { describe, expect, it } from "vitest";
import { compileHere } from "../support/mode.ts";
import { describeShared } from "../support/shared-data.ts";
import { prove, refused } from "./prove.ts";
import * as socks from "./schemas/socks.ts";

interface Row {
  readonly name: string;
  readonly from: "client" | "server";
  readonly hex: string;
  readonly fields: Record<string, unknown>;
}

/** Which message a row is: SOCKS says it by who sends it and when. */
function codecOf({ from, fields }: Row): Codec<unknown, never> {
  if ("methods" in fields) return compileHere(socks.Greeting);
  if ("method" in fields) return compileHere(socks.Method);
  if ("user" in fields && fields["version"] === 1) return compileHere(socks.Login);
  if ("status" in fields) return compileHere(socks.LoginStatus);
  if (fields["version"] === 5) return from === "client" ? compileHere(socks.Request) : compileHere(socks.Reply);
  return from === "client" ? compileHere(socks.Request4) : compileHere(socks.Reply4);
}

describeShared<{ cases: readonly Row[] }>("SOCKS", "protocols-facts/socks.json", ({ cases }) => {
  it.each(cases.map((row) => [row.from, row.name, row] as const))("%s: %s", (_, __, row) => {
    const { address } = row.fields;
    const four = address instanceof Uint8Array && !("addressType" in row.fields);
    const number = four && new DataView(address.buffer).getUint32(0);
    prove(codecOf(row), row.hex, { ...row.fields, ...(four && { address: number }) });
  });
});

describe("SOCKS beside the vectors", () => {
  it.each([
    ["an address type that is none", "0501000200", "tag", "address", 4],
    ["another version", "0401000100000000", "constant", "version", 0],
    ["a reserved byte that is not 0", "0501010100", "constant", "reserved", 2],
  ] as const)("%s", (_, wire, code, path, offset) => {
    const error = refused(compileHere(socks.Request), wire.padEnd(20, "0"));
    expect([error.code, error.path, error.offset]).toEqual([code, path, offset]);
  });

  it("a name is written where the address says so, and nowhere else", () => {
    const request = compileHere(socks.Request4);
    const value = { command: 1, port: 80, user: "fred" };
    expect(() => request.encode({ ...value, address: 0xc0000201, domain: "example.com" })).toThrow(
      expect.objectContaining({ code: "unexpected", path: "domain" }),
    );
    expect(() => request.encode({ ...value, address: 7 })).toThrow(
      expect.objectContaining({ code: "missing", path: "domain" }),
    );
  });
});
