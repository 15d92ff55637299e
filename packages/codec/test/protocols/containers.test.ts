import type { Codec } from "@wireform/codec";
import { describe, expect, it } from "vitest";
import { compileHere } from "../support/mode.ts";
import { describeShared, fromHex, toHex } from "../support/shared-data.ts";
import { prove, refused } from "./prove.ts";
import { BlockHeader, Gzip, PcapHeader, Png, Ustar, Wave, Zip, Zlib } from "./schemas/containers.ts";

type Fields = Record<string, unknown>;
interface Row {
  readonly name: string;
  readonly hex: string;
  readonly fields: Fields;
}
interface Case {
  readonly codec: Codec<unknown, never>;
  readonly value: object;
  readonly derived?: readonly string[];
}

const stored = (content: unknown): object => {
  const { length } = content as Uint8Array;
  return { length, complement: length ^ 0xffff, content };
};

/** What each file is and what its row's values are in the schema. */
const cases: { readonly [name: string]: (row: Row) => Case } = {
  "PNG, one red pixel, stored": ({ fields: { chunks } }) => ({
    codec: compileHere(Png),
    value: { chunks },
    derived: ["crc", "length"],
  }),
  "gzip member, stored": ({ fields: { magic: _, content, crc32, size, ...head } }) => ({
    codec: compileHere(Gzip),
    value: { ...head, ...stored(content), crc32, size },
    derived: ["crc32", "size"],
  }),
  "zlib stream, stored": ({ fields: { content, adler32, ...head } }) => ({
    codec: compileHere(Zlib),
    value: { ...head, ...stored(content), adler32 },
    derived: ["adler32"],
  }),
  "ZIP with one stored file": ({ fields }) => {
    const { signature: _, extra, data, name, ...local } = fields["local"] as Fields;
    const lengths = { nameLength: (name as string).length, extraLength: 0 };
    const { version: __, ...shared } = local;
    return {
      codec: compileHere(Zip),
      value: [
        { record: "local", ...local, ...lengths, name, extra, data },
        {
          record: "central",
          madeBy: 0x0014,
          version: 20,
          ...shared,
          ...lengths,
          commentLength: 0,
          disk: 0,
          internal: 0,
          external: 0x01800000,
          localOffset: 0,
          name,
          extra,
          comment: "",
        },
        end(fields["end"] as Fields),
      ],
      derived: ["nameLength", "extraLength", "commentLength"],
    };
  },
  "ZIP without files": ({ fields }) => ({ codec: compileHere(Zip), value: [end(fields["end"] as Fields)] }),
  "ustar header": ({ fields: { magic: _, type, version, ...fields } }) => ({
    codec: compileHere(Ustar),
    value: {
      ...fields,
      type,
      linkName: "",
      version,
      ...Object.fromEntries(["userName", "groupName", "deviceMajor", "deviceMinor", "prefix"].map((key) => [key, ""])),
    },
    derived: ["checksum"],
  }),
  "pcap file header, little-endian": pcap,
  "pcap file header, big-endian": pcap,
  "WAVE, two samples": ({ fields }) => ({
    codec: compileHere(Wave),
    value: fields,
    derived: ["riffSize", "size"],
  }),
};

function end({ signature: _, entries, centralSize, centralOffset, comment }: Fields): object {
  return { record: "end", disk: 0, centralDisk: 0, diskEntries: entries, entries, centralSize, centralOffset, comment };
}
function pcap({ fields: { magic: _, ...fields } }: Row): Case {
  return { codec: compileHere(PcapHeader), value: fields };
}

describeShared<{ cases: readonly Row[] }>("containers", "protocols-facts/containers.json", (data) => {
  it("has these nine files", () => {
    expect(data.cases.map((row) => row.name).sort()).toEqual(Object.keys(cases).sort());
  });

  it.each(data.cases.map((row) => [row.name, row] as const))("%s", (name, row) => {
    const { codec, value, derived = [] } = (cases[name] as (typeof cases)[string])(row);
    prove(codec, row.hex, value, { derived });
  });

  it.each(["PNG", "gzip", "zlib", "ZIP with", "ustar"])("%s: no byte of what a checksum covers can change", (kind) => {
    const row = data.cases.find(({ name }) => name.startsWith(kind)) as Row;
    const { codec } = (cases[row.name] as (typeof cases)[string])(row);
    const bytes = fromHex(row.hex);
    // The last byte of the content that is covered: a pixel, a letter of "hello", the version.
    const at = { PNG: 43, gzip: 19, zlib: 11, "ZIP with": 43, ustar: 264 }[kind] as number;
    (bytes[at] as number) ^= 1;
    expect(refused(codec, bytes).code).toBe("checksum");
  });

  it("the end record of the ZIP file tells the offset of its directory", () => {
    const row = data.cases.find(({ name }) => name === "ZIP with one stored file") as Row;
    expect(row.hex.indexOf("504b0102")).toBe(2 * (row.fields["centralOffset"] as number));
  });
});

describe("files beside the vectors", () => {
  it("a WAVE chunk of an odd size has a byte behind it that no size counts", () => {
    const value = { riffSize: 14, chunks: [{ id: "odd ", size: 1, data: fromHex("7f") }] };
    prove(compileHere(Wave), `52494646${"0e000000"}57415645${"6f646420"}01000000${"7f00"}`, value, {
      derived: ["size", "riffSize"],
    });
  });

  it("the block header of deflate takes its bits from the least significant on", () => {
    prove(compileHere(BlockHeader), "01", { final: true, type: 0 });
    prove(compileHere(BlockHeader), "04", { final: false, type: 2 });
  });

  it("numbers in a tar header that do not fit their digits are not written", () => {
    const header = compileHere(Ustar);
    const value = header.decode(header.encode({ ...blank, size: 8 ** 11 - 1 }));
    expect(value.size).toBe(8 ** 11 - 1);
    expect(toHex(header.encode(blank)).slice(248, 272)).toBe(toHex(Buffer.from("00000000000\0")));
    expect(() => header.encode({ ...blank, size: 8 ** 11 })).toThrow(expect.objectContaining({ path: "size" }));
  });
});

const blank = {
  name: "a",
  mode: 0o644,
  uid: 0,
  gid: 0,
  size: 0,
  mtime: 0,
  type: "0",
  linkName: "",
  version: "00",
  userName: "",
  groupName: "",
  deviceMajor: "",
  deviceMinor: "",
  prefix: "",
};
