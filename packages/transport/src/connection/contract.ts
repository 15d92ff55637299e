// What transport needs of a codec and of a decoder. Deleted when @wireform/codec exports both.

export interface Codec<Out, In = Out> {
  encode(value: In): Uint8Array;
  decode(bytes: Uint8Array): Out;
  size(value: In): number;
  write(value: In, into: Uint8Array, offset?: number): number;
  read(from: Uint8Array, offset?: number): { value: Out; offset: number } | { needed: number };
  readonly bound: { min: number; max: number };
}

export type DecoderOptions = Readonly<Record<string, unknown>>;

const nothing = new Uint8Array(0);

/** Cuts a byte stream into messages; a stand-in that knows only `codec.read`. */
export class Decoder<Out> {
  #codec: Codec<Out, never>;
  #rest: Uint8Array = nothing;
  #unread = 0;
  needed = 1;

  constructor(codec: Codec<Out, never>, _options: DecoderOptions = {}) {
    this.#codec = codec;
  }

  get buffered(): number {
    return this.#rest.length - this.#unread;
  }

  *push(chunk: Uint8Array): Generator<Out, void> {
    if (this.#rest.length === 0) this.#rest = chunk;
    else {
      const joined = new Uint8Array(this.#rest.length + chunk.length);
      joined.set(this.#rest);
      joined.set(chunk, this.#rest.length);
      this.#rest = joined;
    }
    let offset = 0;
    const bytes = this.#rest;
    this.#rest = bytes.subarray(0, 0);
    try {
      while (offset < bytes.length) {
        const result = this.#codec.read(bytes, offset);
        if ("needed" in result) {
          this.needed = result.needed;
          break;
        }
        offset = result.offset;
        this.#unread = offset;
        this.#rest = bytes;
        yield result.value;
        if (this.#rest !== bytes) return;
      }
    } finally {
      if (this.#rest === bytes || offset === 0) this.#rest = Uint8Array.from(bytes.subarray(offset));
      this.#unread = 0;
    }
  }

  end(): Iterable<Out> {
    if (this.#rest.length === 0) return [];
    const error = new Error(`needs ${this.needed} more bytes, the stream ended (offset ${this.#rest.length})`);
    throw Object.assign(error, { name: "DecodeError", code: "truncated", path: "", offset: this.#rest.length });
  }

  take(): Uint8Array {
    const rest = this.#rest.subarray(this.#unread);
    this.#unread = 0;
    this.#rest = nothing;
    return rest;
  }

  use(codec: Codec<Out, never>): void {
    this.#codec = codec;
  }
}
