// How often a property is tried: as often as its test says, or as `pnpm fuzz` does.

const asked = process.env["WIREFORM_FUZZ_RUNS"];

export const runs = (usual: number): number => (asked === undefined ? usual : Number(asked));
