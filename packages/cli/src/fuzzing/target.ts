// Damaged messages for a server, at any point of a conversation. Law: bounded in rate, count and time, and sent to this
// machine only unless said otherwise.

import { relative } from "node:path";
import { setTimeout } from "node:timers/promises";
import { type AnySchema, type Codec, compile, render } from "@wireform/codec";
import { arbitrary, type Mutation, mutations } from "@wireform/codec/fast-check";
import fc, { type Arbitrary, type Parameters } from "fast-check";
import { Exit } from "../failure.js";
import type { Terminal } from "../io.js";
import { Progress, timeText } from "../render/progress.js";
import { type Loaded, loadSchema } from "../schemas/load.js";
import { addressText, parseAddress } from "../sources/address.js";
import { undrawn } from "./drawing.js";
import type { Step } from "./exchange.js";
import { type Finding, Judge, type MayClose } from "./judge.js";
import { keep } from "./kept.js";
import { demandLocal } from "./loopback.js";
import { replay } from "./replay.js";
import { readScript, rehearse } from "./script.js";

export interface TargetOptions {
  readonly schema: string;
  readonly seed: number;
  readonly target: string;
  readonly script?: string;
  readonly receive?: string;
  readonly mayClose: MayClose;
  readonly count?: number;
  /** Tries a second. */
  readonly rate?: number;
  /** Seconds. */
  readonly time?: number;
  readonly patience: number;
  readonly replay?: string | true;
  readonly allowRemote?: boolean;
  readonly cases: string;
}

/** Sends what is damaged until something is found, or a bound is reached; says what, and gives 1 if so. */
export async function tryTarget(loaded: Loaded, options: TargetOptions, terminal: Terminal): Promise<Exit> {
  const { io } = terminal;
  const address = parseAddress(options.target, io.cwd);
  if (!options.allowRemote) demandLocal(address);
  const codec = compile(loaded.schema) as Codec<unknown, never>;
  const receive = options.receive === undefined ? codec : compile((await loadSchema(options.receive, io.cwd)).schema);
  const { patience } = options;
  const manners = {
    receive: receive as Codec<unknown, never>,
    patience,
    grace: Math.ceil(patience / 20),
    signal: io.interrupted,
  };
  const judge = new Judge(address, codec, options.mayClose, manners);
  if (options.replay !== undefined) return await replay(loaded, options, judge, terminal);
  const { hunt, found } = await look(codec, judge, options, terminal).catch((error) => {
    throw undrawn(error, options.schema);
  });
  io.interrupted.throwIfAborted();
  if (found) await tell(found, hunt, loaded, options, terminal);
  else if (terminal.json) await terminal.writeJson({ found: null, tries: hunt.tries, seconds: hunt.seconds });
  else await terminal.write(`nothing found in ${hunt.tries} tries, ${hunt.seconds} s\n`);
  return found ? Exit.no : Exit.ok;
}

async function look(
  codec: Codec<unknown, never>,
  judge: Judge,
  options: TargetOptions,
  terminal: Terminal,
): Promise<{ hunt: Hunt; found: Found | undefined }> {
  const own = options.script === undefined;
  const script =
    options.script === undefined ? sample(codec, options.seed) : await readScript(options.script, codec, terminal);
  const steps = await rehearse(script, judge, own, terminal);
  const hunt = new Hunt(judge, steps, options, terminal);
  return { hunt, found: await hunt.run(damaged(codec, script), options.seed) };
}

/** A message to ask the server with, where nobody said one. */
const sample = (codec: Codec<unknown, never>, seed: number): Uint8Array[] =>
  fc.sample(arbitrary(codec.schema), { seed, numRuns: 1 }).map((value) => codec.encode(value as never));

/** Damaged messages: made up ones, and those of the script. */
function damaged(codec: Codec<unknown, never>, script: readonly Uint8Array[]): Arbitrary<Mutation> {
  const { schema } = codec;
  const anything = mutations(schema);
  if (script.length === 0) return anything;
  const values = script.map((bytes) => codec.decode(bytes));
  const overrides = (of: AnySchema) => (of === schema ? fc.constantFrom(...values) : undefined);
  return fc.oneof(anything, mutations(schema, { overrides }));
}

interface Found {
  readonly finding: Finding;
  readonly mutation: Mutation;
  /** How many messages of the script stand in front. */
  readonly at: number;
  readonly shrunk: number;
}

