// Law: a peer that speaks something else is told apart by its first bytes, in the words of whoever reads the log.

const texts: readonly (readonly [string, string])[] = [
  ["GET ", "an HTTP request"],
  ["POST ", "an HTTP request"],
  ["PUT ", "an HTTP request"],
  ["HEAD ", "an HTTP request"],
  ["OPTIONS ", "an HTTP request"],
  ["DELETE ", "an HTTP request"],
  ["CONNECT ", "an HTTP request"],
  ["PRI * HTTP/2", "an HTTP/2 request"],
  ["HTTP/", "an HTTP answer"],
  ["SSH-", "SSH"],
  ["PROXY ", "a PROXY protocol header"],
  ["EHLO ", "SMTP"],
  ["HELO ", "SMTP"],
  ["220 ", "the greeting of an SMTP or FTP server"],
  ["\r\n\r\n\0\r\nQUIT\n", "a PROXY protocol header"],
];

/** As many first bytes as can tell anything. */
const sniffLength = 16;

/** The well-known protocol that begins like this, if any. */
export function likelyProtocol(first: Uint8Array): string | undefined {
  const text = String.fromCharCode(...first.subarray(0, sniffLength));
  for (const [start, name] of texts) if (text.startsWith(start)) return name;
  if (first.length >= 3 && first[1] === 3 && (first[2] as number) <= 4) {
    if (first[0] === 0x16) return "TLS (a handshake)";
    if (first[0] === 0x15) return "TLS (an alert)";
  }
  if (first.length >= 4 && first.every((byte) => byte === 0)) return "nothing but zeros";
  return undefined;
}

const nothing = new Uint8Array(0);

/** The first bytes of a stream, kept until it has proved to be what was expected. */
export class FirstBytes {
  #bytes: Uint8Array = nothing;

  see(chunk: Uint8Array): void {
    const kept = this.#bytes.length;
    if (kept >= sniffLength) return;
    const bytes = new Uint8Array(Math.min(sniffLength, kept + chunk.length));
    bytes.set(this.#bytes);
    bytes.set(chunk.subarray(0, bytes.length - kept), kept);
    this.#bytes = bytes;
  }

  forget(): void {
    this.#bytes = nothing;
  }

  get likely(): string | undefined {
    return likelyProtocol(this.#bytes);
  }
}
