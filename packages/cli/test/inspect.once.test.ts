// Pictures of bytes: as text, as a tree, and as SVG and HTML, in which each field has the colour that it has in a terminal.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { compile, render, struct, u8 } from "@wireform/codec";
import { hueOf, linesOf } from "@wireform/codec/tooling";
import { expect, it } from "vitest";
import { html } from "../src/render/html.ts";
import { dark, light } from "../src/render/palette.ts";
import { svg } from "../src/render/svg.ts";
import { expectSession, fixtures } from "./support/golden.ts";
import { wireform } from "./support/run.ts";

const inspect = (...words: string[]) => wireform(["inspect", ...words], { cwd: fixtures });
const login = ["--schema", "./login.ts", "--from", "hex", "login.hex"];
const mqtt = ["--schema", "mqtt", "--from", "hex", "mqtt.hex"];

it("draws messages one by one, with offsets in the whole input", () =>
  expectSession("inspect", [
    "wireform inspect --schema mqtt --from hex mqtt.hex",
    "wireform inspect --schema ./login.ts --from hex login.hex",
    "wireform inspect --schema ./login.ts --from hex --annotate login.hex",
    "wireform inspect --schema mqtt --hex c000 --color always",
    "wireform inspect --schema mqtt --hex c00030 --json",
    "wireform inspect --schema mqtt --one --hex c00000",
    "wireform inspect --schema mqtt --hex 'c000 2002'",
    "wireform inspect --schema mqtt --first 1 --hex 'c000 d000'",
    "wireform inspect --schema mqtt --hex ''",
    "wireform inspect --schema mqtt --svg --html --hex c000",
    "wireform inspect --schema mqtt nowhere.bin",
    "wireform inspect --schema ./throws.ts --hex c000",
    ["wireform inspect --schema mqtt", { interrupted: AbortSignal.abort() }],
  ]));

it("draws the same whatever the chunks", async () => {
  for (const input of [login, mqtt]) {
    const whole = await inspect(...input);
    expect(await inspect("--chunk", "1", ...input)).toEqual(whole);
  }
  // Behind what cannot be understood, as much is shown.
  for (const rest of ["", "00".repeat(20), "00".repeat(200)]) {
    const words = ["--schema", "mqtt", "--annotate", "--hex", `c000 f0${rest}`];
    const whole = await inspect(...words);
    const last = rest.length > 100 ? /not read, nor what follows$/m : /\d bytes? not read$/m;
    expect(whole.stdout).toMatch(last);
    for (const size of ["1", "5", "64"]) expect(await inspect("--chunk", size, ...words)).toEqual(whole);
  }
});

it("annotates in full and without colour, whatever is asked of colour", async () => {
  const publish = compile((await import("@wireform/protocols/mqtt")).Packet).encode({
    type: "publish",
    dup: false,
    qos: 0,
    retain: false,
    topic: "t",
    payload: new Uint8Array(1000),
  });
  const draw = (...words: string[]) =>
    wireform(["inspect", "--schema", "mqtt", "--color", "always", ...words], {
      stdin: publish,
      env: { FORCE_COLOR: "1" },
    });
  const { stdout } = await draw("--annotate");
  expect(stdout).not.toContain("\u001b");
  expect(stdout.match(/^[0-9a-f]{4} {2}/gm)?.length).toBe(5 + 2 + Math.ceil((1000 - 10) / 16));
  expect((await draw()).stdout).toContain("more bytes");
});

it("goes on behind a wrong checksum, and says at the end that there was one", async () => {
  const one = readFileSync(resolve(fixtures, "login.hex"), "utf8");
  const right = one.replace("66 69", "6e 69");
  for (const chunk of ["1000", "7"]) {
    const { stdout, stderr, code } = await wireform(
      ["inspect", "--schema", "./login.ts", "--from", "hex", "--chunk", chunk],
      { cwd: fixtures, stdin: right + one + right + one },
    );
    expect(stdout.match(/Login, 41 bytes.*/g)).toEqual([
      "Login, 41 bytes",
      "Login, 41 bytes at 0x29",
      "Login, 41 bytes at 0x52",
      "Login, 41 bytes at 0x7b",
    ]);
    expect(stdout.match(/0x113269b2 .*/g)).toEqual([
      "0x113269b2  ok",
      "0x113269b2  BAD, want 0x21422273",
      "0x113269b2  ok",
      "0x113269b2  BAD, want 0x21422273",
    ]);
    expect(stderr).toBe(
      "wireform: crc: BAD, want 0x21422273 (offset 78) (2 of 4 messages are wrong; this is the first)\n",
    );
    expect(code).toBe(4);
  }
});

