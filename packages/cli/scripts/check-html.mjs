// Opens what `wireform inspect --html` and `--svg` write in a real browser: nothing is fetched, nothing complained of, and
// bytes and fields find each other by pointer and keyboard, light and dark.
//
//   node packages/cli/scripts/check-html.mjs [folder for screenshots]

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium, launch } from "./chromium.mjs";

if (!chromium) {
  console.log("skipped: there is no chromium here to open the pictures in");
  process.exit();
}

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const screenshots = process.argv[2];
if (screenshots) mkdirSync(screenshots, { recursive: true });
const folder = mkdtempSync(join(tmpdir(), "wireform-pictures-"));

/** A file of what the command writes. */
function written(name, ...words) {
  const { stdout, stderr } = spawnSync(process.execPath, [here("../dist/main.js"), "inspect", ...words], {
    cwd: here("../test/fixtures"),
    encoding: "utf8",
  });
  assert.ok(stdout.length > 0, `inspect ${words.join(" ")} wrote nothing: ${stderr}`);
  const path = join(folder, name);
  writeFileSync(path, stdout);
  return pathToFileURL(path).href;
}

const login = ["--schema", "./login.ts", "--one", "--from", "hex", "login.hex"];
const pages = {
  "login.html": written("login.html", "--html", ...login),
  "login.svg": written("login.svg", "--svg", ...login),
  "mqtt.html": written("mqtt.html", "--html", "--schema", "mqtt", "--from", "hex", "mqtt.hex"),
  "mqtt.svg": written("mqtt.svg", "--svg", "--schema", "mqtt", "--from", "hex", "mqtt.hex"),
};

const browser = await launch();
const background = (selector, property) =>
  `getComputedStyle(document.querySelector(${JSON.stringify(selector)})).${property}`;
const lit = `[...document.querySelectorAll("li.on")].map((li) => li.querySelector("b").textContent).join()`;
const litBytes = `[...document.querySelectorAll(".y.on")].map((b) => b.dataset.o).join()`;

try {
  for (const scheme of ["light", "dark"])
    for (const [name, url] of Object.entries(pages)) {
      const page = await browser.page(url, { scheme, width: 1280, height: name.startsWith("mqtt") ? 1500 : 720 });
      const [selector, property] = name.endsWith(".html") ? ["body", "backgroundColor"] : [".card", "fill"];
      const color = await page.evaluate(background(selector, property));
      assert.equal(color, scheme === "light" ? "rgb(255, 255, 255)" : "rgb(13, 17, 23)", `${name}, ${scheme}`);
      assert.deepEqual(page.problems, [], `${name}, ${scheme}`);
      if (screenshots) writeFileSync(join(screenshots, `${name}-${scheme}.png`), await page.picture());
      await page.close();
    }

  const page = await browser.page(pages["login.html"]);
  await page.hover('[data-o="6"]');
  assert.equal(await page.evaluate(lit), "name", "a byte shows its field");
  assert.equal(await page.evaluate(litBytes), "5,6,7,8,9,10", "and all bytes of it");
  await page.hover('[data-o="4"] [data-b]:last-of-type');
  assert.equal(await page.evaluate(lit), "kind", "a bit field shows itself alone");
  await page.hover("li:last-child");
  assert.equal(await page.evaluate(litBytes), "37,38,39,40", "a field shows its bytes");
  if (screenshots) writeFileSync(join(screenshots, "login.html-hover.png"), await page.picture());

  await page.evaluate(`document.body.focus()`);
  await page.press("Tab");
  assert.equal(await page.evaluate("document.activeElement.dataset.o"), "0", "Tab goes to the bytes");
  await page.press("ArrowDown");
  await page.press("ArrowRight");
  assert.equal(await page.evaluate("document.activeElement.dataset.o"), "17", "arrows move among them");
  assert.equal(await page.evaluate(lit), "x");
  await page.press("Enter");
  assert.equal(await page.evaluate("document.activeElement.title"), "path[1].x", "Enter goes to the field");
  await page.press("ArrowLeft");
  await page.press("ArrowLeft");
  assert.equal(await page.evaluate(litBytes), "12,13,14,15,16,17,18,19,20", "and left to what holds it");
  if (screenshots) writeFileSync(join(screenshots, "login.html-focus.png"), await page.picture());
  assert.deepEqual(page.problems, []);
  await page.close();
} finally {
  await browser.close();
  rmSync(folder, { recursive: true });
}
console.log(`${Object.keys(pages).length} pictures look right in ${chromium}, light and dark, by pointer and keyboard`);
