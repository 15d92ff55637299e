// Law: a picture of the bytes is made by the interpreter itself, watched: what it reads is what is shown, as far as it
// gets. Every byte belongs to some node; what no field accounts for has nodes of its own.

import { type DecodeError, type Key, pathText } from "./errors.js";
import { labelOf } from "./length.js";
import type { Limits } from "./limits.js";
import { bare } from "./own.js";
import { lower, type Role } from "./plan.js";
import { Reader, STOP } from "./runtime/reader.js";
import type { AnySchema } from "./schema.js";
import { type Span, uncovered } from "./spans.js";
import { type Draft, draftOf, Trace } from "./trace.js";

/** A stretch of bytes and what it means. */
export interface Node {
  /** Keys from the message to here: `move.path[3].x`; empty for the message itself. */
  readonly path: string;
  readonly key: Key | undefined;
  /** How its schema is written, `u16` or `string(u8)`; or "gap", "delimiter", "trailing", "cut" and "unread" for bytes that no field has. */
  readonly kind: string;
  /** Byte offsets, absolute where the caller said at which offset the bytes start; `end` is behind the last. */
  readonly start: number;
  readonly end: number;
  /** For bit fields: the highest and the lowest bit of these bytes, read as one number with the last byte least, or the first where `little` says so. */
  readonly bits: { readonly high: number; readonly low: number; readonly little: boolean } | undefined;
  readonly value: unknown;
  readonly verdict: { readonly ok: boolean; readonly text: string } | undefined;
  readonly children: readonly Node[];
}

/** The whole message: its tree and its bytes. */
export interface Inspection extends Node {
  readonly bytes: Uint8Array;
  /** What `decode` would say of it, wrong checksums and lengths behind their range aside, which are verdicts. */
  readonly error?: DecodeError;
}

/** The draft at the end of a path, as far as there are nodes for it. */
function deepest(root: Draft, keys: readonly Key[]): { draft: Draft; depth: number } {
  let draft = root;
  let depth = 0;
  for (const key of keys) {
    const child = draft.children.find((c) => c.key === key);
    if (!child) break;
    draft = child;
    depth++;
  }
  return { draft, depth };
}

/** A whole number as the hex digits of its own bytes; undefined where it stands in them otherwise, as digits for example. */
export function asHex(value: unknown, bytes: Uint8Array, start: number, end: number): string | undefined {
  if (typeof value !== "bigint" && !(Number.isSafeInteger(value) && (value as number) >= 0)) return undefined;
  const digits = Array.from(bytes.subarray(start, end), (byte) => byte.toString(16).padStart(2, "0"));
  const text = (value as number | bigint).toString(16).padStart(2 * digits.length, "0");
  return text === digits.join("") || text === digits.reverse().join("") ? `0x${text}` : undefined;
}

const count = (n: number, what = ""): string => `${n} ${what}${n === 1 ? "byte" : "bytes"}`;

/** Says of each verified field whether it is right. */
function judge(root: Draft, verified: NonNullable<Reader["verified"]>, bytes: Uint8Array): void {
  const byPlace = new Map(verified.map((each) => [`${each.offset} ${each.key}`, each]));
  if (byPlace.size === 0) return;
  for (const draft of withAll(root)) {
    const found = draft.derivedAt === undefined ? undefined : byPlace.get(`${draft.derivedAt} ${draft.key}`);
    if (!found) continue;
    const { ok, want } = found;
    if (ok && !found.checksum) continue;
    const hex = asHex(draft.value, bytes, draft.start, draft.end) && found.checksum;
    const text = hex ? `0x${want.toString(16).padStart(2 * (draft.end - draft.start), "0")}` : String(want);
    draft.verdict = { ok, text: ok ? "ok" : `BAD, want ${text}` };
  }
}

/** Marks where decoding failed: on the node of that place, or on a new one for the bytes there. */
function blame(root: Draft, m: Reader, error: DecodeError): void {
  const verdict = { ok: false, text: `BAD, ${error.expected}, ${error.actual}` };
  const { draft, depth } = deepest(root, error.keys);
  const key = error.keys[depth];
  const start = error.offset - m.base;
  const first = draft.children.reduce((least, child) => Math.min(least, child.start), Number.POSITIVE_INFINITY);
  if (key === undefined && (draft.children.length === 0 || (error.code === "truncated" && first > draft.start))) {
    draft.verdict = verdict;
    return;
  }
  let part = key === undefined ? undefined : draft;
  while (part?.parts.length) part = part.parts.find((each) => each.start === start);
  const cut =
    part && part !== draft ? { ...part, key } : draftOf(bare({ kind: "cut", role: bare({ key }) as Role }), start);
  if (cut.kind === "cut" && (error.code === "truncated" || error.code === "length")) {
    // Behind what was seen of it.
    for (const { end } of draft.children) cut.start = Math.max(cut.start, end);
    cut.end = Math.max(cut.start, m.e);
  }
  cut.verdict = verdict;
  draft.children.push(cut);
  draft.end = Math.max(draft.end, cut.end);
}

