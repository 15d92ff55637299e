// Bytes, texts and typed arrays: empty, the longest that is allowed, and whatever is hard for an encoding.

import fc, { type Arbitrary } from "fast-check";
import type { AnySchema, BytesSchema, Length, StringSchema, TypedArraySchema, Until } from "../../index.js";
import { delimitersOf } from "../../kinds/bytes.js";
import { except } from "../../runtime/except.js";
import { ascii, type Encoding, latin1, utf8, utf16be, utf16le } from "../../runtime/text.js";
import { type Context, type Make, Rejected, type Room, type Scope } from "./draw.js";
import { either } from "./numbers.js";
import { resized, type Sizes, sizesOf } from "./sizes.js";

const encodings: Record<string, Encoding> = { ascii, latin1, utf8, utf16be, utf16le };

/** Arrays of a size that is allowed, of `usual` items at most; now and then longer, up to `most`. */
export function sequences<T>(item: Arbitrary<T>, { min, max }: Sizes, usual: number, most: number): Arbitrary<T[]> {
  const at = (n: number): number => Math.min(max, Math.max(min, n));
  const some = fc.array(item, { minLength: min, maxLength: at(usual), size: "max" });
  const longest = at(most);
  if (longest === at(usual)) return some;
  // Half of the stretched ones are the longest; a stretch shrinks by itself.
  const stretch = either(fc.constant(0), fc.nat(2 * longest), 12);
  return fc
    .tuple(some, item, stretch)
    .map(([items, more, n]) => [
      ...items,
      ...new Array<T>(Math.max(0, Math.min(n, longest) - items.length)).fill(more),
    ]);
}

/** What a Length counts: made of the drawn value, or null where the Length can say so. */
export function counted<T>(
  drawn: Arbitrary<T>,
  sizes: Sizes,
  make: (value: T, scope: Scope | undefined, room: Room | undefined) => unknown,
): Arbitrary<Make> {
  const made = drawn.map(
    (value): Make =>
      (scope, room) =>
        make(value, scope, room),
  );
  return sizes.nullable
    ? either(
        made,
        fc.constant<Make>(() => null),
      )
    : made;
}

/** The size of content that takes the rest of a window: its own and what else the window holds. */
export function fill(length: Length, own: number, unit: number, room: Room | undefined): number {
  if (!room || (length as { kind?: string }).kind !== "rest" || room.extra % unit !== 0) return own;
  const size = own + room.extra / unit;
  if (size < 0) throw new Rejected("room");
  room.extra = 0;
  return size;
}

/** Where `end` stands in `items`, or -1. */
function find(items: readonly number[], end: Uint8Array): number {
  for (let i = 0; i + end.length <= items.length; i++) if (end.every((byte, k) => items[i + k] === byte)) return i;
  return -1;
}

function without(items: readonly number[], ends: readonly Uint8Array[]): number[] {
  let own = [...items];
  for (;;) {
    const at = Math.max(...ends.map((end) => find(own, end)));
    if (at < 0) return own;
    own = [...own.slice(0, at), ...own.slice(at + 1)];
  }
}

const endsOf = (length: Length, encoding: Encoding): Uint8Array[] =>
  (length as Until).kind === "until" ? delimitersOf(length as Until, encoding) : [];

export function bytesMake(schema: AnySchema): Arbitrary<Make> {
  const { length } = schema as BytesSchema;
  const sizes = sizesOf(length);
  const ends = endsOf(length, latin1);
  const special = [0, 255, 13, 10, 32, ...ends.flatMap((end) => [...end])];
  const byte = either(fc.integer({ min: 0, max: 255 }), fc.constantFrom(...special), 3);
  return counted(sequences(byte, sizes, 12, 300), sizes, (items, scope, room) => {
    const n = sizes.fit(scope, fill(length, items.length, 1, room));
    return Uint8Array.from(without(n === items.length ? items : resized(items.length > 0 ? items : [0], n), ends));
  });
}

/** What stands for a character that is not allowed, and fills up: an x, or what else is. */
const FILLERS: readonly string[] = ["x", ...Array.from({ length: 128 }, (_, code) => String.fromCharCode(code))];

