// Bytes as pictures, message by message.

import { compile, type Inspection, type Node, render } from "@wireform/codec";
import type { Exit } from "../failure.js";
import { Failure, usage } from "../failure.js";
import type { Terminal } from "../io.js";
import { html } from "../render/html.js";
import { Progress } from "../render/progress.js";
import { type Picture, svg } from "../render/svg.js";
import { titleOf } from "../render/title.js";
import { treeJson } from "../render/tree.js";
import { limitsOf } from "../schemas/limits.js";
import { loadSchema } from "../schemas/load.js";
import { inspectEach, inspectWhole } from "../sources/messages.js";
import { type Input, openSource } from "../sources/source.js";

interface Options extends Omit<Input, "input"> {
  readonly schema: string;
  readonly annotate?: boolean;
  readonly svg?: boolean;
  readonly html?: boolean;
  readonly one?: boolean;
  readonly first?: number;
  readonly maxMessageSize?: number;
}

/** More fields than a browser shows at ease, or than anybody reads. */
const MOST_NODES = 20_000;

export async function run(terminal: Terminal, options: Options, input: string | undefined): Promise<Exit | undefined> {
  const picture = (["annotate", "svg", "html"] as const).find((form) => options[form]);
  if (terminal.json && picture) throw usage(`--json does not go with --${picture}`, "--json alone writes the tree.");
  const { schema, name } = await loadSchema(options.schema, terminal.io.cwd);
  const codec = compile(schema, { limits: limitsOf(options) });
  const draw = drawer(terminal, options, name);
  const tally = new Tally();
  const { chunks, size } = await openSource({ ...options, input }, terminal);
  const progress = new Progress(terminal, size);
  const counted = countedBy(progress, chunks);
  try {
    for await (const inspection of options.one ? whole(inspectWhole(codec, counted)) : inspectEach(codec, counted)) {
      tally.add(inspection);
      await draw.add({ title: titleOf(schema, name, inspection), inspection });
      if (tally.messages === options.first) break;
    }
  } finally {
    progress.end();
  }
  await draw.end();
  if (tally.messages === 0) terminal.note("no bytes to inspect");
  const failure = tally.failure();
  if (failure) throw failure;
  return undefined;
}

async function* countedBy(progress: Progress, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    yield chunk;
    progress.add(chunk.length);
  }
}

async function* whole(one: Promise<Inspection>): AsyncGenerator<Inspection> {
  const inspection = await one;
  if (inspection.bytes.length > 0) yield inspection;
}

interface Drawer {
  add(picture: Picture): Promise<void>;
  end(): Promise<void>;
}

/** What is written of each message as it comes, or of all when the last has come. */
function drawer(terminal: Terminal, options: Options, name: string): Drawer {
  const page = options.svg ? svg : options.html ? (all: readonly Picture[]) => html(all, name) : undefined;
  if (page) return gathering(terminal, page);
  const color = !options.annotate && terminal.colors("stdout");
  const lines = options.annotate ? { maxLines: Number.POSITIVE_INFINITY } : {};
  let first = true;
  return {
    async add({ title, inspection }) {
      if (terminal.json) return terminal.writeJson(treeJson(title, inspection));
      const text = render(inspection, { title, color, ...lines });
      await terminal.write(first ? text : `\n${text}`);
      first = false;
    },
    end: async () => undefined,
  };
}

function gathering(terminal: Terminal, page: (all: readonly Picture[]) => string): Drawer {
  const pictures: Picture[] = [];
  let nodes = 0;
  return {
    async add(picture) {
      nodes += nodesOf(picture.inspection);
      if (nodes > MOST_NODES)
        throw usage(
          `more than ${MOST_NODES} fields are too many for one picture`,
          pictures.length > 0
            ? `--first ${pictures.length} takes as many messages as fit.`
            : "Text, --annotate and --json show as many as there are.",
        );
      pictures.push(picture);
    },
    async end() {
      await terminal.write(page(pictures));
    },
  };
}

const nodesOf = (node: Node): number => node.children.reduce((sum, child) => sum + nodesOf(child), 1);

/** How many messages there were, and what the first wrong one was. */
class Tally {
  messages = 0;
  private wrong = 0;
  private first: Inspection | undefined;

  add(inspection: Inspection): void {
    this.messages++;
    if (!inspection.error && !badNode(inspection)) return;
    this.wrong++;
    this.first ??= inspection;
  }

  failure(): Failure | undefined {
    const { first } = this;
    if (!first) return undefined;
    const more = this.wrong > 1 ? ` (${this.wrong} of ${this.messages} messages are wrong; this is the first)` : "";
    if (first.error) return new Failure("decode", first.error.message + more, undefined, first.error);
    const { path, start, verdict } = badNode(first) as Node;
    return new Failure("decode", `${path}: ${verdict?.text} (offset ${start})${more}`);
  }
}

function badNode(node: Node): Node | undefined {
  if (node.verdict?.ok === false) return node;
  for (const child of node.children) {
    const bad = badNode(child);
    if (bad) return bad;
  }
  return undefined;
}
