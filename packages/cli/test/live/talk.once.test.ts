// connect and listen: sessions as they are, and what happens when the other end misbehaves.

import { writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { expectGolden, expectSession } from "../support/golden.ts";
import { wireform } from "../support/run.ts";
import { all, begin, dialed, folder, served, together } from "./support.ts";

const hex = (text: string): Buffer => Buffer.from(text, "hex");
const chat = "--schema ./chat.ts --path chat.sock";

it("talks by scripts, in a session that shows all of it", async () => {
  expectGolden(
    "listen-connect",
    await together(
      folder(),
      `wireform listen ${chat} --script server.script`,
      `wireform connect ${chat} --script client.script`,
    ),
  );
});

it("says what cannot be done, and whose fault that is", () =>
  expectSession("connect", [
    "wireform connect --schema mqtt 1",
    "wireform connect --schema mqtt --path nobody.sock",
    "wireform connect --schema mqtt --path nobody.sock --json",
    "wireform connect --schema mqtt",
    "wireform connect --schema mqtt 1883:localhost",
    "wireform connect --schema ./nowhere.ts 1",
    "wireform connect --schema mqtt#Nothing 1",
    "wireform connect --schema ./live/broken.ts 1",
    "wireform listen --schema mqtt 0 --tls",
    "wireform listen --schema mqtt 0 --script nowhere.script",
    "wireform listen --schema mqtt",
  ]));

it("says that an address is in use", async () => {
  const cwd = folder();
  await served(join(cwd, "chat.sock"), () => {});
  expectGolden("listen-in-use", await together(cwd, `wireform listen ${chat}`));
});

it("says so of a port too", async () => {
  const cwd = folder();
  const first = begin("wireform listen --schema ./chat.ts 0", cwd);
  const [, port] = await first.stderr.saw(/127\.0\.0\.1:(\d+)/);
  const second = await begin(`wireform listen --schema ./chat.ts ${port}`, cwd).ended;
  expect(second).toMatchObject({ code: 2, stderr: `wireform: 127.0.0.1:${port}: the address is in use\n` });
});

describe("a script", () => {
  const answering = (cwd: string, hex: string) =>
    served(join(cwd, "chat.sock"), (socket) => {
      socket.once("data", () => socket.write(Buffer.from(hex, "hex")));
      socket.once("end", () => socket.end());
    });

  it("gives 1 and the line when an expectation is not met", async () => {
    const cwd = folder();
    await answering(cwd, "000100");
    expectGolden("connect-unmet", await together(cwd, `wireform connect ${chat} --script wrong.script`));
  });

  it("gives 1 when nothing comes in time", async () => {
    const cwd = folder();
    await served(join(cwd, "chat.sock"), () => {});
    const { code, stderr } = await begin(`wireform connect ${chat} --script wrong.script --timeout 20`, cwd).ended;
    expect(stderr).toContain("wrong.script:2: expected pong; nothing came within 20 ms");
    expect(code).toBe(1);
  });

  it("gives 1 when the peer ends instead", async () => {
    const cwd = folder();
    await served(join(cwd, "chat.sock"), (socket) => socket.once("data", () => socket.end()));
    const { code, stderr } = await begin(`wireform connect ${chat} --script wrong.script`, cwd).ended;
    expect(stderr).toContain("wrong.script:2: expected pong; the peer has ended");
    expect(code).toBe(1);
  });

  it("stops at a line that is no message, and says which", async () => {
    const cwd = folder();
    await served(join(cwd, "chat.sock"), () => {});
    expectGolden("connect-typo", await together(cwd, `wireform connect ${chat} --script typo.script`));
  });

  it("gives 5 for a message that cannot be encoded", async () => {
    const cwd = folder();
    await served(join(cwd, "chat.sock"), () => {});
    writeFileSync(join(cwd, "long.script"), `join name=${"x".repeat(256)}\n`);
    const { code, stderr } = await begin(`wireform connect ${chat} --script long.script`, cwd).ended;
    expect(stderr).toMatch(/long\.script:1: name: .*255/);
    expect(code).toBe(5);
  });

  it("comes from standard input too, says goodbye and shows what is still answered", async () => {
    const cwd = folder();
    await served(join(cwd, "chat.sock"), async (socket) => {
      expect((await all(socket)).toString("hex")).toBe("000100");
      socket.end(Buffer.from("000101", "hex"));
    });
    const ran = await wireform(`connect ${chat}`.split(" "), { cwd, stdin: "ping\n" });
    expect(ran).toMatchObject({ code: 0, stdout: "< pong\n" });
  });

  it("is for programs with --json: events and messages, one line each", async () => {
    const cwd = folder();
    await answering(cwd, "000101");
    const { stdout, stderr } = await wireform(`connect ${chat} --json`.split(" "), {
      cwd,
      stdin: "ping\n.expect pong\n.close\n",
    });
    expect(stderr).toBe("");
    expect(
      stdout
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { connection: 1, event: "open", remote: "chat.sock" },
      { connection: 1, message: { type: "pong" } },
      { connection: 1, event: "close" },
    ]);
  });
});

