// Law: of a binary-parser Parser only its public properties are read: a chain of nodes, each with a type, a name and
// options. Functions among them are called, never looked into; the code that it generates is never used.

/** What stands for a length, an offset or a tag: itself, the path of a field, or a function of what was read so far. */
export type Given = number | string | Function;

/** What a node of a parser, or an option, can be. */
export interface ParserOptions {
  readonly length?: Given;
  readonly lengthInBytes?: Given;
  readonly offset?: Given;
  readonly tag?: Given;
  readonly assert?: unknown;
  readonly formatter?: unknown;
  readonly type?: string | BinaryParser;
  readonly choices?: { readonly [tag: number]: string | BinaryParser };
  readonly defaultChoice?: string | BinaryParser;
  readonly readUntil?: unknown;
  readonly encoding?: string;
  readonly zeroTerminated?: boolean;
  readonly greedy?: boolean;
  readonly stripNull?: boolean;
  readonly key?: string;
  readonly wrapper?: unknown;
}

/** A Parser of binary-parser, as far as it is read here. */
export interface BinaryParser {
  readonly varName: string;
  readonly type: string;
  readonly options: object;
  readonly next?: BinaryParser | undefined;
  readonly endian: string;
  readonly alias?: string | undefined;
  readonly constructorFn?: Function | undefined;
  readonly useContextVariables?: boolean;
}

export const optionsOf = (node: BinaryParser): ParserOptions => node.options as ParserOptions;

export const isParser = (value: unknown): value is BinaryParser =>
  typeof value === "object" && value !== null && "varName" in value && "endian" in value && "options" in value;

/** The nodes of a parser, first to last. */
export function* nodesOf(parser: BinaryParser): Generator<BinaryParser> {
  for (let node: BinaryParser | undefined = parser; node; node = node.next) if (node.type !== "") yield node;
}

/** Whether a run of bit fields ends behind this one: binary-parser then starts at the next whole byte. */
export function endsBits({ next }: BinaryParser): boolean {
  if (!next) return true;
  if (next.type !== "nest") return next.type !== "bit";
  const { type } = optionsOf(next);
  return isParser(type) ? type.next !== undefined && type.next.type !== "bit" : true;
}

/** All parsers that have a name (`namely`) in what can be reached from one. */
export function aliasesOf(parser: BinaryParser): Map<string, BinaryParser> {
  const found = new Map<string, BinaryParser>();
  const seen = new Set<BinaryParser>();
  const look = (at: unknown): void => {
    if (!isParser(at) || seen.has(at)) return;
    seen.add(at);
    if (at.alias !== undefined) found.set(at.alias, at);
    for (const node of nodesOf(at)) {
      const { type, choices, defaultChoice } = optionsOf(node);
      for (const part of [type, defaultChoice, ...Object.values(choices ?? {})]) look(part);
    }
  };
  look(parser);
  return found;
}

/** Whether functions, or names that only decoding finds, stand anywhere in a parser or in one that it uses. */
export function looks(at: string | BinaryParser | undefined, aliases: ReadonlyMap<string, BinaryParser>): boolean {
  const seen = new Set<BinaryParser>();
  const look = (given: unknown): boolean => {
    const parser = typeof given === "string" ? aliases.get(given) : given;
    if (!isParser(parser) || seen.has(parser)) return false;
    seen.add(parser);
    for (const node of nodesOf(parser)) {
      const { type, choices, defaultChoice, ...options } = optionsOf(node);
      const said = [options.length, options.lengthInBytes, options.offset, options.tag, options.readUntil];
      if (said.some((each) => typeof each === "function" || (typeof each === "string" && each.startsWith("$"))))
        return true;
      if (typeof options.assert === "function" || typeof options.formatter === "function") return true;
      if ([type, defaultChoice, ...Object.values(choices ?? {})].some(look)) return true;
    }
    return false;
  };
  return look(at);
}

/** The names of all fields that lie in the object that a parser fills; those of choices only where they are asked for. */
export function namesIn(parser: BinaryParser, choices = false): Set<string> {
  const names = new Set<string>();
  for (const node of nodesOf(parser)) {
    const { type } = optionsOf(node);
    if (node.varName !== "") names.add(node.varName);
    else if (node.type === "nest" && isParser(type)) for (const name of namesIn(type, choices)) names.add(name);
    else if (node.type === "choice" && choices) for (const name of namesOfCases(node)) names.add(name);
  }
  return names;
}

/** The names of all fields that some case of a choice has. */
export function namesOfCases(node: BinaryParser): Set<string> {
  const { choices, defaultChoice } = optionsOf(node);
  const cases = [...Object.values(choices ?? {}), defaultChoice].filter(isParser);
  return new Set(cases.flatMap((each) => [...namesIn(each, true)]));
}
