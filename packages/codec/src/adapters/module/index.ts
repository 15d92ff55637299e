// A schema as the text of a module that needs nothing but itself.

export { type ModuleOptions, type ModuleText, toModule } from "./print.js";
