// The ways in which protocols say where a message ends. A frame is a schema like any other.

import {
  array,
  bool,
  bytes,
  constant,
  custom,
  decimal,
  lengthOf,
  magic,
  map,
  reserved,
  rest,
  struct,
  u8,
  u16,
  u32,
  uleb128,
  until,
} from "@wireform/codec";

/** Netstrings (D. J. Bernstein, 1997): digits, a colon, as many bytes, a comma. */
export const Netstring = struct({ content: bytes(decimal(until(":"))), comma: magic(",") });

/** RFC 6587, section 3.4.1: syslog's octet counting. */
export const OctetCounting = struct({ content: bytes(decimal(until(" "))) });

/** The base protocol of the Language Server Protocol, with its one header. */
export const ContentLength = struct({
  name: magic("Content-Length: "),
  content: bytes(decimal(until("\r\n\r\n"))),
});

/** RFC 4571, section 2; RFC 1035, section 4.2.2. */
export const Prefixed = struct({ content: bytes(u16) });

/** TPKT, RFC 1006, section 6: the length counts the four bytes of the header. */
export const Tpkt = struct({
  version: constant(u8, 3),
  reserved: reserved(u8),
  length: lengthOf(u16, { from: "version" }),
  content: bytes(rest),
});

/** gRPC over HTTP/2, "Length-Prefixed-Message". */
export const GrpcMessage = struct({ compressed: bool, content: bytes(u32) });

/** Protocol Buffers, "delimited" messages. */
export const Delimited = struct({ content: bytes(uleb128) });

export const CrLfLine = struct({ content: bytes(until("\r\n")) });
export const LfLine = struct({ content: bytes(until("\n")) });
export const ZeroTerminated = struct({ content: bytes(until("\0")) });

const DOT = 0x2e;
/** RFC 5321, section 4.5.2: a line that starts with a dot gets another; a line of one dot ends the mail. */
const MailLine = map(bytes(until("\r\n")), {
  decode: (line) => (line[0] === DOT ? line.subarray(1) : line),
  encode: (line: Uint8Array) => (line[0] === DOT ? Uint8Array.of(DOT, ...line) : line),
});
export const Mail = struct({ lines: array(MailLine, until(".\r\n")) });

const at = (bytes: Uint8Array, from: number): number => {
  for (let i = from; i + 1 < bytes.length; i++) if (bytes[i] === 0x0d && bytes[i + 1] === 0x0a) return i;
  return -1;
};
const latin = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));

/**
 * RFC 9112, section 7.1: a chunk. Its size ends at CR LF or at an extension, so that no one delimiter ends the number;
 * extensions are read and not kept.
 */
const Chunk = custom<Uint8Array>({
  name: "chunk",
  min: 5,
  decode(bytes) {
    const line = at(bytes, 0);
    const head = String.fromCharCode(...bytes.subarray(0, line < 0 ? Math.min(bytes.length, 1024) : line));
    if (line < 0) {
      if (!/^[\da-f]{0,8}[ \t]*(;[^\r\n]*)?\r?$/i.test(head) || head.length === 1024)
        throw new Error("not a chunk size");
      return { needed: head.endsWith("\r") ? 1 : head === "" ? 5 : 2 };
    }
    const size = /^([\da-f]{1,8})([ \t]*;[^\r\n]*)?$/i.exec(head);
    if (!size) throw new Error(`not a chunk size: ${JSON.stringify(head)}`);
    const from = line + 2;
    const to = from + Number.parseInt(size[1] as string, 16);
    if (bytes.length > to && bytes[to] !== 0x0d) throw new Error("no CR LF behind the chunk");
    if (bytes.length > to + 1 && bytes[to + 1] !== 0x0a) throw new Error("no CR LF behind the chunk");
    return bytes.length < to + 2 ? { needed: to + 2 - bytes.length } : { value: bytes.slice(from, to), size: to + 2 };
  },
  encode(data) {
    const head = latin(`${data.length.toString(16)}\r\n`);
    const chunk = new Uint8Array(head.length + data.length + 2);
    chunk.set(head);
    chunk.set(data, head.length);
    chunk.set(latin("\r\n"), head.length + data.length);
    return chunk;
  },
});

/** A body: chunks up to the empty one. Trailer fields are not described. */
export const Chunked = struct({
  chunks: array(
    Chunk,
    until<Uint8Array>((chunk) => chunk.length === 0),
  ),
});
