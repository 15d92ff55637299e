// The laws of one codec, by name.

import type { Codec } from "../../index.js";
import * as laws from "./laws.js";
import type { AnyCodec } from "./outcome.js";
import type { DrawOptions } from "./values.js";

export type LawName =
  | "roundTrip"
  | "canonical"
  | "size"
  | "derived"
  | "splitInvariance"
  | "promptEmission"
  | "honestPrefixes"
  | "truncation"
  | "mutatedInput"
  | "damagedStreams"
  | "modesAgree"
  | "bounded"
  | "conversation";

const all: Readonly<Record<LawName, (subject: laws.Subject) => laws.Law>> = {
  roundTrip: laws.roundTrip,
  canonical: laws.canonical,
  size: laws.size,
  derived: laws.derived,
  splitInvariance: laws.splitInvariance,
  promptEmission: laws.promptEmission,
  honestPrefixes: laws.honestPrefixes,
  truncation: laws.truncation,
  mutatedInput: laws.mutatedInput,
  damagedStreams: laws.damagedStreams,
  modesAgree: laws.modesAgree,
  bounded: laws.bounded,
  conversation: laws.conversation,
};

/** Laws about where a message ends, of which nothing can be said where the end of the input ends it. */
const ending: readonly LawName[] = ["promptEmission", "honestPrefixes", "truncation", "conversation"];
/** Laws about streams, in which every message must have bytes. */
const streams: readonly LawName[] = ["splitInvariance", "promptEmission", "damagedStreams", "conversation"];

/**
 * The laws that hold for a codec, ready for `fc.assert`. Messages that end with the input only have fewer of them.
 *
 * @example
 * for (const [name, law] of Object.entries(properties(codec))) test(name, () => fc.assert(law));
 */
export function properties<Out, In>(
  codec: Codec<Out, In>,
  options: DrawOptions = {},
): Partial<Record<LawName, laws.Law>> {
  const { facts } = codec.schema;
  const subject = laws.subjectOf(codec as unknown as AnyCodec, options);
  const made: Partial<Record<LawName, laws.Law>> = {};
  for (const name of Object.keys(all) as LawName[]) {
    if (facts.greedy && ending.includes(name)) continue;
    if (facts.max === 0 && streams.includes(name)) continue;
    made[name] = all[name](subject);
  }
  return made;
}
