import { describe, expect, it } from "vitest";
import { compileHere } from "../support/mode.ts";
import { describeShared, fromHex, toHex } from "../support/shared-data.ts";
import { prove, refused } from "./prove.ts";
import { Frame } from "./schemas/http2.ts";

interface Row {
  readonly file: string;
  readonly wire: string;
  readonly frame: { length: number; type: number; flags: number; stream_identifier: number; frame_payload: Payload };
}
type Payload = Record<string, string | number | boolean | null | readonly (readonly [number, number])[]>;

const frame = compileHere(Frame);
const ascii = (text: unknown): Uint8Array => new TextEncoder().encode(text as string);

/** A row's frame as the schema has it. */
function valueOf({
  frame: { length, type, flags, stream_identifier: streamId, frame_payload: payload },
}: Row): unknown {
  const has = (bit: number): boolean => (flags & bit) !== 0;
  const content = (text: unknown) => ({
    content: ascii(text),
    ...(payload.padding != null && { padding: ascii(payload.padding) }),
  });
  const priority = {
    exclusive: payload.exclusive,
    streamDependency: payload.stream_dependency,
    weight: payload.weight,
  };
  const values: Record<number, () => object> = {
    0: () => ({ type: "DATA", padded: has(8), endStream: has(1), streamId, payload: content(payload.data) }),
    1: () => ({
      type: "HEADERS",
      priority: has(0x20),
      padded: has(8),
      endHeaders: has(4),
      endStream: has(1),
      streamId,
      payload: { ...(has(0x20) && { priority }), ...content(payload.header_block_fragment) },
    }),
    2: () => ({ type: "PRIORITY", streamId, priority }),
    3: () => ({ type: "RST_STREAM", streamId, errorCode: payload.error_code }),
    4: () => ({
      type: "SETTINGS",
      ack: has(1),
      streamId,
      settings: (payload.settings as [number, number][]).map(([identifier, value]) => ({ identifier, value })),
    }),
    5: () => ({
      type: "PUSH_PROMISE",
      padded: has(8),
      endHeaders: has(4),
      streamId,
      payload: { promisedStreamId: payload.promised_stream_id, ...content(payload.header_block_fragment) },
    }),
    6: () => ({ type: "PING", ack: has(1), streamId, opaqueData: ascii(payload.opaque_data) }),
    7: () => ({
      type: "GOAWAY",
      streamId,
      lastStreamId: payload.last_stream_id,
      errorCode: payload.error_code,
      additionalDebugData: ascii(payload.additional_debug_data),
    }),
    8: () => ({ type: "WINDOW_UPDATE", streamId, windowSizeIncrement: payload.window_size_increment }),
    9: () => ({
      type: "CONTINUATION",
      endHeaders: has(4),
      streamId,
      content: ascii(payload.header_block_fragment),
    }),
  };
  return { length, frame: values[type]?.() };
}

describeShared<readonly Row[]>("HTTP/2 frames", "http2-frames/valid.json", (rows) => {
  it.each(rows.map((row) => [row.file, row] as const))("%s", (_, row) => {
    prove(frame, row.wire, valueOf(row), { derived: ["length"] });
  });
});