describe("a peer that", () => {
  const session = async (misbehave: Parameters<typeof served>[1], lines: string) => {
    const cwd = folder();
    await served(join(cwd, "chat.sock"), misbehave);
    return await wireform(`connect ${chat}`.split(" "), { cwd, stdin: lines });
  };

  it("sends garbage is shown as far as it decodes, then raw, and the command gives 4", async () => {
    const ran = await session((socket) => socket.end(Buffer.from("0001010001ff0001", "hex")), ".wait end\n");
    expect(ran.stdout).toMatch(/^< pong\n< raw 0001ff0001 {2}type: .*\(offset 5.*\)\n$/);
    expect(ran.code).toBe(4);
  });

  it("ends inside a message is told with the bytes that came", async () => {
    const ran = await session((socket) => socket.end(Buffer.from("000101000a11", "hex")), ".wait end\n");
    expect(ran.stdout).toMatch(/^< pong\n< raw 000a11 {2}.*needs 10 bytes, 1 left.*\n$/);
    expect(ran.code).toBe(4);
  });

  it("is gone when something is to be sent to it is nobody", async () => {
    const ran = await session((socket) => socket.end(), ".wait end\n.finish\n.wait close\nping\n");
    expect(ran.stderr).toContain("standard input:4: nobody is connected");
    expect(ran.code).toBe(2);
  });
});

describe("a reset", () => {
  it("inside a message says how much of it had come, and gives 2", async () => {
    // It resets only when the client has shown, by a second ping, that it has all.
    const server = createServer((socket) => {
      socket.once("data", () => {
        socket.write(hex("000101000a11"));
        socket.once("data", () => socket.resetAndDestroy());
      });
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const client = begin(`wireform connect --schema ./chat.ts ${port}`, folder());
    client.stdin.end("ping\n.expect pong\nping\n.wait end\n");
    const { code, stderr } = await client.ended;
    expect(stderr).toMatch(/the connection is closed: .*ECONNRESET.*, in a message of which 3 bytes had come\n$/);
    expect(code).toBe(2);
  });

  it("is what .abort sends", async () => {
    let code: unknown;
    const server = createServer((socket) => {
      socket.on("error", (error: NodeJS.ErrnoException) => (code = error.code)).resume();
      socket.once("close", () => server.close());
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const over = new Promise((done) => server.once("close", done));
    const { port } = server.address() as AddressInfo;
    const client = begin(`wireform connect --schema ./chat.ts ${port}`, folder());
    client.stdin.end("ping\n.abort\n.wait end\n");
    expect((await client.ended).code).toBe(0);
    await over;
    expect(code).toBe("ECONNRESET");
  });
});

it("ends quietly when nobody reads what it prints", async () => {
  const cwd = folder();
  const server = await served(join(cwd, "chat.sock"), (socket) => socket.write(hex("000101")));
  const client = begin(`wireform connect ${chat}`, cwd);
  client.stdout.destroy(Object.assign(new Error("EPIPE"), { code: "EPIPE" }));
  expect((await client.ended).code).toBe(0);
  server.close();
});

it("ends with 130 when interrupted while it waits", async () => {
  const cwd = folder();
  await served(join(cwd, "chat.sock"), () => {});
  const client = begin(`wireform connect ${chat}`, cwd);
  client.stdin.write(".expect pong\n");
  await client.stderr.saw(/> .expect/);
  client.interrupt();
  expect(await client.ended).toMatchObject({ code: 130 });
});

describe("listening", () => {
  it("names its clients, and speaks to all or to one", async () => {
    const cwd = folder();
    const server = begin(`wireform listen ${chat}`, cwd);
    await server.stderr.saw(/listening/);
    const one = await dialed(join(cwd, "chat.sock"));
    await server.stderr.saw(/1 has connected/);
    const two = await dialed(join(cwd, "chat.sock"));
    await server.stderr.saw(/2 has connected/);
    one.write(Buffer.from("000100", "hex"));
    await server.stdout.saw(/1 < ping\n/);
    two.write(Buffer.from("0001", "hex"));
    two.write(Buffer.from("01", "hex"));
    await server.stdout.saw(/2 < pong\n/);
    server.stdin.end(".peers\npong\n.to 2\nping\n.finish\n.to all\n");
    const [toOne, toTwo] = [all(one), all(two)];
    await server.stderr.saw(/> .to all\n/);
    one.end();
    two.end();
    expect((await toOne).toString("hex")).toBe("000101");
    expect((await toTwo).toString("hex")).toBe("000101000100");
    const { code, stderr } = await server.ended;
    expect(stderr).toContain("1, 2\n");
    expect(code).toBe(0);
  });

  it("remembers what one said while it waits for another to connect", async () => {
    const cwd = folder();
    const server = begin(`wireform listen ${chat}`, cwd);
    await server.stderr.saw(/listening/);
    server.stdin.write(".wait connection\n");
    const one = await dialed(join(cwd, "chat.sock"));
    one.write(hex("000100"));
    await server.stdout.saw(/1 < ping\n/);
    server.stdin.end(".wait connection\n.expect ping\n.close\n");
    const two = await dialed(join(cwd, "chat.sock"));
    for (const socket of [one, two]) socket.resume().once("end", () => socket.end());
    expect((await server.ended).code).toBe(0);
  });

  it("ends with 130 when interrupted, and lets its clients go", async () => {
    const cwd = folder();
    const server = begin(`wireform listen ${chat}`, cwd);
    await server.stderr.saw(/listening/);
    const client = await dialed(join(cwd, "chat.sock"));
    await server.stderr.saw(/1 has connected/);
    const over = new Promise((done) => client.once("close", done));
    server.interrupt();
    expect((await server.ended).code).toBe(130);
    client.resume();
    client.end();
    await over;
  });
});
