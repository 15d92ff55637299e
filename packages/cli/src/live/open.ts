// Opening both kinds of ends, with or without TLS. Law: what cannot be opened is the command's failure, in its words.

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
import { clientSide, serverSide, type TlsOptions } from "./tls.js";
import { asWire, type Wire } from "./wire.js";

/** Connects. */
export async function dial(address: Address, options: TlsOptions, io: Io): Promise<Wire> {
  const secure = options.tls === true && (await clientSide(options, io.cwd));
  return await opening(io, () => connect({ ...asWire, ...address, tls: secure, signal: io.interrupted }));
}

/** Listens; `handler` has each who connects, `refused` is told of each who could not, for want of TLS for one. */
export async function serve(
  address: Address,
  secured: TlsOptions,
  io: Io,
  handler: PeerHandler<Uint8Array, Uint8Array>,
  refused: (remote: string, why: string) => void,
): Promise<Server<Uint8Array>> {
  const secure = secured.tls === true ? await serverSide(secured, io.cwd) : undefined;
  const observe = (event: TransportEvent): void => {
    if (event.type === "refused") refused(addressText(addressOf(event.remote), io.cwd), event.why);
  };
  const options = { ...asWire, ...address, tls: secure, signal: io.interrupted, observe };
  return await opening(io, () => listen(options, handler));
}

/** Where an end is. */
export const addressOf = ({ address, port, path }: Endpoint): Address =>
  path === undefined ? { host: address ?? "", port: port ?? 0 } : { path };

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
