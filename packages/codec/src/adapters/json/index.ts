// Values as JSON and back, losslessly, and the JSON Schema of that form.

export { toJsonSchema } from "./schema.js";
export { toJsonText } from "./text.js";
export { fromJson, type Json, toJson } from "./value.js";
