// Failing bytes are kept in files, where there are files, and tried first from then on. As bytes, not as seeds, they
// outlive changes to the schema.

/** What is needed of node:fs, which is asked for only where it is. */
interface Files {
  readdirSync(folder: string): string[];
  readFileSync(file: string, encoding: "utf8"): string;
  writeFileSync(file: string, text: string): void;
  mkdirSync(folder: string, options: { recursive: true }): void;
  existsSync(file: string): boolean;
}

export interface CaseStore {
  load(): { readonly name: string; readonly bytes: Uint8Array }[];
  /** Gives the file they are kept in. */
  keep(law: string, bytes: Uint8Array): string;
}

const plain = (name: string): string => name.replace(/[^\w.-]+/g, "-").slice(0, 80) || "codec";

/** The kept cases of one codec; undefined where there are no files. */
export function casesIn(root: string, name: string): CaseStore | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?(id: string): unknown } };
  const files = process?.getBuiltinModule?.("node:fs") as Files | undefined;
  if (!files) return undefined;
  const folder = `${root}/${plain(name)}`;
  return {
    load() {
      if (!files.existsSync(folder)) return [];
      return files
        .readdirSync(folder)
        .filter((file) => file.endsWith(".hex"))
        .sort()
        .map((file) => {
          const text = files.readFileSync(`${folder}/${file}`, "utf8").replace(/[^0-9a-f]/gi, "");
          return { name: file, bytes: Uint8Array.from(text.match(/../g) ?? [], (two) => Number.parseInt(two, 16)) };
        });
    },
    keep(law, bytes) {
      const text = Array.from(bytes, (n) => n.toString(16).padStart(2, "0")).join("");
      let hash = 0;
      for (const byte of bytes) hash = (hash * 31 + byte) >>> 0;
      files.mkdirSync(folder, { recursive: true });
      const file = `${folder}/${plain(law)}-${hash.toString(16).padStart(8, "0")}.hex`;
      files.writeFileSync(file, `${text}\n`);
      return file;
    },
  };
}
