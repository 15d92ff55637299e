// Law: fields that follow from the bytes of others (lengths, checksums) are verified as soon as those are read, and filled
// in as soon as those are final. Where a window opens, what it covers ends where it says.

import { show } from "../errors.js";
import { bare } from "../own.js";
import type { Between, Derived, Entry, Named, Open, Ranges, Scope } from "../plan.js";
import { ZEROES } from "../runtime/bytes.js";
import type { Checksum } from "../runtime/checksum.js";
import { laterOf, SUMS } from "../runtime/later.js";
import type { Reader } from "../runtime/reader.js";
import { property, under, type Writer } from "../runtime/writer.js";
import type { Source } from "../source.js";
import { checkGiven, emitFillPlace, fill, typedAs } from "./fill.js";
import { layOutRanges, opens, type Range } from "./ranges.js";

/** The checksum of a range; the field itself, `size` bytes at `hole`, counts as zeroes where it lies inside. */
export function checksumOver(
  algorithm: Checksum,
  big: boolean,
  b: Uint8Array,
  from: number,
  to: number,
  hole: number,
  size: number,
): number | bigint {
  let state = algorithm.begin();
  if (hole >= from && hole < to) {
    state = algorithm.update(state, b, from, hole);
    state = algorithm.update(state, ZEROES, 0, size);
    state = algorithm.update(state, b, hole + size, to);
  } else state = algorithm.update(state, b, from, to);
  const value = algorithm.end(state);
  return big ? BigInt(value) : Number(value);
}

/** What the field of a range must be, by the bytes that it covers. */
function expected(b: Uint8Array, { entry, from, to, size }: Range, marks: readonly number[]): number | bigint {
  const start = marks[from] as number;
  const end = marks[to] as number;
  const checksum = entry.op.derived?.checksum;
  return checksum
    ? checksumOver(checksum.algorithm, checksum.big, b, start, end, marks[entry.before] as number, size)
    : end - start;
}

/** Lengths and checksums are numbers or bigints, whichever their field has. */
const agree = (want: number | bigint, got: unknown): boolean => BigInt(want) === BigInt(got as number);

const shown = (value: number | bigint): string => `0x${value.toString(16)}`;

function verify(range: Range): Between {
  const { entry, from, to } = range;
  const { key, before } = entry;
  const code = entry.op.derived?.checksum ? "checksum" : "length";
  return bare({
    do: "between",
    key,
    decode(m, { value, marks }) {
      const want = expected(m.b, range, marks);
      const got = value[key];
      const ok = agree(want, got);
      m.verified?.push({ offset: marks[before] as number, key, want, ok, checksum: code === "checksum" });
      return (
        ok ||
        m.verified !== undefined ||
        m.fail(
          code,
          `${code} of ${(marks[to] as number) - (marks[from] as number)} bytes is ${shown(want)}`,
          `got ${shown(got as number)}`,
          marks[before],
        )
      );
    },
    emitDecode: (source, marks) =>
      source.stop(`${emitExpected(source, range, marks)} != ${source.vars.get(entry.named)}`),
  });
}

/** The window of a length: it opens in front of what it covers and closes behind the field `last`. */
function windowOf(range: Range, last: string): { readonly open: Between; readonly close: Between } {
  const { entry, from, ahead } = range;
  const { key, named } = entry;
  const outer: Pick<Source, "end" | "hard">[] = [];
  /** How many bytes from here it ends: no sum with positions, in which sizes past 2^53 would be rounded. */
  const leftOf = (m: Reader, { value, marks }: Open): number => Number(value[key]) - (m.p - (marks[from] as number));
  const enter = (m: Reader, struct: Open): void => {
    struct.ends.push({ e: m.e, hard: m.hard });
    // Only for a glimpse does it end where the bytes do.
    m.e = Math.min(m.p + leftOf(m, struct), m.e);
    m.hard = true;
  };
  const leave = (m: Reader, { ends }: Open): void => {
    Object.assign(m, ends.pop());
  };
  const close: Between = bare({
    do: "between",
    key: last,
    decode(m, struct) {
      if (m.p !== m.e) return m.fail("length", `ends where "${key}" says`, `${m.e - m.p} bytes are left`);
      leave(m, struct);
      return true;
    },
    again: leave,
    emitDecode(source) {
      source.stop(`p !== ${source.end}`);
      Object.assign(source, outer.pop());
    },
  });
  const open: Between = {
    do: "between",
    key,
    end: close,
    decode(m, struct) {
      const { value, marks } = struct;
      if (ahead) marks[from] = m.p;
      const left = leftOf(m, struct);
      if (left < 0)
        return m.fail(
          "length",
          `covers at least ${m.p - (marks[from] as number)} bytes`,
          `got ${show(value[key])}`,
          marks[entry.before],
        );
      if (!m.need(left)) return false;
      enter(m, struct);
      return true;
    },
    again: enter,
    emitDecode(source, marks) {
      const end = source.store(`${ahead ? "p" : marks[from]} + Number(${source.vars.get(named)})`, "end");
      source.stop(`!(${end} >= p && ${end} <= ${source.end})`, { when: `${end} > ${source.end}`, n: `${end} - p` });
      outer.push({ end: source.end, hard: source.hard });
      Object.assign(source, { end, hard: "true" });
    },
  };
  return { open, close };
}