/** The finished tree, made without recursion, which the message decides on. */
function finished(root: Draft, base: number): Node {
  const all = withAll(root);
  for (const { children, path } of all)
    for (const child of children) child.path = child.key === undefined ? path : pathText([child.key], path);
  for (const draft of all.reverse()) draft.node = nodeOf(draft, base);
  return root.node as Node;
}

/** A tree's nodes, each in front of its children. */
function withAll<T extends { readonly children: readonly T[] }>(root: T): T[] {
  const all = [root];
  for (const { children } of all) for (const child of children) all.push(child);
  return all;
}

/** A draft whose children are finished; bytes that belong to none of them, other than those in front, become nodes too. */
function nodeOf(draft: Draft, base: number): Node {
  const { path } = draft;
  const last = draft.children.reduce((end, child) => Math.max(end, child.end), draft.start);
  const spans = draft.children.map((child): Span => [child.start, child.end]);
  const gaps = spans.length === 0 ? [] : uncovered([draft.start, draft.end], spans);
  const children = draft.children.map((child) => child.node as Node);
  for (const [start, end] of gaps) {
    if (start === draft.start) continue;
    const kind = start === last ? draft.tail : "gap";
    const at = children.findIndex((child) => child.start >= end + base);
    children.splice(at < 0 ? children.length : at, 0, spare(path, kind, start + base, end + base));
  }
  return Object.freeze({
    path,
    key: draft.key,
    kind: draft.kind,
    start: draft.start + base,
    end: draft.end + base,
    bits: draft.bits,
    value: draft.value,
    verdict: draft.verdict,
    children: Object.freeze(children),
  });
}

/** Bytes that no field has. */
const spare = (path: string, kind: string, start: number, end: number, verdict?: Node["verdict"]): Node =>
  Object.freeze({
    path,
    key: undefined,
    kind,
    start,
    end,
    bits: undefined,
    value: undefined,
    verdict,
    children: [],
  });

/** Sets the bits that a line shows: of a leaf, or of what stands in front of children. */
function mark(shown: Uint8Array, { start, end, bits, children }: Node, base: number): void {
  const head = children.reduce((least, child) => Math.min(least, child.start), end);
  if (!bits) shown.fill(255, start - base, Math.max(start, head) - base);
  else
    for (let bit = bits.low; bit <= bits.high; bit++)
      shown[(bits.little ? start + (bit >> 3) : end - 1 - (bit >> 3)) - base]! |= 1 << (bit & 7);
}

/** Stretches of bytes of which no line shows all bits: what is left of a byte whose other bits are wrong is not read. */
function unshown(node: Node, size: number, base: number): Span[] {
  const shown = new Uint8Array(size);
  for (const each of withAll(node)) mark(shown, each, base);
  const spans: Span[] = [];
  for (let at = 0; at < size; at++) {
    if (shown[at] === 255) continue;
    const start = at;
    while (at < size && shown[at] !== 255) at++;
    spans.push([start + base, at + base]);
  }
  return spans;
}

/** Watches a schema's ops, which can then tell of any bytes. */
export function inspector(schema: AnySchema): (bytes: Uint8Array, limits: Limits, base: number) => Inspection {
  const trace = new Trace();
  const op = lower(schema, (inner, of, role) => trace.watch(inner, of, role));
  return (bytes, limits, base) => {
    const root = draftOf(bare({ kind: labelOf(schema), role: bare({}) }), 0);
    const m = new Reader(bytes, 0, limits, true);
    m.base = base;
    m.verified = [];
    const { open } = trace;
    trace.open = [root];
    try {
      return pictureOf(root, m, op.decode(m));
    } finally {
      // A function of the schema's may look at other bytes meanwhile.
      trace.open = open;
    }
  };
}

/** The bytes as a tree, as far as they can be understood. `m.base` is the offset of the first byte, for display. */
function pictureOf(root: Draft, m: Reader, value: unknown): Inspection {
  const { b: bytes, base } = m;
  // The message itself is the one part that the root has.
  const [message] = root.parts;
  if (message) Object.assign(root, message, { parts: message.parts });
  const understood = value !== STOP && m.whole();
  const error = understood ? undefined : m.error();
  judge(root, m.verified ?? [], bytes);
  if (error && value === STOP) blame(root, m, error);
  const node = finished(root, base);
  const end = bytes.length + base;
  const rest = unshown(node, bytes.length, base).map(([from, to]) => {
    if (to < end || !error) return spare("", "gap", from, to);
    return value === STOP
      ? spare("", "unread", from, to, { ok: true, text: `${count(to - from)} not read` })
      : spare("", "trailing", from, to, { ok: false, text: count(to - from, "trailing ") });
  });
  return Object.freeze({
    ...node,
    start: base,
    end,
    bytes,
    children: Object.freeze([...node.children, ...rest]),
    ...(error && { error }),
  });
}
