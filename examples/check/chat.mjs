// The chat, with many clients at once, and one that is stopped.

import { strictEqual as equal, deepStrictEqual as same } from "node:assert";
import { join } from "node:path";
import { serveChat } from "../chat/server.mjs";
import { check, start, startExample, until } from "./harness.mjs";

const client = (name, port, options) =>
  start(process.execPath, [join(import.meta.dirname, "../chat/client.mjs"), name, String(port)], options);
const linesOf = ({ output }) => output.split("\n").slice(0, -1);

export async function checkChat({ small }) {
  const crowd = small ? 4 : 12;
  await check(`chat: ${crowd} clients hear each other; who says goodbye hears that, and no more`, [], async () => {
    const { port } = await startExample("chat/server.mjs", "0");
    const names = Array.from({ length: crowd }, (_, i) => `client${i}`);
    const clients = names.map((name) => client(name, port));
    const [first] = clients;
    await until("all to be heard of", () => names.every((name) => clients.every((c) => seen(c, name))));
    clients.forEach((c, i) => {
      c.child.stdin.write(`I am ${names[i]}\n`);
    });
    await until("everybody to hear everybody", () =>
      clients.every((c, i) => names.every((name, j) => i === j || linesOf(c).includes(`${name}: I am ${name}`))),
    );
    first.child.stdin.end("and goodbye\n");
    equal((await first.ended).code, 0);
    equal(linesOf(first).at(-1), "* client0 left (goodbye)");
    for (const other of clients.slice(1)) {
      await until("the goodbye", () => linesOf(other).at(-1) === "* client0 left (goodbye)");
      same(linesOf(other).slice(-2), ["client0: and goodbye", "* client0 left (goodbye)"]);
    }

    /** Each sees those who come later; the earlier ones it hears when they speak. */
    function seen(who, name) {
      const [mine, theirs] = [clients.indexOf(who), names.indexOf(name)];
      return mine !== theirs || linesOf(who).includes(`* ${name} is here`);
    }
  });

  await check("chat: a client stopped by kill -STOP is found by the heartbeat", [], async () => {
    const server = await serveChat({ port: 0, beat: 200 });
    const stays = client("stays", server.port);
    await until("one to be here", () => linesOf(stays).includes("* stays is here"));
    const stopped = client("stopped", server.port);
    await until("both to be here", () => linesOf(stays).includes("* stopped is here"));
    stopped.stop("SIGSTOP");
    await until("its end", () => linesOf(stays).includes("* stopped left (timeout)"));
    await server.abort();
  });
}
