// Law: to watch changes nothing: an op that is watched reads as it would, with one call more on the stack, and what it
// read is kept as far as it came, also where the stack ended.

import type { Key } from "./errors.js";
import { labelOf } from "./length.js";
import { isLeaf, type Leaf, type Op, type Role } from "./plan.js";
import { type Reader, STOP } from "./runtime/reader.js";
import type { AnySchema } from "./schema.js";

/** What is watched: how its schema is written, what it is to its parent, and the op itself. */
interface Watched {
  readonly kind: string;
  readonly role: Role;
  readonly op?: Op;
  /** Whether a delimiter ends it. */
  readonly delimited?: boolean;
  /** How many bits it has, if it shares bytes. */
  readonly width?: number | undefined;
}

/** A node while it grows. */
export interface Draft {
  readonly watched: Watched;
  kind: string;
  key: Key | undefined;
  start: number;
  end: number;
  bits: { high: number; low: number; little: boolean } | undefined;
  value: unknown;
  verdict: { ok: boolean; text: string } | undefined;
  /** Where a length or checksum that is verified later was read. */
  derivedAt: number | undefined;
  children: Draft[];
  /** Children that have no name: content and prefixes. */
  parts: Draft[];
  /** How many children are elements. */
  elements: number;
  /** What bytes behind the last child are. */
  tail: "gap" | "delimiter";
  /** Its place, once that is known. */
  path: string;
  /** What has become of it. */
  node: unknown;
}

export const draftOf = (watched: Watched, start: number): Draft => ({
  watched,
  kind: watched.kind,
  key: watched.role.key,
  start,
  end: start,
  bits: undefined,
  value: undefined,
  verdict: undefined,
  derivedAt: undefined,
  children: [],
  parts: [],
  elements: 0,
  tail: watched.delimited ? "delimiter" : "gap",
  path: "",
  node: undefined,
});

/** Watches ops while they decode. */
export class Trace {
  /** From the message to what is being read. */
  open: Draft[] = [];

  /** An op that decodes as before and leaves a node. That takes one call more, of few variables, for the sake of recursion. */
  watch(op: Op, schema: AnySchema, role: Role): Op {
    const watched: Watched = {
      kind: op.derived?.checksum?.algorithm.name ?? labelOf(schema),
      role,
      op,
      delimited: (schema as { length?: { kind?: unknown } }).length?.kind === "until",
      width: schema.facts.bits,
    };
    // A struct of fixed size is read field by field, so that a cut one shows the fields that are there.
    const { get, put, size, emitGet, emitPut, ...plain } = op as Leaf;
    const decode: Op["decode"] = (m) => {
      const around = this.begin(watched, m.p);
      const value = op.decode(m);
      return this.end(m, around, value);
    };
    if (!isLeaf(op) || op.names) return { ...plain, decode };
    const leaf: Leaf = {
      ...op,
      get: (m, p) => this.endLeaf(op, p, this.begin(watched, p), op.get(m, p)),
      decode: (m) => {
        if (!m.need(op.size)) return this.end(m, this.begin(watched, m.p), STOP);
        const value = leaf.get(m, m.p);
        if (value !== STOP) m.p += op.size;
        return value;
      },
    };
    return leaf;
  }

  /** Opens a node and tells how many are open around it. */
  private begin(watched: Watched, p: number): number {
    return this.open.push(draftOf(watched, p)) - 1;
  }

  /** Ends the node with so many around it, and those in it that are open still, because the stack ended there. */
  private end(m: Reader, around: number, value: unknown): unknown {
    while (this.open.length > around) {
      const draft = this.open.pop() as Draft;
      const { op } = draft.watched as Required<Watched>;
      const result = this.open.length > around ? STOP : value;
      if (result !== STOP) draft.end = m.p;
      gather(draft, result === STOP);
      if (result !== STOP) draft.value = result;
      else if (draft.children.length === 0 && m.fault) {
        // How far it would have gone: to the end of what there is, of its fixed size, or to what is wrong.
        const fixed = op.min === op.max ? draft.start + op.min : Math.max(m.p, m.fault.offset);
        draft.end = Math.max(draft.end, Math.min(m.e, m.fault.code === "truncated" ? m.e : fixed));
      }
      if (op.derived) draft.derivedAt = draft.start;
      this.settle(draft, result);
    }
    return value;
  }

  private endLeaf(op: Leaf, p: number, around: number, value: unknown): unknown {
    const draft = this.open[around] as Draft;
    this.open.length = around;
    draft.end = p + op.size;
    gather(draft, value === STOP);
    const { width } = draft.watched;
    if (op.place && width !== undefined) {
      const { place } = op;
      const { first, last } = place.run.locate(place, width);
      draft.start = p + Math.min(first, last);
      draft.end = p + Math.max(first, last) + 1;
      draft.bits = { high: (place.lowest & 7) + width - 1, low: place.lowest & 7, little: place.little };
    }
    if (value !== STOP) draft.value = value;
    if (op.derived) draft.derivedAt = p;
    this.settle(draft, value);
    return value;
  }

  /** Puts a finished node into its parent. */
  private settle(draft: Draft, value: unknown): void {
    const parent = this.open[this.open.length - 1] as Draft;
    const { element } = draft.watched.role;
    if (element) draft.key = parent.elements++;
    // Nothing there; and elements without bytes, of which a few bytes can announce a million, are only counted.
    const empty = draft.end === draft.start && draft.children.every((child) => child.end === child.start);
    if (empty && (value === undefined || (element && value !== STOP))) return;
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
