// What the README shows of live connections is what the golden sessions say.

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, it } from "vitest";

const textAt = (path: string): string => readFileSync(resolve(import.meta.dirname, "../..", path), "utf8");

it("shows sessions as they are", () => {
  const golden = textAt("test/golden/listen-connect.txt") + textAt("test/golden/proxy.txt");
  const section =
    textAt("README.md")
      .split(/^## /m)
      .find((each) => each.startsWith("Talk, and listen in between")) ?? "";
  const sessions = [...section.matchAll(/^```text\n([\s\S]*?)^```$/gm)].map(([, session]) => session);
  expect(sessions).toHaveLength(2);
  for (const session of sessions) expect(golden).toContain(session);
});
