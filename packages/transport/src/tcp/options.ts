// Law: sockets are closed to the outside, quick to send and checked for life, unless told otherwise.

import { checkCount, checkMilliseconds, checkNames } from "../connection/check.js";
import { OptionError } from "../connection/errors.js";
import { type ConnectionOptions, checkOptions, connectionOptionNames } from "../connection/options.js";

/** What can be chosen for a socket of either side. */
export interface SocketOptions {
  /** 1 to 65535; for `listen` also 0, which means any free one. */
  readonly port?: number | undefined;
  /** A name or address; 127.0.0.1 unless said otherwise. */
  readonly host?: string | undefined;
  /** A Unix socket (at most 107 bytes; begin with NUL for an abstract one) or a named pipe, instead of host and port. */
  readonly path?: string | undefined;
  /** Send small writes at once instead of collecting them in the kernel; true unless said otherwise. */
  readonly noDelay?: boolean | undefined;
  /** Milliseconds of silence before the kernel probes the peer, 0 for never; 30 s unless said otherwise. */
  readonly keepAlive?: number | undefined;
}

/** The same, checked and complete. */
export interface CheckedSocket {
  readonly host: string;
  readonly port: number | undefined;
  readonly path: string | undefined;
  readonly noDelay: boolean;
  readonly keepAlive: number;
}

const socketOptionNames = ["port", "host", "path", "noDelay", "keepAlive"];

/** Checks socket and connection options, and that there are no others than these and `more`. */
export function checkSocket<Out, In>(
  where: string,
  options: SocketOptions & ConnectionOptions<Out, In>,
  lowestPort: number,
  more: readonly string[],
): CheckedSocket {
  checkNames(where, options, [...connectionOptionNames, ...socketOptionNames, ...more]);
  checkOptions(options);
  const { host, path, noDelay } = options;
  if (path !== undefined) checkPath(path, options);
  else if (options.port === undefined) throw new OptionError("port", "or path is missing");
  if (host !== undefined && (typeof host !== "string" || host === ""))
    throw new OptionError("host", "is a name or an address");
  if (noDelay !== undefined && typeof noDelay !== "boolean") throw new OptionError("noDelay", "is true or false");
  return {
    host: host ?? "127.0.0.1",
    port: path === undefined ? checkCount("port", options.port, 0, lowestPort, 65_535) : undefined,
    path,
    noDelay: noDelay ?? true,
    keepAlive: checkMilliseconds("keepAlive", options.keepAlive, 30_000),
  };
}

/** Where that is, for people; an abstract socket begins with @, as in `ss` and /proc/net/unix. */
export function placeOf({ host, port, path }: SocketOptions): string {
  return path === undefined ? `${host}:${port}` : path.replace(/^\0/, "@");
}

const longestPath = 107;

function checkPath(path: unknown, { port, host }: SocketOptions): void {
  if (typeof path !== "string" || path === "") throw new OptionError("path", "is the path of a socket");
  if (port !== undefined || host !== undefined) throw new OptionError("path", "goes without port and host");
  const length = new TextEncoder().encode(path).length;
  if (!path.startsWith("\\\\") && length > longestPath) {
    throw new OptionError("path", `is at most ${longestPath} bytes long; got ${length}`);
  }
}

/** Checks TLS options: true for the defaults, an object for others. */
export function checkTls<T extends object>(value: boolean | T | undefined): T | undefined {
  if (value === undefined || value === false) return undefined;
  if (value === true) return {} as T;
  if (typeof value !== "object" || value === null) throw new OptionError("tls", "is true or an object of TLS options");
  return value;
}

/** The options of a connection, without those of its socket. */
export function connectionOptions<Out, In>(options: ConnectionOptions<Out, In>): ConnectionOptions<Out, In> {
  const picked: Record<string, unknown> = {};
  for (const name of connectionOptionNames) picked[name] = options[name];
  return picked as unknown as ConnectionOptions<Out, In>;
}
