// What every test may rely on: the suite runs once as "jit" and once as "interpret" (vitest.config.ts).
declare namespace NodeJS {
  interface ProcessEnv {
    WIREFORM_MODE?: "jit" | "interpret";
    /** Set by `pnpm fuzz`: how often to try each property. */
    WIREFORM_FUZZ_RUNS?: string;
  }
}
