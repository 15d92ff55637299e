import { availableParallelism } from "node:os";
import { defaultServerConditions } from "vite";
import { defineConfig } from "vitest/config";

// Packages of this workspace resolve to each other's TypeScript, so tests need no build.
const conditions = ["@wireform/source", ...defaultServerConditions];

const once = ["packages/*/test/once/**/*.test.ts", "packages/*/test/**/*.once.test.ts"];
const inMode = (mode: "jit" | "interpret") => ({
  extends: true as const,
  test: {
    name: mode,
    env: { WIREFORM_MODE: mode },
    include: ["packages/*/test/**/*.test.ts"],
    exclude: once,
  },
});

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    passWithNoTests: true,
    // Test files leave nothing behind, so a third of the time need not go into loading everything anew for each.
    isolate: false,
    // Vitest leaves a processor to itself, of which it needs a part only.
    maxWorkers: availableParallelism(),
    // A busy machine is no reason to fail; what hangs still does.
    testTimeout: 30_000,
    // The whole suite runs in both modes; what does not depend on the mode runs once.
    projects: [inMode("jit"), inMode("interpret"), { extends: true, test: { name: "once", include: once } }],
  },
});
