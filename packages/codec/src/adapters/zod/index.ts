// Wireform and zod: schemas of the values, codecs of the bytes, checks of one's own.

export { fromJson, type Json, toJson, toJsonSchema } from "../json/index.js";
export { type RefinedSchema, refined } from "./refined.js";
export { toZod } from "./to-zod.js";
export { zodCodec } from "./zod-codec.js";
