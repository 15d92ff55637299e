// Whatever a schema is made of: it can be described, checked and drawn, and what is said of its sizes is so.

import { type Codec, compile, EncodeError, SchemaError } from "@wireform/codec";
import { arbitrary } from "@wireform/codec/fast-check";
import fc from "fast-check";
import { expect, it } from "vitest";
import { anySchema } from "../../codec/test/properties/any-schema.ts";
import { runs, seed } from "../../codec/test/support/runs.ts";
import { lint } from "../src/anatomy/lint.ts";
import { anatomyOf } from "../src/anatomy/part.ts";
import { anatomyText } from "../src/render/anatomy.ts";
import { html } from "../src/render/html.ts";
import { svg } from "../src/render/svg.ts";

/** Undefined where the schema does not allow it: what it refers to is not there, or no value fits or can be encoded. */
function allowed<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof SchemaError || error instanceof EncodeError) return undefined;
    throw error;
  }
}

it("any schema: described, checked, and its messages drawn, whole and cut", () => {
  fc.assert(
    fc.property(anySchema(), fc.nat(), ({ schema }, seed) => {
      const codec = allowed(() => compile(schema) as Codec<unknown>);
      if (!codec) return;
      const { min, max } = anatomyOf(schema, "Any");
      expect(anatomyText(anatomyOf(schema, "Any"), true)).toContain("Any");
      for (const { what, todo } of lint(schema, "Any", codec.limits))
        expect(`${what}${todo}`).not.toMatch(/undefined|NaN/);
      for (const value of allowed(() => fc.sample(arbitrary(schema), { numRuns: 2, seed })) ?? []) {
        const bytes = allowed(() => codec.encode(value));
        if (!bytes) continue;
        expect(bytes.length).toBeGreaterThanOrEqual(min);
        expect(bytes.length).toBeLessThanOrEqual(max);
        for (const end of [bytes.length, bytes.length >> 1]) {
          const pictures = [{ title: "any", inspection: codec.inspect(bytes.subarray(0, end), { offset: 5 }) }];
          expect(svg(pictures)).toMatch(/^<svg [^>]*>[\s\S]*<\/svg>\n$/);
          expect(html(pictures, "any")).toContain("</html>");
        }
      }
    }),
    { numRuns: runs(40), seed },
  );
});
