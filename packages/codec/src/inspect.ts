// Law: a picture of the bytes is made by the interpreter itself, watched: what it reads is what is shown, as far as it
// gets. Every byte belongs to some node; what no field accounts for has nodes of its own.

import { type DecodeError, type Key, pathText } from "./errors.js";
import { labelOf } from "./length.js";
import type { Limits } from "./limits.js";
import { isLeaf, type Leaf, lower, type Op, type Role } from "./plan.js";
import { Reader, STOP } from "./runtime/reader.js";
import type { AnySchema } from "./schema.js";
import { type Span, uncovered } from "./spans.js";

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
  readonly bits?: { readonly high: number; readonly low: number; readonly little: boolean };
  readonly value: unknown;
  readonly verdict?: { readonly ok: boolean; readonly text: string };
  readonly children: readonly Node[];
}

/** The whole message: its tree and its bytes. */
export interface Inspection extends Node {
  readonly bytes: Uint8Array;
  /** What `decode` would say of it, wrong checksums and lengths behind their range aside, which are verdicts. */
  readonly error?: DecodeError;
}

/** A node while it grows. */
interface Draft {
  key: Key | undefined;
  kind: string;
  start: number;
  end: number;
  bits?: { high: number; low: number; little: boolean };
  value?: unknown;
  verdict?: { ok: boolean; text: string };
  /** Where a length or checksum that is verified later was read. */
  derivedAt?: number;
  children: Draft[];
  /** Children that have no name: content and prefixes. */
  parts: Draft[];
  /** How many children are elements. */
  elements: number;
  /** What bytes behind the last child are. */
  tail: "gap" | "delimiter";
}

const draftOf = (kind: string, key: Key | undefined, start: number): Draft => ({
  key,
  kind,
  start,
  end: start,
  children: [],
  parts: [],
  elements: 0,
  tail: "gap",
});

/** Watches ops while they decode. */
class Trace {
  /** From the message to what is being read. */
  open: Draft[] = [];

  /** An op that decodes as before and leaves a node. */
  watch(op: Op, schema: AnySchema, role: Role): Op {
    const kind = op.derived?.checksum?.algorithm.name ?? labelOf(schema);
    const ended = (schema as { length?: { kind?: unknown } }).length?.kind === "until";
    const note = (m: Reader, decode: () => unknown): unknown => {
      const draft = draftOf(kind, role.key, m.p);
      if (ended) draft.tail = "delimiter";
      return this.note(m, draft, role, op, decode);
    };
    // A struct of fixed size is read field by field, so that a cut one shows the fields that are there.
    const { get, put, size, emitGet, emitPut, ...plain } = op as Leaf;
    const watched: Op = { ...plain, decode: (m) => note(m, () => op.decode(m)) };
    if (!isLeaf(op) || op.names) return watched;
    const leaf: Leaf = {
      ...op,
      get: (m, p) => this.noteLeaf(m, p, op, draftOf(kind, role.key, p), role, schema.facts.bits),
      decode(m) {
        if (!m.need(op.size)) return note(m, () => STOP);
        const value = this.get(m, m.p);
        if (value !== STOP) m.p += op.size;
        return value;
      },
    };
    return leaf;
  }

  private note(m: Reader, draft: Draft, role: Role, op: Op, decode: () => unknown): unknown {
    this.open.push(draft);
    const value = decode();
    this.open.pop();
    if (value !== STOP) draft.end = m.p;
    gather(draft, value === STOP);
    if (value !== STOP) draft.value = value;
    else if (draft.children.length === 0 && m.fault) {
      // How far it would have gone: to the end of what there is, of its fixed size, or to what is wrong.
      const fixed = op.min === op.max ? draft.start + op.min : Math.max(m.p, m.fault.offset);
      draft.end = Math.max(draft.end, Math.min(m.e, m.fault.code === "truncated" ? m.e : fixed));
    }
    if (op.derived) draft.derivedAt = draft.start;
    this.settle(draft, role, value);
    return value;
  }

  private noteLeaf(m: Reader, p: number, op: Leaf, draft: Draft, role: Role, width: number | undefined): unknown {
    this.open.push(draft);
    const value = op.get(m, p);
    this.open.pop();
    draft.end = p + op.size;
    gather(draft, value === STOP);
    if (op.place && width !== undefined) {
      const { place } = op;
      const { first, last } = place.run.locate(place, width);
      draft.start = p + Math.min(first, last);
      draft.end = p + Math.max(first, last) + 1;
      draft.bits = { high: (place.lowest & 7) + width - 1, low: place.lowest & 7, little: place.little };
    }
    if (value !== STOP) draft.value = value;
    if (op.derived) draft.derivedAt = p;
    this.settle(draft, role, value);
    return value;
  }

