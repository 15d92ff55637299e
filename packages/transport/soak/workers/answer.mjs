// A peer with our own client, somewhere else: answers every message of one byte, swallows the others.

import { connect } from "@wireform/transport";
import { frames } from "../scenario.mjs";
import { offer } from "../worker.mjs";

offer({
  start: async ({ host, port, count }) => {
    for (let i = 0; i < count; i++) {
      const peer = await connect({ host, port, ...frames() });
      peer.onMessage((message) => {
        if (message.length === 1) void peer.send(message);
      });
    }
  },
});