/** Code points that an encoding can write, its edges among them. */
function characters(encoding: Encoding, filler: string): Arbitrary<string> {
  const plain = fc.integer({ min: 0x20, max: 0x7e });
  const edges = [0, 9, 10, 13, 0x7f];
  if (encoding.name !== "ascii") edges.push(0x80, 0xa0, 0xff);
  // The ends of each length in UTF-8, of the basic plane and of the surrogates; a byte order mark; a replacement.
  const wide = [0x7ff, 0x800, 0xd7ff, 0xe000, 0xfeff, 0xfffd, 0xffff, 0x10000, 0x1f600, 0x10ffff];
  if (encoding.unit === 2 || encoding.name === "utf8") edges.push(...wide);
  return either(plain, fc.constantFrom(...edges), 2).map((point) => {
    const c = String.fromCodePoint(point);
    return encoding.without?.includes(c) ? filler : c;
  });
}

function sizeOf(encoding: Encoding, text: string): number {
  return encoding.write(new Uint8Array(text.length * encoding.maxPerUnit + 8), 0, text);
}

/** A text of exactly `n` bytes, which begins like the given one. */
function ofSize(encoding: Encoding, points: readonly string[], n: number, filler: string): string {
  let text = "";
  let size = 0;
  for (const point of points) {
    const more = sizeOf(encoding, point);
    if (size + more > n) break;
    text += point;
    size += more;
  }
  if ((n - size) % encoding.unit !== 0) throw new Rejected("length");
  return text.padEnd(text.length + (n - size) / encoding.unit, filler);
}

export function stringMake(schema: AnySchema): Arbitrary<Make> {
  const { length, encoding: name, pad, padSide, without = "" } = schema as StringSchema;
  const plain = encodings[name] as Encoding;
  const encoding = without === "" ? plain : except(plain, without);
  const filler = FILLERS.find((c) => !without.includes(c)) ?? "";
  const sizes = sizesOf(length);
  const ends = ((length as Until).delimiters ?? []).map((d) =>
    typeof d === "string" ? d : (plain.read(d, 0, d.length) ?? ""),
  );
  const pieces = Array.from(ends.join("")).filter((c) => !without.includes(c));
  const point =
    ends.length > 0
      ? either(characters(encoding, filler), fc.constantFrom(...pieces, filler), 8)
      : characters(encoding, filler);
  const drawn = sequences(point, { ...sizes, min: 0 }, 10, 300);
  return counted(drawn, sizes, (points, scope, room) => {
    const bytes = sizeOf(encoding, points.join(""));
    if (pad !== undefined) {
      const text = ofSize(encoding, points, Math.min(bytes, sizes.max), filler);
      return padSide === "end" ? trimEnd(text, pad) : trimStart(text, pad);
    }
    let text = ofSize(encoding, points, sizes.fit(scope, fill(length, bytes, 1, room)), filler);
    for (let end = ends.find((e) => text.includes(e)); end; end = ends.find((e) => text.includes(e)))
      text = text.replace(end, end.slice(1));
    return text;
  });
}

function trimEnd(text: string, pad: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === pad) end--;
  return text.slice(0, end);
}

function trimStart(text: string, pad: string): string {
  let start = 0;
  while (start < text.length && text[start] === pad) start++;
  return text.slice(start);
}

const constructors: Record<string, { from(items: Iterable<never>): unknown }> = {
  u8: Uint8Array,
  i8: Int8Array,
  u16: Uint16Array,
  i16: Int16Array,
  u32: Uint32Array,
  i32: Int32Array,
  u64: BigUint64Array,
  i64: BigInt64Array,
  f32: Float32Array,
  f64: Float64Array,
};

export function typedArrayMake(schema: AnySchema, context: Context): Arbitrary<Make> {
  const { item, length } = schema as TypedArraySchema<unknown, Length>;
  const sizes = sizesOf(length);
  const of = constructors[item.kind.replace(/le$/, "")] as (typeof constructors)[string];
  return counted(sequences(context.draw(item), sizes, 8, 300), sizes, (makes, scope, room) => {
    const items = makes.map((make) => make(scope));
    const n = sizes.fit(scope, fill(length, items.length, item.facts.max, room));
    return of.from((n === items.length ? items : resized(items, n)) as never[]);
  });
}
