// What drawn schemas, values and bytes have found, kept as wire facts.

import { at, decimal, field, i32, nullable, sized, string, struct, u8, u16, until } from "@wireform/codec";
import { facts } from "../support/facts.ts";

const digits = (text: string): string => Buffer.from(text, "latin1").toString("hex");

facts(decimal(until("\n")), {
  ok: [
    [Number.MAX_SAFE_INTEGER, digits("9007199254740991\n")],
    [Number.MAX_SAFE_INTEGER - 1, digits("9007199254740990\n")],
  ],
});

// The bound of a message counts what lies at its offsets.
facts(struct({ nameAt: u16, name: at(field("nameAt"), string(u8)) }), {
  ok: [[{ nameAt: 2, name: "ada" }, "0002 03616461"]],
});

// The bound of a window knows that it can say "nothing".
facts(sized(nullable(i32), struct({ a: u8, b: u8 })), {
  ok: [
    [null, "ffffffff"],
    [{ a: 1, b: 2 }, "00000002 0102"],
  ],
});
