// Schemas that contain themselves, by an annotation of their own type.
import {
  array,
  compile,
  f64,
  field,
  type Infer,
  type Input,
  i16,
  lazy,
  nullable,
  type Schema,
  sized,
  string,
  struct,
  u8,
  u16,
  union,
} from "@wireform/codec";
import { expectTypeOf, it } from "vitest";

type Tree = { value: number; children: Tree[] };
const Tree: Schema<Tree> = struct({
  value: u8,
  children: array(
    lazy(() => Tree),
    u8,
  ),
});

type Json =
  | { type: "null" }
  | { type: "number"; value: number }
  | { type: "list"; value: Json[] }
  | { type: "object"; entries: { key: string; value: Json }[] };
const Json: Schema<Json> = union("type", u8, {
  null: [0, struct({})],
  number: [1, f64],
  list: [
    2,
    array(
      lazy(() => Json),
      u16,
    ),
  ],
  object: [3, struct({ entries: array(struct({ key: string(u8), value: lazy(() => Json) }), u16) })],
});

type Person = { name: string; employer: Company | null };
type Company = { name: string; staff: Person[] };
const Person: Schema<Person> = struct({
  name: string(u8),
  employer: sized(
    nullable(i16),
    lazy(() => Company),
  ),
});
const Company: Schema<Company> = struct({
  name: string(u8),
  staff: array(
    lazy(() => Person),
    u16,
  ),
});

it("a tree", () => {
  expectTypeOf<Infer<typeof Tree>>().toEqualTypeOf<Tree>();
  const tree = compile(Tree).decode(compile(Tree).encode({ value: 1, children: [{ value: 2, children: [] }] }));
  expectTypeOf(tree).toEqualTypeOf<Tree>();
  // @ts-expect-error: every level is checked
  compile(Tree).encode({ value: 1, children: [{ value: 2, children: [{ value: "3", children: [] }] }] });
});

it("a recursive union", () => {
  expectTypeOf<Infer<typeof Json>>().toEqualTypeOf<Json>();
  expectTypeOf<Input<typeof Json>>().toEqualTypeOf<Json>();
});

it("two that contain each other", () => {
  expectTypeOf<Infer<typeof Person>>().toEqualTypeOf<Person>();
  expectTypeOf<Infer<typeof Company>>().toEqualTypeOf<Company>();
});

it("an annotation that does not fit the schema", () => {
  // @ts-expect-error: value is a number
  const wrong: Schema<{ value: string }> = struct({ value: u8 });
  // @ts-expect-error: the schema has no name
  const missing: Schema<{ value: number; name: string }> = struct({ value: u8 });
  // @ts-expect-error: encoding needs more than decoding gives
  const demanding: Schema<{ value: number }> = struct({ value: u8, extra: u8 });
  expectTypeOf(wrong).not.toEqualTypeOf(missing);
  expectTypeOf(demanding).not.toBeAny();
});

it("encode may take less than decode gives", () => {
  type Node = { count: number; nodes: Node[] };
  type NodeInput = { count?: number; nodes: NodeInput[] };
  const Node: Schema<Node, NodeInput> = struct({
    count: u8,
    nodes: array(
      lazy(() => Node),
      field("count"),
    ),
  });
  expectTypeOf<Input<typeof Node>>().toEqualTypeOf<NodeInput>();
});
