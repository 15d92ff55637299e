// What drawn schemas, values and bytes have found, kept as wire facts.

import { decimal, until } from "@wireform/codec";
import { facts } from "../support/facts.ts";

const digits = (text: string): string => Buffer.from(text, "latin1").toString("hex");

facts(decimal(until("\n")), {
  ok: [
    [Number.MAX_SAFE_INTEGER, digits("9007199254740991\n")],
    [Number.MAX_SAFE_INTEGER - 1, digits("9007199254740990\n")],
  ],
});