/** Fills in the field of a range whose bytes are there. */
function settle(w: Writer, value: object, range: Range, marks: readonly number[]): void {
  const { entry, own } = range;
  const { op, key } = entry;
  const { derived } = op as { derived: Derived };
  const at = marks[entry.before] as number;
  let right = expected(derived.checksum ? w.filled(w.b) : w.b, range, marks);
  if (!derived.checksum) {
    let n = right as number;
    if (own && op.width) {
      // The length counts its own bytes, whose number depends on it.
      n -= laterOf(w).keptAt(at, op.min);
      let width = op.min;
      while (op.width(n + width) > width) width++;
      n += width;
    }
    right = typedAs(op, n);
  }
  try {
    const given = property(value, key);
    if (given !== undefined) {
      const what = derived.checksum?.algorithm.name ?? "length";
      checkGiven(w, given, right, `the ${what} of "${derived.from}" to "${derived.to}"`, at);
    }
    fill(w, op, at, right);
  } catch (error) {
    throw under(error, key);
  }
}

function emitExpected(source: Source, { entry, from, to, size }: Range, marks: readonly string[]): string {
  const checksum = entry.op.derived?.checksum;
  if (!checksum) return `${marks[to]} - ${marks[from]}`;
  const { algorithm, big } = checksum;
  const name = source.constant(algorithm, algorithm.source, algorithm.source?.split("(")[0]);
  const bytes = source.direction === "encode" ? "w.filled(b)" : "b";
  return `${source.use("checksumOver", checksumOver)}(${name}, ${big}, ${bytes}, ${marks[from]}, ${marks[to]}, ${marks[entry.before]}, ${size})`;
}

function emitSettle(source: Source, range: Range, marks: readonly string[], reserved: string): void {
  const { entry, own } = range;
  const { op } = entry;
  let right = emitExpected(source, range, marks);
  if (op.derived?.checksum) right = source.store(right, "sum");
  else {
    const n = source.name("n");
    source.line(`let ${n} = ${right};`);
    if (own && op.width) {
      const width = source.name("width");
      source.line(`${n} -= ${reserved};`);
      source.line(`let ${width} = ${op.min};`);
      source.line(`while (${op.emitWidth?.(source, `(${n} + ${width})`)} > ${width}) ${width}++;`);
      source.line(`${n} += ${width};`);
    }
    if (op.numeric === "bigint") source.line(`${n} = BigInt(${n});`);
    right = n;
  }
  const given = source.given.get(entry.named) as string;
  source.stop(`${given} !== undefined && ${given} !== ${right}`);
  emitFillPlace(source, op, marks[entry.before] as string, right, reserved);
}

/** The outermost struct that fills in some field of this one or of the structs in it, if any does. */
function awaited(names: ReadonlyMap<string, Named>, scope: Scope): Scope | undefined {
  let host: Scope | undefined;
  for (const { op, slot } of names.values()) {
    for (const found of [slot?.scope, op.names && awaited(op.names, scope)])
      if (found && found.depth < (host ?? scope).depth) host = found;
  }
  return host;
}

function rangesOf(entries: readonly Entry[]): Ranges {
  const { marks: count, ranges, windows, lengths, checksums } = layOutRanges(entries);
  const steps = new Map(windows.map((range) => [range, windowOf(range, (entries[range.last] as Entry).key)]));
  const verified = ranges.filter((range) => !steps.has(range));
  const order = [...lengths, ...checksums];
  return {
    marks: count,
    before: (at) =>
      windows
        .filter((range) => opens(range) === at)
        .sort((a, b) => b.last - a.last)
        .map((range) => (steps.get(range) as ReturnType<typeof windowOf>).open),
    after: (at) => [
      ...windows
        .filter((range) => range.last === at)
        .sort((a, b) => opens(b) - opens(a))
        .map((range) => (steps.get(range) as ReturnType<typeof windowOf>).close),
      ...verified.filter((range) => Math.max(range.last, range.read) === at).map(verify),
    ],
    begin: (w, marks) => void laterOf(w).live.push(marks),
    // Lengths, whose ranges have their widths now, and then checksums, whose ranges have their bytes then. Where a struct
    // outside fills in fields of this one, that waits for it.
    end(w, value, scope, marks) {
      const later = laterOf(w);
      const start = Math.min(...marks);
      const all = (of: readonly Range[]) => {
        for (const range of of) settle(w, value, range, marks);
      };
      const run = () => {
        all(lengths);
        // Offsets are known only when the whole message is written.
        if (checksums.length > 0 && later.awaitsOffset(start)) later.defer(SUMS, marks, () => all(checksums));
        else all(checksums);
      };
      const host = awaited(scope.names, scope);
      if (host) later.defer(w.root + host.depth, marks, run);
      else run();
      later.live.pop();
    },
    // A guess from what the range holds; usually right, so that nothing moves.
    emitWidth(source, entry) {
      const range = ranges.find((each) => each.entry === entry) as Range;
      const covered = entries.slice(range.first, range.last + 1).filter((each) => each !== entry);
      const parts = covered.map(({ named, op }) => {
        const value = source.given.get(named);
        const hinted = value === undefined ? undefined : op.emitHint?.(value);
        return hinted === undefined ? String(op.min) : `(${hinted} || 0) + ${op.min}`;
      });
      const size = source.store(parts.join(" + ") || "0", "guess");
      return source.store(entry.op.emitWidth?.(source, size) ?? String(entry.op.min), "width");
    },
    emitEnd(source, scope, marks, reserved) {
      const finish = () => {
        for (const range of order)
          emitSettle(source, range, marks, reserved.get(range.entry) ?? String(range.entry.op.min));
      };
      const host = awaited(scope.names, scope);
      if (host) source.deferred.set(host, [...(source.deferred.get(host) ?? []), finish]);
      else finish();
    },
  };
}

/** What makes an op the field of a range. */
export const derivedFrom = (from: string, to: string, checksum?: Derived["checksum"]): Derived => ({
  from,
  to,
  checksum,
  layOut: rangesOf,
});
