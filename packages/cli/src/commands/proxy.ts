import type { Definition } from "./definition.js";
import { schemaOption, whole } from "./options.js";
import { formOption, serverTls } from "./talk.js";

export const proxy: Definition = {
  summary: "sit between a client and a server, and see what they say",
  build: (command) =>
    serverTls(
      schemaOption(
        command
          .argument("<address>", "where clients connect to: port, host:port, or a Unix socket's path")
          .argument("<target>", "the server: port, host:port, or a Unix socket's path"),
      ),
    )
      .option("--reply-schema <schema>", "what the server sends, where that is something else")
      .option("--hook <file>", "a module whose message() may drop, delay or change what passes")
      .option("--strict", "cut a connection at what does not decode, instead of passing it on")
      .option("--connections <n>", "end after so many", whole(1))
      .option("--target-tls", "speak TLS with the server")
      .option("--ca <file>", "certificates of servers to trust, in PEM")
      .option("--insecure", "trust any server's certificate")
      .addOption(formOption()),
  examples: [
    ["wireform proxy --schema mqtt 1884 1883", "clients of port 1884 reach the broker on 1883"],
    ["wireform proxy --schema resp#Command --reply-schema resp 6380 6379 --json", "Redis traffic as lines of JSON"],
    ["wireform proxy --schema mqtt 1884 1883 --hook ./slow.ts", "messages pass through a function of yours"],
  ],
  action: () => import("../actions/proxy.js"),
};
