// Modbus Application Protocol Specification V1.1b3 (section numbers in brackets), over TCP (MODBUS Messaging on TCP/IP
// Implementation Guide V1.0b) and over serial lines (MODBUS over Serial Line V1.02).

import {
  array,
  bytes,
  check,
  checksum,
  constant,
  crc16modbus,
  field,
  flag,
  lengthOf,
  lrc,
  magic,
  map,
  range,
  rest,
  sized,
  struct,
  u8,
  u16,
  u16le,
  union,
  until,
} from "@wireform/codec";
import { digits, through } from "./through.ts";

// Coils and discrete inputs stand eight to a byte, the first in the least significant bit.
const Octet = struct(
  { b0: flag, b1: flag, b2: flag, b3: flag, b4: flag, b5: flag, b6: flag, b7: flag },
  { bitOrder: "lsb" },
);
const Coils = map(array(Octet, u8), {
  decode: (octets): boolean[] => octets.flatMap((octet) => Object.values(octet)),
  encode: (coils: readonly boolean[]) =>
    Array.from({ length: Math.ceil(coils.length / 8) }, (_, i) => {
      const [b0, b1, b2, b3, b4, b5, b6, b7] = Array.from({ length: 8 }, (_, bit) => coils[8 * i + bit] ?? false);
      return { b0, b1, b2, b3, b4, b5, b6, b7 } as Record<keyof (typeof Octet)["fields"], boolean>;
    }),
});
// Registers behind a count of their bytes.
const Registers = sized(u8, array(u16, rest));

const Span = struct({ start: u16, quantity: u16 });
const Nothing = struct({});
const SingleValue = struct({ address: u16, value: u16 });
const Diagnostics = struct({ subFunction: u16, data: u16 });
const MaskWrite = struct({ address: u16, and: u16, or: u16 });
const WriteFile = struct({
  groups: sized(
    u8,
    array(
      struct({ referenceType: u8, file: u16, record: u16, length: u16, registers: array(u16, field("length")) }),
      rest,
    ),
  ),
});

export const Request = union("function", u8, {
  readCoils: [1, Span], // [6.1]
  readDiscreteInputs: [2, Span], // [6.2]
  readHoldingRegisters: [3, Span], // [6.3]
  readInputRegisters: [4, Span], // [6.4]
  writeSingleCoil: [5, SingleValue], // [6.5]
  writeSingleRegister: [6, SingleValue], // [6.6]
  readExceptionStatus: [7, Nothing], // [6.7]
  diagnostics: [8, Diagnostics], // [6.8]
  getCommEventCounter: [11, Nothing], // [6.9]
  getCommEventLog: [12, Nothing], // [6.10]
  writeMultipleCoils: [15, struct({ start: u16, quantity: u16, coils: Coils })], // [6.11]
  writeMultipleRegisters: [
    16, // [6.12]
    struct({ start: u16, quantity: u16, registers: sized(u8, array(u16, field("quantity"))) }),
  ],
  readFileRecord: [
    20, // [6.14]
    struct({ groups: sized(u8, array(struct({ referenceType: u8, file: u16, record: u16, length: u16 }), rest)) }),
  ],
  writeFileRecord: [21, WriteFile], // [6.15]
  maskWriteRegister: [22, MaskWrite], // [6.16]
  readWriteMultipleRegisters: [
    23, // [6.17]
    struct({
      readStart: u16,
      readQuantity: u16,
      writeStart: u16,
      writeQuantity: u16,
      registers: sized(u8, array(u16, field("writeQuantity"))),
    }),
  ],
  readFifoQueue: [24, struct({ address: u16 })], // [6.18]
});

export const Response = union("function", u8, {
  readCoils: [1, struct({ coils: Coils })],
  readDiscreteInputs: [2, struct({ inputs: Coils })],
  readHoldingRegisters: [3, struct({ registers: Registers })],
  readInputRegisters: [4, struct({ registers: Registers })],
  writeSingleCoil: [5, SingleValue],
  writeSingleRegister: [6, SingleValue],
  readExceptionStatus: [7, struct({ status: u8 })],
  diagnostics: [8, Diagnostics],
  getCommEventCounter: [11, struct({ status: u16, eventCount: u16 })],
  getCommEventLog: [
    12,
    struct({
      byteCount: lengthOf(u8, { from: "status" }),
      status: u16,
      eventCount: u16,
      messageCount: u16,
      events: bytes(rest),
    }),
  ],
  writeMultipleCoils: [15, Span],
  writeMultipleRegisters: [16, Span],
  readFileRecord: [
    20,
    struct({
      groups: sized(
        u8,
        array(
          struct({ length: lengthOf(u8, { from: "referenceType" }), referenceType: u8, registers: array(u16, rest) }),
          rest,
        ),
      ),
    }),
  ],
  writeFileRecord: [21, WriteFile],
  maskWriteRegister: [22, MaskWrite],
  readWriteMultipleRegisters: [23, struct({ registers: Registers })],
  readFifoQueue: [
    24,
    struct({ byteCount: lengthOf(u16, { from: "count" }), count: u16, registers: array(u16, field("count")) }),
  ],
  exception: [range(0x81, 0xff), struct({ exception: u8 })], // [7]
});

/** Implementation Guide, 3.1.3: the header's length counts the unit and the PDU, which has at most 253 bytes. */
export const tcp = (Pdu: typeof Request | typeof Response) =>
  struct({
    transaction: u16,
    protocol: constant(u16, 0),
    length: lengthOf(
      check(u16, (n) => n >= 2 && n <= 254, "from 2 to 254"),
      { from: "unit" },
    ),
    unit: u8,
    pdu: Pdu,
  });

/** Serial Line, 2.5.1: nothing but the PDU itself says where it ends; the CRC has its low byte first. */
export const rtu = (Pdu: typeof Request | typeof Response) =>
  struct({ unit: u8, pdu: Pdu, crc: checksum(u16le, crc16modbus, { from: "unit", to: "pdu" }) });

/** Serial Line, 2.5.2: a colon, the bytes in upper-case hexadecimal, CR LF. The LRC is of the bytes, not of their text. */
export const ascii = (Pdu: typeof Request | typeof Response) =>
  struct({
    colon: magic(":"),
    frame: through(
      bytes(until("\r\n", { max: 510 })),
      digits,
      struct({ unit: u8, pdu: Pdu, lrc: checksum(u8, lrc, { from: "unit", to: "pdu" }) }),
    ),
  });
