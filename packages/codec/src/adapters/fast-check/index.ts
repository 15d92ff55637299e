// Property-based tests from a schema: values, bytes, chunks, damage, and the laws that hold for them.

export { chunkings } from "./chunks.js";
export { type Conversation, conversations, converse } from "./conversations.js";
export { type Mutation, mutations } from "./mutations.js";
export { type LawName, properties } from "./properties.js";
export type { Law } from "./subject.js";
export { isBroken, type SuiteOptions, type Trial, testCodec, trialsOf } from "./suite.js";
export { arbitrary, type DrawOptions, input, wire } from "./values.js";
