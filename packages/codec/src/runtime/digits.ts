// Law: a text number is digits and perhaps a sign, nothing else: no spaces inside, no exponent, no locale. Digits are
// counted before they are worth anything, so that an endless run of them costs nothing.

export interface DigitsFormat {
  readonly base: 8 | 10 | 16;
  /** Which signs may stand in front. */
  readonly sign: "none" | "minus" | "either" | "always";
  /** What fills a fixed width on the left. */
  readonly pad: "0" | " ";
  /** Whether leading zeros are accepted where there is no fixed width. */
  readonly zeros: boolean;
  /** Letters of base 16: encode writes `upper` where it says so, and lower case otherwise. */
  readonly letters: "lower" | "upper" | "any";
  readonly big: boolean;
  readonly maxDigits: number;
}

/** The least and the largest number, bigints where the values are. */
export interface Bounds {
  readonly min: number | bigint;
  readonly max: number | bigint;
}

/** The value of one digit character, or -1. */
export function digit(c: number, format: DigitsFormat): number {
  if (c >= 48 && c <= 57) return c - 48 < format.base ? c - 48 : -1;
  if (format.base !== 16) return -1;
  if (c >= 97 && c <= 102) return format.letters === "upper" ? -1 : c - 87;
  if (c >= 65 && c <= 70) return format.letters === "lower" ? -1 : c - 55;
  return -1;
}

/** The position behind the sign and digits that start at `p`. */
export function endOfDigits(b: Uint8Array, p: number, end: number, format: DigitsFormat): number {
  let q = p;
  if (q < end && format.sign !== "none" && (b[q] === 45 || (b[q] === 43 && format.sign !== "minus"))) q++;
  while (q < end && digit(b[q] as number, format) >= 0) q++;
  return q;
}

/** The number written in the bytes from `p` to `end`; a sentence when it is not one. `width` says that the field is padded to it. */
export function parseDigits(
  b: Uint8Array,
  p: number,
  end: number,
  format: DigitsFormat,
  width: boolean,
): number | bigint | string {
  let q = p;
  if (width && format.pad === " ") while (q < end - 1 && b[q] === 32) q++;
  const first = b[q];
  const signed = first === 45 || first === 43;
  if (signed) {
    if (format.sign === "none" || (first === 43 && format.sign === "minus")) return "digits without a sign";
    q++;
  } else if (format.sign === "always") return "a sign and digits";
  const count = end - q;
  if (count < 1) return "at least one digit";
  if (count > format.maxDigits) return `at most ${format.maxDigits} digits`;
  if (count > 1 && b[q] === 48 && !format.zeros && !(width && format.pad === "0")) return "no leading zeros";
  let value = 0;
  for (let i = q; i < end; i++) {
    const d = digit(b[i] as number, format);
    if (d < 0) return `digits of base ${format.base}`;
    value = value * format.base + d;
  }
  if (first === 45 && value === 0 && !format.zeros) return "no negative zero";
  if (format.big) {
    if (value <= Number.MAX_SAFE_INTEGER) return first === 45 ? -BigInt(value) : BigInt(value);
    let text = "";
    for (let i = q; i < end; i++) text += String.fromCharCode(b[i] as number);
    const wide = BigInt(format.base === 10 ? text : `${format.base === 16 ? "0x" : "0o"}${text}`);
    return first === 45 ? -wide : wide;
  }
  if (value > Number.MAX_SAFE_INTEGER) return "a whole number of at most 2^53 - 1 in size";
  return first === 45 && value !== 0 ? -value : value;
}

/** A number as text; `width` characters where it is not 0, undefined when it does not fit. */
export function formatDigits(value: number | bigint, format: DigitsFormat, width: number): string | undefined {
  const negative = value < 0;
  let text = (negative ? -value : value).toString(format.base);
  if (format.letters === "upper") text = text.toUpperCase();
  if (text.length > format.maxDigits) return undefined;
  const sign = negative ? "-" : format.sign === "always" ? "+" : "";
  if (width > 0)
    text = format.pad === "0" ? sign + text.padStart(width - sign.length, "0") : (sign + text).padStart(width, " ");
  else text = sign + text;
  return width > 0 && text.length > width ? undefined : text;
}

/** Writes ASCII text and returns the position behind it. */
export function putText(b: Uint8Array, p: number, text: string): number {
  for (let i = 0; i < text.length; i++) b[p + i] = text.charCodeAt(i);
  return p + text.length;
}

/** Writes a whole number of at least 0 in decimal and returns the position behind it. */
export function putDecimal(b: Uint8Array, p: number, value: number): number {
  if (value < 10) {
    b[p] = 48 + value;
    return p + 1;
  }
  let end = p + 1;
  for (let power = 10; power <= value; power *= 10) end++;
  for (let q = end - 1; q >= p; q--) {
    const rest = Math.floor(value / 10);
    b[q] = 48 + (value - rest * 10);
    value = rest;
  }
  return end;
}
