// Facts with a source, kept outside this repository and read where they are found: ../shared/data beside the repository.
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, it } from "vitest";

const folder = resolve(import.meta.dirname, "../../../../../shared/data");

/** The JSON of a file there with its markers decoded, or undefined where there is no such file. */
export function sharedData(name: string): unknown | undefined {
  const path = resolve(folder, name);
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8"), (_, value: unknown) => unmark(value)) : undefined;
}

/** {"$hex"} and {"$repeat"} are bytes, {"$bigint"} is a bigint, {"$number"} is NaN, an infinity or -0. */
function unmark(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Object.keys(value).length !== 1) return value;
  if ("$hex" in value) return fromHex(value.$hex as string);
  if ("$bigint" in value) return BigInt(value.$bigint as string);
  if ("$number" in value) return Number(value.$number);
  if ("$repeat" in value) {
    const { hex, times } = value.$repeat as { hex: string; times: number };
    return repeated(fromHex(hex), times);
  }
  return value;
}

/** Zeroes are left as they come, so that a very long run of them takes no memory until it is read. */
function repeated(unit: Uint8Array, times: number): Uint8Array {
  const bytes = new Uint8Array(unit.length * times);
  if (unit.some((byte) => byte !== 0)) for (let i = 0; i < times; i++) bytes.set(unit, i * unit.length);
  return bytes;
}

export function fromHex(hex: string): Uint8Array<ArrayBuffer> {
  if (!/^([0-9a-f]{2})*$/i.test(hex)) throw new Error(`not whole bytes in hexadecimal: ${hex}`);
  return Uint8Array.from({ length: hex.length / 2 }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16));
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A suite over one of those files; where it is absent the suite stands as one skipped test that says so. */
export function describeShared<Data>(name: string, file: string, fn: (data: Data) => void): void {
  const data = sharedData(file);
  describe(name, () => {
    if (data === undefined) it.skip(`needs ../shared/data/${file}, which is not here`, () => {});
    else fn(data as Data);
  });
}