  /** Puts a finished node into its parent. */
  private settle(draft: Draft, role: Role, value: unknown): void {
    const parent = this.open[this.open.length - 1] as Draft;
    if (role.element) draft.key = parent.elements++;
    // Nothing there; and elements without bytes, of which a few bytes can announce a million, are only counted.
    const empty = draft.end === draft.start && draft.children.every((child) => child.end === child.start);
    if (empty && (value === undefined || (role.element && value !== STOP))) return;
    (draft.key === undefined ? parent.parts : parent.children).push(draft);
  }
}

/**
 * What has no name of its own passes on what it has: its children, and, where it is all there is, its bits and value.
 * What was read elsewhere, through an offset, keeps a place of its own.
 */
function gather(draft: Draft, stopped: boolean): void {
  const { parts, children } = draft;
  const own = draft.end > draft.start;
  let reach = draft.start;
  for (const part of parts) {
    const away = part.start > reach || part.start < draft.start || (!own && !stopped && part.end > reach);
    if (away && (own || parts.length > 1)) {
      children.push({ ...part, key: undefined });
      continue;
    }
    if (away) Object.assign(draft, { start: part.start, end: part.end, tail: part.tail });
    for (const child of part.children) children.push(child);
    reach = Math.max(reach, part.end);
    if (parts.length > 1 || children.length > 0) continue;
    if (part.bits) Object.assign(draft, { bits: part.bits, start: part.start, end: part.end });
    // A value that is refused; not a prefix.
    if (stopped && (own || part.kind === draft.kind)) draft.value = part.value;
  }
  if (stopped) for (const { end } of children) reach = Math.max(reach, end);
  draft.end = Math.max(draft.end, stopped ? reach : 0);
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
  const visit = (draft: Draft): void => {
    for (const child of draft.children) visit(child);
    const found = draft.derivedAt === undefined ? undefined : byPlace.get(`${draft.derivedAt} ${draft.key}`);
    if (!found) return;
    const { ok, want } = found;
    if (ok && !found.checksum) return;
    const hex = asHex(draft.value, bytes, draft.start, draft.end) && found.checksum;
    const text = hex ? `0x${want.toString(16).padStart(2 * (draft.end - draft.start), "0")}` : String(want);
    draft.verdict = { ok, text: ok ? "ok" : `BAD, want ${text}` };
  };
  if (byPlace.size > 0) visit(root);
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
  const cut = part && part !== draft ? { ...part, key } : draftOf("cut", key, start);
  if (cut.kind === "cut" && (error.code === "truncated" || error.code === "length")) {
    // Behind what was seen of it.
    for (const { end } of draft.children) cut.start = Math.max(cut.start, end);
    cut.end = Math.max(cut.start, m.e);
  }
  cut.verdict = verdict;
  draft.children.push(cut);
  draft.end = Math.max(draft.end, cut.end);
}

/** The finished tree; bytes that belong to a node but to none of its children, other than those in front, become nodes too. */
function finished(draft: Draft, keys: readonly Key[], base: number): Node {
  const own = draft.key === undefined ? keys : [...keys, draft.key];
  const last = draft.children.reduce((end, child) => Math.max(end, child.end), draft.start);
  const spans = draft.children.map((child): Span => [child.start, child.end]);
  const gaps = spans.length === 0 ? [] : uncovered([draft.start, draft.end], spans);
  const children = draft.children.map((child) => finished(child, own, base));
  for (const [start, end] of gaps) {
    if (start === draft.start) continue;
    const kind = start === last ? draft.tail : "gap";
    const at = children.findIndex((child) => child.start >= end + base);
    children.splice(at < 0 ? children.length : at, 0, spare(pathText(own), kind, start + base, end + base));
  }
  return Object.freeze({
    path: pathText(own),
    key: draft.key,
    kind: draft.kind,
    start: draft.start + base,
    end: draft.end + base,
    ...(draft.bits && { bits: draft.bits }),
    value: draft.value,
    ...(draft.verdict && { verdict: draft.verdict }),
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
    value: undefined,
    ...(verdict && { verdict }),
    children: [],
  });

/** Sets the bits that lines show: of leaves, and of what stands in front of children. */
function mark(shown: Uint8Array, node: Node, base: number): void {
  const { start, end, bits, children } = node;
  for (const child of children) mark(shown, child, base);
  const own = children.reduce((least, child) => Math.min(least, child.start), end);
  if (!bits) shown.fill(255, start - base, Math.max(start, own) - base);
  else
    for (let bit = bits.low; bit <= bits.high; bit++)
      shown[(bits.little ? start + (bit >> 3) : end - 1 - (bit >> 3)) - base]! |= 1 << (bit & 7);
}

/** Stretches of bytes of which no line shows all bits: what is left of a byte whose other bits are wrong is not read. */
function unshown(node: Node, size: number, base: number): Span[] {
  const shown = new Uint8Array(size);
  mark(shown, node, base);
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
    const root = draftOf(labelOf(schema), undefined, 0);
    const m = new Reader(bytes, 0, limits, true);
    m.base = base;
    m.verified = [];
    const { open } = trace;
    trace.open = [root];
    const value = op.decode(m);
    trace.open = open;
    return pictureOf(root, m, value);
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
  const node = finished(root, [], base);
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
