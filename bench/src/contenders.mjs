// Who takes part in a message: hand-written code, Wireform in both modes, the rivals; each checked before it is timed.
import { agree, pins } from "./check.mjs";
import { moduleOf } from "./module.mjs";
import { random } from "./random.mjs";
import { codecOf } from "./wireform.mjs";

// Eight messages in turn, so that nothing is learnt by heart. They lie in one buffer at odd offsets, as in a chunk
// that came from a socket.
const variants = 8;

const inOneChunk = (all) => {
  const chunk = new Uint8Array(all.reduce((sum, bytes) => sum + bytes.length, 3));
  let at = 3;
  return all.map((bytes) => {
    chunk.set(bytes, at);
    at += bytes.length;
    return chunk.subarray(at - bytes.length, at);
  });
};

const same = (value) => value;

/**
 * The contenders of one message and direction, ready to be measured, and those that cannot take part:
 * { contenders: [{ name, note, inputs, run }], absent: [{ name, why }], size }.
 */
export async function prepare(message, direction) {
  const values = Array.from({ length: variants }, (_, i) => message.makeValue(random(i + 1)));
  const wire = inOneChunk(values.map((value) => message.hand.encode(value)));
  const everyone = [
    { name: "hand-written", ...message.hand },
    { name: "hand-written again", ...message.hand },
    await codecOf(message, "jit"),
    await codecOf(message, "interpret"),
    await moduleOf(message),
    ...message.rivals.map((rival) => rival()),
  ];

  const contenders = [];
  const absent = [];
  for (const one of everyone) {
    const { name, why, ownFormat, input = same, fromValue = same, toValue = same } = one;
    const run = one[direction];
    if (why || !run) {
      absent.push({ name, why: why ?? `cannot ${direction}` });
      continue;
    }
    const natural = values.map(fromValue);
    const bytes = (ownFormat ? inOneChunk(natural.map((value) => one.encode(value))) : wire).map(input);
    const notes = one.note ? [one.note] : [];
    for (const [i, value] of values.entries()) {
      if (direction === "decode") agree(`${name} decodes ${message.id}`, toValue(one.decode(bytes[i])), value);
      else if (ownFormat) agree(`${name} encodes ${message.id}`, toValue(one.decode(one.encode(natural[i]))), value);
      else agree(`${name} encodes ${message.id}`, Uint8Array.from(one.encode(natural[i])), wire[i]);
    }
    if (direction === "decode" && pins(one.decode(bytes[0]), bytes[0])) {
      if (/hand|wireform/.test(name)) throw new Error(`${name} decodes ${message.id} to views, not copies`);
      notes.push("bytes are views");
    }
    const [inputs, text] = direction === "decode" ? [bytes, message.text] : [natural, undefined];
    contenders.push({ name, note: notes.join("; "), run, inputs, text });
  }
  return { contenders, absent, size: Math.round(wire.reduce((sum, { length }) => sum + length, 0) / variants) };
}
