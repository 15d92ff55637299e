// Where the names in a binary-parser definition lead. Its names are those of the object being filled; ours are those of
// the struct, and the case of a choice without a name is a struct of its own that shares that object.

import type { Spot } from "./sight.js";

/** A name that leads nowhere that can be said. */
export class Lost extends Error {}

/** A name for something that is there while binary-parser decodes, but does not follow from one field's bytes. */
export class Changed extends Lost {}

interface Known {
  /** Why later fields cannot use its value. */
  readonly changed?: string | undefined;
  readonly inside?: Scope | undefined;
  /** The fields of a choice's cases. */
  readonly cases?: ReadonlySet<string> | undefined;
}

/** The fields of one struct so far. */
export class Scope {
  readonly known: Map<string, Known> = new Map();
  /** Fields that only some cases of choices without a name have. */
  readonly some: Set<string> = new Set();
  readonly parent: Scope | undefined;
  /** What functions see here. */
  readonly spot: Spot;

  constructor(parent: Scope | undefined, spot: Spot) {
    this.parent = parent;
    this.spot = spot;
  }

  /** Whether its fields stand in the object of the struct around it. */
  private get shares(): boolean {
    return this.spot.kind !== "object";
  }

  /** True when the object being filled has such a key already. */
  has(name: string): boolean {
    return this.known.has(name) || (this.shares && this.parent?.has(name) === true);
  }

  /** The path, as `field` takes it, of what binary-parser finds under a name. */
  find(name: string): string {
    const [first = "", ...rest] = name.split(".");
    if (first === "$index") throw new (this.spot.context ? Changed : Lost)("an element's $index is not in the bytes");
    if (first === "$parent" || first === "$root") {
      const [owner, ups] = this.owner();
      if (!owner.parent) {
        if (owner.spot.called) throw new Changed(`"${name}" is of whatever uses this parser by its name`);
        const { around, context, wrapped } = owner.spot;
        if (around && context && !wrapped) throw new Changed(`"${name}" is of what points at it`);
        if (around || first === "$parent") throw new Lost(`${first} leads out of the message`);
        return `${ups}${owner.find(rest.join("."))}`;
      }
      return `${ups}../${owner.parent.find(first === "$root" ? name : rest.join("."))}`;
    }
    let known = this.known.get(first);
    const inCases = (): Changed => new Changed(`"${name}" is a field of some cases only`);
    if (!known && this.some.has(first)) throw inCases();
    if (!known && this.shares && this.parent) return `../${this.parent.find(name)}`;
    for (const [at, key] of [first, ...rest].entries()) {
      if (at > 0) {
        const { cases, inside }: Known = known ?? {};
        known = inside?.known.get(key);
        if (!known && (cases?.has(key) || inside?.some.has(key))) throw inCases();
      }
      if (!known) throw new Lost(`"${name}" is no field before it that is always there`);
      if (known.changed !== undefined) throw new Changed(`"${name}" is not what stands in the bytes: ${known.changed}`);
    }
    return name;
  }

  /** The struct whose object this is, and the way out to it. */
  private owner(): [Scope, string] {
    if (!this.shares || !this.parent) return [this, ""];
    const [owner, ups] = this.parent.owner();
    return [owner, `../${ups}`];
  }
}
