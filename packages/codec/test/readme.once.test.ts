// The README's examples: type-checked together as one program, run, and every value, type, error and picture that is
// written beside them compared.

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { dirname, join, resolve } from "node:path";
import { afterAll, expect, it, vi } from "vitest";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const root = resolve(import.meta.dirname, "../../..");
const typescript = dirname(createRequire(import.meta.url).resolve("typescript/package.json"));
mkdirSync(join(root, ".cache"), { recursive: true });
const folder = mkdtempSync(join(root, ".cache/readme-"));
afterAll(() => rmSync(folder, { recursive: true }));

interface Document {
  readonly text: string;
  /** The TypeScript in it, in order, and what it says is printed. */
  readonly examples: readonly string[];
  readonly pictures: readonly string[];
}

function documentAt(path: string): Document {
  const text = readFileSync(join(root, path), "utf8");
  const fences = [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)];
  const of = (language: string) => fences.filter((fence) => fence[1] === language).map((fence) => fence[2] as string);
  return { text, examples: of("ts"), pictures: of("text") };
}

const helpers = `
import { deepStrictEqual } from "node:assert/strict";
import { inspect } from "node:util";
type Plain<T> = T extends Uint8Array ? T : T extends object ? { [K in keyof T]: Plain<T[K]> } : T;
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type Equal<A, B> = Same<Plain<A>, Plain<B>>;
const typed = <T extends true>(): T | undefined => undefined;
const printed: string[] = [];
const wrong: string[] = [];
let compared = 0;
function same(got: unknown, want: unknown, where: string): void {
  compared++;
  try {
    deepStrictEqual(got, want);
  } catch {
    wrong.push(\`\${where}: \${inspect(got, { depth: 9 })}\`);
  }
}
const bytesOf = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex.replaceAll(" ", ""), "hex"));
function thrown(run: () => unknown): string {
  try {
    return \`nothing, but returned \${inspect(run())}\`;
  } catch (error) {
    return String(error);
  }
}
`;

/** Imports of all examples, each name once. */
function importsOf(text: string): string {
  const names = new Map<string, Set<string>>();
  for (const [, list, from] of text.matchAll(/^import \{([^}]*)\} from "([^"]+)";$/gm)) {
    const known = names.get(from as string) ?? new Set();
    for (const name of (list as string).split(",")) known.add(name.trim());
    names.set(from as string, known);
  }
  return [...names].map(([from, list]) => `import { ${[...list].join(", ")} } from "${from}";`).join("\n");
}

/** A statement and the comment that says what comes of it, as a statement that compares the two. */
function compare(code: string, comment: string): string {
  const [, name, expression] = /^(?:const (\w+) = )?([\s\S]*);$/.exec(code.trim()) ?? [];
  const [, type] = /^type (\w+) = /.exec(code.trim()) ?? [];
  const where = JSON.stringify(comment);
  if (type && comment.startsWith("{")) return `${code}\ntyped<Equal<${type}, ${comment}>>();`;
  const error = /^throws (\w+Error: .*)$/.exec(comment);
  if (error) return `same(thrown(() => ${expression}), ${JSON.stringify(error[1])}, ${where});`;
  const hex = /^[0-9a-f]{2}( [0-9a-f]{2})+$/.test(comment);
  if (!hex && !/^(?:[[{]|\d+$)/.test(comment)) return code;
  const want = hex ? `bytesOf("${comment}")` : comment;
  return name
    ? `${code}\nsame(${hex ? `new Uint8Array(${name})` : name}, ${want}, ${where});`
    : `same(${expression}, ${want}, ${where});`;
}

/** An example with each comment that states a value, a type or an error turned into a comparison. */
function checked(example: string): string {
  const code = example
    .replace(/^import \{[^}]*\} from "[^"]+";\n/gm, "")
    .replaceAll("console.log(", "printed.push(")
    // A comment on a line of its own belongs to the line above.
    .replace(/;\n *\/\/ +/g, ";  // ");
  return code
    .split("\n")
    .map((line) => {
      const [, statement, comment] = /^(\S.*;) +\/\/ (.*)$/.exec(line) ?? [];
      return statement && comment ? compare(statement, comment.trim()) : line;
    })
    .join("\n");
}

const free = (): Promise<number> =>
  new Promise((done) => {
    const server = createServer().listen(0, () => {
      const { port } = server.address() as { port: number };
      server.close(() => done(port));
    });
  });

/** Runs a document's examples as one program; `more` goes on with what they leave. */
async function expectTrue({ examples, pictures }: Document, comparisons: number, more = ""): Promise<void> {
  const body = examples
    .map(checked)
    .join("\n")
    .replaceAll("7000", String(await free()));
  const program = `${importsOf(examples.join("\n"))}${helpers}${body}
${more}
console.log(JSON.stringify({ wrong, printed, compared }));
`;
  const home = mkdtempSync(join(folder, "program-"));
  writeFileSync(join(home, "readme.ts"), program);
  writeFileSync(join(home, "package.json"), JSON.stringify({ type: "module" }));
  writeFileSync(
    join(home, "tsconfig.json"),
    JSON.stringify({
      extends: "../../../tsconfig.base.json",
      compilerOptions: {
        types: ["node"],
        composite: false,
        declaration: false,
        declarationMap: false,
        tsBuildInfoFile: null,
      },
      include: ["readme.ts"],
    }),
  );
  const tsc = spawnSync(process.execPath, [join(typescript, "bin/tsc"), "-p", home], { cwd: root, encoding: "utf8" });
  expect(tsc.stdout + tsc.stderr).toBe("");
  const run = spawnSync(process.execPath, [join(home, "readme.js")], { encoding: "utf8", timeout: 30_000 });
  expect(run.stderr).toBe("");
  const { wrong, printed, compared } = JSON.parse(run.stdout) as {
    wrong: string[];
    printed: string[];
    compared: number;
  };
  expect(wrong).toEqual([]);
  expect(printed.map((text) => `${text.trimEnd()}\n`)).toEqual(pictures);
  expect(compared).toBe(comparisons);
}

it("README.md runs as it stands and gives what it says", async () => {
  await expectTrue(
    documentAt("README.md"),
    10,
    `for await (const m of peer) {
  same(m, { type: "move", at: 1, path: [{ x: 3, y: -4 }] }, "the echo");
  break;
}
await peer.close();
await server.close();`,
  );
});

it.each([
  ["codec", 3],
  ["transport", 0],
  ["protocols", 1],
] as const)("packages/%s/README.md runs as it stands and gives what it says", async (name, comparisons) => {
  await expectTrue(documentAt(`packages/${name}/README.md`), comparisons);
});

it("docs/zod-and-fast-check.md runs as it stands and gives what it says", async () => {
  await expectTrue(documentAt("docs/zod-and-fast-check.md"), 9);
});

it("names files that are there, and the commands that package.json has", () => {
  const readme = documentAt("README.md").text;
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  const commands = [...readme.matchAll(/pnpm@[\d.]+ ([\w:]+)/g)].map((m) => m[1] as string);
  expect(commands.filter((name) => !(name in scripts))).toEqual([]);
  const links = [...readme.matchAll(/\]\(([^):]+)\)/g)].map((m) => m[1] as string);
  expect(links.length).toBeGreaterThan(5);
  for (const link of links) expect(() => readFileSync(join(root, link)), link).not.toThrow(/ENOENT/);
});
