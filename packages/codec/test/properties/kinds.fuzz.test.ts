// Every kind, and every way to use it, under every law.

import { testCodec } from "@wireform/codec/fast-check";
import { test } from "vitest";
import { compileHere } from "../support/mode.ts";
import { runs, seed } from "../support/runs.ts";
import { everyKind } from "./every-kind.ts";

for (const [name, schema] of Object.entries(everyKind))
  testCodec(compileHere(schema), { name, test, runs: runs(3), seed });
