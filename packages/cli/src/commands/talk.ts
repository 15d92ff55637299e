// What connect and listen have in common: a schema for each direction, how messages are shown, and scripts.

import { type Command, Option } from "commander";
import { choice, schemaOption, whole } from "./options.js";

export const talkOptions = (command: Command): Command =>
  schemaOption(command)
    .option("--send-schema <schema>", "what we send, where that is something else")
    .addOption(new Option("--path <socket>", "a Unix socket instead of an address"))
    .option("--script <file>", "run these lines as if typed; - for standard input")
    .option("--timeout <ms>", "how long scripts wait for what they expect", whole(1), 5000)
    .addOption(formOption());

export const formOption = (): Option =>
  choice("--format <form>", "how messages are shown", ["line", "json", "hex", "inspect"], "line");

export const clientTls = (command: Command): Command =>
  command
    .option("--tls", "connect with TLS")
    .option("--ca <file>", "certificates to trust, in PEM")
    .option("--insecure", "trust any certificate");

export const serverTls = (command: Command): Command =>
  command
    .option("--tls", "listen with TLS; needs --cert and --key")
    .option("--cert <file>", "our certificate, in PEM")
    .option("--key <file>", "its key, in PEM");
