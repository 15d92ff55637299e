import { generateKeyPairSync } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { expectGolden, sessionText } from "../support/golden.ts";
import { begin, folder } from "./support.ts";

const server = "--schema ./chat.ts --tls --cert cert.pem --key key.pem";

/** A listener that answers one ping, and the port that it has. */
async function answering(cwd: string): Promise<string> {
  const listening = begin(`wireform listen ${server} 0`, cwd);
  const [, port] = await listening.stderr.saw(/listening on 127\.0\.0\.1:(\d+)/);
  listening.stdin.end(".wait connection\n.expect ping\npong\n.wait end\n.close\n");
  return port as string;
}

async function ping(cwd: string, options: string) {
  const client = begin(`wireform connect --schema ./chat.ts ${options}`, cwd);
  client.stdin.end("ping\n.expect pong\n.close\n");
  return await client.ended;
}

describe("TLS", () => {
  it("is spoken with a certificate that is trusted", async () => {
    const cwd = folder();
    const port = await answering(cwd);
    expect(await ping(cwd, `localhost:${port} --tls --ca cert.pem`)).toMatchObject({ code: 0, stdout: "< pong\n" });
  });

  it("is refused with one that is not, and says what helps", async () => {
    const cwd = folder();
    const port = await answering(cwd);
    const { code, stderr } = await ping(cwd, `localhost:${port} --tls`);
    expect(stderr).toMatch(
      /^wireform: .*self.signed certificate.*\n--ca file\.pem says whom to trust; --insecure trusts anybody.\n$/,
    );
    expect(code).toBe(2);
    expect(await ping(cwd, `localhost:${port} --tls --insecure`)).toMatchObject({ code: 0, stdout: "< pong\n" });
  });

  it("is what a client must speak, and who does not is named", async () => {
    const cwd = folder();
    const listening = begin(`wireform listen ${server} 0`, cwd);
    const [, port] = await listening.stderr.saw(/listening on 127\.0\.0\.1:(\d+)/);
    expect((await ping(cwd, `${port}`)).code).not.toBe(0);
    await listening.stderr.saw(/127\.0\.0\.1:\d+ was refused: .*\n/);
  });

  it("has files that must be there", async () => {
    const cwd = folder();
    const { code, stderr } = await ping(cwd, "1 --tls --ca nowhere.pem");
    expect(stderr).toBe("wireform: nowhere.pem: no such file\n");
    expect(code).toBe(2);
  });

  it("has files that are what they should be, and says which is not", async () => {
    const cwd = folder();
    const pem = { type: "pkcs8", format: "pem" } as const;
    const { privateKey: other } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
    writeFileSync(join(cwd, "other.pem"), other.export(pem));
    writeFileSync(join(cwd, "secret.pem"), other.export({ ...pem, cipher: "aes-256-cbc", passphrase: "secret" }));
    const broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    writeFileSync(join(cwd, "half.pem"), readFileSync(join(cwd, "cert.pem"), "utf8") + broken);
    const serving = (line: string) => `--schema ./chat.ts --tls ${line}`;
    const lines = [
      `wireform listen ${serving("--cert chat.ts --key key.pem")} ./socket`,
      `wireform listen ${serving("--cert chat.ts --key key.pem")} --json ./socket`,
      `wireform listen ${serving("--cert half.pem --key key.pem")} ./socket`,
      `wireform listen ${serving("--cert cert.pem --key cert.pem")} ./socket`,
      `wireform listen ${serving("--cert . --key key.pem")} ./socket`,
      `wireform proxy ${serving("--cert key.pem --key key.pem")} ./socket ./target`,
      "wireform proxy --schema ./chat.ts --target-tls --ca key.pem ./socket ./target",
      "wireform connect --schema ./chat.ts --tls --ca chat.ts ./socket",
      "wireform connect --schema ./chat.ts --tls --ca . ./socket",
      "wireform connect --schema ./chat.ts --script . ./socket",
      `wireform listen ${serving("--cert cert.pem --key other.pem")} ./socket`,
      `wireform listen ${serving("--cert cert.pem --key secret.pem")} ./socket`,
      // What would be said in plain text.
      "wireform listen --schema ./chat.ts --cert cert.pem --key key.pem ./socket",
      "wireform connect --schema ./chat.ts --ca cert.pem ./socket",
      "wireform connect --schema ./chat.ts --insecure ./socket",
      "wireform proxy --schema ./chat.ts --cert cert.pem ./socket ./target",
      "wireform proxy --schema ./chat.ts --tls --cert cert.pem --key key.pem --ca cert.pem ./socket ./target",
    ];
    let text = "";
    for (const line of lines) {
      const { ended, stdin } = begin(line, cwd);
      stdin.end();
      text += sessionText(line, await ended);
    }
    expectGolden("tls-errors", text);
  });

  it("can be on either side of the proxy, or on both", async () => {
    const cwd = folder();
    const port = await answering(cwd);
    const proxy = begin(`wireform proxy ${server} 0 localhost:${port} --target-tls --ca cert.pem --connections 1`, cwd);
    const [, front] = await proxy.stderr.saw(/listening on 127\.0\.0\.1:(\d+)/);
    expect(await ping(cwd, `localhost:${front} --tls --ca cert.pem`)).toMatchObject({ code: 0, stdout: "< pong\n" });
    expect(await proxy.ended).toMatchObject({ code: 0, stdout: "1 -> ping\n1 <- pong\n" });
  });
});
