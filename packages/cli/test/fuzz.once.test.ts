// Made-up messages: the laws of a schema, and servers that each have something wrong with them.

import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { relative, resolve } from "node:path";
import { compile, Decoder, type Infer } from "@wireform/codec";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { fuzz } from "../src/commands/fuzz.ts";
import { Message as Schema } from "./fixtures/chat.ts";
import { expectGolden, fixtures, sessionText, words } from "./support/golden.ts";
import { start, wireform } from "./support/run.ts";

vi.setConfig({ testTimeout: 30_000 });

const home = resolve(import.meta.dirname, "../.cache");
mkdirSync(home, { recursive: true });
const folder = mkdtempSync(resolve(home, "fuzz-"));
afterAll(() => rmSync(folder, { recursive: true }));
const cases = relative(fixtures, folder);

/** What a session said, with what varies from one run to the next written as a word. */
const steady = (text: string): string =>
  text
    .replaceAll(cases, "CASES")
    .replace(/127\.0\.0\.1:\d+/g, "HOST:PORT")
    .replace(/--target \d+/g, "--target PORT")
    .replace(/\d+(\.\d+)? s$/gm, "SECONDS")
    // What is drawn from a seed changes with how it is drawn.
    .replace(
      /\d+ tries, shrunk \d+ times(: .* behind \d+ of)?/g,
      (_, damage) => `N tries, shrunk N times${damage ? ": DAMAGE behind N of" : ""}`,
    )
    .replace(/^ {14}00 01 02.*\n(?: {8}\d{4} .*\n)+|^ {6}00 01 02.*\n(?:\d{4} .*\n)+/gm, "PICTURE\n")
    .replace(/(?<=-)[0-9a-f]{8}(?=\.(?:json|hex))/g, "HASH")
    .replace(/(?<=HASH\.json: ).*?(?=:|$)/gm, "DAMAGE")
    .replace(/(?<=--path )[\d:]+/g, "PATH")
    .replace(/(?<= with ).*/g, "VALUE")
    .replace(/(?<=Its laws: roundTrip, ).*/g, "…");

async function session(...lines: string[]): Promise<string> {
  let text = "";
  for (const line of lines) text += sessionText(line, await wireform(words(line).slice(1), { cwd: fixtures }));
  return steady(text);
}

