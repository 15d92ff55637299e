// What tools that draw bytes and describe schemas share with the codec, so that they say and colour things as it does.

export { placesOf } from "../../kinds/bits.js";
export { labelOf, lengthLabel } from "../../length.js";
export { type Floats, numbersOf, type WholeNumbers } from "../../numbers.js";
export { hueOf, type Line, lineOf, linesOf, plain, several } from "../../picture.js";
export type { BitPlace } from "../../plan.js";
export type { Condition, Test, Use } from "../../reference.js";
