// What can be reached: which values a field can have, and so which cases and conditions ever matter.

import type { AnySchema, Condition, Ref } from "@wireform/codec";
import { type Any, fieldAt, type Scope } from "./any.js";
import { type Numbers, numbersIn, stepped, takes } from "./sizes.js";

/** The values that a field can have: some few, or all numbers of a range. */
interface Possible {
  readonly values?: ReadonlySet<unknown>;
  readonly numbers?: Numbers;
}

function possible(schema: AnySchema | undefined): Possible | undefined {
  const of = schema as Any | undefined;
  if (!of) return undefined;
  if (of.kind === "flag" || of.kind === "bool") return { values: new Set([true, false]) };
  if (of.kind === "constant") return { values: new Set([of.value]) };
  if (of.kind === "enumeration" && of.unknown === "refuse") return { values: new Set(Object.keys(of.names)) };
  if (of.kind === "check") {
    const { values } = possible(of.schema) ?? {};
    if (values) return { values: new Set([...values].filter((value) => passes(of, value))) };
  }
  const numbers = numbersIn(of);
  return numbers && { numbers };
}

const passes = ({ predicate }: Any, value: unknown): boolean => {
  try {
    return predicate(value);
  } catch {
    return false;
  }
};

/** Of few numbers, each that the field really takes. */
const FEW = 65_536;
function listed({ values, numbers }: Possible, schema: AnySchema): ReadonlySet<unknown> | undefined {
  if (values || !numbers || numbers.max - numbers.min >= FEW) return values;
  const all = Array.from({ length: numbers.max - numbers.min + 1 }, (_, i) => numbers.min + i);
  return new Set(all.filter((n) => takes(schema, n)));
}

/** A case that no value of the field chooses. */
export interface DeadCase {
  readonly key: string;
  readonly why: string;
}

export function deadCases({ ref, cases, otherwise }: Any, scope: Scope | undefined): DeadCase[] {
  const schema = fieldAt(scope, ref.path);
  const can = possible(schema);
  if (!schema || !can) return [];
  const values = listed(can, schema);
  const valueOf = (key: string): unknown =>
    can.numbers || typeof [...(values ?? [])][0] === "number"
      ? Number(key)
      : values?.has(key)
        ? key
        : key === "true"
          ? true
          : key === "false"
            ? false
            : key;
  const chosen = new Set<unknown>();
  const dead: DeadCase[] = [];
  for (const key of Object.keys(cases)) {
    const value = valueOf(key);
    const reached = values ? values.has(value) : takes(schema, value as number);
    if (!reached) dead.push({ key, why: `is never chosen: ${ref.path} cannot be ${key}` });
    chosen.add(value);
  }
  if (otherwise && values && [...values].every((value) => chosen.has(value)))
    dead.push({ key: "otherwise", why: `is never chosen: every value of ${ref.path} has a case` });
  return dead;
}

/** Whether a condition always or never holds; undefined where it depends. */
export function conditionTruth({ ref, test, join }: Condition, scope: Scope | undefined): boolean | undefined {
  if (join) {
    const [word, ...sides] = join;
    const truths = sides.map((side) => conditionTruth(side, scope));
    const deciding = word === "or";
    if (truths.includes(deciding)) return deciding;
    return truths.every((truth) => truth === !deciding) ? !deciding : undefined;
  }
  const schema = fieldAt(scope, (ref as Ref).path);
  const can = possible(schema);
  if (!can || !schema) return undefined;
  const answers = can.values
    ? new Set([...can.values].map((value) => asked(test, value)))
    : answersOf(test, can.numbers as Numbers, ref as Ref, schema);
  return answers.size === 1 ? [...answers][0] : undefined;
}

function asked(test: Condition["test"], value: unknown): boolean | undefined {
  if (!test)
    return value === true || (typeof value === "number" && value !== 0) || (typeof value === "bigint" && value !== 0n);
  const [word, want] = test;
  if (word === "is") return value === want;
  if (word === "isNot") return value !== want;
  // Of few values, only names and booleans come here, which are not in order.
  return undefined;
}

/** The answers of a question over a range of numbers. */
function answersOf(
  test: Condition["test"],
  { min, max }: Numbers,
  ref: Ref,
  schema: AnySchema,
): ReadonlySet<boolean | undefined> {
  const [least, most] = [stepped(min, ref), stepped(max, ref)];
  const both = new Set([true, false]);
  if (!test) return least > 0 ? new Set([true]) : most === 0 && least === 0 ? new Set([false]) : both;
  const [word, value] = test;
  const want = Number(value);
  switch (word) {
    case "is":
    case "isNot": {
      const there =
        typeof value !== "number" && typeof value !== "bigint"
          ? false
          : want >= least && want <= most && (ref.steps.length > 0 || takes(schema, want));
      const alone = there && least === most;
      return alone ? new Set([word === "is"]) : there ? both : new Set([word === "isNot"]);
    }
    case "atLeast":
      return want <= least ? new Set([true]) : want > most ? new Set([false]) : both;
    case "atMost":
      return want >= most ? new Set([true]) : want < least ? new Set([false]) : both;
    default:
      return least >= 0 && want > 2 ** Math.ceil(Math.log2(most + 1)) - 1 ? new Set([false]) : both;
  }
}

/** What is wrong with a tag that can be written in more than one way. */
export function ambiguousTag(tag: AnySchema): { what: string; todo: string } | undefined {
  const { schema, format } = tag as Any;
  if (!format) return schema ? ambiguousTag(schema) : undefined;
  const loose: [unknown, string, string][] = [
    [format["minimal"] === false, "in more bytes than it needs", "leave minimal on"],
    [format["zeros"] === true, "with zeros in front", "leave zeros off"],
    [format["letters"] === "any", "in large and small letters", 'say letters: "lower" or "upper"'],
    [format["sign"] === "either", "with a plus and without", 'say sign: "none" or "minus"'],
  ];
  const found = loose.find(([is]) => is);
  return (
    found && {
      what: `the same tag can be written ${found[1]}, so that whoever looks at the bytes may see another`,
      todo: found[2],
    }
  );
}
