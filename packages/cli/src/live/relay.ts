// One connection through the proxy: two wires, each read into the other. Law: bytes pass as they came, half-closes and
// resets too, and whoever reads slowly slows down whoever writes.

import { ConnectionError } from "@wireform/transport";
import { Exit } from "../failure.js";
import { type Direction, type Hook, hooked } from "./hook.js";
import type { Log } from "./log.js";
import type { Side } from "./side.js";
import { type Piece, Tap, type Wire } from "./wire.js";

/** What holds for all connections. */
export interface Relaying {
  readonly log: Log;
  readonly sides: Readonly<Record<Direction, Side>>;
  readonly hook: Hook | undefined;
  /** Cut a connection at what does not decode, instead of passing it on. */
  readonly strict: boolean;
  /** Told of every message, or of bytes that are none. */
  count(direction: Direction, piece: Piece): void;
}

/** Ends a connection though both of its ends are well. */
export class Cut extends Error {
  override readonly name = "Cut";
  /** What the command will say of it at its end. */
  readonly exit: Exit;

  constructor(exit: Exit, message: string) {
    super(message);
    this.exit = exit;
  }
}

const arrows = { up: { passed: "->", dropped: "-x", made: "~>" }, down: { passed: "<-", dropped: "x-", made: "<~" } };

/** Relays until both directions are over. Rejects with {@link Cut}, after both ends were told by a reset. */
export async function relay(number: number, client: Wire, target: Wire, relaying: Relaying): Promise<void> {
  try {
    await Promise.all([
      pump({ number, direction: "up", from: client, to: target, relaying }),
      pump({ number, direction: "down", from: target, to: client, relaying }),
    ]);
  } catch (error) {
    client.abort(error);
    target.abort(error);
    if (!(error instanceof ConnectionError)) throw error;
  } finally {
    await Promise.all([client.close(), target.close()]);
  }
}

interface Pump {
  readonly number: number;
  readonly direction: Direction;
  readonly from: Wire;
  readonly to: Wire;
  readonly relaying: Relaying;
}

async function pump(one: Pump): Promise<void> {
  const { from, to, relaying, direction } = one;
  const side = relaying.sides[direction];
  const tap = new Tap(side.codec);
  // Without need, nothing waits for the rest of its message.
  const holding = relaying.hook !== undefined || relaying.strict;
  try {
    for await (const bytes of from) {
      if (!holding) await to.sendBytes(bytes);
      for (const piece of tap.push(bytes)) await passOn(one, piece, holding);
    }
    for (const piece of tap.end()) await passOn(one, piece, holding);
  } catch (error) {
    for (const piece of tap.cut()) await relaying.log.piece(aboutOf(one, holding ? "dropped" : "passed"), side, piece);
    throw error;
  }
  await to.finish();
}

const aboutOf = ({ number, direction }: Pump, fate: keyof (typeof arrows)["up"]) => ({
  mark: `${number} ${arrows[direction][fate]}`,
  connection: number,
  direction,
});

async function passOn(one: Pump, piece: Piece, holding: boolean): Promise<void> {
  const { number, direction, to, relaying } = one;
  const { log, hook, strict } = relaying;
  const side = relaying.sides[direction];
  const show = (fate: keyof (typeof arrows)["up"], shown: Piece, more: object = {}): Promise<void> =>
    log.piece({ ...aboutOf(one, fate), ...more }, side, shown);
  relaying.count(direction, piece);
  if (piece.raw || !hook) {
    await show(piece.raw && strict ? "dropped" : "passed", piece);
    if (piece.raw && strict) throw new Cut(Exit.decode, "bytes that do not decode");
    if (holding) await to.sendBytes(piece.bytes);
    return;
  }
  const { original, sent } = await hooked(hook, side.codec, piece, { direction, connection: number }).catch((error) => {
    throw new Cut(Exit.usage, `the hook failed: ${error instanceof Error ? `${error.name}: ${error.message}` : error}`);
  });
  if (!sent.some(({ same }) => same)) await show("dropped", { ...original, raw: false }, { fate: "dropped" });
  for (const { same, ...made } of sent) {
    await show(same ? "passed" : "made", { ...made, raw: false }, same ? {} : { fate: "made" });
    await to.sendBytes(made.bytes);
  }
}
