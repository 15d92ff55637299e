// binary-parser hides its types from modules, so here they are anything.

// @ts-expect-error its "exports" name no types
import { Parser as Class } from "binary-parser";

export type Parser = any;
export const Parser: { new (): Parser; start(): Parser } = Class;
