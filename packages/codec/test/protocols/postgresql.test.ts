import { type Codec, DecodeError } from "@wireform/codec";
import { describe, expect, it } from "vitest";
import { compileHere } from "../support/mode.ts";
import { describeShared, fromHex, toHex } from "../support/shared-data.ts";
import { prove, refused } from "./prove.ts";
import { Backend, Frontend, Startup } from "./schemas/postgresql.ts";

interface Row {
  readonly name: string;
  readonly from: "client" | "server";
  readonly hex: string;
  readonly fields: Record<string, unknown>;
}

const startup = compileHere(Startup);
const frontend = compileHere(Frontend);
const backend = compileHere(Backend);

const pairs = (list: unknown, first: string): object[] =>
  (list as [string, string][]).map(([key, value]) => ({ [first]: key, value }));

/** A row's value as the schema has it. */
function valueOf({ from, hex, fields: { type, length, ...fields } }: Row): object {
  if (type === undefined) {
    const { protocol: _, code, ...request } = fields;
    const codes: Record<string, string> = { 80877102: "cancel", 80877103: "ssl", 80877104: "gssenc" };
    return {
      length,
      request: {
        code: codes[code as number] ?? "startup",
        ...request,
        ...(request["parameters"] !== undefined && { parameters: pairs(request["parameters"], "name") }),
      },
    };
  }
  const variants = Object.entries((from === "client" ? Frontend : Backend).variants);
  const name = variants.find(([, [tag]]) => tag === type)?.[0];
  const head = { type: name, length: hex.length / 2 - 1 };
  if (name === "Authentication") {
    const { method, ...data } = fields;
    return { ...head, method, data };
  }
  return { ...head, ...fields, ...(name === "ErrorResponse" && { fields: pairs(fields["fields"], "code") }) };
}

const codecOf = ({ from, fields }: Row): Codec<unknown, never> =>
  fields["type"] === undefined ? startup : from === "client" ? frontend : backend;

describeShared<{ cases: readonly Row[]; invalid: readonly Row[] }>(
  "PostgreSQL",
  "protocols-facts/postgresql.json",
  ({ cases, invalid }) => {
    it.each(cases.map((row) => [row.from, row.name, row] as const))("%s: %s", (_, __, row) => {
      prove(codecOf(row), row.hex, valueOf(row), { derived: ["length"] });
    });

    const refusals: Record<string, readonly [Codec<unknown, never>, string, string]> = {
      "length below four": [frontend, "length", "length"],
      "string without its zero byte": [frontend, "truncated", "query"],
      "DataRow with a count larger than its body": [backend, "truncated", "columns[0]"],
    };
    it.each(invalid.map((row) => [row.name, row] as const))("%s", (name, row) => {
      const [codec, code, path] = refusals[name] as (typeof refusals)[string];
      const error = refused(codec, row.hex);
      expect([error.code, error.path]).toEqual([code, path]);
      expect(() => codec.read(fromHex(row.hex))).toThrow(DecodeError);
    });
  },
);

describe("PostgreSQL messages beside the vectors", () => {
  it("a length of -2 is no length, where -1 is null", () => {
    expect(refused(backend, "440000000a0001fffffffe").code).toBe("length");
    prove(backend, "440000000a0001ffffffff", { type: "DataRow", length: 10, columns: [null] }, { derived: ["length"] });
  });

  it("a message that is longer than its fields is refused", () => {
    expect(refused(backend, "5a000000064900").code).toBe("length");
  });

  it("messages of both directions follow each other in one buffer", () => {
    const bytes = fromHex("3100000004" + "3200000004" + "5a0000000549");
    const types: string[] = [];
    for (let at = 0; at < bytes.length; ) {
      const next = backend.read(bytes, at);
      if ("needed" in next) expect.fail(`needs ${next.needed} more bytes`);
      types.push(next.value.type);
      at = next.offset;
    }
    expect(types).toEqual(["ParseComplete", "BindComplete", "ReadyForQuery"]);
  });

  it.each([
    ["text with a zero byte", { type: "Query", query: "SELECT\0" }, "delimiter", "query"],
    [
      "a null that is undefined",
      { type: "Bind", portal: "", statement: "", formats: [], parameters: [undefined], resultFormats: [] },
      "type",
      "parameters[0]",
    ],
    ["a wrong length", { type: "Query", length: 4, query: "SELECT 1" }, "mismatch", "length"],
  ])("refuses to write %s", (_, value, code, path) => {
    expect(() => frontend.encode(value as never)).toThrow(expect.objectContaining({ code, path }));
    expect(toHex(frontend.encode({ type: "Query", query: "" }))).toBe("510000000500");
  });
});
