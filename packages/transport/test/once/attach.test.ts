// Connections over streams that are there already: our own stdin and stdout, named pipes, web streams.
import { spawn, spawnSync } from "node:child_process";
import { createReadStream, createWriteStream, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { attach, type Connection, connect, listen } from "../../src/index.ts";
import { bundle } from "../support/bundle.ts";
import { bytes, frames, wire } from "../support/frames.ts";

const both = { receive: frames(), send: frames() };
const folder = mkdtempSync(join(tmpdir(), "wireform-attach-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function collect<T>(from: AsyncIterable<T>, into: T[] = []): Promise<T[]> {
  for await (const value of from) into.push(value);
  return into;
}

describe("stdin and stdout of our own", () => {
  const child = async (name: string, body: string) => {
    const { text } = await bundle(
      `import { attach } from "../../src/index.ts";
       import { frames } from "./frames.ts";
       const peer = attach({ readable: process.stdin, writable: process.stdout }, { receive: frames(), send: frames() });
       ${body}`,
      "node",
      "esm",
    );
    const file = join(folder, `${name}.mjs`);
    writeFileSync(file, text);
    const started = spawn(process.execPath, [file], { stdio: ["pipe", "pipe", "inherit"] });
    const over = new Promise<number | null>((resolve) => started.once("close", resolve));
    return { peer: attach({ readable: started.stdout, writable: started.stdin }, both), over };
  };

  it("both sides speak messages; our goodbye ends the child's loop, its answers still arrive, it exits by itself", async () => {
    const { peer, over } = await child(
      "echo",
      `for await (const message of peer) await peer.send(message.toUpperCase());
       await peer.send("that was all");
       await peer.finish();`,
    );
    const large = "x".repeat(60_000);
    await peer.sendMany(["to", "a", large, ...Array.from({ length: 2000 }, (_, i) => `number ${i}`)]);
    await peer.finish();
    const answers = await collect(peer);
    expect(answers.slice(0, 3)).toEqual(["TO", "A", large.toUpperCase()]);
    expect(answers.length).toBe(2004);
    expect(answers.at(-1)).toBe("that was all");
    expect((await peer.closed).reason).toBe("end");
    expect(await over).toBe(0);
  });

  it("a child that exits inside a message is truncated", async () => {
    const { peer, over } = await child(
      "cut",
      `await peer.send("whole");
       await peer.flush();
       process.stdout.write(Uint8Array.of(0, 5, 104), () => process.exit(3));`,
    );
    const got: string[] = [];
    await expect(collect(peer, got)).rejects.toMatchObject({ code: "truncated" });
    expect(got).toEqual(["whole"]);
    peer.abort();
    expect((await peer.closed).reason).toBe("truncated");
    expect(await over).toBe(3);
  });

  it("we are gone: the child's loop ends, and writing on is its error, not its end", async () => {
    const { peer, over } = await child(
      "orphan",
      `for await (const message of peer) void message;
       const { reason } = await Promise.race([peer.closed, peer.close().then(() => peer.closed)]);
       process.exit(reason === "end" || reason === "reset" ? 7 : 1);`,
    );
    await peer.send("hello");
    await peer.flush();
    peer.abort();
    expect(await over).toBe(7);
  });
});

describe("named pipes", () => {
  it.runIf(process.platform !== "win32")(
    "two of mkfifo, one for each direction, with cat at the other end",
    async () => {
      const [there, back] = ["there", "back"].map((name) => join(folder, name)) as [string, string];
      expect(spawnSync("sh", ["-c", `mkfifo "$0" "$1"`, there, back]).status).toBe(0);
      const cat = spawn("sh", ["-c", `cat <"$0" >"$1"`, there, back], { stdio: "inherit" });
      const peer = attach({ readable: createReadStream(back), writable: createWriteStream(there) }, both);
      const messages = ["through", "", "x".repeat(65_000), "pipes"];
      await peer.sendMany(messages);
      await peer.finish();
      expect(await collect(peer)).toEqual(messages);
      expect((await peer.closed).reason).toBe("end");
      if (cat.exitCode === null) await new Promise((resolve) => cat.once("close", resolve));
    },
  );

  // A pipe of Windows is a path to node:net, so all of it is shared with Unix sockets but the name.
  const name = `\\\\.\\pipe\\wireform-${"x".repeat(150)}`;
  it.runIf(process.platform !== "win32")(
    "the name of one is handed on as it is, however long; elsewhere nobody listens there",
    async () => {
      const attempt = connect({ path: name, ...both });
      await expect(attempt).rejects.toMatchObject({ code: "connect", message: expect.stringContaining(name) });
      await expect(connect({ path: "\\\\.\\pipe\\x", port: 5, ...both })).rejects.toMatchObject({ option: "path" });
    },
  );

  it.runIf(process.platform === "win32")("on Windows: messages over one", async () => {
    const server = await listen({ path: name, ...both }, async (peer: Connection<string>) => {
      for await (const message of peer) await peer.send(message);
    });
    const peer = await connect({ path: name, ...both });
    await peer.send("over a pipe");
    await peer.finish();
    expect(await collect(peer)).toEqual(["over a pipe"]);
    await server.close();
  });
});

describe("web streams", () => {
  const pair = () => {
    const [left, right] = [new TransformStream<Uint8Array>(), new TransformStream<Uint8Array>()];
    return [
      { readable: left.readable, writable: right.writable },
      { readable: right.readable, writable: left.writable },
    ] as const;
  };

  it("two connections over a pair of them: echo, goodbye, and the replies behind it", async () => {
    const [here, there] = pair();
    const peer = attach(here, both);
    const other = attach(there, both);
    other.onMessage((message) => void other.send(`${message}!`));
    await peer.sendMany(["a", "b", "x".repeat(60_000)]);
    await peer.finish();
    expect(await collect(peer)).toEqual(["a!", "b!", `${"x".repeat(60_000)}!`]);
    expect((await peer.closed).reason).toBe("end");
    expect((await other.closed).reason).toBe("end");
  });

  it("one that ends inside a message is truncated", async () => {
    const { readable, writable } = new TransformStream<Uint8Array>();
    const writer = writable.getWriter();
    void writer.write(wire("whole"));
    void writer.write(bytes("\0\x05he"));
    void writer.close();
    const peer = attach({ readable, writable: new WritableStream() }, both);
    const got: string[] = [];
    await expect(collect(peer, got)).rejects.toMatchObject({ code: "truncated" });
    expect(got).toEqual(["whole"]);
    await peer.close();
  });

  it("abort cancels the one and aborts the other", async () => {
    const said: string[] = [];
    const readable = new ReadableStream<Uint8Array>({ cancel: () => void said.push("cancelled") });
    const writable = new WritableStream<Uint8Array>({ abort: () => void said.push("aborted") });
    const peer = attach({ readable, writable }, both);
    await peer.send("hello");
    peer.abort();
    expect((await peer.closed).reason).toBe("aborted");
    while (said.length < 2) await new Promise((resolve) => setImmediate(resolve));
    expect(said.sort()).toEqual(["aborted", "cancelled"]);
  });
});
