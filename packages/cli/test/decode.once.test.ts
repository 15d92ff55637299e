// Bytes to values: every way in, every way out, and everything that can be wrong.

import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createConnection, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { expectSession } from "./support/golden.ts";
import { start, wireform } from "./support/run.ts";

const packets = "c000 3007000361 2f62 6869 d000".replaceAll(" ", "");
const qos3 = "36050001616869";

const folder = mkdtempSync(join(tmpdir(), "wireform-"));
afterAll(() => rmSync(folder, { recursive: true }));
const capture = join(folder, "capture.bin");
writeFileSync(capture, Buffer.from(packets, "hex"));

it("writes messages as lines of JSON, indented, as a table, as CSV and as bytes", () =>
  expectSession("decode", [
    "wireform decode --schema mqtt --hex c000",
    `wireform decode --schema mqtt --hex ${packets}`,
    `wireform decode --schema mqtt --format pretty --hex ${packets}`,
    `wireform decode --schema mqtt --format pretty --color always --hex 300700036161616869`,
    `wireform decode --schema mqtt --format table --hex ${packets}`,
    `wireform decode --schema mqtt --format hex --hex ${packets}`,
    `wireform decode --schema mqtt --format none --hex ${packets}`,
    `wireform decode --schema mqtt --format csv --fields type,topic,payload --hex ${packets}`,
    "wireform decode --schema ./point.ts#Point --format csv --hex '0001ffff 00020003'",
    "wireform decode --schema resp --format csv --hex '2b612c2262220d0a 2a320d0a2b610d0a3a310d0a'",
    `wireform decode --schema mqtt --fields type,topic --hex ${packets}`,
    "wireform decode --schema ./point.ts#Track --fields id,points[1].x --hex 0012000000000000000101740001000200030004",
    "wireform decode --schema ./point.ts#Track --format table --hex 0012000000000000000101740001000200030004",
    "wireform decode --schema ./named.ts --hex '01 026162 0203 01 04'",
    `wireform decode --schema ./named.ts --fields id,'["user name"]' --hex '01 026162 0203 01 04'`,
    `wireform decode --schema ./named.ts --fields '["a,b"]["c d"],list[0]["x-y"],["a,b"].e' --hex '01 026162 0203 01 04'`,
    "wireform decode --schema ./named.ts --format csv --hex '01 026162 0203 01 04'",
    "wireform decode --schema ./named.ts --format table --hex '01 026162 0203 01 04'",
    `wireform decode --schema ./named.ts --format csv --fields '["user name"],["a,b"].e,["a,b"]' --hex '01 026162 0203 01 04'`,
    `wireform decode --schema mqtt --format csv --fields topic,payload --hex ${packets}`,
    `wireform decode --schema mqtt --format table --fields topic,payload --hex ${packets}`,
    `wireform decode --schema mqtt --format table --fields topic,payload --hex c000`,
    `wireform decode --schema mqtt --fields topic --hex ${packets}`,
    "wireform decode --schema mqtt --base64 wADQAA==",
    ["wireform decode --schema mqtt", { stdin: Buffer.from(packets, "hex") }],
    ["wireform decode --schema mqtt --from hex -", { stdin: "c0 00\n0xd0:00\n" }],
    ["wireform decode --schema mqtt --from base64", { stdin: "wADQ\nAA==\n" }],
    ["wireform decode --schema mqtt", { stdin: "" }],
  ]));

it("says of a bad message what is wrong, what could be read, and what was left out", () =>
  expectSession("decode-bad", [
    "wireform decode --schema mqtt --hex c0",
    `wireform decode --schema mqtt --hex d000${qos3}c000`,
    `wireform decode --schema mqtt --json --hex d000${qos3}c000`,
    `wireform decode --schema mqtt --format table --hex d000${qos3}c000`,
    `wireform decode --schema mqtt --on-error skip --hex d000${qos3}c000`,
    `wireform decode --schema mqtt --on-error skip --json --hex d000${qos3}c000`,
    `wireform decode --schema mqtt --on-error skip --hex d000ffffc000`,
    `wireform decode --schema mqtt --on-error resync --hex d000ffff05c000d000`,
    `wireform decode --schema mqtt --on-error resync --hex d000ffff`,
    "wireform decode --schema ./point.ts#Track --on-error skip --hex '000d000000000000000100 00010002 0009000000000000000300 000a00000000000000040178'",
    "wireform decode --schema ./point.ts#Point --on-error skip --hex 00010002ff",
    "wireform decode --schema mqtt --max-message-size 5 --hex 30070003612f626869",
  ]));

