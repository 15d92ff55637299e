// Reads the recordings beside this file (see README.md). No dependencies.
import { readFileSync } from "node:fs";

const read = (path) => readFileSync(new URL(path, import.meta.url));

export function loadRecordings(protocol) {
  const { connections } = JSON.parse(read(`./${protocol}/index.json`).toString("utf8"));
  return connections.map(({ name, program, command, note, chunks: order }) => {
    const streams = ["client", "server"].map((from) => {
      const chunks = [];
      let end = 0;
      for (const [side, length] of order) if (side === from[0]) chunks.push((end += length));
      const bytes = new Uint8Array(read(`./${protocol}/${name}.${from}.bin`));
      if (bytes.length !== end) throw new Error(`${protocol}/${name}.${from}.bin: ${bytes.length} bytes, index says ${end}`);
      return { from, bytes, chunks };
    });
    const exchange = order.map(([side, length, at]) => ({ from: side === "c" ? "client" : "server", length, at }));
    return { name, program, command, note, streams, exchange };
  });
}
