// Opens what `wireform inspect --html` and `--svg` write in a real browser: nothing is fetched, nothing complained of, and
// bytes and fields find each other by pointer and keyboard, light and dark. And a module of `wireform gen module` in a page
// that allows no eval.
//
//   node packages/cli/scripts/check-html.mjs [folder for screenshots]

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
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

/** What the command writes. */
function printed(...words) {
  const { stdout, stderr } = spawnSync(process.execPath, [here("../dist/main.js"), ...words], {
    cwd: here("../test/fixtures"),
    encoding: "utf8",
  });
  assert.ok(stdout.length > 0, `${words.join(" ")} wrote nothing: ${stderr}`);
  return stdout;
}

/** A file of a picture. */
function written(name, ...words) {
  const stdout = printed("inspect", ...words);
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

/** A page that may run its own files only, and none that is made of text. */
const policy = "script-src 'self'";
const digits = "32090003612f6200076869";
const served = {
  "/": ["text/html", `<!doctype html><link rel="icon" href="data:,"><script type="module" src="page.js"></script>`],
  "/page.js": [
    "text/javascript",
    `import { decode, encode } from "./message.js";
const bytes = Uint8Array.from("${digits}".match(/../g), (two) => parseInt(two, 16));
const message = decode(bytes);
let text = "allowed";
try { new Function(""); } catch { text = "refused"; }
globalThis.seen = {
  topic: message.topic,
  again: Array.from(encode(message), (n) => n.toString(16).padStart(2, "0")).join(""),
  text,
};`,
  ],
  "/message.js": ["text/javascript", printed("gen", "module", "--schema", "mqtt")],
};

/** A module in such a page: it loads, decodes a message, and encodes it to the same bytes. */
async function strict(browser) {
  const server = createServer(({ url }, response) => {
    const [type, text] = served[url] ?? ["text/plain", ""];
    response.writeHead(url in served ? 200 : 404, { "content-type": type, "content-security-policy": policy });
    response.end(text);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const origin = `http://127.0.0.1:${server.address().port}`;
  try {
    const page = await browser.page(`${origin}/`);
    assert.deepEqual(await page.evaluate("globalThis.seen"), { topic: "a/b", again: digits, text: "refused" });
    // It asks for its own files, and complains of the function that it was to refuse.
    const others = page.problems.filter((each) => !each.startsWith(origin) && !/unsafe-eval/.test(each));
    assert.deepEqual(others, []);
    await page.close();
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

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
  await strict(browser);
} finally {
  await browser.close();
  rmSync(folder, { recursive: true });
}
console.log(`${Object.keys(pages).length} pictures look right in ${chromium}, light and dark, by pointer and keyboard`);
console.log(`pass: a printed module decodes and encodes in a page with Content-Security-Policy: ${policy}`);
