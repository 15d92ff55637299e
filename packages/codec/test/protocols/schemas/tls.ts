// TLS 1.3, RFC 8446: records (section 5.1), alerts (section 6) and the hello messages (sections 4.1.2 and 4.1.3).

import {
  array,
  bytes,
  check,
  enumeration,
  field,
  lengthOf,
  match,
  rest,
  sized,
  struct,
  u8,
  u16,
  u24,
  union,
} from "@wireform/codec";

/** Section 4.2: what an extension holds depends on its type and on the message it stands in. */
const Extension = struct({ type: u16, data: bytes(u16) });
const Extensions = sized(u16, array(Extension, rest));
const Random = bytes(32);
const SessionId = check(bytes(u8), (id) => id.length <= 32, "at most 32 bytes");

/** Section 4: a type and the length of what follows it. */
export const Handshake = union("type", u8, {
  client_hello: [
    1,
    struct({
      length: lengthOf(u24, { from: "legacyVersion" }),
      legacyVersion: u16,
      random: Random,
      sessionId: SessionId,
      cipherSuites: sized(u16, array(u16, rest)),
      compressionMethods: array(u8, u8),
      extensions: Extensions,
    }),
  ],
  server_hello: [
    2,
    struct({
      length: lengthOf(u24, { from: "legacyVersion" }),
      legacyVersion: u16,
      random: Random,
      sessionId: SessionId,
      cipherSuite: u16,
      compressionMethod: u8,
      extensions: Extensions,
    }),
  ],
});

const Alert = struct({ level: enumeration(u8, { warning: 1, fatal: 2 }), description: u8 });

// Section 5.1: a record holds at most 2^14 bytes, and 256 more where it is protected.
const Length = check(u16, (n) => n <= 2 ** 14 + 256, "at most 2^14 + 256 bytes");

/** A record as bytes: handshake messages may be spread over several. */
export const Record = struct({ type: u8, version: u16, length: Length, fragment: bytes(field("length")) });

/** A record that holds one whole message. */
export const Plaintext = struct({
  type: u8,
  version: u16,
  length: Length,
  fragment: sized(field("length"), match(field("type"), { 20: bytes(rest), 21: Alert, 22: Handshake })),
});
