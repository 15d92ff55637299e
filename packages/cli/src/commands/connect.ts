import type { Definition } from "./definition.js";
import { clientTls, talkOptions } from "./talk.js";

export const connect: Definition = {
  summary: "talk to a server: type messages, see its replies decoded",
  build: (command) =>
    clientTls(talkOptions(command.argument("[address]", "port, host:port, or the path of a Unix socket"))),
  examples: [
    [
      "wireform connect --schema mqtt 1883",
      "talk to a broker of this machine; Tab completes, .help says what there is",
    ],
    ["wireform connect --schema resp --send-schema resp#Inline 6379", "talk to Redis: SET greeting hello"],
    ["wireform connect --schema mqtt --path broker.sock --script hello.script", "send and expect what a file says"],
  ],
  action: () => import("../actions/connect.js"),
};
