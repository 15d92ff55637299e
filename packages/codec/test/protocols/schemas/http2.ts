// HTTP/2 frames, RFC 9113. Every frame is laid out as in its figure: "Unused Flags" are ignored on receipt and unset on
// sending (section 4.1), and so is the reserved bit in front of a stream identifier.

import {
  array,
  bits,
  bytes,
  check,
  constant,
  field,
  flag,
  map,
  match,
  range,
  reserved,
  rest,
  sized,
  struct,
  u8,
  u16,
  u24,
  u32,
  union,
  when,
} from "@wireform/codec";

const unused = (width: number) => reserved(bits(width), { ignore: true });
const Reserved = unused(1);
/** Frames of one stream (section 5.1.1). */
const Stream = check(bits(31), (id) => id !== 0, "a stream other than 0");
/** Frames of the whole connection. */
const Connection = constant(bits(31), 0);
/** Weights are 1 to 256, one more than their byte (section 5.3.2 of RFC 7540). */
const Weight = map(u8, { decode: (n) => n + 1, encode: (weight: number) => weight - 1 });

interface Tail {
  readonly padLength: number;
  readonly rest: Uint8Array;
}

/** Content and padding share what is left of the frame; the padding's length stands far in front of it (section 6.1). */
const cutTail = ({ padLength, rest: tail }: Tail): { content: Uint8Array; padding: Uint8Array } => {
  const end = tail.length - padLength;
  if (end < 0) throw new Error("the padding exceeds the rest of the frame");
  return { content: tail.subarray(0, end), padding: tail.subarray(end) };
};
const joinTail = ({ content, padding }: ReturnType<typeof cutTail>): Tail => {
  const tail = new Uint8Array(content.length + padding.length);
  tail.set(content);
  tail.set(padding, content.length);
  return { padLength: padding.length, rest: tail };
};

const Plain = struct({ content: bytes(rest) });
const Padded = map(struct({ padLength: u8, rest: bytes(rest) }), { decode: cutTail, encode: joinTail });
const Content = match(field("padded"), { false: Plain, true: Padded });

// Section 6.3
const Priority = struct({ exclusive: flag, streamDependency: bits(31), weight: Weight });

// Section 6.1
const Data = struct({
  unusedHigh: unused(4),
  padded: flag,
  unusedLow: unused(2),
  endStream: flag,
  reserved: Reserved,
  streamId: Stream,
  payload: Content,
});

// Section 6.2: pad length, priority and fragment each stand there only by their flags.
const Headers = struct({
  unusedHigh: unused(2),
  priority: flag,
  unusedMiddle: unused(1),
  padded: flag,
  endHeaders: flag,
  unusedLow: unused(1),
  endStream: flag,
  reserved: Reserved,
  streamId: Stream,
  payload: match(field("padded"), {
    false: struct({ priority: when(field("../priority"), Priority), content: bytes(rest) }),
    true: map(struct({ padLength: u8, priority: when(field("../priority"), Priority), rest: bytes(rest) }), {
      decode: ({ priority, ...tail }) => ({ ...(priority && { priority }), ...cutTail(tail) }),
      encode: ({ priority, ...parts }) => ({ priority, ...joinTail(parts) }),
    }),
  }),
});

// Section 6.4
const ResetStream = struct({ flags: unused(8), reserved: Reserved, streamId: Stream, errorCode: u32 });

// Section 6.5
const Setting = struct({ identifier: u16, value: u32 });
const Settings = struct({
  unused: unused(7),
  ack: flag,
  reserved: Reserved,
  streamId: Connection,
  settings: match(field("ack"), { false: array(Setting, rest), true: array(Setting, 0) }),
});

// Section 6.6: streams that a server promises have even numbers.
const PushPromise = struct({
  unusedHigh: unused(4),
  padded: flag,
  endHeaders: flag,
  unusedLow: unused(2),
  reserved: Reserved,
  streamId: Stream,
  payload: match(field("padded"), {
    false: struct({ reserved: Reserved, promisedStreamId: promised(), content: bytes(rest) }),
    true: map(struct({ padLength: u8, reserved: Reserved, promisedStreamId: promised(), rest: bytes(rest) }), {
      decode: ({ promisedStreamId, ...tail }) => ({ promisedStreamId, ...cutTail(tail) }),
      encode: ({ promisedStreamId, ...parts }) => ({ promisedStreamId, ...joinTail(parts) }),
    }),
  }),
});
function promised() {
  return check(bits(31), (id) => id !== 0 && id % 2 === 0, "an even stream other than 0");
}

// Section 6.7
const Ping = struct({ unused: unused(7), ack: flag, reserved: Reserved, streamId: Connection, opaqueData: bytes(8) });

// Section 6.8
const GoAway = struct({
  flags: unused(8),
  reserved: Reserved,
  streamId: Connection,
  reservedLast: Reserved,
  lastStreamId: bits(31),
  errorCode: u32,
  additionalDebugData: bytes(rest),
});

// Section 6.9: of a stream, or with stream 0 of the connection.
const WindowUpdate = struct({
  flags: unused(8),
  reserved: Reserved,
  streamId: bits(31),
  reservedIncrement: Reserved,
  windowSizeIncrement: check(bits(31), (n) => n !== 0, "an increment of at least 1"),
});

// Section 6.10
const Continuation = struct({
  unusedHigh: unused(5),
  endHeaders: flag,
  unusedLow: unused(2),
  reserved: Reserved,
  streamId: Stream,
  content: bytes(rest),
});

// Section 5.5: frames of unknown types are ignored, so they must be read.
const Unknown = struct({ flags: u8, reserved: Reserved, streamId: bits(31), payload: bytes(rest) });

/** Section 4.1: the length counts neither itself nor the six bytes of type, flags and stream identifier. */
export const Frame = struct({
  length: check(u24, (n) => n <= 16_384, "at most SETTINGS_MAX_FRAME_SIZE, which starts as 16384"),
  frame: sized(
    field("length").plus(6),
    union("type", u8, {
      DATA: [0x00, Data],
      HEADERS: [0x01, Headers],
      PRIORITY: [0x02, struct({ flags: unused(8), reserved: Reserved, streamId: Stream, priority: Priority })],
      RST_STREAM: [0x03, ResetStream],
      SETTINGS: [0x04, Settings],
      PUSH_PROMISE: [0x05, PushPromise],
      PING: [0x06, Ping],
      GOAWAY: [0x07, GoAway],
      WINDOW_UPDATE: [0x08, WindowUpdate],
      CONTINUATION: [0x09, Continuation],
      unknown: [range(0x0a, 0xff), Unknown],
    }),
  ),
});
