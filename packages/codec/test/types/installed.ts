// A folder outside of this repository in which the package is installed as its users get it, with declarations made from
// the sources as they are now, and tsc to check what is written against it.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { vi } from "vitest";

// The compiler is another process, which a busy machine may keep waiting.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const codec = resolve(import.meta.dirname, "../..");
const typescript = dirname(createRequire(import.meta.url).resolve("typescript/package.json"));

export interface Installed {
  /** Checks a program of one file; `options` are compiler options beside the strict ones. */
  check(name: string, text: string, options?: Record<string, unknown>): Checked;
  remove(): void;
}

export interface Checked {
  readonly errors: readonly { readonly line: number; readonly text: string }[];
  readonly instantiations: number;
}

function tsc(cwd: string, ...args: string[]): string {
  const { stdout, stderr, error } = spawnSync(process.execPath, [join(typescript, "bin/tsc"), ...args], {
    cwd,
    encoding: "utf8",
  });
  if (error || stderr) throw error ?? new Error(stderr);
  return stdout;
}

export function install(): Installed {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), "wireform-types-"));
  const installed = join(folder, "node_modules/@wireform/codec");
  mkdirSync(installed, { recursive: true });
  cpSync(join(codec, "package.json"), join(installed, "package.json"));
  const emitted = ["--emitDeclarationOnly", "--declarationMap", "false", "--outDir", join(installed, "dist")];
  tsc(codec, "-p", codec, ...emitted, "--tsBuildInfoFile", join(folder, "tsbuildinfo"));
  return {
    check(name, text, options = {}) {
      const program = join(folder, name);
      mkdirSync(program);
      writeFileSync(join(program, "package.json"), JSON.stringify({ type: "module" }));
      writeFileSync(join(program, "index.ts"), text);
      const compilerOptions = {
        target: "es2022",
        lib: ["es2023"],
        types: [],
        module: "nodenext",
        strict: true,
        exactOptionalPropertyTypes: true,
        noEmit: true,
        ...options,
      };
      writeFileSync(join(program, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["index.ts"] }));
      const output = tsc(program, "-p", ".", "--extendedDiagnostics", "--singleThreaded", "--pretty", "false");
      return {
        errors: [...output.matchAll(/^(?:index\.ts\((\d+),\d+\): )?(?:.*\): )?error (TS\d+: .*(?:\n {2,}.*)*)/gm)].map(
          ([, line, message]) => ({ line: Number(line), text: message as string }),
        ),
        instantiations: Number(/^Instantiations: +(\d+)/m.exec(output)?.[1]),
      };
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}