it("says what is wrong with the command line, the input and the schema", () =>
  expectSession("decode-usage", [
    "wireform decode",
    "wireform decode --json",
    "wireform decode --schema nothing --hex 00",
    "wireform decode --schema nothing --json --hex 00",
    "wireform decode --schema mqtt#Nothing --hex 00",
    "wireform decode --schema ./nothing.ts --hex 00",
    "wireform decode --schema ./point.ts --hex 00",
    "wireform decode --schema ./throws.ts --hex 00",
    "wireform decode --schema ./throws.ts --json --hex 00",
    "wireform decode --schema ./wrong.ts --hex 00",
    "wireform decode --schema mqtt nothing.bin",
    "wireform decode --schema mqtt --json nothing.bin",
    "wireform decode --schema mqtt ../fixtures",
    "wireform decode --schema mqtt --hex 0g",
    "wireform decode --schema mqtt --hex 000",
    "wireform decode --schema mqtt --base64 wAD",
    "wireform decode --schema mqtt --base64 w",
    "wireform decode --schema mqtt --hex c000 --base64 wAA=",
    "wireform decode --schema mqtt --format yaml --hex c000",
    "wireform decode --schema mqtt --chunk 0 --hex c000",
    "wireform decode --schema mqtt --fields a..b --hex c000",
    "wireform decode --schema mqtt --fields typo --hex c000",
    "wireform decode --schema mqtt --fields subscriptions[0].nope --hex c000",
    "wireform decode --schema mqtt --fields subscriptions.topic --hex c000",
    "wireform decode --schema mqtt --fields payload.x --hex c000",
    "wireform decode --schema mqtt --fields type,subscriptions[0].filter,will.topic --hex c000",
    "wireform decode --schema ./named.ts --fields id,user --hex c000",
    "wireform decode --schema ./named.ts --fields 'user name' --hex c000",
    "wireform decode --schema mqtt --format hex --fields type --hex c000",
    "wireform decode --schema mqtt --connect here",
    "wireform decode --schema mqtt --format csv --fields type --hex c000 extra words",
  ]));

it.each([1, 2, 3, 7, 4096])("writes the same whatever the input is cut into (%i)", async (n) => {
  for (const more of [[], ["--format", "hex"], ["--on-error", "skip"], ["--on-error", "resync"]]) {
    const argv = ["decode", "--schema", "mqtt", "--hex", `${packets}${qos3}${packets}`, ...more];
    const whole = await wireform(argv);
    const cut = await wireform([...argv, "--chunk", String(n)]);
    expect([cut.code, cut.stdout]).toEqual([whole.code, whole.stdout]);
  }
});

describe("what comes while it runs", () => {
  const ping = '{"type":"pingreq","length":0}\n';

  it("is written as it comes, before there is an end", async () => {
    const running = start(["decode", "--schema", "mqtt"]);
    running.stdin.write(Buffer.from("c000c0", "hex"));
    await running.stdout.saw(/pingreq/);
    expect(running.stdout.bytes.toString()).toBe(ping);
    running.stdin.end(Buffer.from("00", "hex"));
    expect((await running.ended).stdout).toBe(ping + ping);
  });

  it("is what a file grows by, until interrupted", async () => {
    const growing = join(folder, "growing.bin");
    writeFileSync(growing, Buffer.from("c000", "hex"));
    const interruption = new AbortController();
    const running = start(["decode", "--schema", "mqtt", "--follow", growing], { interrupted: interruption.signal });
    await running.stdout.saw(/pingreq/);
    appendFileSync(growing, Buffer.from("d000", "hex"));
    await running.stdout.saw(/pingresp/);
    interruption.abort();
    const { code, stderr } = await running.ended;
    expect([code, stderr]).toEqual([130, "wireform: interrupted\n"]);
  });

  it("is no file that shrinks", async () => {
    const cut = join(folder, "cut.bin");
    writeFileSync(cut, Buffer.from("c000d000", "hex"));
    const running = start(["decode", "--schema", "mqtt", "--follow", "cut.bin"], { cwd: folder });
    await running.stdout.saw(/pingresp/);
    writeFileSync(cut, "");
    const { code, stderr } = await running.ended;
    expect([code, stderr]).toEqual([2, "wireform: cut.bin: was cut while it was followed\n"]);
  });

  it("is what the first to connect sends", async () => {
    const running = start(["decode", "--schema", "mqtt", "--listen", "0"]);
    const [, port] = await running.stderr.saw(/^listening on 127\.0\.0\.1:(\d+)$/m);
    createConnection(Number(port)).end(Buffer.from("c000", "hex"));
    const { code, stdout } = await running.ended;
    expect([code, stdout]).toEqual([0, ping]);
  });

  it("is what a server sends", async () => {
    const server = createServer((socket) => socket.end(Buffer.from("c000", "hex"))).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as AddressInfo;
    const { code, stdout } = await wireform(["decode", "--schema", "mqtt", "--connect", String(port)]);
    server.close();
    expect([code, stdout]).toEqual([0, ping]);

    const refused = await wireform(["decode", "--schema", "mqtt", "--connect", `localhost:${port}`]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/^wireform: .+:\d+: connection refused: nobody listens there\n$/);
  });

  it("does not come where the port is in use", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as AddressInfo;
    const { code, stderr } = await wireform(["decode", "--schema", "mqtt", "--listen", String(port)]);
    server.close();
    expect([code, stderr]).toEqual([2, `wireform: 127.0.0.1:${port}: the address is in use\n`]);
  });

  it.each([["--listen", "0"], []])("ends with 130 when interrupted (%s)", async (...more) => {
    const interruption = new AbortController();
    const running = start(["decode", "--schema", "mqtt", ...more], { interrupted: interruption.signal });
    if (more.length > 0) await running.stderr.saw(/listening/);
    else {
      running.stdin.write(Buffer.from("c000", "hex"));
      await running.stdout.saw(/pingreq/);
    }
    interruption.abort();
    expect((await running.ended).code).toBe(130);
  });

  it("is a file like any other", async () => {
    const { stdout } = await wireform(["decode", "--schema", "mqtt", "--fields", "type", capture]);
    expect(stdout).toBe('{"type":"pingreq"}\n{"type":"publish"}\n{"type":"pingresp"}\n');
  });
});
