// Bytes of one connection. Law: whoever stops reading closes it, and nothing keeps listening.

import { once } from "node:events";
import { type AddressInfo, createConnection, createServer, type NetConnectOpts, type Socket } from "node:net";
import { type Address, addressText } from "./address.js";

/** What comes from there. */
export async function* dial(address: Address, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const socket = createConnection(address as NetConnectOpts);
  await once(socket, "connect", { signal });
  yield* bytesOf(socket, signal);
}

/** What the first to connect sends. `ready` is told where it can. */
export async function* accept(
  address: Address,
  signal: AbortSignal,
  ready: (at: string) => void,
): AsyncGenerator<Uint8Array> {
  const server = createServer();
  try {
    server.listen(address);
    await once(server, "listening", { signal });
    const bound = server.address() as AddressInfo | string;
    ready(typeof bound === "string" ? bound : addressText({ host: bound.address, port: bound.port }));
    const [socket] = (await once(server, "connection", { signal })) as [Socket];
    server.close();
    yield* bytesOf(socket, signal);
  } finally {
    server.close();
  }
}

async function* bytesOf(socket: Socket, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const stop = (): void => {
    socket.destroy(signal.reason);
  };
  signal.addEventListener("abort", stop);
  try {
    signal.throwIfAborted();
    yield* socket;
  } finally {
    signal.removeEventListener("abort", stop);
    socket.destroy();
  }
}
