// The text of functions that a built module exports, with all that they need and nothing else: the declarations of the
// files that it is made of, each as it is written.

import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { type Node, type Program, parse, tokenizer } from "acorn";

const syntax = { ecmaVersion: 2022, sourceType: "module" } as const;

/** A declaration at the top of a file: its text, with the comment in front, and the names in it. */
interface Declaration {
  readonly text: string;
  readonly uses: ReadonlySet<string>;
}

interface File {
  readonly path: string;
  readonly declarations: ReadonlyMap<string, Declaration>;
  /** Names that other files have: what they are called there. */
  readonly others: ReadonlyMap<string, { readonly file: string; readonly name: string }>;
  /** Files all of whose names are handed on. */
  readonly all: readonly string[];
}

type Any = Node & {
  readonly declaration?: Any;
  readonly declarations?: readonly { readonly id: { readonly name: string } }[];
  readonly id?: { readonly name: string };
  readonly source?: { readonly value: string };
  readonly specifiers?: readonly Readonly<Record<"local" | "imported" | "exported", { readonly name: string }>>[];
};

/** The names that a text uses, those behind a dot left out. */
function namesIn(text: string): Set<string> {
  const names = new Set<string>();
  let before = "";
  for (const token of tokenizer(text, syntax)) {
    const { label } = token.type;
    if (label === "name" && before !== "." && before !== "?.") names.add(text.slice(token.start, token.end));
    before = label;
  }
  return names;
}

function readModule(path: string): File {
  const text = readFileSync(path, "utf8");
  const declarations = new Map<string, Declaration>();
  const others = new Map<string, { file: string; name: string }>();
  const all: string[] = [];
  let end = 0;
  for (const node of (parse(text, syntax) as Program).body as readonly unknown[] as readonly Any[]) {
    // Between two statements there are comments only.
    const comment = text.slice(end, node.start).trim();
    const first = end === 0;
    end = node.end;
    if (node.source) {
      const file = resolve(dirname(path), node.source.value);
      if (node.type === "ExportAllDeclaration") all.push(file);
      for (const { local, imported, exported } of node.specifiers ?? [])
        if (exported) others.set(exported.name, { file, name: local.name });
        else others.set(local.name, { file, name: imported.name });
      continue;
    }
    const own = node.declaration ?? node;
    const body = text.slice(own.start, own.end);
    // What stands on top of a file is about all of it.
    const declared = { text: first || comment === "" ? body : `${comment}\n${body}`, uses: namesIn(body) };
    for (const name of own.declarations?.map(({ id }) => id.name) ?? [own.id?.name])
      if (name !== undefined) declarations.set(name, declared);
  }
  return { path, declarations, others, all };
}

/** The declarations of these exports of the module in a file, and of all that they use, with what is used in front. */
export function inlined(entry: string, names: readonly string[]): string {
  const files = new Map<string, File>();
  const fileOf = (path: string): File => {
    const file = files.get(path) ?? readModule(path);
    files.set(path, file);
    return file;
  };
  const taken = new Map<Declaration, string>();
  const owners = new Map<string, string>();
  const find = (path: string, name: string): { file: File; name: string } | undefined => {
    const file = fileOf(path);
    if (file.declarations.has(name)) return { file, name };
    const other = file.others.get(name);
    if (other) return find(other.file, other.name);
    for (const next of file.all) {
      const found = find(next, name);
      if (found) return found;
    }
    return undefined;
  };
  const open = new Set<Declaration>();
  const take = (path: string, called: string): boolean => {
    const found = find(path, called);
    if (!found) return false;
    const { file, name } = found;
    const declaration = file.declarations.get(name) as Declaration;
    if (name !== called || (owners.get(name) ?? file.path) !== file.path)
      throw new Error(`two things are called ${name} in what ${entry} is made of`);
    owners.set(name, file.path);
    if (taken.has(declaration) || open.has(declaration)) return true;
    open.add(declaration);
    for (const use of declaration.uses) take(file.path, use);
    taken.set(declaration, declaration.text);
    return true;
  };
  for (const name of names) if (!take(entry, name)) throw new Error(`${entry} has no ${name}`);
  // TypeScript indents by four.
  return [...taken.values()].join("\n\n").replace(/^(?: {4})+/gm, (spaces) => " ".repeat(spaces.length / 2));
}
