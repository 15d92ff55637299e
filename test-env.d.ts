// What every test may rely on: the suite runs once as "jit" and once as "interpret" (vitest.config.ts).
declare namespace NodeJS {
  interface ProcessEnv {
    WIREFORM_MODE?: "jit" | "interpret";
  }
}
