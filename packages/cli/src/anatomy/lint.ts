// What compiles and yet is probably not what its author wants: lengths that nothing bounds, limits that do not limit,
// tags that can be read in several ways, and parts that no bytes can reach. Each finding says where, what, and what to do.

import type { AnySchema, Length, Limits, Ref, Until } from "@wireform/codec";
import { labelOf, lengthLabel } from "@wireform/codec/tooling";
import { type Any, type Fields, rangeIn, type Scope, variantFields } from "./any.js";
import { type Least, leastBytes } from "./least.js";
import { ambiguousTag, conditionTruth, deadCases } from "./reach.js";
import { mostBytes, mostOf, mostOfEach, numbersIn, saying, sumOf, takes, teller } from "./sizes.js";
import { conditionWords, countWords } from "./words.js";

export interface Finding {
  readonly rule: "unbounded" | "limit" | "ambiguous" | "unreachable";
  readonly path: string;
  readonly what: string;
  readonly todo: string;
}

interface Walk {
  readonly path: string;
  readonly scope: Scope | undefined;
  /** The most bytes that a window around leaves; infinity where there is none. */
  readonly room: number;
}

/** Everything there is to find in a schema that people call `name`, under these limits. */
export function lint(schema: AnySchema, name: string, limits: Limits): readonly Finding[] {
  const linter = new Linter(schema, name, limits);
  linter.root(schema, { path: "", scope: undefined, room: Number.POSITIVE_INFINITY });
  return linter.findings;
}

class Linter {
  readonly findings: Finding[] = [];
  private readonly name: string;
  private readonly limits: Limits;
  private readonly seen: Set<unknown>;
  private readonly least: Least;

  constructor(schema: AnySchema, name: string, limits: Limits) {
    this.name = name;
    this.limits = limits;
    this.seen = new Set([schema]);
    this.least = leastBytes(schema);
  }

  private say(rule: Finding["rule"], { path }: Walk, what: string, todo: string): void {
    this.findings.push({ rule, path: path === "" ? this.name : path, what, todo });
  }

  root(schema: AnySchema, walk: Walk): void {
    this.reachable(schema, 0, walk);
    this.visit(schema, walk);
  }

  private visit(schema: AnySchema, walk: Walk): void {
    const of = schema as Any;
    switch (of.kind) {
      case "struct":
        this.fields(Object.entries(of.fields), walk);
        break;
      case "union":
        this.union(of, walk);
        break;
      case "match":
        this.match(of, walk);
        break;
      case "array":
      case "typedArray":
        this.counted(of, walk);
        this.visit(of.item, { ...walk, path: `${walk.path}[]` });
        break;
      case "bytes":
      case "string":
        this.length(walk, of.length, 1);
        break;
      case "sized":
        this.window(of, walk);
        break;
      case "custom":
        if (of.facts.max === Number.POSITIVE_INFINITY && walk.room === Number.POSITIVE_INFINITY)
          this.say("unbounded", walk, "its functions may take any number of bytes", "give custom a max");
        break;
      case "lazy": {
        const target = of.get();
        if (this.seen.has(target) || this.seen.has(of.get)) break;
        this.seen.add(target).add(of.get);
        this.visit(target, { ...walk, scope: undefined });
        break;
      }
      case "when":
        this.condition(of, walk);
        this.visit(of.schema, walk);
        break;
      default:
        if (of.schema && of.kind !== "reserved") this.visit(of.schema, walk);
    }
  }

  private fields(fields: Fields, walk: Walk): void {
    const scope: Scope = { fields, parent: walk.scope };
    const rooms = fields.map(() => walk.room);
    fields.forEach(([key, schema]) => {
      const numbers = schema.kind === "lengthOf" ? numbersIn(schema) : undefined;
      if (!numbers) return;
      const { first, last } = rangeIn(fields, (schema as Any).range);
      const covered = sumOf(mostOfEach(fields, walk.scope, new Set()).slice(first, last + 1));
      const limit = this.limits.maxMessageSize;
      if (covered > limit && this.announced(schema as Length, limit, { ...walk, scope }) !== undefined)
        this.tooLong(schema, Math.min(numbers.max, covered), { ...walk, path: join(walk.path, key) });
      for (let at = first; at <= last; at++) rooms[at] = Math.min(walk.room, numbers.max);
    });
    fields.forEach(([key, schema], at) => {
      this.visit(schema, { path: join(walk.path, key), scope, room: rooms[at] as number });
    });
  }

  private union(of: Any, walk: Walk): void {
    const several = ambiguousTag(of.tag);
    if (several) this.say("ambiguous", { ...walk, path: join(walk.path, of.tagName) }, several.what, several.todo);
    for (const [name, variant] of Object.entries(of.variants)) {
      const inner = { ...walk, path: join(walk.path, name) };
      this.reachable(variant[1], of.tag.facts.min, inner);
      this.fields(variantFields(of, variant).fields, inner);
    }
  }

