// A page in a headless Chromium, driven over a pipe: what it logs, looks like and does.

import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

// Without these, Chromium asks hosts of its maker for things at every start.
const quiet =
  "--headless --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync";

/** The program's name; undefined where there is none. */
export const chromium = ["chromium", "chromium-browser", "google-chrome"].find(
  (name) => spawnSync(name, ["--version"]).status === 0,
);

/** Starts it; `page(url)` opens a page, `close` ends everything. */
export async function launch() {
  const profile = mkdtempSync(join(tmpdir(), "wireform-chromium-"));
  // Chromium refuses its own sandbox to root.
  const sandbox = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const child = spawn(
    chromium,
    [...quiet.split(" "), ...sandbox, "--remote-debugging-pipe", `--user-data-dir=${profile}`, "about:blank"],
    { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] },
  );
  const [, , , to, from] = child.stdio;
  const waiting = new Map();
  const listeners = new Set();
  let sent = 0;
  let held = "";
  from.setEncoding("utf8").on("data", (text) => {
    const messages = (held + text).split("\0");
    held = messages.pop();
    for (const message of messages.map((each) => JSON.parse(each))) {
      const { resolve, reject } = waiting.get(message.id) ?? {};
      waiting.delete(message.id);
      if (message.error) reject?.(new Error(message.error.message));
      else resolve?.(message.result);
      if (message.method) for (const listener of listeners) listener(message);
    }
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  ended.then(() => {
    for (const { reject } of waiting.values()) reject(new Error("chromium ended"));
  });
  const call = (method, params = {}, sessionId = undefined) =>
    new Promise((resolve, reject) => {
      waiting.set(++sent, { resolve, reject });
      to.write(`${JSON.stringify({ id: sent, method, params, sessionId })}\0`);
    });

  return {
    async page(url, { width = 1400, height = 900, scheme = "light" } = {}) {
      const { targetId } = await call("Target.createTarget", { url: "about:blank" });
      const { sessionId } = await call("Target.attachToTarget", { targetId, flatten: true });
      const page = (method, params) => call(method, params, sessionId);
      const problems = [];
      let loaded;
      const whole = new Promise((resolve) => {
        loaded = resolve;
      });
      listeners.add(({ method, params, sessionId: of }) => {
        if (of !== sessionId) return;
        if (method === "Page.loadEventFired") loaded();
        if (method === "Runtime.exceptionThrown") problems.push(params.exceptionDetails.text);
        if (method === "Log.entryAdded") problems.push(params.entry.text);
        if (method === "Network.requestWillBeSent" && params.request.url !== url) problems.push(params.request.url);
      });
      for (const domain of ["Page", "Runtime", "Log", "Network"]) await page(`${domain}.enable`);
      await page("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile: false });
      await page("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: scheme }] });
      await page("Page.navigate", { url });
      await whole;
      const evaluate = async (expression) =>
        (await page("Runtime.evaluate", { expression, returnByValue: true })).result.value;
      const centre = async (selector) => {
        const at = await evaluate(
          `(() => { const r = document.querySelector(${JSON.stringify(selector)}).getBoundingClientRect(); return { x: r.x + r.width / 2, y: r.y + r.height / 2 }; })()`,
        );
        return at;
      };
      return {
        /** Whatever the page complained of, or asked for besides itself. */
        problems,
        evaluate,
        hover: async (selector) =>
          page("Input.dispatchMouseEvent", { type: "mouseMoved", ...(await centre(selector)) }),
        async press(key) {
          await page("Input.dispatchKeyEvent", { type: "keyDown", key });
          await page("Input.dispatchKeyEvent", { type: "keyUp", key });
        },
        picture: async () => Buffer.from((await page("Page.captureScreenshot")).data, "base64"),
        close: () => call("Target.closeTarget", { targetId }),
      };
    },
    async close() {
      await call("Browser.close").catch(() => undefined);
      const late = setTimeout(() => child.kill("SIGKILL"), 5000);
      await ended;
      clearTimeout(late);
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
