// One direction of a connection: what is said in it.

import { type AnySchema, type Codec, compile } from "@wireform/codec";
import { loadSchema } from "../schemas/load.js";
import { type Messages, messagesOf } from "../schemas/messages.js";

export interface Side {
  readonly name: string;
  readonly schema: AnySchema;
  readonly codec: Codec<unknown, unknown>;
  readonly messages: Messages;
}

export async function sideOf(schemaName: string, cwd: string): Promise<Side> {
  const { schema, name } = await loadSchema(schemaName, cwd);
  return { name, schema, codec: compile(schema), messages: messagesOf(schema) };
}

/** Both directions; the second is like the first where it is not said. */
export async function sidesOf(first: string, second: string | undefined, cwd: string): Promise<[Side, Side]> {
  const side = await sideOf(first, cwd);
  return [side, second === undefined ? side : await sideOf(second, cwd)];
}