  /** A part that more than one stands for must have room, and an end. */
  private reachable(schema: AnySchema, before: number, walk: Walk): void {
    const least = this.least.of(schema) + before;
    const room = Math.min(walk.room, this.limits.maxMessageSize);
    if (least === Number.POSITIVE_INFINITY)
      this.say(
        "unreachable",
        walk,
        "contains itself without end",
        "give it a form that does not, by a count, when or another variant",
      );
    else if (least > room)
      this.say(
        "unreachable",
        walk,
        `takes at least ${least} bytes, where there are at most ${room}`,
        "make the window around it larger, or take it out",
      );
  }

  private match(of: Any, walk: Walk): void {
    for (const { key, why } of deadCases(of, walk.scope))
      this.say(
        "unreachable",
        { ...walk, path: join(walk.path, key) },
        why,
        "take it out, or give the field that value",
      );
    const cases = [...Object.entries(of.cases), ...(of.otherwise ? [["otherwise", of.otherwise] as const] : [])];
    for (const [key, schema] of cases) {
      const inner = { ...walk, path: join(walk.path, key) };
      this.reachable(schema, 0, inner);
      this.visit(schema, inner);
    }
  }

  private condition(of: Any, walk: Walk): void {
    const truth = conditionTruth(of.condition, walk.scope);
    if (truth === undefined) return;
    const asked = conditionWords(of.condition);
    if (truth)
      this.say(
        "unreachable",
        walk,
        `is always there, since it always holds that ${asked}`,
        "take the condition off, or correct it",
      );
    else
      this.say(
        "unreachable",
        walk,
        `is never there, since it never holds that ${asked}`,
        "take the field out, or correct its condition",
      );
  }

  /** A window, whose content need not be bounded by anything else. */
  private window(of: Any, walk: Walk): void {
    const { length, content } = of;
    const most = mostOf(length, walk.scope);
    const inside = mostBytes(content, walk.scope);
    if (of.skip || inside > this.limits.maxMessageSize) this.length(walk, length, 1);
    const { maxMessageSize } = this.limits;
    const room = Math.min(walk.room, most === Number.POSITIVE_INFINITY ? maxMessageSize : most);
    this.visit(content, { ...walk, room });
  }

  private counted(of: Any, walk: Walk): void {
    const { length, item } = of;
    const least = item.facts.min;
    const { maxElements } = this.limits;
    const most = this.announced(length, maxElements, walk);
    if (most !== undefined) {
      this.say(
        "limit",
        walk,
        `may announce ${countWords(most)} elements, where a message has at most ${maxElements}`,
        bounding(length, "maxElements", most),
      );
      return;
    }
    this.length(walk, length, least);
  }

  /** A length in units of some bytes that stands in no window. */
  private length(walk: Walk, length: Length, unit: number): void {
    if (walk.room !== Number.POSITIVE_INFINITY) return;
    const { maxMessageSize } = this.limits;
    const { kind, max } = length as Until;
    if ((kind as string) === "rest")
      this.say(
        "unbounded",
        walk,
        "takes everything up to the end of the connection, so that no message can follow",
        "put the message into a window such as sized(u32, …), unless each is a whole file or datagram",
      );
    else if (kind === "until" && max === undefined)
      this.say(
        "unbounded",
        walk,
        `goes on ${(length as Until).last ? "to an element that is its last" : lengthLabel(length)}, with nothing but the message limit to bound it`,
        untilTodo(length as Until),
      );
    else if (kind === "until" && (max as number) > maxMessageSize)
      this.say(
        "limit",
        walk,
        `has a max of ${max} bytes, where a message has at most ${maxMessageSize}`,
        "lower it, or compile with limits.maxMessageSize as high",
      );
    else if (unit > 0) {
      const most = this.announced(length, Math.floor(maxMessageSize / unit), walk);
      if (most !== undefined) this.tooLong(length, most * unit, walk);
    }
  }

  /** The most that a length can say, where that is beyond a limit, nothing around bounds it, and nothing checks it. */
  private announced(length: Length, limit: number, { scope, room }: Walk): number | undefined {
    const own = teller(length, scope);
    if (!own || room !== Number.POSITIVE_INFINITY || !numbersIn(own)) return undefined;
    const most = mostOf(length, scope);
    return most > limit && takes(own, saying(length, limit + 1)) ? most : undefined;
  }

  private tooLong(length: Length | AnySchema, most: number, walk: Walk): void {
    const { maxMessageSize } = this.limits;
    this.say(
      "limit",
      walk,
      `may announce ${countWords(most)} bytes, where a message has at most ${maxMessageSize}`,
      bounding(length, "maxMessageSize", most),
    );
  }
}

const join = (path: string, key: string): string => (path === "" ? key : `${path}.${key}`);

const untilTodo = ({ last }: Until): string =>
  last ? "put it into a window such as sized(u16, …)" : "give until a max";

/** How to bound what a length says: by a check on it, or, where limits go as far, by saying that so much is meant. */
function bounding(length: Length | AnySchema, limit: keyof Limits, most: number): string {
  const label = isSchema(length) ? labelOf(length) : lengthLabel(length);
  const what = (length as Ref).kind === "field" ? `the field ${(length as Ref).path}` : label;
  const lift = most <= 2 ** 32 ? `, or compile with the limits.${limit} that the protocol allows` : "";
  return `put a check on ${what}${lift}`;
}

const isSchema = (of: Length | AnySchema): of is AnySchema => typeof (of as Any)["~lower"] === "function";
