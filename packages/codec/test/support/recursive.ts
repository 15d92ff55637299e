// Schemas that contain themselves, in each of the ways there are.

import { array, field, lazy, type Schema, struct, u8, union, when } from "@wireform/codec";

export const List: Schema<any> = struct({
  n: u8,
  x: when(
    field("n"),
    lazy(() => List),
  ),
});
export const Tree: Schema<any> = struct({
  v: u8,
  c: array(
    lazy(() => Tree),
    u8,
  ),
});
export const Chain: Schema<any> & { kind: "union" } = union("t", u8, {
  end: [0, struct({})],
  more: [1, struct({ v: u8, c: lazy(() => Chain) })],
}) as never;
