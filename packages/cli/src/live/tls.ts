// Certificates and keys of files. Law: what is wrong with one is said before anything is opened, and names the file.

import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { createSecureContext } from "node:tls";
import { usage } from "../failure.js";
import { wholeFile } from "../files.js";

/** What the command line says of TLS. */
export interface TlsOptions {
  readonly tls?: boolean;
  readonly cert?: string;
  readonly key?: string;
  readonly ca?: string;
  readonly insecure?: boolean;
}

const CERTIFICATE = /-----BEGIN ((?:X509 |TRUSTED )?CERTIFICATE)-----[\s\S]*?-----END \1-----/g;

/** Whom to trust, for a client. */
export async function clientSide({ ca, insecure }: TlsOptions, cwd: string): Promise<object> {
  const trusted = ca === undefined ? undefined : await wholeFile(ca, cwd);
  if (trusted) certificates(trusted, ca as string);
  return { ...(trusted && { ca: trusted }), ...(insecure === true && { rejectUnauthorized: false }) };
}

/** What a server has to show. */
export async function serverSide({ cert, key }: TlsOptions, cwd: string): Promise<{ cert: Buffer; key: Buffer }> {
  if (cert === undefined || key === undefined)
    throw usage("to listen with --tls needs --cert and --key", "openssl req -x509 -newkey rsa:2048 -nodes makes both.");
  const read = { cert: await wholeFile(cert, cwd), key: await wholeFile(key, cwd) };
  const [own] = certificates(read.cert, cert) as [X509Certificate];
  if (!own.checkPrivateKey(privateKey(read.key, key))) throw usage(`${key} is not the key of ${cert}`);
  try {
    createSecureContext(read);
  } catch (error) {
    throw usage(`${cert} and ${key} cannot be used: ${(error as Error).message}`);
  }
  return read;
}

/** The certificates of a file; one at the least. */
function certificates(pem: Buffer, file: string): X509Certificate[] {
  const found = pem.toString("latin1").match(CERTIFICATE) ?? [];
  if (found.length === 0) throw usage(`${file} has no certificate in PEM`);
  return found.map((text) => {
    try {
      return new X509Certificate(text);
    } catch {
      throw usage(`${file} has a certificate that cannot be read`);
    }
  });
}

function privateKey(pem: Buffer, file: string): KeyObject {
  const text = pem.toString("latin1");
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) throw usage(`${file} has no key in PEM`);
  if (/ENCRYPTED/.test(text)) throw usage(`${file} has a passphrase; only a key without one can be used`);
  try {
    return createPrivateKey(pem);
  } catch {
    throw usage(`${file} has a key that cannot be read`);
  }
}

/** Refuses options that would change nothing, where somebody may think that they keep a secret. */
export function demandTls(options: object, flag: "tls" | "targetTls", others: readonly (keyof TlsOptions)[]): void {
  const given = options as Readonly<Record<string, unknown>>;
  const stray = others.find((name) => given[name] !== undefined);
  if (given[flag] !== true && stray !== undefined)
    throw usage(
      `--${stray} goes with --${flag === "tls" ? "tls" : "target-tls"}`,
      "Without it that connection is not encrypted.",
    );
}
