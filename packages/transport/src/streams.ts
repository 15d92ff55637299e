// Law: nothing here needs Node. Messages are decoded when the reader asks, so back-pressure counts in messages, and those
// before a bad one are read before the error.

import { type Codec, Decoder, type DecoderOptions } from "@wireform/codec";
import { checkCodec } from "./connection/check.js";
import { type Deferred, deferred } from "./connection/errors.js";

/** What `pipeThrough` takes. */
export interface Through<In, Out> {
  readonly readable: ReadableStream<Out>;
  readonly writable: WritableStream<In>;
}

/**
 * Bytes in, messages out, as a stage of Web Streams. The readable side errors with the codec's DecodeError; an end inside
 * a message is such an error, with code `truncated`.
 *
 * @example
 * ```ts
 * for await (const m of response.body.pipeThrough(decodeStream(message))) handle(m);
 * ```
 */
export function decodeStream<Out>(codec: Codec<Out, never>, options?: DecoderOptions): Through<Uint8Array, Out> {
  checkCodec("codec", codec);
  const decoder = new Decoder<Out>(codec, options);
  let active: Iterator<Out> | undefined;
  let drained: Deferred<void> | undefined;
  let arrived: Deferred<void> | undefined;
  let over = false;
  let failure: { readonly error: unknown } | undefined;

  const stop = (error: unknown): void => {
    failure ??= { error: error ?? new Error("the other side was cancelled") };
    drained?.reject(failure.error);
    arrived?.resolve();
  };
  const offer = (messages: () => Iterable<Out>): Promise<void> => {
    try {
      if (failure) throw failure.error;
      active = messages()[Symbol.iterator]();
    } catch (error) {
      stop(error);
      throw error;
    }
    drained = deferred<void>();
    arrived?.resolve();
    return drained.promise;
  };

  const readable = new ReadableStream<Out>(
    {
      async pull(controller) {
        for (;;) {
          try {
            const result = active?.next();
            if (result && !result.done) {
              controller.enqueue(result.value);
              return;
            }
          } catch (error) {
            stop(error);
          }
          active = undefined;
          if (failure) throw failure.error;
          drained?.resolve();
          if (over) {
            controller.close();
            return;
          }
          arrived = deferred<void>();
          await arrived.promise;
        }
      },
      cancel: stop,
    },
    { highWaterMark: 0 },
  );
  const writable = new WritableStream<Uint8Array>({
    write: (chunk) => offer(() => decoder.push(chunk)),
    close() {
      over = true;
      return offer(() => decoder.end());
    },
    abort: stop,
  });
  return { readable, writable };
}

const gatherAtMost = 64 * 1024;

/**
 * Messages in, bytes out. Messages written while the reader is busy gather and leave as one chunk of up to 64 KiB or one
 * message. A value that cannot be encoded errors both sides with the codec's EncodeError.
 *
 * @example
 * ```ts
 * const { readable, writable } = encodeStream(message);
 * readable.pipeTo(transport.writable);
 * await writable.getWriter().write({ type: "hello", version: 1, name: "ada" });
 * ```
 */
export function encodeStream<In>(codec: Codec<unknown, In>): Through<In, Uint8Array> {
  checkCodec("codec", codec);
  let gathered: Uint8Array[] = [];
  let size = 0;
  let over = false;
  let failure: { readonly error: unknown } | undefined;
  let room: Deferred<void> | undefined;
  let arrived: Deferred<void> | undefined;

  const stop = (error: unknown): void => {
    failure ??= { error: error ?? new Error("the other side was cancelled") };
    room?.reject(failure.error);
    arrived?.resolve();
  };

  const readable = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        while (size === 0 && !over && !failure) {
          arrived = deferred<void>();
          await arrived.promise;
        }
        if (size > 0) {
          controller.enqueue(joined(gathered, size));
          gathered = [];
          size = 0;
          room?.resolve();
        } else if (failure) {
          throw failure.error;
        } else {
          controller.close();
        }
      },
      cancel: stop,
    },
    { highWaterMark: 0 },
  );
  const writable = new WritableStream<In>({
    async write(message) {
      if (failure) throw failure.error;
      try {
        const bytes = codec.encode(message);
        gathered.push(bytes);
        size += bytes.length;
      } catch (error) {
        stop(error);
        throw error;
      }
      arrived?.resolve();
      if (size < gatherAtMost) return;
      room = deferred<void>();
      await room.promise;
    },
    close() {
      over = true;
      arrived?.resolve();
    },
    abort: stop,
  });
  return { readable, writable };
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array {
  if (chunks.length === 1) return chunks[0] as Uint8Array;
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}
