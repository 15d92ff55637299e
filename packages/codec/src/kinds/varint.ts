// Integers of variable width: LEB128 (DWARF 4, section 7.6; WebAssembly), zigzag over it (Protocol Buffers), QUIC (RFC 9000, section 16).

import { SchemaError, show } from "../errors.js";
import { varint } from "../ops/varint.js";
import { bare, own } from "../own.js";
import type { VarintFormat } from "../runtime/varint.js";
import { facts, node, type Schema } from "../schema.js";

export interface VarintOptions {
  /** Most bytes accepted, 1 to 10; for QUIC one of 1, 2, 4 and 8. By default as many as 2^53 - 1 takes (8), or 10 for bigints. */
  readonly maxBytes?: number;
  /** Values as bigint, up to 64 bits. */
  readonly big?: boolean;
  /** Whether longer forms than needed are refused, which is the default. */
  readonly minimal?: boolean;
}

/** A variable-length integer; `format` says which. */
export interface VarintSchema<T extends number | bigint = number> extends Schema<T> {
  readonly format: VarintFormat;
}

/** A variable-length integer with the usual limits, or, called, with others. */
export interface VarintKind extends VarintSchema {
  (options: VarintOptions & { readonly big: true }): VarintSchema<bigint>;
  (options: VarintOptions & { readonly big?: false }): VarintSchema;
  (options: VarintOptions): VarintSchema<number | bigint>;
}

function one<T extends number | bigint>(
  form: VarintFormat["form"],
  kind: string,
  options: VarintOptions,
): VarintSchema<T> {
  const { maxBytes, big = false, minimal = true } = own(options);
  const sizes = form === "quic" ? [1, 2, 4, 8] : [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
  const bytes = maxBytes ?? (big ? (sizes[sizes.length - 1] as number) : 8);
  if (!sizes.includes(bytes))
    throw new SchemaError("argument", `${kind}'s maxBytes is one of ${sizes.join(", ")}; got ${show(maxBytes)}`);
  const format: VarintFormat = Object.freeze({ form, maxBytes: bytes, big, minimal });
  return node(
    kind,
    facts(1, bytes, { integer: { signed: form === "sleb" || form === "zigzag", big } }),
    { format },
    () => varint(format),
  );
}

function kind(form: VarintFormat["form"], name: string): VarintKind {
  const call = (options: VarintOptions): VarintSchema => one(form, name, options);
  const { kind: _, ...rest } = one(form, name, {});
  return Object.freeze(Object.assign(bare(call), { kind: name, ...rest })) as unknown as VarintKind;
}

/**
 * Unsigned LEB128: 7 bits a byte, the low ones first.
 *
 * @example
 * const remainingLength = uleb128({ maxBytes: 4 })   // MQTT 3.1.1, section 2.2.3
 */
export const uleb128: VarintKind = /* @__PURE__ */ kind("uleb", "uleb128");
/** Signed LEB128: two's complement, 7 bits a byte, the low ones first. */
export const sleb128: VarintKind = /* @__PURE__ */ kind("sleb", "sleb128");
/** Signed through zigzag: 0, -1, 1, -2 are 0, 1, 2, 3 in unsigned LEB128. */
export const zigzag: VarintKind = /* @__PURE__ */ kind("zigzag", "zigzag");
/** QUIC: the two highest bits say 1, 2, 4 or 8 bytes, big-endian. */
export const quicVarint: VarintKind = /* @__PURE__ */ kind("quic", "quicVarint");
