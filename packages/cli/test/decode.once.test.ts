import { it } from "vitest";
import { expectSession } from "./support/golden.ts";

it("decodes one packet", () =>
  expectSession("decode", [
    "wireform decode --schema mqtt --hex c000",
    "wireform decode --schema mqtt --hex 'c0'",
    "wireform decode --schema nothing --json --hex 00",
    "wireform decode",
  ]));
