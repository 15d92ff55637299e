// Law: what a function of a parser says of a value is decoded as binary-parser does, with the same in sight, and is not
// encoded: to that there is no inverse. Its text is never looked into.

import type { AnySchema, Key } from "../../index.js";
import { reason, show } from "../../errors.js";
import { labelOf } from "../../length.js";
import { traits } from "../../ops/leaf.js";
import { type Transform, transformed } from "../../ops/transform.js";
import { bare } from "../../own.js";
import type { Context, Op } from "../../plan.js";
import { type Reader, STOP } from "../../runtime/reader.js";
import { property, type Writer } from "../../runtime/writer.js";
import { facts, node } from "../../schema.js";
import { bindSight, emitSight, type Find, Look, seenAs, seenIn, type Sight } from "./sight.js";

/** A function of a parser, what it is called, and what it can see. */
export interface Told {
  readonly fn: Function;
  /** What it is of its field: "formatter". */
  readonly what: string;
  readonly sight: Sight;
  /** What the object being filled has of the field when the function is called. */
  readonly name?: string | undefined;
  readonly value?: unknown;
}

export const DECODE_ONLY = "a value that can be encoded";
export const decodeOnlyText = (why: string): string => `can only be decoded: ${why}`;

/** What a function sees where nothing is decoded: nothing, and that is said of it. */
export function blind({ what, sight }: Pick<Told, "what" | "sight">): Look {
  return new Look(sight, () => {
    throw new Error(decodeOnlyText(`its ${what} function looks at other fields`));
  });
}

/** Calls a function that can look; where it must not, that it tried is an error even if it takes none from it. */
export function watched<T>(look: Look, told: Pick<Told, "what">, sees: boolean, call: (look: Look) => T): T {
  try {
    const result = look.kept(call(look));
    if (look.looked && !sees) throw new Error(decodeOnlyText(`its ${told.what} function looks at other fields`));
    return result;
  } finally {
    look.close();
  }
}

/** Where in the value something thrown says that it is. */
export function placeOf(cause: unknown): Key[] {
  const keys = typeof cause === "object" && cause !== null ? property(cause, "keys") : undefined;
  return Array.isArray(keys) ? keys.filter((key) => typeof key === "string" || typeof key === "number") : [];
}

/** Notes what a function threw. */
export function threw(m: Reader, what: string, cause: unknown, at: number): typeof STOP {
  m.fail("rejected", `bytes that its ${what} function accepts`, reason(cause), at, { cause, within: placeOf(cause) });
  return STOP;
}

/** Does something with a value, seeing what there is to see; `find` is missing where there is nothing. */
type Act = (value: unknown, find: Find | undefined) => unknown;

/** The transform of what a function makes of a value or says of it. */
function acting(context: Context, { what, sight }: Told, act: Act, more: Pick<Transform, "back"> & Partial<Transform>) {
  const bound = bindSight(context, sight);
  const generated = (value: unknown, found: () => readonly unknown[]): unknown => act(value, seenAs(sight, found));
  return {
    forward(m: Reader, raw: unknown, at: number) {
      try {
        return act(raw, seenIn(m, sight));
      } catch (cause) {
        return threw(m, what, cause, at);
      }
    },
    emitForward: (source, raw) =>
      source.attempt(`${source.constant(generated)}(${raw}, ${emitSight(source, sight, bound)})`, "made"),
    emitBack(source, value) {
      source.stop();
      return value;
    },
    ...more,
  } satisfies Transform;
}

/** A value as a formatter makes it of another. */
export function formatted(schema: AnySchema, told: Told, why: string): AnySchema {
  const act: Act = (raw, find) => {
    const look = find ? new Look(told.sight, find, told.name, raw) : blind(told);
    return watched(look, told, find !== undefined, () => told.fn.call(look.self, raw) as unknown);
  };
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
  const accepts = (raw: unknown, find: Find | undefined): boolean => {
    const look = find ? new Look(told.sight, find, told.name, raw) : blind(told);
    return watched(look, told, find !== undefined, () => Boolean(told.fn.call(look.vars, raw)));
  };
  const act: Act = (raw, find) => {
    if (accepts(raw, find)) return raw;
    throw new Refused(message, raw);
  };
  const predicate = (value: unknown): boolean => accepts(value, undefined);
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
            return act(raw, seenIn(m, told.sight));
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
class Refused extends Error {
  constructor(_: string, value: unknown) {
    super(`got ${show(value)}`);
  }
}

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
