// Values to bytes, and from one form of bytes to the other.

import { compile, Decoder } from "@wireform/codec";
import { arbitrary } from "@wireform/codec/fast-check";
import { toJsonText } from "@wireform/codec/json";
import { Packet } from "@wireform/protocols/mqtt";
import { ExactValue, Request } from "@wireform/protocols/resp";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadRecordings } from "../../protocols/recordings/load.mjs";
import { JsonReader } from "../src/sources/json.ts";
import { Track } from "./fixtures/point.ts";
import { expectSession, fixtures } from "./support/golden.ts";
import { start, wireform } from "./support/run.ts";

const hello = '{"type":"publish","dup":false,"qos":0,"retain":false,"length":7,"topic":"a/b","payload":"6869"}';

it("encodes lines, indented values, and values from the command line", () =>
  expectSession("encode", [
    "wireform encode --schema mqtt --format hex --value '{type: \"pingreq\"}'",
    ["wireform encode --schema mqtt --format hex", { stdin: `${hello}\n\n{"type":"pingreq"}\n` }],
    ["wireform encode --schema mqtt --format hex -", { stdin: JSON.stringify(JSON.parse(hello), undefined, 2) }],
    ["wireform encode --schema mqtt --format hex", { stdin: '{ "type":\n  "pingreq" }' }],
    ["wireform encode --schema mqtt --format base64", { stdin: '{"type":"pingreq"}' }],
    ["wireform encode --schema mqtt --format hex --set topic=longer/topic --set payload=6162 -", { stdin: hello }],
    ["wireform encode --schema mqtt --format hex --set qos=1 --set packetId=7", { stdin: `${hello}\n${hello}` }],
    "wireform encode --schema mqtt --format hex --set type=pingreq",
    ["wireform encode --schema mqtt --format hex --set type=pingreq -", { stdin: "" }],
    "wireform encode --schema ./point.ts#Point --format hex --set x=0x10 --set y=-1",
    "wireform encode --schema ./point.ts#Track --format hex --set id=1 --set name=12 --set points[0].x=1 --set points[0].y=2 --set points[1]={x:3,y:4}",
    "wireform encode --schema resp --format hex --set type=integer --set value=42",
    ["wireform encode --schema mqtt", { stdin: "" }],
  ]));

it("says what is wrong with a value, and on which line", () =>
  expectSession("encode-bad", [
    "wireform encode --schema mqtt --value '{type: \"publish\"}'",
    "wireform encode --schema mqtt --value '{type: \"pingreq\", length: 5}'",
    "wireform encode --schema mqtt --value '{type: \"pingreq\", length: 5}' --json",
    "wireform encode --schema mqtt --value '{'",
    ["wireform encode --schema mqtt --format hex", { stdin: '{"type":"pingreq"}\n{"type":"ping"}\n' }],
    ["wireform encode --schema mqtt --format hex", { stdin: '{"type":"pingreq"}\nping\n{"type":"pingreq"}\n' }],
    ["wireform encode --schema mqtt --format hex", { stdin: '{"type":' }],
    ["wireform encode --schema mqtt --format hex --set topic=a", { stdin: '{"type":"pingreq"}' }],
    [
      "wireform encode --schema mqtt --format hex",
      { stdin: Buffer.from('{"type":"pingreq"}\n{"type":"\xff"}', "latin1") },
    ],
    ["wireform encode --schema mqtt --format hex --json", { stdin: Buffer.from('\n{"t\xc3\xa9\xe2\x82', "latin1") }],
    "wireform encode --schema mqtt --set type",
    "wireform encode --schema mqtt --set length=7 --set type=pingreq",
    "wireform encode --schema mqtt --value 1 input.json",
    "wireform encode --schema mqtt nothing.json",
    "wireform encode --schema nothing --value 1",
    "wireform encode --schema ./throws.ts --value 1",
    "wireform encode --schema mqtt --set type=pingreq --output nowhere/at/all.bin",
  ]));

it("makes a value from nothing on a terminal, without waiting for one", async () => {
  const argv = ["encode", "--schema", "mqtt", "--format", "hex", "--set", "type=pingreq"];
  const running = start(argv, { typed: true });
  expect(await running.ended).toMatchObject({ code: 0, stdout: "c000\n" });
});

