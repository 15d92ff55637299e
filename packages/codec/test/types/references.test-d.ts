// A reference to a field that is not there does not compile, at the struct that lacks it.
import {
  array,
  at,
  bytes,
  checksum,
  crc32,
  field,
  lengthOf,
  map,
  match,
  rest,
  sized,
  string,
  struct,
  typedArray,
  u8,
  u16,
  u32,
  union,
  when,
} from "@wireform/codec";
import { describe, it } from "vitest";

describe("in the same struct", () => {
  it("as a length", () => {
    struct({ n: u8, a: bytes(field("n")), b: string(field("n")), c: array(u8, field("n")), d: sized(field("n"), u8) });
    // @ts-expect-error: typo
    struct({ n: u8, data: bytes(field("typo")) });
    // @ts-expect-error: typo
    struct({ n: u8, data: string(field("typo").minus(1)) });
    // @ts-expect-error: typo
    struct({ n: u8, data: array(u8, field("typo").times(2)) });
    // @ts-expect-error: typo
    struct({ n: u8, data: typedArray(u16, field("typo").plus(1)) });
    // @ts-expect-error: typo
    struct({ n: u8, data: sized(field("typo"), bytes(rest)) });
  });

  it("as an offset", () => {
    struct({ n: u32, data: at(field("n"), u8) });
    // @ts-expect-error: typo
    struct({ n: u32, data: at(field("typo"), u8) });
  });

  it("as a condition", () => {
    struct({ n: u8, m: u8, data: when(field("n").is(1).and(field("m").has(2)).or(field("m")), u8) });
    // @ts-expect-error: typo
    struct({ n: u8, data: when(field("typo"), u8) });
    // @ts-expect-error: typo
    struct({ n: u8, data: when(field("typo").atLeast(1), u8) });
    // @ts-expect-error: typo
    struct({ n: u8, data: when(field("n").atMost(1).and(field("typo").isNot(1)), u8) });
    // @ts-expect-error: typo
    struct({ n: u8, data: when(field("n").is(1).or(field("typo")), u8) });
  });

  it("as what a match looks at", () => {
    struct({ n: u8, data: match(field("n"), { 1: u8 }) });
    // @ts-expect-error: typo
    struct({ n: u8, data: match(field("typo"), { 1: u8 }) });
  });

  it("as an end of a range", () => {
    struct({ n: u8, sum: checksum(u32, crc32, { from: "n" }), length: lengthOf(u8, { from: "n", to: "sum" }) });
    // @ts-expect-error: typo
    struct({ n: u8, sum: checksum(u32, crc32, { from: "typo" }) });
    // @ts-expect-error: typo
    struct({ n: u8, sum: checksum(u32, crc32, { from: "n", to: "typo" }) });
    // @ts-expect-error: typo
    struct({ length: lengthOf(u16, { from: "typo" }), n: u8 });
    // @ts-expect-error: typo
    struct({ length: lengthOf(u16, { from: "n", to: "typo" }), n: u8 });
  });

  it("under other kinds", () => {
    // @ts-expect-error: typo
    struct({ n: u8, data: sized(u16, array(bytes(field("typo")), rest)) });
    // @ts-expect-error: typo
    struct({ n: u8, data: when(field("n"), bytes(field("typo"))) });
    // @ts-expect-error: typo
    struct({ n: u8, data: match(field("n"), { 1: u8, 2: bytes(field("typo")) }) });
    // @ts-expect-error: typo
    struct({ n: u8, data: match(field("n"), { 1: u8 }, bytes(field("typo"))) });
    // @ts-expect-error: typo
    struct({ n: u8, data: map(bytes(field("typo")), { decode: () => 1, encode: () => new Uint8Array() }) });
  });
});

describe("in other structs", () => {
  it("one step out", () => {
    struct({ n: u8, inner: struct({ data: bytes(field("../n")) }) });
    // @ts-expect-error: the outer struct has no typo
    struct({ n: u8, inner: struct({ data: bytes(field("../typo")) }) });
    // @ts-expect-error: nor through an array
    struct({ n: u8, inner: array(struct({ data: bytes(field("../typo")) }), 3) });
    // @ts-expect-error: nor for what is in the inner one only
    struct({ n: u8, inner: struct({ k: u8, data: bytes(field("../k")) }) });
    // @ts-expect-error: the inner one has no n
    struct({ n: u8, inner: struct({ data: bytes(field("n")) }) });
  });

  it("two steps out", () => {
    struct({ n: u8, a: struct({ b: struct({ data: bytes(field("../../n")) }) }) });
    // @ts-expect-error: too few
    struct({ n: u8, a: struct({ b: struct({ data: bytes(field("../n")) }) }) });
    // @ts-expect-error: typo
    struct({ n: u8, a: struct({ b: struct({ data: bytes(field("../../typo")) }) }) });
  });

  it("one step in", () => {
    struct({ header: struct({ n: u8 }), data: bytes(field("header.n")) });
    // @ts-expect-error: no such struct
    struct({ header: struct({ n: u8 }), data: bytes(field("haeder.n")) });
    // @ts-expect-error: the header has no typo
    struct({ header: struct({ n: u8 }), data: bytes(field("header.typo")) });
    // @ts-expect-error: nor further in
    struct({ header: struct({ sub: struct({ n: u8 }) }), data: bytes(field("header.sub.typo")) });
    // @ts-expect-error: a number has no fields
    struct({ header: u8, data: bytes(field("header.n")) });
    // @ts-expect-error: one step out, one in
    struct({ header: struct({ n: u8 }), inner: struct({ data: bytes(field("../header.typo")) }) });
    struct({ header: struct({ n: u8 }), inner: struct({ data: bytes(field("../header.n")) }) });
  });

  it("around a union", () => {
    struct({ n: u8, body: union("type", u8, { a: [1, struct({ data: bytes(field("../n")) })] }) });
    struct({ n: u8, body: union("type", u8, { a: [1, bytes(field("../n"))] }) });
    // @ts-expect-error: typo
    struct({ n: u8, body: union("type", u8, { a: [1, struct({ data: bytes(field("../typo")) })] }) });
    // @ts-expect-error: typo
    struct({ n: u8, body: union("type", u8, { a: [1, u8], b: [2, bytes(field("../typo"))] }) });
    // @ts-expect-error: beside the value there is only the tag
    union("type", u8, { a: [1, bytes(field("n"))] });
  });
});
