// The laws of one codec, by name.

import { engineOf } from "../../compile.js";
import type { Codec } from "../../index.js";
import * as laws from "./laws.js";
import { linearTime } from "./linear-time.js";
import type { AnyCodec } from "./outcome.js";
import * as streamLaws from "./stream-laws.js";
import { type Law, type Subject, subjectOf } from "./subject.js";
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
  | "picture"
  | "damagedStreams"
  | "modesAgree"
  | "bounded"
  | "conversation"
  | "linearTime";

const all: Readonly<Record<LawName, (subject: Subject) => Law>> = {
  roundTrip: laws.roundTrip,
  canonical: laws.canonical,
  size: laws.size,
  derived: laws.derived,
  splitInvariance: streamLaws.splitInvariance,
  promptEmission: streamLaws.promptEmission,
  honestPrefixes: streamLaws.honestPrefixes,
  truncation: streamLaws.truncation,
  mutatedInput: laws.mutatedInput,
  picture: laws.picture,
  damagedStreams: streamLaws.damagedStreams,
  modesAgree: laws.modesAgree,
  bounded: laws.bounded,
  conversation: streamLaws.conversation,
  linearTime,
};

/** Laws about where a message ends, of which nothing can be said where the end of the input ends it. */
const ending: readonly LawName[] = ["promptEmission", "honestPrefixes", "truncation", "conversation"];
/** Laws about streams, in which every message must have bytes. */
const streaming: readonly LawName[] = [
  "splitInvariance",
  "promptEmission",
  "damagedStreams",
  "conversation",
  "linearTime",
];

/** The laws that hold for a subject: messages that end with the input only, and those without bytes, have fewer. */
export function lawsOf(subject: Subject): Partial<Record<LawName, Law>> {
  const { codec } = subject;
  const { open } = engineOf(codec);
  const made: Partial<Record<LawName, Law>> = {};
  for (const name of Object.keys(all) as LawName[]) {
    if (open && ending.includes(name)) continue;
    if (codec.bound.max === 0 && streaming.includes(name)) continue;
    made[name] = all[name](subject);
  }
  return made;
}

/**
 * The laws that hold for a codec, ready for `fc.assert`. Messages that end with the input only have fewer of them.
 *
 * @example
 * for (const [name, law] of Object.entries(properties(codec))) test(name, () => fc.assert(law));
 */
export const properties = <Out, In>(codec: Codec<Out, In>, options: DrawOptions = {}): Partial<Record<LawName, Law>> =>
  lawsOf(subjectOf(codec as unknown as AnyCodec, options));
