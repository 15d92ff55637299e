// Law: the only file that imports node:net and node:tls. It opens and accepts sockets and makes ports of them.

import * as net from "node:net";
import * as tls from "node:tls";
import { giveBuffer, takeBuffer } from "../connection/pool.js";
import type { Endpoint, PortSink } from "../connection/port.js";
import { DuplexPort } from "./duplex.js";

/** Where to connect to, with what. */
export interface Target {
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  /** A Unix socket or named pipe. */
  readonly path?: string | undefined;
  readonly tls?: tls.ConnectionOptions | undefined;
  readonly noDelay: boolean;
  /** Milliseconds of silence before the kernel probes; 0 for never. */
  readonly keepAlive: number;
  /** Bytes of the read buffer. */
  readonly readBuffer: number;
  readonly localAddress?: string | undefined;
}

/** Where to listen, with what. */
export interface Binding {
  readonly host: string;
  readonly port?: number | undefined;
  readonly path?: string | undefined;
  readonly tls?: tls.TlsOptions | undefined;
  readonly backlog?: number | undefined;
  readonly noDelay: boolean;
  readonly keepAlive: number;
  /** Milliseconds for the TLS handshake. */
  readonly handshake: number;
}

/** TLS options of a client, as node:tls takes them. */
export type ClientTls = tls.ConnectionOptions;
/** TLS options of a server, as node:tls takes them. */
export type ServerTls = tls.TlsOptions;

interface Handle {
  readonly writeQueueSize?: number;
}

/** A port over a TCP, TLS, Unix or pipe socket. */
export class SocketPort extends DuplexPort {
  override readonly lends: boolean;
  override readonly passesOn: boolean = false;
  readonly #socket: net.Socket;
  /** The TCP socket below a TLS one. */
  readonly #raw: net.Socket | undefined;
  readonly #remote: Endpoint;
  readonly #path: string | undefined;

  constructor(socket: net.Socket, lends: boolean, path?: string, raw?: net.Socket) {
    super(socket, socket);
    this.lends = lends;
    this.#socket = socket;
    this.#raw = raw;
    this.#path = path;
    // Remembered now: a closed socket no longer knows.
    this.#remote = this.#path === undefined ? { address: socket.remoteAddress, port: socket.remotePort } : { path };
  }

  override get remote(): Endpoint {
    return this.#remote;
  }

  override get local(): Endpoint {
    const { localAddress: address, localPort: port } = this.#socket;
    return this.#path === undefined ? { address, port } : { path: this.#path };
  }

  override unsent(): number | undefined {
    // Undocumented, as Node's own socket timeout uses it; without it, whole writes are what counts as progress.
    return (this.#socket as unknown as { _handle?: Handle | null })._handle?.writeQueueSize;
  }

  /** TCP and pipes die by RST or plainly; a TLS socket has no RST of its own, the one below it has. */
  override reset(): void {
    const socket = this.#raw ?? this.#socket;
    // While a FIN is on its way the system refuses a RST, and Node then never closes the socket.
    const goodbye = socket.writableEnded && !socket.writableFinished;
    try {
      if (!socket.destroyed && socket.remoteAddress !== undefined && !goodbye) socket.resetAndDestroy();
    } catch {
      // Not a TCP handle.
    }
    this.#socket.destroy();
  }
}

/** Connects. Calls `opened` in the very turn the socket is ready, so that no byte comes before it is listened to. */
export function dial(target: Target, opened: (port: SocketPort) => void, failed: (error: unknown) => void): () => void {
  let sink: PortSink | undefined;
  let free = true;
  let room: Uint8Array | undefined;
  const early: Uint8Array[] = [];
  const pooled = takeBuffer(target.readBuffer);
  const own = pooled.subarray(0, target.readBuffer);
  // A paused TLS socket goes on to hand over what it has decrypted, so that no chunk may wait in a buffer it writes to.
  const lends = target.tls === undefined;
  const onread = {
    // Asked before each read.
    buffer: (): Uint8Array => (room = sink?.room()) ?? own,
    callback(count: number, buffer: Uint8Array): boolean {
      if (sink) {
        if (buffer === room) return sink.filled(room, count);
        if (!lends) return sink.data(buffer.slice(0, count));
        free = sink.data(buffer.subarray(0, count));
        return free;
      }
      early.push(buffer.slice(0, count));
      return true;
    },
  };
  const common = {
    // 250 ms, Node's own, is less than a slow link needs to answer.
    autoSelectFamilyAttemptTimeout: 1000,
    noDelay: target.noDelay,
    keepAlive: target.keepAlive > 0,
    keepAliveInitialDelay: target.keepAlive,
    allowHalfOpen: true,
    onread,
  };
  const where =
    target.path === undefined
      ? { host: target.host, port: target.port as number, localAddress: target.localAddress }
      : { path: target.path };
  // The types of node:net know neither every option of node:tls nor an absent host.
  const options = { ...common, ...where } as unknown as net.NetConnectOpts;
  const socket: net.Socket = target.tls
    ? tls.connect({ servername: serverName(target.host), ...target.tls, ...options } as tls.ConnectionOptions)
    : net.connect(options);

  const giveUp = (error?: unknown): void => {
    socket.off(readyEvent, ready);
    socket.on("error", () => {});
    socket.destroy();
    if (error !== undefined) failed(error);
  };
  const ready = (): void => {
    socket.off("error", giveUp);
    socket.off("close", closedEarly);
    const port = new ClientPort(socket, lends, target.path, (listener) => {
      sink = listener;
      for (const chunk of early.splice(0)) listener.data(chunk);
    });
    opened(port);
  };
  const closedEarly = (): void => giveUp(new Error("the connection was closed before it was ready"));
  socket.once("close", () => {
    // A chunk that still waits to be decoded keeps the buffer.
    if (free) giveBuffer(pooled);
    free = false;
  });
  const readyEvent = target.tls ? "secureConnect" : "connect";
  socket.once(readyEvent, ready);
  socket.once("error", giveUp);
  socket.once("close", closedEarly);
  return giveUp;
}

/** A client's socket reads into one buffer of its own, or right into a large message. */
class ClientPort extends SocketPort {
  readonly #start: (sink: PortSink) => void;

