// What every test may rely on: the suite runs once as "jit" and once as "interpret" (vitest.config.ts).
declare namespace NodeJS {
  interface ProcessEnv {
    WIREFORM_MODE?: "jit" | "interpret";
    /** Set by `pnpm fuzz`: how many times as often as usual to try each property, and from which seed on. */
    WIREFORM_FUZZ_TIMES?: string;
    WIREFORM_FUZZ_SEED?: string;
  }
}
