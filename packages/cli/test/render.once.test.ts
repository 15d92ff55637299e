// Values in rows, places in values, and how far work has come.

import { PassThrough } from "node:stream";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type Sink, Terminal } from "../src/io.ts";
import { cellsOf } from "../src/render/cells.ts";
import { Csv } from "../src/render/csv.ts";
import { parsePath, valueAt, withoutValueAt, withValueAt } from "../src/render/paths.ts";
import { bytesText, Progress } from "../src/render/progress.ts";
import { Table } from "../src/render/table.ts";

describe("a path", () => {
  it.each([
    ["a", ["a"]],
    ["a.b-c.$d", ["a", "b-c", "$d"]],
    ["a[0][12].b", ["a", 0, 12, "b"]],
    ['["a b"].c["\\""]', ["a b", "c", '"']],
    ["[3]", [3]],
  ])("%s is %j", (text, keys) => {
    expect(parsePath(text)).toEqual(keys);
  });

  it.each(["", ".a", "a.", "a..b", "a[", "a[b]", "a b", "[-1]"])("%j is none", (text) => {
    expect(() => parsePath(text)).toThrow(/path/);
  });

  it("leads to a value, which is read, put, and taken away", () => {
    const value = { a: { list: [1, { b: 2 }] } };
    const keys = parsePath("a.list[1].b");
    expect(valueAt(value, keys)).toBe(2);
    expect(valueAt(value, parsePath("a.toString"))).toBe(undefined);
    expect(withValueAt(value, keys, 5)).toEqual({ a: { list: [1, { b: 5 }] } });
    expect(withValueAt({}, keys, 5)).toEqual({ a: { list: [undefined, { b: 5 }] } });
    expect(withoutValueAt(value, keys)).toEqual({ a: { list: [1, {}] } });
    expect(withoutValueAt(value, parsePath("a.list[0]"))).toEqual({ a: { list: [{ b: 2 }] } });
    expect(withoutValueAt(value, parsePath("b.c"))).toBe(value);
    expect(value).toEqual({ a: { list: [1, { b: 2 }] } });
  });

  it("never leads into a prototype", () => {
    const made = withValueAt({}, ["__proto__", "bad"], 1) as object;
    expect(Object.getPrototypeOf(made)).toBe(Object.prototype);
    expect(Object.hasOwn(made, "__proto__")).toBe(true);
    expect(({} as { bad?: unknown }).bad).toBe(undefined);
  });
});

describe("a table", () => {
  it("has a head of its own for rows with other columns", () => {
    const table = new Table((head) => `<${head}>`);
    expect(table.row(cellsOf({ a: 1 })) + table.row(cellsOf({ a: 22 })) + table.flush()).toBe("<a>\n1\n22\n");
    expect(table.row(cellsOf({ a: 3 }))).toBe("3\n");
    expect(table.row(cellsOf({ a: 4, b: { c: "x" } })) + table.row(cellsOf({ a: 5 })) + table.flush()).toBe(
      "\n<a  b.c>\n4  x\n5\n",
    );
  });

  it("shows neither line ends nor what a terminal would obey", () => {
    const table = new Table((head) => head);
    table.row(cellsOf({ a: "x\n\u001b[31m" }));
    expect(table.flush()).toBe("a\nx\\u000a\\u001b[31m\n");
  });
});

it("quotes what CSV needs quoted, and refuses what has no column", () => {
  const csv = new Csv(undefined);
  expect(csv.row(cellsOf({ a: 'say "hi"', b: "1,2", c: "x\r\ny", d: null }))).toBe(
    'a,b,c,d\r\n"say ""hi""","1,2","x\r\ny",null\r\n',
  );
  expect(csv.row(cellsOf({ a: true }))).toBe("true,,,\r\n");
  expect(() => csv.row(cellsOf({ e: 1 }))).toThrow('there is no column for "e"');
});

describe("progress", () => {
  const onTerminal = (stdout: boolean, stderr: boolean): { terminal: Terminal; shown: () => string } => {
    const out: Sink = Object.assign(new PassThrough(), { isTTY: stdout });
    const err = Object.assign(new PassThrough(), { isTTY: stderr });
    const io = {
      stdin: new PassThrough(),
      stdout: out,
      stderr: err,
      env: {},
      cwd: ".",
      interrupted: new AbortController().signal,
    };
    return { terminal: new Terminal(io, {}), shown: () => String(err.read() ?? "") };
  };
  const clock = (): ((ms: number) => void) => {
    let now = 0;
    vi.spyOn(performance, "now").mockImplementation(() => now);
    return (ms) => {
      now = ms;
    };
  };
  afterEach(() => void vi.restoreAllMocks());

  it("shows bytes, rate and time left after a second, and leaves no trace", () => {
    const at = clock();
    const { terminal, shown } = onTerminal(false, true);
    const progress = new Progress(terminal, 100e6);
    at(900);
    progress.add(1e6);
    expect(shown()).toBe("");
    at(2000);
    progress.add(19e6);
    expect(shown()).toBe("\r\u001b[K20.0 MB of 100 MB, 10.0 MB/s, 8 s left");
    at(2050);
    progress.add(1e6);
    expect(shown()).toBe("");
    progress.end();
    expect(shown()).toBe("\r\u001b[K");
  });

  it("shows no time left where the end is not known", () => {
    const at = clock();
    const { terminal, shown } = onTerminal(false, true);
    const progress = new Progress(terminal, undefined);
    at(2000);
    progress.add(3000);
    expect(shown()).toBe("\r\u001b[K3.00 kB, 1.50 kB/s");
  });

  it.each([
    ["where nobody looks", false, false],
    ["beside data on the same terminal", true, true],
  ])("is silent %s", (_, stdout, stderr) => {
    const at = clock();
    const { terminal, shown } = onTerminal(stdout, stderr);
    const progress = new Progress(terminal, 10);
    at(5000);
    progress.add(5);
    progress.end();
    expect(shown()).toBe("");
  });

  it.each([
    [0, "0 bytes"],
    [999, "999 bytes"],
    [1000, "1.00 kB"],
    [123_456, "123 kB"],
    [999_999_999, "1000 MB"],
    [1.5e9, "1.50 GB"],
  ])("says %i bytes as %s", (n, text) => {
    expect(bytesText(n)).toBe(text);
  });
});