it("is the picture at the head of the README", async () => {
  const { stdout } = await inspect("--svg", ...login);
  const file = resolve(import.meta.dirname, "../../../docs/inspected.svg");
  // `UPDATE_GOLDEN=1` draws it anew, as it does golden files.
  if (process.env["UPDATE_GOLDEN"] === "1") (await import("node:fs")).writeFileSync(file, stdout);
  expect(stdout).toBe(readFileSync(file, "utf8"));
});

const Sample = (await import("./fixtures/login.ts")).Login;
const bytes = Buffer.from(readFileSync(resolve(fixtures, "login.hex"), "utf8").replaceAll(/\s/g, ""), "hex");
const inspection = compile(Sample).inspect(bytes);

it("gives a field the same colour as text, as SVG and as HTML", () => {
  const text = render(inspection, { color: true }).split("\n");
  const picture = svg([{ title: "", inspection }]);
  const page = html([{ title: "", inspection }], "");
  for (const { path, verdict, dim } of linesOf(inspection)) {
    const color = verdict?.ok === false ? 31 : dim ? 2 : hueOf(path);
    const name = color === 2 ? "dim" : `c${color}`;
    const line = text.find((each) => each.includes(`  ${path} `) || each.includes(`m${path} `));
    expect(line?.split(`\u001b[${color}m`).length, path).toBeGreaterThan(1);
    expect(picture).toContain(`class="b ${name}">${path}</text>`);
    const key = path.replace(/^.*[.\]](?=\w)/, "");
    expect(page).toMatch(new RegExp(`<li [^>]*class="${name} d\\d"[^>]*><b>${key}</b>`));
  }
});

/** WCAG 2.1's contrast of two colours. */
function contrast(...colors: [string, string]): number {
  const luminance = (color: string): number => {
    const [r, g, b] = [1, 3, 5].map((i) => {
      const part = Number.parseInt(color.slice(i, i + 2), 16) / 255;
      return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    }) as [number, number, number];
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [less, more] = colors.map(luminance).sort((a, b) => a - b) as [number, number];
  return (more + 0.05) / (less + 0.05);
}

it.each([
  ["light", light],
  ["dark", dark],
])("has colours that can be read on the page, %s", (_, theme) => {
  const read = Object.entries(theme).filter(([name]) => /^c\d|^(text|dim|ok)$/.test(name));
  expect(read.filter(([, color]) => contrast(color, theme["page"] as string) < 4.5)).toEqual([]);
});

it("writes names and values that look like markup as they are", () => {
  const name = "<img src=x onerror='alert(1)'>\"&";
  const odd = compile(struct({ [name]: u8 } as never)).inspect(Uint8Array.of(1));
  for (const page of [svg([{ title: name, inspection: odd }]), html([{ title: name, inspection: odd }], name)]) {
    expect(page).toContain("&lt;img src=x onerror=&#39;alert(1)&#39;&gt;");
    expect(page).not.toContain("<img");
  }
});

it("writes a page that may run only its own script and load nothing", () => {
  const page = html([{ title: "", inspection }], "Login");
  const [, policy] = /Content-Security-Policy" content="([^"]*)"/.exec(page) as unknown as [string, string];
  expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'; script-src 'sha256-[^']+';/);
  for (const [, text] of page.matchAll(/<(?:style|script type="module")>([\s\S]*?)<\/(?:style|script)>/g))
    expect(policy).toContain(
      createHash("sha256")
        .update(text as string)
        .digest("base64"),
    );
  expect(page).not.toMatch(/ style=| on\w+=|https?:|url\(|@import/);
});

it("counts what one field has beyond a few rows, and draws no more fields than can be read", async () => {
  const { stdout: page } = await wireform(["inspect", "--schema", "mqtt", "--html"], {
    stdin: compile((await import("@wireform/protocols/mqtt")).Packet).encode({
      type: "publish",
      dup: false,
      qos: 0,
      retain: false,
      topic: "t",
      payload: new Uint8Array(1_000_000),
    }),
  });
  expect(page).toMatch(/data-l="\d{6}" data-f="\d+" tabindex="-1">… \d{6} more bytes/);
  expect(page.length).toBeLessThan(40_000);
  const { stderr, code } = await wireform(["inspect", "--schema", "mqtt", "--svg"], {
    stdin: Buffer.from("c000".repeat(7_000), "hex"),
  });
  expect(stderr).toBe(
    "wireform: more than 20000 fields are too many for one picture\n--first 5000 takes as many messages as fit.\n",
  );
  expect(code).toBe(2);
});