/** One search, which ends at the first finding, made as small as the bounds allow. */
class Hunt {
  tries = 0;
  readonly steps: readonly Step[];
  private readonly judge: Judge;
  private readonly signal: AbortSignal;
  private readonly count: number;
  private readonly pause: number;
  private readonly begun = performance.now();
  private readonly deadline: number;
  private readonly progress: Progress;
  private finding: Finding | undefined;

  constructor(
    judge: Judge,
    steps: readonly Step[],
    { count = 1000, rate = 100, time = 60 }: TargetOptions,
    terminal: Terminal,
  ) {
    this.judge = judge;
    this.steps = steps;
    this.count = count;
    this.pause = 1000 / rate;
    this.deadline = this.begun + time * 1000;
    this.signal = terminal.io.interrupted;
    this.progress = new Progress(terminal, (done, seconds) => {
      const doing = this.finding ? `makes the finding smaller, ${done} tries` : `${done} of ${count} tries`;
      return `${doing}, ${timeText(Math.max(0, time - seconds))} left at most`;
    });
  }

  get seconds(): number {
    return Math.round((performance.now() - this.begun) / 100) / 10;
  }

  async run(cases: Arbitrary<Mutation>, seed: number): Promise<Found | undefined> {
    const property = fc.asyncProperty(cases, fc.nat(this.steps.length), (mutation, at) => this.holds(mutation, at));
    const check = (bounds: Parameters<[Mutation, number]>) => fc.check(property, { seed, ...bounds });
    const interruptAfterTimeLimit = Math.max(1, this.deadline - performance.now());
    try {
      let details = await check({ numRuns: this.count, interruptAfterTimeLimit, markInterruptAsFailure: false });
      // However little time there is, nothing can be said without one try.
      if (this.tries === 0) details = await check({ numRuns: 1 });
      const { counterexample, numShrinks } = details;
      if (!this.finding || !counterexample) return undefined;
      const [mutation, at] = counterexample;
      return { finding: this.finding, mutation, at, shrunk: numShrinks };
    } finally {
      this.progress.end();
    }
  }

  /** Whether the server stands one more try; past a bound, and once it is gone, it is not tried. */
  private async holds({ bytes }: Mutation, at: number): Promise<boolean> {
    const late = this.tries > 0 && performance.now() >= this.deadline;
    if (this.tries >= this.count || late || this.signal.aborted) return true;
    // What was found cannot be made smaller where everything fails from then on.
    if (this.finding?.lasting) return true;
    const due = this.begun + this.tries++ * this.pause;
    await setTimeout(Math.max(0, due - performance.now()), undefined, { signal: this.signal }).catch(() => {});
    if (this.signal.aborted) return true;
    const finding = await this.judge.try(this.steps, bytes, at);
    this.progress.add(1);
    if (finding && (!this.finding || this.finding.kind === finding.kind)) this.finding = finding;
    return finding === undefined || this.finding !== finding;
  }
}

async function tell(
  { finding, mutation, at, shrunk }: Found,
  { steps, tries }: Hunt,
  { schema, name }: Loaded,
  options: TargetOptions,
  terminal: Terminal,
): Promise<void> {
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
  const { kind, text } = finding;
  const { label, bytes } = mutation;
  const all = [...steps.slice(0, at).map((step) => step.bytes), bytes, ...steps.slice(at).map((step) => step.bytes)];
  const { cwd } = terminal.io;
  const kept = keptAs(() => relative(cwd, keep(options.cases, name, { kind, label, at, steps: all.map(hex) })));
  if (terminal.json) {
    await terminal.writeJson({ found: kind, text, tries, shrunk, label, at, bytes: hex(bytes), kept: kept.file });
    return;
  }
  const where = steps.length === 0 ? "" : ` behind ${at} of ${steps.length} other messages`;
  const picture = render(compile(schema).inspect(bytes), { title: name, color: terminal.colors("stdout") });
  await terminal.write(
    `${addressText(parseAddress(options.target, cwd), cwd)} ${text}
found in ${tries} tries, shrunk ${shrunk} times: ${label}${where}
${picture.trimEnd()}
${
  kept.file === null
    ? `not kept: ${kept.why}`
    : `kept in ${kept.file}\nagain: wireform fuzz --schema ${options.schema} --target ${options.target} --replay ${kept.file}`
}
`,
  );
}

/** The file that a finding is kept in; that it cannot be is no reason not to tell of it. */
function keptAs(keeping: () => string): { readonly file: string | null; readonly why?: string } {
  try {
    return { file: keeping() };
  } catch (error) {
    return { file: null, why: (error as Error).message };
  }
}
