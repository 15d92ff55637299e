// NTP, RFC 5905 section 7.3: a header of 48 bytes.

import { bits, bytes, i8, struct, u8, u32 } from "@wireform/codec";

/** Section 6: seconds since 1900 of the era, and units of 2^-32 s. */
export const Timestamp = struct({ seconds: u32, fraction: u32 });

export const Header = struct({
  leap: bits(2),
  version: bits(3),
  mode: bits(3),
  stratum: u8,
  poll: i8,
  precision: i8,
  rootDelay: u32,
  rootDispersion: u32,
  referenceId: bytes(4),
  reference: Timestamp,
  originate: Timestamp,
  receive: Timestamp,
  transmit: Timestamp,
});
