// Law: a length, count, offset or tag that a function gives is asked for once, in front of what it is about, and what is
// no such number is refused before anything is read or made room for.

import { show } from "../../errors.js";
import { type AnySchema, field, type Ref } from "../../index.js";
import { labelOf } from "../../length.js";
import { lookUp } from "../../ops/count.js";
import { presence } from "../../ops/leaf.js";
import { bare } from "../../own.js";
import { bind, type Context, type Leaf, type Named, type Op, type Scope } from "../../plan.js";
import { type Reader, STOP } from "../../runtime/reader.js";
import type { Writer } from "../../runtime/writer.js";
import { facts, node } from "../../schema.js";
import { DECODE_ONLY, decodeOnlyText, type Told, threw } from "./decode-only.js";
import { Look } from "./look.js";
import { bindSight, emitSight, type Source } from "./sight.js";

/** What a function gives, under the name by which what it is about refers to it. */
export interface Asked extends Told {
  /** Tags are compared, and nothing else must be true of them. */
  readonly tag?: boolean;
  /** Why it cannot be encoded. */
  readonly why: string;
}

const nameOf = ({ what }: Asked): string => `its ${what}`;
/** The reference by which the content of {@link computed} has what the function gives. */
export const given = (asked: Asked): Ref => field(nameOf(asked));

const MOST = Number.MAX_SAFE_INTEGER;

/** Why something is no length, with the code for that; undefined where it is one. */
function wrong(value: unknown): "length" | "limit" | "rejected" | undefined {
  if (typeof value !== "bigint" && (typeof value !== "number" || Number.isNaN(value))) return "rejected";
  if (value < 0) return "length";
  if (value > MOST) return "limit";
  return typeof value === "bigint" || Number.isInteger(value) ? undefined : "rejected";
}

/** What the function gives, as a number where it must be one; STOP when it is noted what is wrong. */
function ask(m: Pick<Reader, "fail">, asked: Asked, source: Source): unknown | typeof STOP {
  const { fn, what, sight, name, value, tag } = asked;
  let result: unknown;
  const look = new Look(sight, source, name, value);
  try {
    result = look.kept(fn.call(look.self, look.vars) as unknown);
  } catch (cause) {
    return threw(m, what, cause);
  } finally {
    look.close();
  }
  if (tag) return result;
  const code = wrong(result);
  if (code === undefined) return Number(result);
  m.fail(code, `from its ${what} function a whole number from 0 to 2^53 - 1`, `got ${show(result)}`);
  return STOP;
}

/** Is told what is wrong by generated code: the interpreter then finds it again. */
const nobody: Pick<Reader, "fail"> = { fail: () => false };

/** Stands for what the function gives, in the struct-like frame around its content. */
const number: Leaf = {
  min: 0,
  max: 0,
  size: 0,
  numeric: "number",
  free: true,
  decode: () => STOP,
  get: () => STOP,
  encode() {},
  put() {},
  emitDecode: () => "0",
  emitEncode() {},
  emitGet: () => "0",
  emitPut() {},
};

/** What a function tells about `content`, which refers to that by {@link given}, and to fields outside by one `../` more. */
export function computed(content: AnySchema, asked: Asked): AnySchema {
  const { min, max, greedy, endless, uses } = content.facts;
  const outer = uses.flatMap((use) => (use.path.startsWith("../") ? [{ ...use, path: use.path.slice(3) }] : []));
  return node(
    "computed",
    facts(min, max, { greedy, endless, uses: outer }),
    { label: labelOf(content), schema: content },
    (_schema: never, context: never) => lowerComputed(content, asked, context),
    (change) => computed(change(content), asked),
  );
}

function lowerComputed(content: AnySchema, asked: Asked, context: Context): Op {
  const { what, sight, why } = asked;
  const key = nameOf(asked);
  const named: Named = { key, op: bare({ ...number }), read: true, slot: undefined };
  const scope: Scope = {
    depth: context.scope ? context.scope.depth + 1 : 0,
    parent: context.scope,
    names: new Map([[key, named]]),
    keys: [key],
    slots: undefined,
  };
  const bound = bindSight(context, sight);
  const op = context.lower(content, { scope });
  const generated = (found: () => readonly unknown[]): unknown => ask(nobody, asked, found);
  return {
    min: op.min,
    max: op.max,
    ...presence(op),
    ...(op.greedy && { greedy: true }),
    free: true,
    decode(m) {
      const saved = m.resume();
      const frame = saved?.value ?? { [key]: ask(m, asked, m) };
      if ((frame as Record<string, unknown>)[key] === STOP) return STOP;
      m.scopes.push(frame);
      const value = op.decode(m);
      if (value === STOP) return m.leave(undefined, 0, frame);
      m.scopes.pop();
      return value;
    },
    encode(w: Writer) {
      throw w.fail("rejected", DECODE_ONLY, decodeOnlyText(why));
    },
    emitDecode(source) {
      const seen = emitSight(source, sight, bound);
      const result = source.store(`${source.constant(generated)}(${seen})`, what);
      source.stop(`${result} === ${source.use("STOP", STOP)}`);
      source.vars.set(named, result);
      return op.emitDecode(source);
    },
    emitEncode: (source) => source.stop(),
  };
}

/** As many bytes as a function gives, which nobody wants. */
export function skipped(asked: Asked): AnySchema {
  const ref = given(asked);
  const content = node<AnySchema>(
    "padding",
    facts(0, Number.POSITIVE_INFINITY, { uses: [{ path: ref.path, derives: false }] }),
    { amount: ref, ignore: true },
    (_schema: never, context: never): Op => {
      const bound = bind(context, ref);
      return {
        min: 0,
        max: Number.POSITIVE_INFINITY,
        hidden: true,
        decode(m) {
          m.resume();
          const n = lookUp(m, bound) as number;
          if (!m.need(n)) return m.leave(undefined, 0, undefined);
          m.p += n;
          return undefined;
        },
        encode() {},
        emitDecode(source) {
          const n = source.vars.get(bound.named) as string;
          source.need(n);
          source.advance(n);
          return "undefined";
        },
        emitEncode() {},
      };
    },
  );
  return computed(content, asked);
}
