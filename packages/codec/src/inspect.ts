// Law: a picture of the bytes is made by the interpreter itself, watched: what it reads is what is shown, as far as it
// gets. Bytes that no field accounts for are shown too.

import { type DecodeError, type Key, pathText } from "./errors.js";
import { labelOf } from "./length.js";
import type { Limits } from "./limits.js";
import { firstBit } from "./ops/bits.js";
import { isLeaf, type Leaf, lower, type Op, type Role } from "./plan.js";
import { Reader, STOP } from "./runtime/reader.js";
import type { AnySchema } from "./schema.js";

/** A stretch of bytes and what it means. */
export interface Node {
  /** Keys from the message to here: `move.path[3].x`; empty for the message itself. */
  readonly path: string;
  readonly key: Key | undefined;
  /** How its schema is written, `u16` or `string(u8)`; or "gap", "trailing" and "cut" for bytes that no field has. */
  readonly kind: string;
  /** Byte offsets, absolute where the caller said at which offset the bytes start; `end` is behind the last. */
  readonly start: number;
  readonly end: number;
  /** For bit fields: the highest and the lowest bit, counted from the least significant of the last byte. */
  readonly bits?: { readonly high: number; readonly low: number };
  readonly value: unknown;
  readonly verdict?: { readonly ok: boolean; readonly text: string };
  readonly children: readonly Node[];
}

/** The whole message: its tree and its bytes. */
export interface Inspection extends Node {
  readonly bytes: Uint8Array;
  /** What is wrong with it, if anything. */
  readonly error?: DecodeError;
}

/** A node while it grows. */
interface Draft {
  key: Key | undefined;
  kind: string;
  start: number;
  end: number;
  bits?: { high: number; low: number };
  value: unknown;
  verdict?: { ok: boolean; text: string };
  element: boolean;
  children: Draft[];
}

/** Watches ops while they decode. */
class Trace {
  private open: Draft[] = [];

  constructor(root: Draft) {
    this.open.push(root);
  }

  /** An op that decodes as before and leaves a node. */
  watch(op: Op, schema: AnySchema, role: Role): Op {
    const kind = op.derived?.checksum?.algorithm.name ?? labelOf(schema);
    // A struct of fixed size is read field by field, so that a cut one shows the fields that are there.
    const { get, put, size, emitGet, emitPut, ...plain } = op as Leaf;
    const watched: Op = { ...plain, decode: (m) => this.note(m, kind, role, () => op.decode(m)) };
    if (!isLeaf(op) || op.names) return watched;
    const leaf: Leaf = {
      ...op,
      get: (m, p) => this.noteLeaf(m, p, op, kind, role, schema.facts.bits),
      decode(m) {
        if (!m.need(op.size)) return STOP;
        const value = this.get(m, m.p);
        if (value !== STOP) m.p += op.size;
        return value;
      },
    };
    return leaf;
  }

  private note(m: Reader, kind: string, role: Role, decode: () => unknown): unknown {
    const draft = this.draft(kind, role, m.p);
    this.open.push(draft);
    const value = decode();
    this.open.pop();
    draft.end = Math.max(m.p, ...draft.children.map((child) => child.end));
    if (value !== STOP) draft.value = value;
    this.settle(draft, value === undefined && draft.end === draft.start);
    return value;
  }

  private noteLeaf(m: Reader, p: number, op: Leaf, kind: string, role: Role, width: number | undefined): unknown {
    const draft = this.draft(kind, role, p);
    this.open.push(draft);
    const value = op.get(m, p);
    this.open.pop();
    draft.end = p + op.size;
    if (op.place && width !== undefined) {
      const { place } = op;
      const first = firstBit(place, width).byte;
      const last = place.little ? place.lowest >> 3 : place.size - 1 - (place.lowest >> 3);
      draft.start = p + Math.min(first, last);
      draft.end = p + Math.max(first, last) + 1;
      draft.bits = { high: (place.lowest & 7) + width - 1, low: place.lowest & 7 };
    }
    if (value === STOP) draft.verdict = { ok: false, text: `BAD, ${m.fault?.expected}` };
    else draft.value = value;
    if (op.derived?.checksum) draft.verdict = { ok: true, text: "ok" };
    this.settle(draft, false);
    return value;
  }

  private draft(kind: string, role: Role, start: number): Draft {
    return { key: role.key, kind, start, end: start, value: undefined, element: role.element === true, children: [] };
  }

