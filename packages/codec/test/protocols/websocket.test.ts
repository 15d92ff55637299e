import { describe, expect, it } from "vitest";
import { compileHere } from "../support/mode.ts";
import { describeShared, fromHex, toHex } from "../support/shared-data.ts";
import { prove, refused } from "./prove.ts";
import { closeBody, Frame, FromClient, FromServer, Message } from "./schemas/websocket.ts";

interface FrameRow {
  readonly fin: boolean;
  readonly rsv1: boolean;
  readonly opcode: number;
  readonly masked: boolean;
  readonly maskingKey?: Uint8Array;
  readonly payloadLength: number;
  readonly payload: Uint8Array;
}
interface Row {
  readonly name: string;
  readonly hex?: string;
  readonly hexPrefix: string;
  readonly repeatHex: string;
  readonly repeat: number;
  readonly frames?: readonly FrameRow[];
  readonly message?: { readonly text?: string; readonly data?: Uint8Array };
  readonly close?: { readonly code: number; readonly reason: string };
}

const frame = compileHere(Frame);
const fromClient = compileHere(FromClient);
const fromServer = compileHere(FromServer);
const message = compileHere(Message);

const opcodes: Record<number, string> = {
  0: "continuation",
  1: "text",
  2: "binary",
  8: "close",
  9: "ping",
  10: "pong",
};
const wireOf = (row: Row): string => row.hex ?? row.hexPrefix + row.repeatHex.repeat(row.repeat);
const valueOf = ({ fin, opcode, maskingKey, payload }: FrameRow) => ({
  fin,
  opcode: opcodes[opcode],
  ...(maskingKey && { maskingKey }),
  payload,
});
const joined = (frames: readonly { opcode: string; payload: Uint8Array }[]): string =>
  toHex(Uint8Array.from(frames.filter((f) => !["ping", "pong"].includes(f.opcode)).flatMap((f) => [...f.payload])));

describeShared<readonly Row[]>("WebSocket frames", "websocket/frames.json", (rows) => {
  it.each(rows.map((row) => [row.name, row] as const))("%s", (_, row) => {
    const bytes = fromHex(wireOf(row));
    const frames = row.frames as readonly FrameRow[];
    let at = 0;
    for (const each of frames) {
      const got = frame.read(bytes, at);
      if ("needed" in got) expect.fail(`needs ${got.needed} more bytes`);
      prove(each.masked ? fromClient : fromServer, bytes.slice(at, got.offset), valueOf(each));
      at = got.offset;
    }
    expect(at).toBe(bytes.length);
    if (row.close) prove(closeBody, frame.decode(bytes).payload, row.close, { ends: false });
    if (row.message) {
      const decoded = prove(message, bytes, frames.map(valueOf));
      expect(joined(decoded)).toBe(toHex(row.message.data ?? new TextEncoder().encode(row.message.text)));
    }
  });
});

interface LengthRow {
  readonly length: number | bigint;
  readonly unmaskedHeader: string;
  readonly maskedHeader: string;
  readonly unmaskedTotal: number | null;
  readonly maskedTotal: number | null;
}

describeShared<readonly LengthRow[]>("WebSocket lengths", "websocket/lengths.json", (rows) => {
  const patient = compileHere(Frame, { limits: { maxMessageSize: 2 ** 32 } });
  const maskingKey = fromHex("37fa213d");
  it.each(rows.map((row) => [row.length, row] as const))("%s bytes", (length, row) => {
    for (const [header, total, key] of [
      [row.unmaskedHeader, row.unmaskedTotal, {}],
      [row.maskedHeader, row.maskedTotal, { maskingKey }],
    ] as const) {
      const wire = fromHex(header);
      if (length <= 65_537) {
        const payload = new Uint8Array(Number(length)).fill(0x61);
        const value = { fin: true, opcode: "binary", payload, ...key } as const;
        expect(frame.size(value)).toBe(total);
        const bytes = frame.encode(value);
        expect(toHex(bytes.subarray(0, wire.length))).toBe(header);
        prove(frame, bytes, { fin: true, opcode: "binary", ...key, payload });
      }
      if (length === 0) continue;
      if (total !== null && total <= 2 ** 32) expect(patient.read(wire)).toEqual({ needed: total - wire.length });
      else expect(() => patient.read(wire)).toThrow(expect.objectContaining({ code: "limit" }));
    }
  });
});

/** Refused although all bytes that it asks for are there. */
function refusedWhole(wire: string): void {
  const header = fromHex(wire);
  let needed = 0;
  try {
    const answer = frame.read(header);
    if ("needed" in answer) needed = answer.needed;
  } catch {}
  expect(refused(frame, wire + "00".repeat(needed)).code).not.toMatch(/truncated|trailing/);
}

describeShared<readonly (Row & { readonly role?: string; readonly state?: boolean; readonly checkable?: string })[]>(
  "invalid WebSocket frames",
  "websocket/invalid.json",
  (rows) => {
    it.each(rows.map((row) => [row.name, row] as const))("%s", (_, row) => {
      const wire = wireOf(row);
      if (row.role) {
        prove(frame, wire, frame.decode(fromHex(wire)));
        refused(row.role === "server receives" ? fromClient : fromServer, wire);
        prove(row.role === "server receives" ? fromServer : fromClient, wire, frame.decode(fromHex(wire)));
      } else if (row.state) expect(refused(message, wire).code).toBe("rejected");
      else refusedWhole(wire);
      if (row.checkable)
        expect(() => frame.read(fromHex(wire))).toThrow(expect.objectContaining({ name: "DecodeError" }));
    });
  },
);

describeShared<readonly Row[]>("incomplete WebSocket frames", "websocket/incomplete.json", (rows) => {
  it.each(rows.map((row) => [row.name, row] as const))("%s: waits, and is cut only by the end", (_, row) => {
    const bytes = fromHex(wireOf(row));
    expect(frame.read(bytes)).toEqual({ needed: expect.any(Number) });
    expect(refused(frame, bytes).code).toBe("truncated");
  });
});

describe("WebSocket frames that are not written", () => {
  it.each([
    ["a fragmented ping", { fin: false, opcode: "ping", payload: new Uint8Array(0) }],
    ["a ping of 126 bytes", { fin: true, opcode: "ping", payload: new Uint8Array(126) }],
    ["text that is not UTF-8", { fin: true, opcode: "text", payload: fromHex("c328") }],
    ["a key of three bytes", { fin: true, opcode: "text", maskingKey: fromHex("010203"), payload: fromHex("61") }],
    ["an unknown opcode", { fin: true, opcode: "shout", payload: fromHex("61") }],
  ])("%s", (_, value) => {
    expect(() => frame.encode(value as never)).toThrow(expect.objectContaining({ name: "EncodeError" }));
  });
});
