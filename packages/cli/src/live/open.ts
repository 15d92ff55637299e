// Opening both kinds of ends, with or without TLS. Law: what cannot be opened is the command's failure, in its words.

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import {
  ConnectionError,
  connect,
  type Endpoint,
  listen,
  OptionError,
  type PeerHandler,
  type Server,
  type TransportEvent,
} from "@wireform/transport";
import { Failure, failureOf, usage } from "../failure.js";
import type { Io } from "../io.js";
import { type Address, addressText } from "../sources/address.js";
import { asWire, type Wire } from "./wire.js";

/** What the command line says of TLS. */
export interface TlsOptions {
  readonly tls?: boolean;
  readonly cert?: string;
  readonly key?: string;
  readonly ca?: string;
  readonly insecure?: boolean;
}

/** Connects. */
export async function dial(address: Address, { tls, ca, insecure }: TlsOptions, io: Io): Promise<Wire> {
  const secure = tls === true && {
    ...(ca !== undefined && { ca: fileAt(ca, io) }),
    ...(insecure === true && { rejectUnauthorized: false }),
  };
  return await opening(io, () => connect({ ...asWire, ...address, tls: secure, signal: io.interrupted }));
}

/** Listens; `handler` has each who connects, `refused` is told of each who could not, for want of TLS for one. */
export async function serve(
  address: Address,
  { tls, cert, key }: TlsOptions,
  io: Io,
  handler: PeerHandler<Uint8Array, Uint8Array>,
  refused: (remote: string, why: string) => void,
): Promise<Server<Uint8Array>> {
  if (tls === true && (cert === undefined || key === undefined))
    throw usage("to listen with --tls needs --cert and --key", "openssl req -x509 -newkey rsa:2048 -nodes makes both.");
  const secure = tls === true ? { cert: fileAt(cert as string, io), key: fileAt(key as string, io) } : undefined;
  const observe = (event: TransportEvent): void => {
    if (event.type === "refused") refused(addressText(addressOf(event.remote), io.cwd), event.why);
  };
  const options = { ...asWire, ...address, tls: secure, signal: io.interrupted, observe };
  return await opening(io, () => listen(options, handler));
}

/** Where an end is. */
export const addressOf = ({ address, port, path }: Endpoint): Address =>
  path === undefined ? { host: address ?? "", port: port ?? 0 } : { path };

const fileAt = (path: string, { cwd }: Io): Buffer => readFileSync(resolve(cwd, path));

async function opening<T>(io: Io, open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    throw asFailure(error, io);
  }
}

/** What went wrong with a connection, as a failure of the command. */
export function asFailure(error: unknown, { cwd }: Io): unknown {
  if (error instanceof OptionError) return usage(error.message);
  if (!(error instanceof ConnectionError)) return error;
  if (error.code === "aborted") return new Failure("interrupted", "interrupted", undefined, error);
  const known = failureOf(error.cause, cwd);
  if (known) return new Failure(known.whose, known.message, known.hint ?? hintFor(error.cause), error.cause);
  return new Failure("io", error.message, hintFor(error.cause), error.cause);
}

function hintFor(cause: unknown): string | undefined {
  const { code = "", port = -1 } = (cause ?? {}) as { code?: string; port?: number };
  if (code === "EADDRINUSE" && port < 0) return "If nobody listens there any more, remove the file.";
  if (/CERT|SELF_SIGNED|ISSUER/.test(code)) return "--ca file.pem says whom to trust; --insecure trusts anybody.";
  return undefined;
}
