// Bytes as people write them: hexadecimal digits with whatever stands between.

import { usage } from "../failure.js";

/** The bytes of hexadecimal text: `0x` in front, and spaces, colons, commas and line ends between, are passed over. */
export function fromHex(text: string): Uint8Array {
  const digits = text.replace(/0x|[\s:,_-]/gi, "");
  const odd = /[^0-9a-f]/i.exec(digits);
  if (odd) throw usage(`"${odd[0]}" is no hexadecimal digit`);
  if (digits.length % 2 === 1) throw usage(`${digits.length} hexadecimal digits do not make whole bytes`);
  return Uint8Array.from(Buffer.from(digits, "hex"));
}
