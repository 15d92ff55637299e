export interface Stream {
  readonly from: "client" | "server";
  /** Everything this side sent on the connection, in a buffer of its own. */
  readonly bytes: Uint8Array;
  /** Where each TCP chunk ended in `bytes`; the last one is `bytes.length`. */
  readonly chunks: readonly number[];
}

export interface Recording {
  readonly name: string;
  /** The client; `"raw"` is a socket of the recording script, for what no stock client sends. */
  readonly program: string;
  /** The client's command line without host and port. */
  readonly command: string | undefined;
  readonly note: string | undefined;
  /** Client first, then server. */
  readonly streams: readonly Stream[];
  /** The chunks of both directions in the order they passed, with milliseconds since the connection began. */
  readonly exchange: readonly { readonly from: "client" | "server"; readonly length: number; readonly at: number }[];
}

export declare function loadRecordings(protocol: "mqtt" | "resp"): Recording[];
