// How often and from where a property is tried: always the same in the suite, again and otherwise in `pnpm fuzz`.

const asked = process.env["WIREFORM_FUZZ_RUNS"];

export const runs = (usual: number): number => (asked === undefined ? usual : Number(asked));

/** Where the suite starts; what is found goes to properties/found.test.ts. */
export const seed: number = asked === undefined ? 20261122 : Date.now() & 0x7fffffff;
