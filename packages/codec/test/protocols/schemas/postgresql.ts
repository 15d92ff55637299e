// PostgreSQL, chapter "Frontend/Backend Protocol", section "Message Formats", protocol 3.0. Every message has a type
// byte and a length that counts itself but not the type; the first message of a connection has no type.

import {
  array,
  bytes,
  field,
  i16,
  i32,
  lengthOf,
  match,
  nullable,
  rest,
  string,
  struct,
  u16,
  u32,
  union,
  until,
} from "@wireform/codec";

const Byte1 = string(1, "ascii");
const Length = lengthOf(u32, { from: "length" });
const String = string(until("\0"));
const Empty = struct({ length: Length });
/** A value by its length, or NULL where that is -1. */
const Value = bytes(nullable(i32));

const Key = struct({ length: Length, processId: i32, secretKey: u32 });

/** Messages without a type byte: StartupMessage, CancelRequest, SSLRequest, GSSENCRequest. */
export const Startup = struct({
  length: Length,
  request: union("code", u32, {
    startup: [0x0003_0000, struct({ parameters: array(struct({ name: String, value: String }), until("\0")) })],
    cancel: [80_877_102, struct({ processId: i32, secretKey: u32 })],
    ssl: [80_877_103, struct({})],
    gssenc: [80_877_104, struct({})],
  }),
});

export const Frontend = union("type", Byte1, {
  Bind: [
    "B",
    struct({
      length: Length,
      portal: String,
      statement: String,
      formats: array(i16, i16),
      parameters: array(Value, i16),
      resultFormats: array(i16, i16),
    }),
  ],
  CopyData: ["d", struct({ length: Length, data: bytes(rest) })],
  CopyDone: ["c", Empty],
  Describe: ["D", struct({ length: Length, kind: Byte1, name: String })],
  Execute: ["E", struct({ length: Length, portal: String, maxRows: i32 })],
  Flush: ["H", Empty],
  Parse: ["P", struct({ length: Length, name: String, query: String, parameterTypes: array(u32, i16) })],
  PasswordMessage: ["p", struct({ length: Length, password: String })],
  Query: ["Q", struct({ length: Length, query: String })],
  Sync: ["S", Empty],
  Terminate: ["X", Empty],
});

const Column = struct({
  name: String,
  table: u32,
  column: i16,
  dataType: u32,
  typeSize: i16,
  typeModifier: i32,
  format: i16,
});

export const Backend = union("type", Byte1, {
  Authentication: [
    "R",
    struct({
      length: Length,
      method: u32,
      data: match(field("method"), {
        0: struct({}),
        5: struct({ salt: bytes(4) }),
        10: struct({ mechanisms: array(String, until("\0")) }),
      }),
    }),
  ],
  BackendKeyData: ["K", Key],
  BindComplete: ["2", Empty],
  CommandComplete: ["C", struct({ length: Length, tag: String })],
  DataRow: ["D", struct({ length: Length, columns: array(Value, u16) })],
  EmptyQueryResponse: ["I", Empty],
  ErrorResponse: ["E", struct({ length: Length, fields: array(struct({ code: Byte1, value: String }), until("\0")) })],
  NoData: ["n", Empty],
  NotificationResponse: ["A", struct({ length: Length, processId: i32, channel: String, payload: String })],
  ParameterStatus: ["S", struct({ length: Length, name: String, value: String })],
  ParseComplete: ["1", Empty],
  PortalSuspended: ["s", Empty],
  ReadyForQuery: ["Z", struct({ length: Length, status: Byte1 })],
  RowDescription: ["T", struct({ length: Length, fields: array(Column, u16) })],
});
