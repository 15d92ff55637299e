// What to call a message.

import type { AnySchema, Inspection } from "@wireform/codec";

/** The variant's name where the message is one of several, otherwise the schema's. */
export function titleOf(schema: AnySchema, name: string, { value, children }: Inspection): string {
  let of = schema as AnySchema & { schema?: AnySchema; content?: AnySchema; get?: () => AnySchema; tagName?: string };
  for (let inner = of; inner; ) {
    of = inner;
    inner = (inner.schema ?? inner.content ?? inner.get?.()) as typeof of;
  }
  const { tagName } = of;
  if (tagName === undefined) return name;
  // Of a message that is cut or wrong, what there is.
  const read = children.find(({ key }) => key === tagName)?.value;
  const variant = (value as Record<string, unknown> | undefined)?.[tagName] ?? read;
  return typeof variant === "string" ? variant : name;
}
