// What a person or a program sees of a connection: one line a message. Law: one thing is written after the other, and a
// prompt that is there steps aside for it.

import { render } from "@wireform/codec";
import { toJson } from "@wireform/codec/json";
import { usage } from "../failure.js";
import type { Terminal } from "../io.js";
import type { Side } from "./side.js";
import type { Piece } from "./wire.js";
import { asWords, safe } from "./words.js";

/** How messages are shown. */
export const forms = ["line", "json", "hex", "inspect"] as const;
export type Form = (typeof forms)[number];

/** Whom a line is about: which connection, which direction; and the mark in front of it. */
export interface About {
  readonly mark: string;
  readonly connection: number;
  readonly direction?: string;
}

/** What gives way while something is written. */
export interface Screen {
  hide(): void;
  show(): void;
}

/** Bytes of no message are shown up to so many. */
const shownRaw = 64;

export class Log {
  form: Form;
  screen: Screen | undefined;
  private readonly terminal: Terminal;
  private last: Promise<void> = Promise.resolve();

  constructor(terminal: Terminal, form: Form) {
    if (terminal.json && (form === "hex" || form === "inspect"))
      throw usage(`--json does not go with --format ${form}`, "Without --format, each message is a line of JSON.");
    this.terminal = terminal;
    this.form = form;
  }

  /** A message, or bytes that are none. */
  async piece(about: About, side: Side, piece: Piece): Promise<void> {
    const { mark, ...facts } = about;
    if (this.terminal.json)
      await this.line(
        `${JSON.stringify({ ...facts, ...(piece.raw ? rawJson(piece) : { message: toJson(side.schema, piece.value) }) })}\n`,
      );
    else
      await this.line(
        this.form === "inspect" ? this.picture(mark, side, piece) : `${this.dim(mark)} ${this.text(side, piece)}\n`,
      );
  }

  /** Something that happened to a connection. */
  async event(about: About, event: string, text: string, more: object = {}): Promise<void> {
    const { mark: _, ...facts } = about;
    await this.happened(event, text, { ...facts, ...more });
  }

  /** Who wanted to connect, and could not. */
  readonly refused = (remote: string, why: string): void => {
    // Whether anybody reads this is found out by what is said of connections.
    this.happened("refused", `${remote} was refused: ${why}`, { remote, why }).catch(() => {});
  };

  /** Something that concerns no connection. */
  async happened(event: string, text: string, more: object): Promise<void> {
    if (this.terminal.json) await this.line(`${JSON.stringify({ event, ...more })}\n`);
    else await this.note(text);
  }

  /** A note to the person. */
  async note(text: string): Promise<void> {
    await this.inTurn(async () => this.terminal.note(text));
  }

  /** Data, as it is. */
  async line(text: string): Promise<void> {
    await this.inTurn(() => this.terminal.write(text));
  }

  private async inTurn(write: () => Promise<void>): Promise<void> {
    const turn = this.last.then(async () => {
      this.screen?.hide();
      try {
        await write();
      } finally {
        this.screen?.show();
      }
    });
    this.last = turn.catch(() => {});
    await turn;
  }

  private text(side: Side, piece: Piece): string {
    const hex = Buffer.from(piece.bytes.subarray(0, piece.raw ? shownRaw : undefined)).toString("hex");
    if (piece.raw) {
      const more = piece.bytes.length - shownRaw;
      return `raw ${hex}${more > 0 ? ` … ${more} more bytes` : ""}${piece.error ? `  ${safe(piece.error.message)}` : ""}`;
    }
    if (this.form === "hex") return hex;
    const json = toJson(side.schema, piece.value);
    return this.form === "json" ? safe(JSON.stringify(json)) : this.short(asWords(json, side.messages, piece.value));
  }

  private picture(mark: string, { codec, name, messages }: Side, piece: Piece): string {
    const tag =
      messages.tag === undefined || piece.raw ? undefined : (piece.value as Record<string, unknown>)[messages.tag];
    const title = `${mark} ${piece.raw ? "raw" : (tag ?? name)}`;
    if (piece.raw && !piece.error) return `${title} ${Buffer.from(piece.bytes).toString("hex")}\n`;
    return render(codec.inspect(piece.bytes), { title, color: this.terminal.colors("stdout") });
  }

  /** A terminal is not flooded by one message; whoever reads from a file or a pipe gets all of it. */
  private short(text: string): string {
    const most = 20 * (this.terminal.io.stdout.columns ?? 80);
    if (!this.terminal.io.stdout.isTTY || text.length <= most) return text;
    return `${text.slice(0, most)} … ${text.length - most} more characters`;
  }

  private dim(text: string): string {
    return this.terminal.colors("stdout") ? `\u001b[2m${text}\u001b[0m` : text;
  }
}

const rawJson = ({ bytes, error }: Piece & { readonly raw: true }): object => ({
  raw: Buffer.from(bytes).toString("hex"),
  ...(error && { error: error.message }),
});
