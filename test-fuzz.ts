// Loaded before each test file when `pnpm fuzz` asks for more runs of every property.
import fc from "fast-check";

fc.configureGlobal({ ...fc.readConfigureGlobal(), numRuns: Number(process.env.WIREFORM_FUZZ_RUNS) });
