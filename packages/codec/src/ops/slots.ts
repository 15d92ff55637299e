// Law: a field that a length or count refers to gets its place in passing and its bytes at the end of the struct that
// both stand in.

import { SchemaError } from "../errors.js";
import { type Bound, bind, type Context, isLeaf, type Named, type Scope, type Slot, type Slots } from "../plan.js";
import type { Ref } from "../reference.js";
import { type Frame, laterOf } from "../runtime/later.js";
import { property, under, type Writer } from "../runtime/writer.js";
import type { Source } from "../source.js";
import { checkGiven, emitFillPlace, fill, typedAs } from "./fill.js";

/** Stands for an offset that is known only when the whole message is written; no length is the same. */
export const LATER: number = Number.MIN_SAFE_INTEGER;

/** Finds the field that a length refers to and gives it a slot, unless its value follows from something else. */
export function bindDerived(context: Context, ref: Ref): Bound {
  const bound = bind(context, ref);
  const { named, scope, keys, framed } = bound;
  const { op } = named;
  if (op.numeric === undefined)
    throw new SchemaError("inverse", `field("${ref.path}") is used as a length but is not a whole number`);
  if (framed && !isLeaf(op))
    throw new SchemaError(
      "inverse",
      `field("${ref.path}") takes more or fewer bytes by its value, which is known only after the length of the window around it; give it a fixed width`,
    );
  if (op.constant !== undefined || op.derived) return bound;
  if (named.slot && named.slot.scope !== scope)
    throw new SchemaError("reference", `field("${ref.path}") already follows from a field of its own struct`);
  scope.slots ??= new ScopeSlots(scope);
  named.slot ??= (scope.slots as ScopeSlots).slotOf(named, keys);
  return bound;
}

class ScopeSlots implements Slots {
  private readonly scope: Scope;
  /** The fields, with their keys from the struct's value. */
  private readonly fields: { readonly named: Named; readonly keys: readonly string[] }[] = [];

  constructor(scope: Scope) {
    this.scope = scope;
  }

  slotOf(named: Named, keys: readonly string[]): Slot {
    const { scope } = this;
    const frame = (w: Writer): Frame => laterOf(w).frames[w.root + scope.depth] as Frame;
    return { scope, index: this.fields.push({ named, keys }) - 1, frame };
  }

  begin(w: Writer): void {
    const later = laterOf(w);
    const places = this.fields.map(() => 0);
    later.frames[w.scopes.length - 1] = { places, values: this.fields.map(() => undefined) };
    later.live.push(places);
  }

  end(w: Writer, value: object): void {
    const later = laterOf(w);
    const depth = w.scopes.length - 1;
    const { places, values } = later.frames[depth] as Frame;
    this.fields.forEach(({ named: { op }, keys }, i) => {
      const derived = values[i];
      if (derived === LATER) return;
      const at = places[i] as number;
      let given: unknown = value;
      for (const key of keys) given = typeof given === "object" && given !== null ? property(given, key) : undefined;
      try {
        if (derived === undefined && given === undefined)
          throw w.fail(
            "missing",
            "needs a value, because nothing that was written tells it",
            "there is none",
            undefined,
            at,
          );
        const right = derived === undefined ? (given as number) : typedAs(op, derived);
        if (derived !== undefined) checkGiven(w, given, right, "what it counts", at);
        fill(w, op, at, right);
      } catch (error) {
        throw keys.reduceRight<unknown>((inner, key) => under(inner, key), error);
      }
    });
    later.settle(depth);
    later.live.pop();
  }

  emitBegin(source: Source): void {
    for (const { named } of this.fields) {
      const slot = { place: source.name("place"), value: source.name("derived") };
      source.line(`let ${slot.place} = 0, ${slot.value};`);
      source.slots.set(named, slot);
    }
  }

  emitEnd(source: Source): void {
    for (const { named } of this.fields) {
      const { place, value } = source.slots.get(named) as { place: string; value: string };
      const given = source.given.get(named) as string;
      source.line(
        `if (${value} === undefined) ${value} = ${given}; else if (${given} !== undefined && ${given} !== ${value}) ${source.givingUp}`,
      );
      source.stop(`${value} === undefined`);
      emitFillPlace(source, named.op, place, value, String(named.op.min));
    }
    for (const finish of source.deferred.get(this.scope) ?? []) finish();
  }
}