  constructor(socket: net.Socket, lends: boolean, path: string | undefined, start: (sink: PortSink) => void) {
    super(socket, lends, path);
    this.#start = start;
  }

  protected override listen(sink: PortSink): void {
    this.#start(sink);
    // Nothing listens to "data", so without this the end would never be read.
    this.readable.resume();
  }
}

function serverName(host: string | undefined): string | undefined {
  return host === undefined || net.isIP(host) > 0 ? undefined : host;
}

/** A listening socket. */
export interface Bound {
  readonly address: Endpoint;
  /** Takes no more connections. */
  close(): void;
}

/** What a listening socket reports. */
export interface BoundSink {
  /** Someone knocks: true lets it in. */
  admit(remote: Endpoint): boolean;
  /** A connection that was let in is ready. */
  accepted(port: SocketPort): void;
  /** A connection that was let in never got ready; with it goes what `admit` counted. */
  lost(remote: Endpoint, error: unknown): void;
  failed(error: unknown): void;
  closed(): void;
}

/** What is known of a path that is taken: the file that a killed server leaves behind refuses whoever connects. */
function askWhoListens(path: string, answer: (more: string) => void): void {
  const socket = net.connect(path);
  const settle = (more: string): void => {
    socket.destroy();
    answer(more);
  };
  socket.once("connect", () => settle("; a server listens there"));
  socket.once("error", ({ code }: NodeJS.ErrnoException) =>
    settle(code === "ECONNREFUSED" ? "; no server listens there, the file was left behind: remove it" : ""),
  );
}

/** Listens. `failed` is told what the system says, and what more is known. */
export function bind(
  binding: Binding,
  sink: BoundSink,
  opened: (bound: Bound) => void,
  failed: (error: unknown, more: string) => void,
): void {
  const socketOptions = {
    // A FIN inside a TLS handshake ends it; once it is done, half-close is as welcome as everywhere.
    allowHalfOpen: binding.tls === undefined,
    noDelay: binding.noDelay,
    keepAlive: binding.keepAlive > 0,
    keepAliveInitialDelay: binding.keepAlive,
  };
  const secure = binding.tls ? secureServer(binding, sink) : undefined;
  const server = net.createServer(socketOptions, (socket) => {
    const remote: Endpoint =
      binding.path === undefined ? { address: socket.remoteAddress, port: socket.remotePort } : { path: binding.path };
    if (!sink.admit(remote)) {
      socket.on("error", () => {});
      if (binding.path === undefined) socket.resetAndDestroy();
      else socket.destroy();
    } else if (secure) secure.shakeHands(socket, remote);
    else sink.accepted(new SocketPort(socket, false, binding.path));
  });
  const refused = (error: NodeJS.ErrnoException): void => {
    const { path } = binding;
    if (path === undefined || error.code !== "EADDRINUSE") failed(error, "");
    else askWhoListens(path, (more) => failed(error, more));
  };
  server.once("error", refused);
  const where = binding.path === undefined ? { host: binding.host, port: binding.port } : { path: binding.path };
  server.listen({ ...where, backlog: binding.backlog } as net.ListenOptions, () => {
    server.off("error", refused);
    server.on("error", (error) => sink.failed(error));
    server.on("close", () => sink.closed());
    const at = server.address();
    const address: Endpoint =
      typeof at === "object" && at !== null ? { address: at.address, port: at.port } : { path: binding.path };
    const close = (): void => {
      server.close();
      secure?.close();
    };
    opened({ address, close });
  });
}

/** Where admitted sockets become TLS ones. */
interface SecureServer {
  shakeHands(socket: net.Socket, remote: Endpoint): void;
  /** Waits for no handshake any more. */
  close(): void;
}

/** A TLS server that listens to nothing itself: admitted sockets are handed to it. */
function secureServer(binding: Binding, sink: BoundSink): SecureServer {
  const waiting = new Map<net.Socket, Endpoint>();
  const options = { ...binding.tls, handshakeTimeout: binding.handshake } as tls.TlsOptions;
  const server = tls.createServer(options);
  const rawOf = (socket: tls.TLSSocket): net.Socket | undefined =>
    (socket as unknown as { _parent?: net.Socket })._parent;
  server.on("secureConnection", (socket) => {
    const raw = rawOf(socket);
    if (raw) waiting.delete(raw);
    socket.allowHalfOpen = true;
    sink.accepted(new SocketPort(socket, false, binding.path, raw));
  });
  server.on("tlsClientError", (_error, socket) => socket.destroy());
  return {
    shakeHands(socket, remote) {
      waiting.set(socket, remote);
      let failure: unknown = new Error("closed before the TLS handshake was done");
      socket.on("error", (error) => (failure = error));
      socket.once("close", () => {
        if (waiting.delete(socket)) sink.lost(remote, failure);
      });
      server.emit("connection", socket);
    },
    close() {
      for (const socket of [...waiting.keys()]) socket.destroy();
    },
  };
}
