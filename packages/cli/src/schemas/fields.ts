// Which fields messages can have, as paths; so that a typo is told before anything is read.

import { type AnySchema, type Key, pathText } from "@wireform/codec";
import { toJsonSchema } from "@wireform/codec/json";
import { usage } from "../failure.js";
import { finder, messagesOf, type Node } from "./messages.js";

/** The paths of the fields of all messages that the schema has; undefined where its values are no objects. */
export function columnsOf(schema: AnySchema): readonly string[] | undefined {
  const { tag, shapes } = messagesOf(schema);
  const fields = shapes.flatMap((shape) => shape.fields.map(({ keys }) => pathText(keys)));
  return fields.length === 0 ? undefined : [...new Set([...(tag === undefined ? [] : [pathText([tag])]), ...fields])];
}

/** Refuses a path to where no message has anything. */
export function demandField(schema: AnySchema, path: string, keys: readonly Key[]): void {
  const root = toJsonSchema(schema) as Node;
  const find = finder(root);
  let at = alternatives(root, find);
  for (const [i, key] of keys.entries()) {
    const next = at.flatMap((node) => {
      const inner = typeof key === "number" ? node.items : own(node.properties, key);
      return inner === undefined ? [] : alternatives(inner, find);
    });
    if (next.length === 0) throw usage(`no message has a field "${path}"`, others(at, keys.slice(0, i)));
    at = next;
  }
}

/** What a value may be. */
function alternatives(node: Node, find: (node: Node) => Node): Node[] {
  const found = find(node);
  const several = found.oneOf ?? found.anyOf;
  return several ? several.flatMap((each) => alternatives(each, find)) : [found];
}

const own = (properties: Node["properties"], key: string): Node | undefined =>
  properties && Object.hasOwn(properties, key) ? properties[key] : undefined;

/** What there is instead. */
function others(nodes: readonly Node[], keys: readonly Key[]): string {
  const where = keys.length === 0 ? "" : ` of ${pathText(keys)}`;
  const names = [...new Set(nodes.flatMap(({ properties = {} }) => Object.keys(properties)))];
  if (names.length > 0) return `Fields${where}: ${names.map((name) => pathText([name])).join(", ")}.`;
  return nodes.some(({ items }) => items) ? `${pathText(keys)} is a list: ${pathText(keys)}[0]` : `No fields${where}.`;
}