  /** Puts a finished node into its parent. What has no name of its own only passes its children and bits on. */
  private settle(draft: Draft, absent: boolean): void {
    const parent = this.open[this.open.length - 1] as Draft;
    if (absent && draft.children.length === 0) return;
    if (draft.key !== undefined) parent.children.push(draft);
    else if (draft.element)
      parent.children.push({ ...draft, key: parent.children.filter((child) => child.element).length });
    else {
      for (const child of draft.children)
        if (!parent.children.some((c) => c.key === child.key && c.start === child.start)) parent.children.push(child);
      if (draft.bits) parent.bits ??= draft.bits;
      if (draft.bits && draft.children.length === 0) Object.assign(parent, { start: draft.start, end: draft.end });
      if (draft.verdict && !parent.verdict) parent.verdict = draft.verdict;
    }
  }
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

function frozen(draft: Draft, keys: readonly Key[], base: number): Node {
  const own = draft.key === undefined ? keys : [...keys, draft.key];
  const covered = draft.children.length > 0;
  const children: Node[] = [];
  let at = draft.start;
  for (const child of draft.children) {
    // Bytes in front of the first child are the node's own: a prefix.
    if (covered && children.length > 0 && child.start > at) children.push(gap(own, at + base, child.start + base));
    children.push(frozen(child, own, base));
    at = Math.max(at, child.end);
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

const gap = (keys: readonly Key[], start: number, end: number): Node =>
  Object.freeze({ path: pathText(keys), key: undefined, kind: "gap", start, end, value: undefined, children: [] });

/** The bytes as a tree, as far as they can be understood. `base` is the offset of the first byte, for display. */
export function inspect(schema: AnySchema, bytes: Uint8Array, limits: Limits, base: number): Inspection {
  const root: Draft = {
    key: undefined,
    kind: labelOf(schema),
    start: 0,
    end: 0,
    value: undefined,
    element: false,
    children: [],
  };
  const trace = new Trace(root);
  const op = lower(schema, (inner, of, role) => trace.watch(inner, of, role));
  const m = new Reader(bytes, 0, limits, true);
  m.base = base;
  m.forgiven = [];
  const value = op.decode(m);
  if (value !== STOP) root.value = value;
  root.end = value === STOP ? bytes.length : Math.max(m.p, m.far);
  for (const { offset, want } of m.forgiven) {
    const mark = (draft: Draft): void => {
      if (draft.children.length === 0 && draft.start <= offset && offset < draft.end && draft.verdict)
        draft.verdict = {
          ok: false,
          text: `BAD, want ${typeof want === "bigint" || want > 9 ? `0x${want.toString(16)}` : want}`,
        };
      draft.children.forEach(mark);
    };
    mark(root);
  }
  let error: DecodeError | undefined;
  if (value === STOP && m.fault) {
    error = m.error();
    const { draft, depth } = deepest(root, error.keys);
    if (depth === error.keys.length && depth > 0 && draft.children.length === 0)
      draft.verdict ??= { ok: false, text: `BAD, ${error.expected}, ${error.actual}` };
    else {
      const start = error.offset - base;
      draft.children.push({
        key: error.keys[depth],
        kind: "cut",
        start,
        end: bytes.length,
        value: undefined,
        verdict: { ok: false, text: `BAD, ${error.expected}, ${error.actual}` },
        element: false,
        children: [],
      });
    }
  }
  if (error) {
    const read = Math.max(0, ...root.children.map((child) => child.end));
    if (read < bytes.length) {
      const text = `${bytes.length - read} ${bytes.length - read === 1 ? "byte" : "bytes"} not read`;
      root.children.push({
        key: undefined,
        kind: "unread",
        start: read,
        end: bytes.length,
        value: undefined,
        verdict: { ok: true, text },
        element: false,
        children: [],
      });
    }
  }
  const node = frozen(root, [], base);
  const trailing: Node[] =
    root.end < bytes.length
      ? [
          {
            path: "",
            key: undefined,
            kind: "trailing",
            start: root.end + base,
            end: bytes.length + base,
            value: undefined,
            verdict: {
              ok: false,
              text: `${bytes.length - root.end} trailing ${bytes.length - root.end === 1 ? "byte" : "bytes"}`,
            },
            children: [],
          },
        ]
      : [];
  return Object.freeze({
    ...node,
    end: bytes.length + base,
    bytes,
    children: Object.freeze([...node.children, ...trailing]),
    ...(error && { error }),
  });
}
