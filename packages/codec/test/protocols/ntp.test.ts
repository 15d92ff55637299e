import { u32 } from "@wireform/codec";
import { expect, it } from "vitest";
import { compileHere } from "../support/mode.ts";
import { describeShared } from "../support/shared-data.ts";
import { prove } from "./prove.ts";
import { Header } from "./schemas/ntp.ts";

interface Data {
  readonly unixEpochOffset: number;
  readonly cases: readonly { readonly name: string; readonly hex: string; readonly fields: object }[];
  readonly dates: readonly {
    readonly date: string;
    readonly era: number;
    readonly seconds: number;
    readonly hex: string;
  }[];
}

describeShared<Data>("NTP", "protocols-facts/ntp.json", ({ cases, dates, unixEpochOffset }) => {
  const header = compileHere(Header);

  it.each(cases.map((row) => [row.name, row] as const))("%s", (_, { hex, fields }) => {
    expect(header.bound).toEqual({ min: 48, max: 48 });
    prove(header, hex, fields);
  });

  it.each(dates.map((row) => [row.date, row] as const))("%s", (date, { era, seconds, hex }) => {
    prove(compileHere(u32), hex, seconds);
    const unix = era * 2 ** 32 + seconds - unixEpochOffset;
    expect(new Date(unix * 1000).getTime()).toBe(new Date(date).getTime());
  });
});
