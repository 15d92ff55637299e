// What messages a schema has and what stands in them, for completion and for what people type: read from the JSON
// Schema of its values, which says all of it whatever kinds it is made of.

import type { AnySchema } from "@wireform/codec";
import { toJsonSchema } from "@wireform/codec/json";

/** A field that can be given. */
export interface FieldShape {
  /** Its path as it is typed: `at.x` for a field of a field. */
  readonly name: string;
  readonly keys: readonly string[];
  /** May be left out: encoding knows it, or it is there only sometimes. */
  readonly optional: boolean;
  /** All values that it can have, where they are few. */
  readonly values: readonly string[];
  /** What it takes, in a word or two. */
  readonly about: string;
}

export interface MessageShape {
  /** What it is called where there are several. */
  readonly name: string | undefined;
  readonly fields: readonly FieldShape[];
}

/** The messages of a schema. */
export interface Messages {
  /** The field that has a message's name; undefined where there is but one kind of message. */
  readonly tag: string | undefined;
  /** Empty where a message is no object: a text, a number or a list. */
  readonly shapes: readonly MessageShape[];
}

export function messagesOf(schema: AnySchema): Messages {
  const root = toJsonSchema(schema, "input") as Node;
  const find = finder(root);
  const top = find(root);
  const alternatives = (top.oneOf ?? top.anyOf ?? []).map(find);
  const tag = Object.keys(alternatives[0]?.properties ?? {}).find((key) =>
    alternatives.every((each) => typeof each.properties?.[key]?.const === "string"),
  );
  if (tag !== undefined)
    return {
      tag,
      shapes: alternatives.map((each) => ({
        name: each.properties?.[tag]?.const as string,
        fields: fieldsOf(each, find).filter(({ name }) => name !== tag),
      })),
    };
  return { tag: undefined, shapes: top.properties ? [{ name: undefined, fields: fieldsOf(top, find) }] : [] };
}

/** What a reference stands for. */
export function finder(root: Node): (node: Node) => Node {
  const find = (node: Node): Node => {
    const target =
      node.$ref === undefined ? node : node.$ref === "#" ? root : root.$defs?.[node.$ref.replace(/^#\/\$defs\//, "")];
    return target === undefined || target === node ? node : find(target);
  };
  return find;
}

/** What of JSON Schema is looked at. */
export interface Node {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Node>>;
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly oneOf?: readonly Node[];
  readonly anyOf?: readonly Node[];
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
  readonly required?: readonly string[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
}

function fieldsOf(
  node: Node,
  find: (node: Node) => Node,
  within: readonly string[] = [],
  spared = false,
): FieldShape[] {
  return Object.entries(node.properties ?? {}).flatMap(([key, inner]) => {
    const keys = [...within, key];
    const optional = spared || !node.required?.includes(key);
    // A recursive one would have no end of fields.
    if (inner.properties && !/["'\s=.{}[\]]/.test(key)) return fieldsOf(inner, find, keys, optional);
    const choices = valuesOf(find(inner));
    return [{ name: keys.join("."), keys, optional, values: choices, about: aboutOf(find(inner), choices) }];
  });
}

function valuesOf(node: Node): string[] {
  if (node.const !== undefined) return [String(node.const)];
  if (node.type === "boolean") return ["true", "false"];
  return (node.enum ?? node.anyOf?.flatMap((each) => each.enum ?? []) ?? []).map(String);
}

function aboutOf({ type, pattern, minimum, maximum, anyOf, oneOf }: Node, values: readonly string[]): string {
  if (values.length > 0) return values.join(" | ");
  const either = anyOf ?? oneOf;
  if (either) return [...new Set(either.map((each) => aboutOf(each, valuesOf(each))))].join(" or ");
  if (minimum !== undefined && maximum !== undefined) return `${minimum} to ${maximum}`;
  if (type === "string" && pattern?.includes("[0-9a-fA-F]{2}")) return "bytes";
  if (type === "string" && pattern?.includes("[0-9]+")) return "integer";
  return type === "string" ? "text" : type === "array" ? "[…]" : type === "object" ? "{…}" : (type ?? "…");
}
