// A server whose every client gets a connection of its own to the target. Law: what goes wrong on one connection is told
// and ends that connection, never the proxy.

import { Exit, type Failure, failureOf } from "../failure.js";
import type { Io } from "../io.js";
import type { Address } from "../sources/address.js";
import type { Direction } from "./hook.js";
import { asFailure, dial } from "./open.js";
import { Cut, type Relaying, relay } from "./relay.js";
import type { TlsOptions } from "./tls.js";
import type { Piece, Wire } from "./wire.js";

export interface ProxyOptions extends Omit<Relaying, "count"> {
  readonly io: Io;
  readonly target: Address;
  readonly tls: TlsOptions;
  /** Take no more connections than these. */
  readonly most: number;
}

export class Proxy {
  /** What went by, each way. */
  readonly counts: Record<Direction, { messages: number; bytes: number }> = {
    up: { messages: 0, bytes: 0 },
    down: { messages: 0, bytes: 0 },
  };
  connections = 0;
  /** The first thing that went wrong decides. */
  exit: Exit = Exit.ok;
  /** Resolves when the last connection that was wanted is over, or when `stop` is called. */
  readonly done: Promise<void>;
  stop: () => void = () => {};
  private readonly options: ProxyOptions;
  private over = 0;
  private broken: { readonly error: unknown } | undefined;

  constructor(options: ProxyOptions) {
    this.options = options;
    this.done = new Promise((resolve) => {
      this.stop = resolve;
    });
  }

  /** Takes on a client; resolves when both ends are closed. */
  async take(client: Wire): Promise<void> {
    const { most } = this.options;
    if (this.connections >= most) return client.abort(`no more than ${most} connections are wanted`);
    try {
      await this.connection(++this.connections, client);
    } catch (error) {
      this.broken = { error };
      this.stop();
    }
    if (++this.over >= most) this.stop();
  }

  /** Throws what broke the proxy, where it was neither end: that nobody reads what is written, for one. */
  check(): void {
    if (this.broken) throw this.broken.error;
  }

  private async connection(number: number, client: Wire): Promise<void> {
    const { log, io, target, tls } = this.options;
    const about = { mark: "", connection: number };
    await log.event(about, "open", `${number} has connected`);
    try {
      const wire = await dial(target, tls, io);
      await relay(number, client, wire, { ...this.options, count: (...seen) => this.count(...seen) });
      const ends = [await client.closed, await wire.closed];
      const error = ends.map((each) => each.error).find((each) => each && each.code !== "aborted");
      const why = error ? `: ${error.message}` : "";
      await log.event(about, "close", `${number} is over${why}`, error && { error: error.message });
    } catch (error) {
      client.abort(error);
      const { exit, message } = error instanceof Cut ? error : this.failed(error);
      this.fails(exit);
      await log.event(about, "cut", `${number} is cut: ${message}`, { error: message });
    }
  }

  private count(direction: Direction, { raw, bytes }: Piece): void {
    if (raw) this.fails(Exit.decode);
    else this.counts[direction].messages++;
    this.counts[direction].bytes += bytes.length;
  }

  private fails(exit: Exit): void {
    if (this.exit === Exit.ok) this.exit = exit;
  }

  private failed(error: unknown): { exit: Exit; message: string } {
    const { io } = this.options;
    const failure: Failure | undefined = failureOf(asFailure(error, io), io.cwd);
    if (!failure) throw error;
    return { exit: Exit.usage, message: failure.message };
  }
}
