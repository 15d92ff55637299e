import type { Definition } from "./definition.js";
import { serverTls, talkOptions } from "./talk.js";

export const listen: Definition = {
  summary: "talk to clients: be the server yourself, one message at a time",
  build: (command) =>
    serverTls(talkOptions(command.argument("[address]", "port, host:port, or the path of a Unix socket"))),
  examples: [
    ["wireform listen --schema mqtt 1883", "play the broker; .to 2 speaks to the second client only"],
    ["wireform listen --schema mqtt --path broker.sock --script broker.script", "answer as a file says, then leave"],
    ["wireform listen --schema ./protocol.ts#Message --tls --cert cert.pem --key key.pem 8883", "the same with TLS"],
  ],
  action: () => import("../actions/listen.js"),
};
