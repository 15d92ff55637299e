// How often and from where a property is tried: always the same in the suite, more often and from elsewhere in `pnpm fuzz`.

/** As often as the suite does, or that many times as often. */
export const runs = (usual: number): number => usual * Number(process.env["WIREFORM_FUZZ_TIMES"] ?? 1);

/** Where the suite starts; what is found elsewhere goes to properties/found.test.ts. */
export const seed = Number(process.env["WIREFORM_FUZZ_SEED"] ?? 20261122);
