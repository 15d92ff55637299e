// What was typed before, where it can be kept.

import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { History } from "../../src/live/history.ts";
import { folder } from "./support.ts";

it("keeps lines in the XDG state folder, the last first, for their owner only", () => {
  const XDG_STATE_HOME = join(folder(), "state");
  const history = new History({ XDG_STATE_HOME, HOME: "/nowhere" });
  expect(history.lines()).toEqual([]);
  for (const line of ["one", "", "two"]) history.add(line);
  const file = join(XDG_STATE_HOME, "wireform/history");
  expect(readFileSync(file, "utf8")).toBe("one\ntwo\n");
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(new History({ XDG_STATE_HOME }).lines()).toEqual(["two", "one"]);
});

it("keeps them at home without one", () => {
  const HOME = folder();
  new History({ HOME }).add("one");
  expect(readFileSync(join(HOME, ".wireform_history"), "utf8")).toBe("one\n");
});

it("forgets the oldest", () => {
  const HOME = folder();
  writeFileSync(join(HOME, ".wireform_history"), Array.from({ length: 2500 }, (_, i) => `${i}\n`).join(""));
  const lines = new History({ HOME }).lines();
  expect([lines.length, lines[0], lines.at(-1)]).toEqual([1000, "2499", "1500"]);
  expect(readFileSync(join(HOME, ".wireform_history"), "utf8").split("\n").length).toBe(1001);
});

it("is off where nothing can be written", () => {
  const HOME = folder();
  mkdirSync(join(HOME, ".wireform_history"));
  const history = new History({ HOME });
  history.add("one");
  expect(history.lines()).toEqual([]);
  new History({}).add("one");
  expect(existsSync("undefined")).toBe(false);
});
