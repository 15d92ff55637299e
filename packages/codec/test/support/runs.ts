// How often and from where a property is tried: always the same in the suite, again and otherwise in `pnpm fuzz`.

const asked = process.env["WIREFORM_FUZZ_RUNS"];

const fuzzing = asked !== undefined;

export const runs = (usual: number): number => (fuzzing ? Number(asked) : usual);

/** Where the suite starts; what is found goes to properties/found.test.ts. */
export const seed: number = fuzzing ? Date.now() & 0x7fffffff : 20261122;