/** How each frame is refused: where and why. Sizes are RFC 9113's FRAME_SIZE_ERROR, the others its PROTOCOL_ERROR. */
const refusals: Record<string, readonly [code: string, path: string]> = {
  "data-frame-padding": ["rejected", "frame.payload"],
  "data-frame-size": ["rejected", "length"],
  "data-frame-stream": ["rejected", "frame.streamId"],
  "goaway-frame-size": ["truncated", "frame.errorCode"],
  "goaway-frame-stream": ["constant", "frame.streamId"],
  "headers-frame-padding": ["rejected", "frame.payload"],
  "headers-frame-stream": ["rejected", "frame.streamId"],
  "ping-frame-size": ["truncated", "frame.opaqueData"],
  "ping-frame-stream": ["constant", "frame.streamId"],
  "priority-frame-size": ["length", "frame"],
  "priority-frame-stream": ["rejected", "frame.streamId"],
  "push_promise-frame-padding": ["truncated", "frame.payload.reserved"],
  "push_promise-frame-promised_stream-odd": ["rejected", "frame.payload.promisedStreamId"],
  "push_promise-frame-promised_stream-zero": ["rejected", "frame.payload.promisedStreamId"],
  "push_promise-frame-stream": ["rejected", "frame.streamId"],
  "rst_stream-frame-size": ["length", "frame"],
  "rst_stream-frame-stream": ["rejected", "frame.streamId"],
  "settings-frame-ack-size": ["length", "frame"],
  "settings-frame-size": ["truncated", "frame.settings[1].value"],
  "settings-frame-stream": ["constant", "frame.streamId"],
  "window_update-frame-increment": ["rejected", "frame.windowSizeIncrement"],
  "window_update-frame-size": ["truncated", "frame.reservedIncrement"],
};

describeShared<readonly Row[]>("invalid HTTP/2 frames", "http2-frames/invalid.json", (rows) => {
  it.each(rows.map((row) => [row.file.replace(/^error\/|\.json$/g, ""), row] as const))("%s", (name, row) => {
    const error = refused(frame, row.wire);
    expect([error.code, error.path]).toEqual(refusals[name]);
  });

  it("refuses a frame that is too large from its first three bytes", () => {
    expect(() => frame.read(fromHex("008000"))).toThrow(expect.objectContaining({ code: "rejected", path: "length" }));
  });
});

describe("frames beside the vectors", () => {
  it.each([
    [
      "a type that nobody knows",
      "000002ff81000000075a5a",
      { length: 2, frame: { type: "unknown", tag: 255, flags: 0x81, streamId: 7, payload: fromHex("5a5a") } },
    ],
    [
      "an acknowledgement of settings",
      "000000040100000000",
      { length: 0, frame: { type: "SETTINGS", ack: true, streamId: 0, settings: [] } },
    ],
    [
      "255 bytes of padding and no data",
      `00010000090000000${"1ff"}${"00".repeat(255)}`,
      {
        length: 256,
        frame: {
          type: "DATA",
          padded: true,
          endStream: true,
          streamId: 1,
          payload: { content: new Uint8Array(0), padding: new Uint8Array(255) },
        },
      },
    ],
  ] as const)("%s", (_, wire, value) => {
    prove(frame, wire, value, { derived: ["length"] });
  });

  it("reads unused flags and the reserved bit, and does not write them back", () => {
    const value = { length: 4, frame: { type: "WINDOW_UPDATE", streamId: 5, windowSizeIncrement: 1 } };
    prove(frame, "00000408ff8000000580000001", value, { canonical: false });
    expect(toHex(frame.encode(value as never))).toBe("000004080000000005" + "00000001");
  });

  it.each([
    [
      "a weight of 0",
      { type: "PRIORITY", streamId: 1, priority: { exclusive: false, streamDependency: 0, weight: 0 } },
    ],
    [
      "stream 0 for data",
      { type: "DATA", padded: false, endStream: true, streamId: 0, payload: { content: ascii("x") } },
    ],
    [
      "more data than a frame holds",
      { type: "DATA", padded: false, endStream: true, streamId: 1, payload: { content: new Uint8Array(16_385) } },
    ],
    [
      "a priority without its flag",
      {
        type: "HEADERS",
        priority: false,
        padded: false,
        endHeaders: true,
        endStream: true,
        streamId: 1,
        payload: { priority: { exclusive: true, streamDependency: 3, weight: 4 }, content: ascii("x") },
      },
    ],
  ])("refuses to write %s", (_, given) => {
    expect(() => frame.encode({ frame: given } as never)).toThrow(expect.objectContaining({ name: "EncodeError" }));
  });
});
