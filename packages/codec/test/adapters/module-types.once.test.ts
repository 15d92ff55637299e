// The types of a printed module are those of its schema: TypeScript takes each for the other, both ways.

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { relative, resolve } from "node:path";
import { type AnySchema, SchemaError } from "@wireform/codec";
import { toModule } from "@wireform/codec/module";
import { afterAll, expect, it } from "vitest";

const home = resolve(import.meta.dirname, "../..");
mkdirSync(resolve(home, ".cache"), { recursive: true });
const folder = mkdtempSync(resolve(home, ".cache/module-types-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Schemas of a type that their authors wrote, whose arrays can be changed and ours cannot. */
const byHand = ["Tree", "Json", "Holder"];
/** Schemas of anything, as far as TypeScript knows. */
const anything = ["Formatted"];

const isSchema = (value: unknown): value is AnySchema =>
  typeof value === "object" && value !== null && "~lower" in value;

/** Prints the types of every schema that a file exports, and gives the lines that compare them. */
async function compared(file: string, prefix: string): Promise<string[]> {
  const exported = (await import(file)) as Record<string, unknown>;
  const from = JSON.stringify(`./${relative(folder, file)}`);
  return Object.entries(exported).flatMap(([name, schema]) => {
    if (!isSchema(schema) || anything.includes(name)) return [];
    const own = `${prefix}${name}`;
    try {
      const { types } = toModule(schema, { name: own, inline: () => "" });
      writeFileSync(resolve(folder, `${own}.d.ts`), types);
    } catch (error) {
      if (error instanceof SchemaError) return [];
      throw error;
    }
    return [
      `import type { ${own}, ${own}Input } from "./${own}.js";`,
      `import type { ${name} as Schema${own} } from ${from};`,
      `same<${own}, Infer<typeof Schema${own}>>(true);`,
      `${byHand.includes(name) ? "takes" : "same"}<${own}Input, Input<typeof Schema${own}>>(true);`,
    ];
  });
}

it("are the schema's own, for protocols and for what is odd", { timeout: 120_000 }, async () => {
  const protocols = resolve(import.meta.dirname, "../protocols/schemas");
  const files = [
    resolve(import.meta.dirname, "module-schemas.ts"),
    ...readdirSync(protocols).map((file) => resolve(protocols, file)),
  ];
  const lines = (await Promise.all(files.map((file, i) => compared(file, `M${i}`)))).flat();
  expect(lines.length / 4).toBeGreaterThan(50);
  writeFileSync(
    resolve(folder, "same.ts"),
    `import type { Infer, Input } from "@wireform/codec";
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : "theirs is no ours") : "ours is no theirs";
declare function same<A, B>(are: Same<A, B>): void;
declare function takes<A, B extends A>(are: true): void;
${lines.join("\n")}
`,
  );
  writeFileSync(
    resolve(folder, "tsconfig.json"),
    JSON.stringify({
      extends: "../../../../tsconfig.test.json",
      compilerOptions: {
        rootDir: "../..",
        noEmit: true,
        composite: false,
        incremental: false,
        declaration: false,
        emitDeclarationOnly: false,
        allowImportingTsExtensions: true,
        skipLibCheck: false,
        noUnusedLocals: false,
      },
      include: ["same.ts"],
    }),
  );
  const { stdout } = spawnSync(
    process.execPath,
    [resolve(home, "../../node_modules/typescript/bin/tsc"), "-p", folder],
    {
      encoding: "utf8",
    },
  );
  expect(stdout).toBe("");
});