it("reads UTF-8 however it is cut, and tells where it is none", () => {
  const read = (bytes: Uint8Array, size: number): unknown[] => {
    const reader = new JsonReader();
    const values: unknown[] = [];
    try {
      for (let at = 0; at < bytes.length; at += size)
        for (const { value } of reader.push(bytes.subarray(at, at + size))) values.push(value);
      for (const { value } of reader.end()) values.push(value);
    } catch (error) {
      values.push((error as Error).message);
    }
    return values;
  };
  const text = Buffer.from('"aé€😀"\n"€"\n');
  for (let size = 1; size <= text.length; size++) expect(read(text, size)).toEqual(["aé€😀", "€"]);
  // A byte that begins nothing, an end in the middle, a surrogate, more bytes than needed.
  for (const [digits, byte] of [
    ["80", "80"],
    ["e282", "e2"],
    ["eda080", "ed"],
    ["c0af", "c0"],
    ["f8", "f8"],
  ] as const) {
    const bytes = Buffer.concat([text, Buffer.from(`22c3a9${digits}22`, "hex")]);
    const want = ["aé€😀", "€", `line 3 is no UTF-8: byte ${byte} at offset ${text.length + 3}`];
    for (let size = 1; size <= bytes.length; size++) expect(read(bytes, size)).toEqual(want);
  }
});

it("converts to text and back, and tells both sizes", () =>
  expectSession("convert", [
    "wireform convert --schema ./point.ts#Point --hex '0001 ffff 0100 0000'",
    ["wireform convert --schema ./point.ts#Point --to binary --format hex", { stdin: "1 -1 256 0 " }],
    "wireform convert --schema ./point.ts#Point --json --hex '0001 ffff'",
    "wireform convert --schema ./point.ts#Track --chunk 1 --hex '000e 0000000000000001 0174 00010002'",
    "wireform convert --schema mqtt --hex c000",
    ["wireform convert --schema ./point.ts#Point --to binary", { stdin: "1 one " }],
    "wireform convert --schema ./point.ts#Point --hex 0001",
    "wireform convert --schema ./point.ts#Point --to hex --hex 0001",
    "wireform convert --schema ./point.ts#Point nothing.bin",
    "wireform convert --schema nothing nothing.bin",
    "wireform convert --schema ./throws.ts --hex 0001",
    "wireform convert --schema ./throws.ts --json --hex 0001",
  ]));

describe("decode and encode, one behind the other, give back", () => {
  const schemas = { mqtt: Packet, "resp#ExactValue": ExactValue, "resp#Request": Request, "./point.ts#Track": Track };

  it.each(Object.entries(schemas))("arbitrary values (%s)", async (name, schema) => {
    await fc.assert(
      fc.asyncProperty(fc.array(arbitrary(schema as typeof Track), { maxLength: 5 }), async (values) => {
        const text = values.map((value) => `${toJsonText(schema as typeof Track)(value)}\n`).join("");
        const encoded = await wireform(["encode", "--schema", name], { stdin: text, cwd: fixtures });
        expect(encoded.stderr).toBe("");
        const decoded = await wireform(["decode", "--schema", name], { stdin: encoded.bytes, cwd: fixtures });
        expect(decoded.stdout).toBe(text);
      }),
      { numRuns: 10 },
    );
  });

  const recordings = [
    ["mqtt", Packet, "mqtt", /^/],
    ["resp#ExactValue", ExactValue, "resp", /^server/],
    ["resp#Request", Request, "resp", /^client/],
  ] as const;

  it.each(recordings)("recorded bytes (%s)", async (name, schema, recording, from) => {
    // Whole messages only: some connections were cut.
    const bytes = loadRecordings(recording).flatMap(({ streams }) =>
      streams
        .filter((stream) => from.test(stream.from))
        .map((stream) => {
          const decoder = new Decoder(compile(schema as typeof Packet));
          for (const _ of decoder.push(stream.bytes));
          return stream.bytes.subarray(0, decoder.offset);
        }),
    );
    const sent = Buffer.concat(bytes);
    const decoded = await wireform(["decode", "--schema", name], { stdin: sent });
    expect(decoded.code).toBe(0);
    const encoded = await wireform(["encode", "--schema", name], { stdin: decoded.stdout });
    expect(encoded.stderr).toBe("");
    expect(Buffer.compare(encoded.bytes, sent)).toBe(0);
  });
});
