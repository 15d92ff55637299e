// What passes through the proxy: every byte as it was, with its half-closes, resets and pauses, unless a hook says otherwise.

import { writeFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { expectGolden } from "../support/golden.ts";
import { all, begin, dialed, folder, served, together } from "./support.ts";

const ends = "--schema ./chat.ts ./front.sock ./chat.sock";

/** A proxy of the chat in front of a server of the test. */
async function proxied(options: string, handle: (socket: Socket) => void, cwd = folder()) {
  await served(join(cwd, "chat.sock"), handle);
  const proxy = begin(`wireform proxy ${ends} ${options}`, cwd);
  await (options.includes("--json") ? proxy.stdout : proxy.stderr).saw(/listening/);
  return { cwd, proxy, client: await dialed(join(cwd, "front.sock")) };
}

const hex = (text: string): Buffer => Buffer.from(text, "hex");
const echo = (socket: Socket): void => void socket.pipe(socket);

/** Resolves when the other end is gone; a Unix socket knows no reset. */
const gone = (socket: Socket): Promise<unknown> => {
  const over = new Promise((done) => socket.resume().once("end", done).once("close", done));
  return over.finally(() => socket.destroy());
};

/** The same pseudo-random bytes every time. */
function noise(size: number): Buffer {
  const bytes = Buffer.alloc(size);
  let state = 1;
  for (let i = 0; i < size; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

it("shows both directions, in a session of three commands", async () => {
  expectGolden(
    "proxy",
    await together(
      folder(),
      "wireform listen --schema ./chat.ts --path chat.sock --script server.script",
      `wireform proxy ${ends} --connections 1`,
      "wireform connect --schema ./chat.ts --path front.sock --script client.script",
    ),
  );
});

it("says what it cannot begin with", async () => {
  const cwd = folder();
  await served(join(cwd, "front.sock"), () => {});
  const lines = [
    `proxy ${ends}`,
    `proxy ${ends} --hook ./none.mjs`,
    `proxy ${ends} --hook ./chat.ts`,
    "proxy --schema mqtt 1",
    "proxy --schema ./broken.ts 1 2",
    "proxy --schema mqtt#None 1 2",
  ];
  let text = "";
  for (const line of lines) text += await together(cwd, `wireform ${line}`);
  expectGolden("proxy-errors", text);
});

describe("bytes", () => {
  it("pass as they came, whatever they are and however they are cut", async () => {
    const { client, proxy } = await proxied("--connections 1 --json", echo);
    const sent = noise(300_000);
    const came = all(client);
    for (let at = 0, size = 1; at < sent.length; at += size, size = 1 + ((size * 7 + 3) % 4999))
      client.write(sent.subarray(at, at + size));
    client.end();
    expect((await came).equals(sent)).toBe(true);
    const { code, stdout } = await proxy.ended;
    expect(code).toBe(4);
    const raw = (way: string): string =>
      stdout
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line))
        .filter(({ direction }) => direction === way)
        .map(({ raw }) => raw ?? "")
        .join("");
    // The noise begins with no message; all of it is shown.
    expect(raw("up")).toBe(sent.toString("hex"));
    expect(raw("down")).toBe(sent.toString("hex"));
  });

  it("pass before their message is complete", async () => {
    const { client } = await proxied("", echo);
    client.write(hex("0005110361"));
    await new Promise((done) => client.once("readable", done));
    expect(client.read().toString("hex")).toBe("0005110361");
  });

  it("that do not decode are cut off with --strict, and the command gives 4", async () => {
    const { client, proxy } = await proxied("--strict --connections 1", echo);
    client.write(hex("000101000177"));
    await gone(client);
    const { code, stdout, stderr } = await proxy.ended;
    expect(stdout).toMatch(/^1 -> pong\n(1 <- pong\n)?1 -x raw 000177 .*\n$/);
    expect(stderr).toContain("1 is cut: bytes that do not decode");
    expect(code).toBe(4);
  });

  it("of a message that is cut short are shown", async () => {
    const { client, proxy } = await proxied("--connections 1", echo);
    client.end(hex("000511"));
    expect((await all(client)).toString("hex")).toBe("000511");
    const { code, stdout } = await proxy.ended;
    expect(stdout).toMatch(/1 -> raw 000511 {2}.*needs 5 bytes, 1 left/);
    expect(code).toBe(4);
  });
});

describe("an end", () => {
  it("of one direction lets the other go on", async () => {
    let ended = "";
    const { client, proxy } = await proxied("--connections 1", async (socket) => {
      ended = (await all(socket)).toString("hex");
      socket.end(hex("000101"));
    });
    client.end(hex("000100"));
    expect((await all(client)).toString("hex")).toBe("000101");
    expect(ended).toBe("000100");
    expect(await proxy.ended).toMatchObject({ code: 0, stdout: "1 -> ping\n1 <- pong\n" });
  });

  /** The same over TCP, which has resets. */
  async function overTcp(handle: (socket: Socket) => void) {
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on("error", () => {});
      handle(socket);
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    onTestFinished(() => void server.close());
    const { port } = server.address() as { port: number };
    const proxy = begin(`wireform proxy --schema ./chat.ts 0 ${port} --connections 1`, folder());
    const [, front] = await proxy.stderr.saw(/listening on 127\.0\.0\.1:(\d+)/);
    return { proxy, client: await dialed({ port: Number(front) }) };
  }

  const codeOf = (socket: Socket): Promise<string | undefined> =>
    new Promise((done) => {
      let code: string | undefined;
      socket.on("error", (error: NodeJS.ErrnoException) => (code = error.code));
      socket.once("close", () => done(code));
      socket.resume();
    });

  it("by reset of the client reaches the server as one", async () => {
    let code: Promise<string | undefined> = Promise.resolve(undefined);
    const { client, proxy } = await overTcp((socket) => {
      code = codeOf(socket);
      socket.once("data", () => client.resetAndDestroy());
    });
    client.write(hex("000100"));
    const { stdout, stderr } = await proxy.ended;
    expect(await code).toBe("ECONNRESET");
    expect(stdout).toBe("1 -> ping\n");
    expect(stderr).toMatch(/1 is over: .*ECONNRESET/);
  });

  it("by reset inside a message shows what had come of it", async () => {
    const { client, proxy } = await overTcp((socket) => {
      // The client's answer says that the proxy has passed it on.
      socket.write(hex("0001"));
      client.once("data", () => client.write("1"));
      socket.once("data", () => socket.resetAndDestroy());
    });
    const code = codeOf(client);
    expect(await code).toBe("ECONNRESET");
    expect((await proxy.ended).stdout).toContain("1 <- raw 0001\n");
  });

  it("by reset of the server reaches the client as one", async () => {
    const { client, proxy } = await overTcp((socket) => socket.once("data", () => socket.resetAndDestroy()));
    const code = codeOf(client);
    client.write(hex("000100"));
    expect(await code).toBe("ECONNRESET");
    expect((await proxy.ended).stderr).toMatch(/1 is over: .*ECONNRESET/);
  });

  it("at a target where nobody listens cuts that client and no other", async () => {
    const cwd = folder();
    const proxy = begin(`wireform proxy ${ends} --connections 2`, cwd);
    await proxy.stderr.saw(/listening/);
    const first = await dialed(join(cwd, "front.sock"));
    await gone(first);
    await served(join(cwd, "chat.sock"), echo);
    const second = await dialed(join(cwd, "front.sock"));
    second.end(hex("000100"));
    expect((await all(second)).toString("hex")).toBe("000100");
    const { code, stderr } = await proxy.ended;
    expect(stderr).toContain("1 is cut: chat.sock: no such file");
    expect(code).toBe(2);
  });
});

it("makes whoever writes wait for whoever does not read", async () => {
  const { client } = await proxied("", () => {});
  const block = Buffer.alloc(1 << 20);
  let taken = 0;
  await new Promise<void>((stalled) => {
    const write = (): void => {
      client.write(block, () => {
        taken += block.length;
      });
      // Behind the kernel's buffers and the proxy's own, nothing moves any more.
      if (client.writableLength > 16 * block.length) stalled();
      else setImmediate(write);
    };
    write();
  });
  expect(taken).toBeLessThan(16 * block.length);
});

describe("a hook", () => {
  const hooked = async (source: string, options = "", handle = echo) => {
    const cwd = folder();
    writeFileSync(join(cwd, "hook.mjs"), source);
    return await proxied(`--hook ./hook.mjs --connections 1 ${options}`, handle, cwd);
  };

  it.each([
    ["returns the message", "return m", "000100", "000100", "1 -> ping\n1 <- ping\n"],
    ["returns one that is equal", "return { ...m }", "000100", "000100", "1 -> ping\n1 <- ping\n"],
    [
      "drops it",
      "if (direction === 'up' && m.type === 'ping') return; return m",
      "000100000101",
      "000101",
      "1 -x ping\n1 -> pong\n1 <- pong\n",
    ],
    [
      "makes two of one",
      "return direction === 'up' ? [m, { type: 'pong' }] : m",
      "000100",
      "000100000101",
      "1 -> ping\n1 ~> pong\n1 <- ping\n1 <- pong\n",
    ],
    [
      "changes the object that it is given",
      "if (direction === 'up') m.name = 'eve'; return m",
      "00051103616461",
      "00051103657665",
      "1 -x join name=ada\n1 ~> join name=eve\n1 <- join name=eve\n",
    ],
    [
      "changes the other direction",
      "return direction === 'down' ? { ...m, name: 'adam' } : m",
      "00051103616461",
      "0006110461" + "64616d",
      "1 -> join name=ada\n1 x- join name=ada\n1 <~ join name=adam\n",
    ],
    [
      "keeps one for a while, and what is behind it",
      "if (m.type === 'ping') await new Promise((r) => setTimeout(r, 20)); return m",
      "000100000101",
      "000100000101",
      "1 -> ping\n1 -> pong\n1 <- ping\n1 <- pong\n",
    ],
  ])("%s", async (_, body, sent, came, shown) => {
    const whole = (socket: Socket): void => void all(socket).then((bytes) => socket.end(bytes));
    const { client, proxy } = await hooked(`export async function message(m, { direction }) { ${body}; }`, "", whole);
    client.end(hex(sent));
    expect((await all(client)).toString("hex")).toBe(came);
    expect(await proxy.ended).toMatchObject({ code: 0, stdout: shown });
  });

  it("fills in again what follows from what it changed", async () => {
    const cwd = folder();
    writeFileSync(
      join(cwd, "hook.mjs"),
      "export const message = (m) => m.type === 'publish' ? { ...m, topic: 'longer/topic' } : m;",
    );
    await served(join(cwd, "chat.sock"), echo);
    const proxy = begin("wireform proxy --schema mqtt ./front.sock ./chat.sock --hook ./hook.mjs --connections 1", cwd);
    await proxy.stderr.saw(/listening/);
    const client = await dialed(join(cwd, "front.sock"));
    client.end(hex("300700036162636869"));
    client.resume();
    const { stdout } = await proxy.ended;
    expect(stdout).toContain("1 ~> publish dup=false qos=0 retain=false length=16 topic=longer/topic");
  });

  it("that throws cuts that connection and no other", async () => {
    const cwd = folder();
    const { client, proxy } = await proxied("--hook ./raising.mjs --connections 2", echo, cwd);
    client.write(hex("000100" + "0005120002" + "6869"));
    await gone(client);
    const other = await dialed(join(cwd, "front.sock"));
    other.end(hex("000101"));
    expect((await all(other)).toString("hex")).toBe("000101");
    const { code, stderr } = await proxy.ended;
    expect(stderr).toContain("1 is cut: the hook failed: TypeError: no talking\n");
    expect(stderr).toContain("2 is over\n");
    expect(code).toBe(2);
  });

  it("that makes no message cuts the connection too", async () => {
    const { client, proxy } = await hooked("export const message = () => ({ type: 'shout' });");
    client.write(hex("000100"));
    await gone(client);
    expect((await proxy.ended).stderr).toMatch(/1 is cut: the hook failed: EncodeError: type: .*"shout"/);
  });
});

it("ends quietly, with its connections, when nobody reads what it prints", async () => {
  const { client, proxy } = await proxied("", echo);
  proxy.stdout.destroy(Object.assign(new Error("EPIPE"), { code: "EPIPE" }));
  client.write(hex("000100"));
  expect((await proxy.ended).code).toBe(0);
  await gone(client);
});

it("ends with 130 when interrupted, after saying what went by", async () => {
  const { client, proxy } = await proxied("", echo);
  client.write(hex("000100"));
  await proxy.stdout.saw(/<- ping/);
  proxy.interrupt();
  const { code, stderr } = await proxy.ended;
  expect(stderr).toContain("connections: 1; messages up: 1 (3 bytes), down: 1 (3 bytes)");
  expect(code).toBe(130);
});
