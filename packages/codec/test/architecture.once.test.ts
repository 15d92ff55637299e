// Holds the floor plan: data flows one way, each room imports only itself and the rooms on rows above its own.
import { readdirSync, readFileSync } from "node:fs";
import { join, posix, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

// One row a floor, first to last; a room is a file or a folder of src. Rooms on one row do not see each other.
// "*" is every file not named elsewhere, each a room of its own.
const floorPlan: Record<string, { rooms: string[][]; mayImport: RegExp }> = {
  codec: {
    rooms: [
      ["errors", "own"],
      ["limits", "spans"],
      ["reference"],
      ["schema"],
      ["length"],
      ["runtime"],
      ["source"],
      ["plan"],
      ["ops"],
      ["numbers"],
      // What printed code imports: of the ops too.
      ["kinds", "runtime/index", "runtime/standalone"],
      ["trace"],
      ["generate", "inspect"],
      ["compile"],
      ["resync", "held"],
      ["decoder", "encoder", "picture"],
      ["render"],
      ["index"],
      ["adapters/json"],
      ["adapters/zod", "adapters/fast-check", "adapters/binary-parser", "adapters/tooling", "adapters/module"],
    ],
    mayImport: /^$/,
  },
  transport: {
    rooms: [["connection"], ["tcp", "streams"], ["index"], ["testing"]],
    mayImport: /^@wireform\/codec$|^node:/,
  },
  protocols: { rooms: [["*"]], mayImport: /^@wireform\/codec$/ },
  cli: {
    rooms: [
      ["failure"],
      ["files", "output"],
      ["io", "anatomy"],
      ["schemas", "sources", "render", "modules"],
      ["live", "fuzzing", "measuring"],
      ["actions"],
      ["commands"],
      ["program"],
      ["main"],
    ],
    mayImport: /^@wireform\/|^node:|^(commander|jiti|json5|acorn|eslint-scope|fast-check)$/,
  },
};
const longest = 350;

const importing = /^\s*(?:import|export)\b(?:[^;"'`=(]*?\bfrom)?\s*"([^"]+)"|\bimport\("([^"]+)"\)/gm;
const withoutEnding = (path: string) => path.replace(/\.[jt]s$/, "");

const packages = fileURLToPath(new URL("../..", import.meta.url));

for (const [name, { rooms, mayImport }] of Object.entries(floorPlan)) {
  const src = join(packages, name, "src");
  const files = listFiles(src);
  const place = (file: string) => {
    const named = rooms
      .flatMap((names, row) => names.map((room) => ({ row, room })))
      .filter(({ room }) => file === room || file.startsWith(`${room}/`))
      .sort((a, b) => b.room.length - a.room.length);
    if (named[0]) return named[0];
    const row = rooms.findIndex((names) => names.includes("*"));
    return row < 0 ? undefined : { row, room: file };
  };

  describe(name, () => {
    it("has a room for every file", () => {
      expect([...files.keys()].filter((file) => place(file) === undefined)).toEqual([]);
    });

    it("imports only its own room and rooms above it", () => {
      const wrong: string[] = [];
      for (const [file, { relatives }] of files)
        for (const to of relatives) {
          const [here, there] = [place(file), place(to)];
          if (!files.has(to)) wrong.push(`${file} imports ${to}, which is not in src`);
          else if (here && there && here.room !== there.room && there.row >= here.row)
            wrong.push(`${file} (${here.room}) imports ${to} (${there.room})`);
        }
      expect(wrong).toEqual([]);
    });

    it("imports only the packages it may", () => {
      const wrong = [...files].flatMap(([file, { bare }]) =>
        bare
          .filter((to) => !mayImport.test(to) && !file.startsWith(`adapters/${to.split("/")[0]}`))
          .map((to) => `${file} imports ${to}`),
      );
      expect(wrong).toEqual([]);
    });

    it("has no import cycle", () => {
      expect(firstCycle(new Map([...files].map(([file, { relatives }]) => [file, relatives])))).toBe(undefined);
    });

    const lines = [...files.values()].map((file) => file.lines).sort((a, b) => a - b);
    const at = (part: number) => lines[Math.min(lines.length - 1, Math.floor(lines.length * part))] ?? 0;
    it(`has no file over ${longest} lines (${lines.length} files, median ${at(0.5)}, p90 ${at(0.9)}, longest ${at(1)})`, () => {
      expect([...files].filter(([, file]) => file.lines > longest).map(([file]) => file)).toEqual([]);
    });
  });
}

/** Every source file by its path in src without the ending, with what it imports (types too). */
function listFiles(src: string) {
  const files = new Map<string, { lines: number; relatives: string[]; bare: string[] }>();
  for (const entry of readdirSync(src, { recursive: true, encoding: "utf8" })) {
    if (!entry.endsWith(".ts")) continue;
    const file = withoutEnding(entry.replaceAll(sep, "/"));
    const text = readFileSync(join(src, entry), "utf8");
    const specifiers = [...text.matchAll(importing)].map((match) => (match[1] ?? match[2])!);
    files.set(file, {
      lines: text.split("\n").length - 1,
      relatives: specifiers
        .filter((to) => to.startsWith("."))
        .map((to) => withoutEnding(posix.join(posix.dirname(file), to))),
      bare: specifiers.filter((to) => !to.startsWith(".")),
    });
  }
  return files;
}

function firstCycle(imports: Map<string, string[]>): string | undefined {
  const finished = new Set<string>();
  const walk = (file: string, trail: string[]): string | undefined => {
    if (trail.includes(file)) return [...trail.slice(trail.indexOf(file)), file].join(" -> ");
    if (finished.has(file)) return undefined;
    for (const to of imports.get(file) ?? []) {
      const cycle = walk(to, [...trail, file]);
      if (cycle) return cycle;
    }
    finished.add(file);
    return undefined;
  };
  for (const file of imports.keys()) {
    const cycle = walk(file, []);
    if (cycle) return cycle;
  }
  return undefined;
}
