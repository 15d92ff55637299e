// Law: what a function of a parser says of a value is decoded as binary-parser does, with the same in sight, and is not
// encoded: to that there is no inverse. Its text is never looked into.

import { reason, show } from "../../errors.js";
import type { AnySchema, Key } from "../../index.js";
import { labelOf } from "../../length.js";
import { traits } from "../../ops/leaf.js";
import { type Transform, transformed } from "../../ops/transform.js";
import { bare } from "../../own.js";
import type { Context, Op } from "../../plan.js";
import { type Reader, STOP } from "../../runtime/reader.js";
import { property, type Writer } from "../../runtime/writer.js";
import { facts, node } from "../../schema.js";
import { Look } from "./look.js";
import { bindSight, emitSight, type Sight, type Source } from "./sight.js";

/** A function of a parser, what it is called, and what it can see. */
export interface Told {
  readonly fn: Function;
  /** What it is of its field: "formatter". */
  readonly what: string;
  readonly sight: Sight;
  /** What the object being filled has of the field when the function is called. */
  readonly name?: string | undefined;
  readonly value?: unknown;
  /** Where it ends an array of which an object by this key is made. */
  readonly hash?: string | undefined;
}

export const DECODE_ONLY = "a value that can be encoded";
export const decodeOnlyText = (why: string): string => `can only be decoded: ${why}`;

/** What is said of a function that looks where there is nothing to see. */
export const looksAround = (what: string): Error =>
  new Error(decodeOnlyText(`its ${what} function looks at other fields`));

/** What a formatter makes of a value, with the object being filled as its `this`. */
function formattedBy({ fn, what, sight, name }: Told, raw: unknown, source: Source): unknown {
  const look = new Look(sight, source, name, raw);
  try {
    const result: unknown = fn.call(look.self, raw);
    // One that has nothing to see is not trusted where it tried to.
    if (look.looked && !source) throw looksAround(what);
    return look.kept(result);
  } catch (error) {
    throw look.looked && !source ? looksAround(what) : error;
  } finally {
    look.close();
  }
}

/** Whether an assertion holds, with the outermost object as its `this`. */
function holds({ fn, what, sight, name }: Told, raw: unknown, source: Source): boolean {
  const look = new Look(sight, source, name, raw);
  try {
    const result = Boolean(fn.call(look.vars, raw));
    if (look.looked && !source) throw looksAround(what);
    return result;
  } catch (error) {
    throw look.looked && !source ? looksAround(what) : error;
  } finally {
    look.close();
  }
}

/** Where in the value something thrown says that it is. */
function placeOf(cause: unknown): Key[] {
  const keys = typeof cause === "object" && cause !== null ? property(cause, "keys") : undefined;
  return Array.isArray(keys) ? keys.filter((key) => typeof key === "string" || typeof key === "number") : [];
}

/** Notes what a function threw. */
export function threw(m: Pick<Reader, "fail">, what: string, cause: unknown, at?: number): typeof STOP {
  m.fail("rejected", `bytes that its ${what} function accepts`, reason(cause), at, { cause, within: placeOf(cause) });
  return STOP;
}

/** Does something with a value, seeing what there is to see. */
type Act = (value: unknown, source: Source) => unknown;

/** The transform of what a function makes of a value or says of it. */
function acting(context: Context, { what, sight }: Told, act: Act, more: Pick<Transform, "back"> & Partial<Transform>) {
  const bound = bindSight(context, sight);
  return {
    forward(m: Reader, raw: unknown, at: number) {
      try {
        return act(raw, m);
      } catch (cause) {
        return threw(m, what, cause, at);
      }
    },
    emitForward: (source, raw) =>
      source.attempt(`${source.constant(act)}(${raw}, ${emitSight(source, sight, bound)})`, "made"),
    emitBack(source, value) {
      source.stop();
      return value;
    },
    ...more,
  } satisfies Transform;
}

/** A value as a formatter makes it of another. */
export function formatted(schema: AnySchema, told: Told, why: string): AnySchema {
  const act: Act = (raw, source) => formattedBy(told, raw, source);
  const encode = (): never => {
    throw new Error(decodeOnlyText(why));
  };
  return node(
    "map",
    schema.facts,
    {
      label: labelOf(schema),
      schema,
      functions: Object.freeze({ decode: (raw: unknown) => act(raw, undefined), encode }),
    },
    (_schema: never, given: never) => {
      const context = given as Context;
      const inner = context.lower(schema, { bits: context.bits });
      const back = (w: Writer): never => {
        throw w.fail("rejected", DECODE_ONLY, decodeOnlyText(why));
      };
      return transformed(inner, acting(context, told, act, { back, traits: { free: true } }));
    },
    (change) => formatted(change(schema), told, why),
  );
}

/** A value that a function accepts; on encode too, where it looks at nothing else. */
export function asserted(schema: AnySchema, told: Told): AnySchema {
  const message = "must be what its assert function accepts";
  const act: Act = (raw, source) => {
    if (holds(told, raw, source)) return raw;
    throw new Refused(`got ${show(raw)}`);
  };
  const predicate = (value: unknown): boolean => holds(told, value, undefined);
  return node(
    "check",
    schema.facts,
    { label: labelOf(schema), schema, predicate, message },
    (_schema: never, given: never) => {
      const context = given as Context;
      const inner = context.lower(schema, { bits: context.bits });
      const by = acting(context, told, act, {
        back: (_w, value) => value,
        accept(w, value) {
          let passes: boolean;
          try {
            passes = predicate(value);
          } catch (cause) {
            throw w.fail("rejected", message, reason(cause), cause);
          }
          if (!passes) throw w.refuse("rejected", message, value);
        },
        traits: { ...traits(inner), ...(inner.constant && { constant: inner.constant }) },
        emitBack(source, value) {
          source.stop(`!${source.attempt(`${source.constant(predicate)}(${value})`, "passes")}`);
          return value;
        },
      });
      return transformed(inner, {
        ...by,
        forward(m, raw, at) {
          try {
            return act(raw, m);
          } catch (cause) {
            if (!(cause instanceof Refused)) return threw(m, told.what, cause, at);
            m.fail("rejected", message, cause.message, at);
            return STOP;
          }
        },
      });
    },
    (change) => asserted(change(schema), told),
  );
}

/** Says that an assertion does not hold; what its function throws is something else. */
class Refused extends Error {}

/**
 * Takes no bytes and has no value: in a struct of fixed size functions would see nothing of the fields before, because those
 * are not put anywhere until all are read.
 */
export function sighted(): AnySchema {
  const op: Op = {
    min: 0,
    max: 0,
    hidden: true,
    decode: () => undefined,
    encode() {},
    emitDecode: () => "undefined",
    emitEncode() {},
  };
  return node("padding", facts(0, 0), { amount: 0, ignore: true }, () => bare({ ...op }));
}
