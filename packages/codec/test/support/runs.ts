// How often and from where a property is tried: always the same in the suite, again and otherwise in `pnpm fuzz`.

const asked = process.env["WIREFORM_FUZZ_RUNS"];
const seconds = process.env["WIREFORM_FUZZ_SECONDS"];

const fuzzing = asked !== undefined;

export const runs = (usual: number): number => (fuzzing ? Number(asked) : usual);

/** Where the suite starts; what is found goes to properties/found.test.ts. */
export const seed: number = fuzzing ? Date.now() & 0x7fffffff : 20261122;

/** The seconds that one of so many properties has, where `pnpm fuzz` is given a time. */
export const share = (of: number): number | undefined => (seconds === undefined ? undefined : Number(seconds) / of);