describe("laws", () => {
  it("that hold, that are broken, and what is tried first from then on", async () => {
    const lossy = `wireform fuzz --schema ./lossy.ts --cases ${cases} --seed 7 --runs 5`;
    expectGolden(
      "fuzz",
      await session(
        `wireform fuzz --schema ./chat.ts#Message --cases ${cases} --law size --seed 1 --runs 3`,
        `wireform fuzz --schema ./chat.ts#Message --cases ${cases} --law size --seed 1 --runs 3 --json`,
        `${lossy} --law roundTrip`,
      ),
    );
    const { code, stdout } = await wireform(words(`${lossy} --json`).slice(1), { cwd: fixtures });
    const [first, second, ...others] = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect([code, first, second]).toMatchObject([
      1,
      { law: expect.stringMatching(/^roundTrip-.*\.hex$/), ok: false },
      { law: "roundTrip", ok: false },
    ]);
    expect(others).toContainEqual({ law: "size", seed: 7, ok: true });
  });

  it("go on in rounds for as long as asked", async () => {
    const { code, stderr } = await wireform(
      ["fuzz", "--schema", "./point.ts#Point", "--time", "0.3", "--runs", "1", "--seed", "5", "--cases", folder],
      { cwd: fixtures },
    );
    expect(code).toBe(0);
    expect(stderr).toMatch(/^seed 5\n\d+ rounds?, seeds 5 to \d+\n$/);
  });

  it("are all tried, and more than said, however little time there is", async () => {
    const line = `fuzz --schema ./point.ts#Point --time 0.001 --seed 5 --cases ${cases} --runs 1000000`;
    const { code, stdout, stderr } = await wireform(words(line), { cwd: fixtures });
    expect([code, stdout.match(/^holds {3}\w+$/gm)?.length]).toEqual([0, 15]);
    expect(stderr).toBe("seed 5\n1 round, seeds 5 to 5\n");
  });

  it("show how far they are on a terminal, and leave no trace of that", async () => {
    const argv = words(`fuzz --schema ./point.ts#Point --time 1.5 --seed 5 --cases ${cases}`);
    const { stderr, ended } = start(argv, { cwd: fixtures, terminal: true });
    expect((await ended).code).toBe(0);
    const shown = stderr.bytes.toString();
    expect(shown).toMatch(/\r\u001b\[K\w+, \d+ of 15, round \d+, \d+ s left/);
    expect(shown).toMatch(/\u001b\[K\d+ rounds?, seeds 5 to \d+\n$/);
  });

  it("that are broken are told where the case cannot be kept", async () => {
    mkdirSync(resolve(folder, "odd"));
    writeFileSync(resolve(folder, "odd/Report"), "");
    const line = `fuzz --schema ./lossy.ts --cases ${cases}/odd --seed 7 --runs 5 --law roundTrip`;
    const { code, stdout } = await wireform(words(line), { cwd: fixtures });
    expect(stdout).toMatch(/^ +not kept: EEXIST/m);
    expect(stdout).toContain("decode(encode(v)) is not v");
    expect(code).toBe(1);
  });

  it("print a seed where none is given, and end when interrupted", async () => {
    const interrupted = AbortSignal.abort();
    const ran = await wireform(["fuzz", "--schema", "./point.ts#Point", "--cases", folder], {
      cwd: fixtures,
      interrupted,
    });
    expect(ran).toMatchObject({ code: 130, stdout: "" });
    expect(ran.stderr).toMatch(/^seed \d+\n/);
  });
});

it("refuses what it cannot do", async () => {
  expectGolden(
    "fuzz-errors",
    await session(
      "wireform fuzz --schema ./nowhere.ts",
      "wireform fuzz --schema ./throws.ts",
      "wireform fuzz --schema ./chat.ts#Nobody",
      "wireform fuzz --schema ./chat.ts#Message --law nothing --seed 1",
      "wireform fuzz --schema ./chat.ts#Message --count 5",
      "wireform fuzz --schema ./chat.ts#Message --target 1 --law size",
      "wireform fuzz --schema ./chat.ts#Message --target nowhere --seed 1",
      "wireform fuzz --schema ./chat.ts#Message --target 192.0.2.1:80 --seed 1",
      "wireform fuzz --schema ./chat.ts#Message --target example.org:80 --json --seed 1",
      "wireform fuzz --schema ./chat.ts#Message --target 127.0.0.1:1 --seed 1",
      "wireform fuzz --schema ./chat.ts#Message --target 1 --script ./chat.ts --seed 1",
      "wireform fuzz --schema ./chat.ts#Message --target 1 --script ./nowhere.ndjson --seed 1",
      "wireform fuzz --schema ./chat.ts#Message --target 1 --replay ./chat.ts --seed 1",
      "wireform fuzz --schema ./chat.ts#Message --rate 0",
      "wireform fuzz --schema ./chat.ts#Message --path zzz",
      "wireform fuzz --schema ./chat.ts#Message --law size --path 3:4:5:6:7:8:9:1:2 --seed 1",
      "wireform fuzz --schema ./chat.ts#Message --cases ./chat.ts --seed 1",
      "wireform fuzz --schema ./chat.ts#Message --cases ./chat.ts/below --seed 1",
      "wireform fuzz --schema ./chat.ts#Message --cases /proc/x --seed 1",
      `wireform fuzz --schema ./picky.ts --cases ${cases} --seed 1`,
      `wireform fuzz --schema ./picky.ts --cases ${cases} --law size --seed 1 --json`,
      `wireform fuzz --schema ./picky.ts --cases ${cases} --target 1 --seed 1`,
      "wireform fuzz --schema ./chat.ts#Message --target 1 --replay . --seed 1",
    ),
  );
});

type Message = Infer<typeof Schema>;

/** What goes wrong in a server; it has the socket, the message, and all that is open. */
type Flaw = (message: Message, socket: Socket, server: Planted) => boolean;

/** A server that answers every message with another one and hangs up on what is none, but for its flaw. */
class Planted {
  stuck = false;
  private readonly open = new Set<Socket>();
  private readonly server: Server;
  private readonly ok = compile(Schema).encode({ type: "hello", version: 1, name: "ok" });

  constructor(flaw: Flaw) {
    this.server = createServer((socket) => {
      this.open.add(socket);
      const decoder = new Decoder(compile(Schema));
      socket.on("error", () => {});
      socket.on("close", () => this.open.delete(socket));
      socket.on("data", (bytes) => {
        try {
          for (const message of decoder.push(bytes))
            if (!flaw(message, socket, this) && !this.stuck) socket.write(this.ok);
        } catch {
          socket.end();
        }
      });
    });
  }

  async listen(): Promise<number> {
    await new Promise<void>((done) => this.server.listen(0, "127.0.0.1", done));
    return (this.server.address() as AddressInfo).port;
  }

  close(): void {
    this.server.close();
    for (const socket of this.open) socket.destroy();
  }
}

describe("the help", () => {
  it.each(fuzz.examples.map(([line]) => line))("says what can be done: %s", async (line) => {
    // Whatever it is sent, this broker says CONNACK; at first it says something else, so that there is a case to replay.
    let sane = !line.includes("--replay");
    const broker = createServer((socket) => {
      socket.on("error", () => {});
      socket.on("data", () => socket.write(Buffer.from(sane ? "20020000" : "ff", "hex")));
    });
    await new Promise<void>((done) => broker.listen(0, "127.0.0.1", done));
    const { port } = broker.address() as AddressInfo;
    const own = resolve(folder, "help");
    const here = ["--cases", own, "--seed", "1"];
    // What is sent again here is garbage, whose answer is waited for a twentieth as long.
    const patience = sane ? "60" : "20000";
    const bounds = line.includes("--target") ? ["--patience", patience] : ["--runs", "1", "--time", "0.1"];
    const argv = words(line.replace(/\b1883\b/, String(port))).slice(1);
    if (!sane) {
      mkdirSync(resolve(own, "Packet-target"), { recursive: true });
      const kept = { kind: "garbage", label: "nothing", at: 0, steps: ["c000"] };
      writeFileSync(resolve(own, "Packet-target/garbage-1.json"), JSON.stringify(kept));
      expect(await wireform([...argv, ...here, ...bounds], { cwd: fixtures })).toMatchObject({ code: 1 });
      sane = true;
    }
    const few = line.includes("--script") ? ["--count", "5"] : [];
    const { code, stdout, stderr } = await wireform([...argv, ...here, ...bounds, ...few], { cwd: fixtures });
    broker.close();
    expect(code, stdout + stderr).toBe(0);
  });
});

describe("a server", () => {
  let planted: Planted | undefined;
  afterEach(() => planted?.close());

  /** Tries a server with a flaw; then the cases that were kept, against it and against one without. */
  async function hunt(name: string, flaw: Flaw, ...more: string[]): Promise<string> {
    planted = new Planted(flaw);
    const own = resolve(folder, name);
    const line = async (server: Planted, ...options: string[]): Promise<string> =>
      [
        `wireform fuzz --schema ./chat.ts#Message --target ${await server.listen()} --cases ${relative(fixtures, own)}`,
        "--seed 3 --rate 5000 --patience 400",
        ...options,
      ].join(" ");
    const found = await session(await line(planted, "--script hello.ndjson", ...more));
    planted.close();
    if (!found.includes("[exit 1]")) return found;
    expect(readdirSync(resolve(own, "Message-target"))).toHaveLength(1);
    let again = "";
    for (const each of [flaw, () => false]) {
      planted = new Planted(each);
      again += await session(await line(planted, "--replay", ...more));
      planted.close();
    }
    return found + again;
  }

  const isOdd = (message: Message): boolean => message.type === "hello" && message.version > 127;

  it("that is fine passes", async () => {
    expectGolden("fuzz-fine", await hunt("fine", () => false, "--count 20"));
  });

  it("that dies is found out", async () => {
    expectGolden(
      "fuzz-down",
      await hunt("down", (message, _, server) => {
        if (isOdd(message)) server.close();
        return isOdd(message);
      }),
    );
  });

  it("that hangs up on a valid message is found out", async () => {
    expectGolden(
      "fuzz-close",
      await hunt("close", (message, socket) => {
        if (isOdd(message)) socket.destroy();
        return isOdd(message);
      }),
    );
  });

  it("that hangs up may be let", async () => {
    const said = await hunt(
      "let",
      (message, socket) => isOdd(message) && socket.destroy() !== undefined,
      "--may-close always --count 20",
    );
    expect(said).toContain("nothing found in 20 tries");
  });

  it("that answers nobody any more is found out", async () => {
    expectGolden(
      "fuzz-hang",
      await hunt(
        "hang",
        (message, _, server) => {
          server.stuck ||= isOdd(message);
          return false;
        },
        "--patience 150",
      ),
    );
  });

  it("that answers garbage is found out", async () => {
    expectGolden(
      "fuzz-garbage",
      await hunt("garbage", (message, socket) => {
        if (isOdd(message)) socket.write(Uint8Array.of(0, 1, 0xff));
        return isOdd(message);
      }),
    );
  });

  it("that answers one connection no more is found out", async () => {
    const mute = new Set<Socket>();
    const said = await hunt(
      "mute",
      (message, socket) => {
        if (isOdd(message)) mute.add(socket);
        return mute.has(socket);
      },
      "--patience 150",
    );
    expect(said).toContain("answers nothing more on a connection behind a valid message");
  });

  it("that hangs up on what is no message is found out where it may not", async () => {
    expect(await hunt("never", () => false, "--may-close never")).toMatch(/^HOST:PORT hangs up$/m);
  });

  it.each<[string, Flaw, number, string]>([
    ["whose answers are of another schema", (_, socket) => socket.write(Uint8Array.of(0, 1, 9)), 4, "does not decode"],
    ["that hangs up by itself", (_, socket) => socket.destroy() !== undefined, 2, "behind message 1 of the script"],
    ["that answers nothing", () => true, 0, "cannot be told whether it hangs"],
  ])("%s is told of before anything is damaged", async (_, flaw, code, why) => {
    planted = new Planted(flaw);
    const argv = words(
      `fuzz --schema ./chat.ts#Message --target ${await planted.listen()} --seed 1 --count 3 --patience 60 --script hello.ndjson`,
    );
    const ran = await wireform([...argv, "--cases", folder], { cwd: fixtures });
    expect(ran.code).toBe(code);
    expect(ran.stderr).toContain(why);
  });

  it("may answer with another schema than it is asked with", async () => {
    planted = new Planted((_, socket) => socket.write(Uint8Array.of(0, 1, 0, 2)));
    const argv = words(
      `fuzz --schema ./chat.ts#Message --receive ./point.ts#Point --target ${await planted.listen()} --seed 1 --count 3 --script hello.ndjson`,
    );
    const ran = await wireform([...argv, "--cases", folder], { cwd: fixtures });
    expect(ran).toMatchObject({ code: 0, stderr: "seed 1\n" });
  });

  it("is left alone past a number of tries, a time, and an interruption", async () => {
    planted = new Planted(() => false);
    const port = await planted.listen();
    const base = [
      "fuzz",
      "--schema",
      "./chat.ts#Message",
      "--target",
      String(port),
      "--seed",
      "1",
      "--json",
      "--cases",
      folder,
      "--patience",
      "100",
    ];
    const few = await wireform([...base, "--rate", "5000", "--count", "7"], { cwd: fixtures });
    expect(JSON.parse(few.stdout)).toMatchObject({ found: null, tries: 7 });
    const none = await wireform([...base, "--rate", "10", "--time", "0.001"], { cwd: fixtures });
    expect(JSON.parse(none.stdout)).toMatchObject({ found: null, tries: 1 });
    const screen = start(words(`${base.join(" ").replace(" --json", "")} --rate 10 --count 15`), {
      cwd: fixtures,
      terminal: true,
    });
    expect((await screen.ended).stdout).toMatch(/^nothing found in 15 tries/);
    expect(screen.stderr.bytes.toString()).toMatch(/\r\u001b\[K\d+ of 15 tries, \d+ s left at most/);
    const short = await wireform([...base, "--rate", "10", "--time", "0.5"], { cwd: fixtures });
    expect(JSON.parse(short.stdout).tries).toBeLessThanOrEqual(6);
    const interrupted = AbortSignal.timeout(300);
    const cut = await wireform([...base, "--rate", "10"], { cwd: fixtures, interrupted });
    expect(cut).toMatchObject({ code: 130, stdout: "" });
  });
});
