// SOCKS 5 (RFC 1928), its user name and password (RFC 1929), SOCKS 4 and 4a (their memos).

import { array, bytes, constant, field, match, string, struct, u8, u16, u32, until, when } from "@wireform/codec";

const Version = constant(u8, 5);

/** RFC 1928, section 3 */
export const Greeting = struct({ version: Version, methods: array(u8, u8) });
export const Method = struct({ version: Version, method: u8 });

/** RFC 1929, section 2 */
export const Login = struct({ version: constant(u8, 1), user: string(u8), password: string(u8) });
export const LoginStatus = struct({ version: constant(u8, 1), status: u8 });

// RFC 1928, section 5: the type decides whether the address is one, and how long.
const Address = match(field("addressType"), { 1: bytes(4), 3: string(u8), 4: bytes(16) });
const Reserved = constant(u8, 0);

/** Section 4 */
export const Request = struct({
  version: Version,
  command: u8,
  reserved: Reserved,
  addressType: u8,
  address: Address,
  port: u16,
});
/** Section 6 */
export const Reply = struct({
  version: Version,
  reply: u8,
  reserved: Reserved,
  addressType: u8,
  address: Address,
  port: u16,
});

/** SOCKS 4A: the addresses 0.0.0.1 to 0.0.0.255 say that a name follows. */
export const Request4 = struct({
  version: constant(u8, 4),
  command: u8,
  port: u16,
  address: u32,
  user: string(until("\0")),
  domain: when(field("address").atLeast(1).and(field("address").atMost(255)), string(until("\0"))),
});
export const Reply4 = struct({ version: constant(u8, 0), reply: u8, port: u16, address: u32 });
