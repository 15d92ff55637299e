// Law: connecting is bounded in time, can be given up, and leaves no descriptor behind.

import { checkCount, checkMilliseconds, checkNames } from "../connection/check.js";
import { systemClock } from "../connection/clock.js";
import { Connection } from "../connection/connection.js";
import { ConnectionError, messageOf, OptionError } from "../connection/errors.js";
import { type ConnectionOptions, connectionOptionNames, type Timeouts } from "../connection/options.js";
import { onAbort } from "../connection/signal.js";
import { published } from "./diagnostics.js";
import { type DuplexLike, DuplexPort, halves } from "./duplex.js";
import { checkSocket, checkTls, connectionOptions, placeOf, type SocketOptions } from "./options.js";
import { type ClientTls, dial, type SocketPort, type Target } from "./tcp.js";

/** Everything that can be chosen for a client's connection. */
export interface ConnectOptions<Out, In> extends ConnectionOptions<Out, In>, SocketOptions {
  /** TLS: true, or what node:tls takes. */
  readonly tls?: boolean | ClientTls | undefined;
  /** `connect` is from the call to a ready socket, TLS included; 10 s unless said otherwise. */
  readonly timeouts?: Partial<Timeouts & { readonly connect: number }> | undefined;
  /** Address of ours to connect from. */
  readonly localAddress?: string | undefined;
  /** Bytes that one read may give, in a buffer that the connection keeps; 64 KiB unless said otherwise. */
  readonly readBuffer?: number | undefined;
}

interface Dialing {
  readonly target: Target;
  readonly milliseconds: number;
}

/** Checks the options of `connect`, without connecting. Throws OptionError. */
export function checkConnect<Out, In>(options: ConnectOptions<Out, In>): Dialing {
  const socket = checkSocket("connect", options, 1, ["tls", "localAddress", "readBuffer"]);
  const target: Target = {
    ...socket,
    tls: checkTls<ClientTls>(options.tls),
    localAddress: options.localAddress,
    readBuffer: checkCount("readBuffer", options.readBuffer, 64 * 1024, 1, 64 * 1024 * 1024),
  };
  return { target, milliseconds: checkMilliseconds("timeouts.connect", options.timeouts?.connect, 10_000) };
}

/**
 * Connects over TCP (to 127.0.0.1 unless told otherwise), TLS, a Unix socket or a named pipe.
 * Rejects with ConnectionError `connect` (or `timeout`, `aborted`); bad options reject with OptionError, by name.
 *
 * @example
 * ```ts
 * await using peer = await connect({ port: 7000, receive: message, send: message });
 * await peer.send({ type: "hello", version: 1, name: "ada" });
 * for await (const reply of peer) show(reply);
 * ```
 */
export async function connect<Out, In>(options: ConnectOptions<Out, In>): Promise<Connection<Out, In>> {
  const { target, milliseconds } = checkConnect(options);
  const clock = options.clock ?? systemClock;
  const { signal } = options;
  const name = placeOf(target);
  let timer: unknown;
  let unsubscribe = (): void => {};
  try {
    return await new Promise<Connection<Out, In>>((resolve, reject) => {
      if (signal?.aborted) throw new ConnectionError("aborted", `not connected to ${name}: aborted`, signal.reason);
      const opened = (port: SocketPort): void => {
        unsubscribe();
        resolve(new Connection(port, { ...connectionOptions(options), observe: published(options.observe) }));
      };
      const giveUp = dial(target, opened, (error) => {
        reject(new ConnectionError("connect", `not connected to ${name}: ${messageOf(error)}`, error));
      });
      const stop = (error: ConnectionError): void => {
        giveUp();
        reject(error);
      };
      unsubscribe = onAbort(signal, () => {
        stop(new ConnectionError("aborted", `not connected to ${name}: aborted`, signal?.reason));
      });
      if (milliseconds > 0) {
        timer = clock.setTimeout(() => {
          stop(new ConnectionError("timeout", `not connected to ${name} within ${milliseconds} ms (timeouts.connect)`));
        }, milliseconds);
      }
    });
  } finally {
    unsubscribe();
    if (timer !== undefined) clock.clearTimeout(timer);
  }
}

/**
 * A connection over any two-way Node stream, or two one-way ones, web streams included: a child process, stdio, a
 * tunnel, what `{ readable, writable }` a runtime gives.
 *
 * @example
 * ```ts
 * const child = spawn("worker");
 * const peer = attach({ readable: child.stdout, writable: child.stdin }, { receive: message, send: message });
 * ```
 */
export function attach<Out, In>(duplex: DuplexLike, options: ConnectionOptions<Out, In>): Connection<Out, In> {
  checkNames("attach", options, connectionOptionNames);
  const { readable, writable } = halves(duplex);
  if (typeof readable?.on !== "function" || typeof readable.pause !== "function") {
    throw new OptionError("duplex", "is a stream, or { readable, writable }; there is nothing to read from");
  }
  if (typeof writable?.write !== "function") {
    throw new OptionError("duplex", "is a stream, or { readable, writable }; there is nothing to write to");
  }
  return new Connection(new DuplexPort(readable, writable), { ...options, observe: published(options.observe) });
}
