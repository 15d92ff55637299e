// How the ends of a connection are written: 1883, host:1883, [::1]:1883, or the path of a Unix socket. Law: a port
// without a host is one of this machine.

import { relative, resolve } from "node:path";
import { usage } from "../failure.js";

/** Where to connect to or listen at, as node:net and @wireform/transport take it. */
export interface Address {
  readonly host?: string;
  readonly port?: number;
  /** A Unix socket or a named pipe, instead of host and port. */
  readonly path?: string;
}

/** What is written as an address; paths are taken from `cwd`. */
export function parseAddress(text: string, cwd = "."): Address {
  if (/^\\\\[.?]\\pipe\\/.test(text)) return { path: text };
  if (/[/\\]/.test(text)) return { path: resolve(cwd, text) };
  const [, name = "", digits = ""] = /^(?:(.*):)?(\d+)$/.exec(text) ?? [];
  const host = name.replace(/^\[(.*)\]$/, "$1");
  const port = Number(digits);
  if (digits === "" || port > 65535 || (host === name && name.includes(":")))
    throw usage(
      `"${text}" is no address`,
      "An address is 1883, host:1883, [::1]:1883, or a path with a slash: ./broker.sock",
    );
  return { host: host === "" ? "127.0.0.1" : host, port };
}

/** The same in words; a path as a person in `cwd` would write it. */
export function addressText({ host = "", port, path }: Address, cwd?: string): string {
  if (path !== undefined) return cwd === undefined || relative(cwd, path).startsWith("..") ? path : relative(cwd, path);
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
