// DNS messages, RFC 1035 section 4; EDNS in them, RFC 6891.

import {
  array,
  at,
  bits,
  bytes,
  field,
  flag,
  lazy,
  map,
  reserved,
  type Schema,
  sized,
  string,
  struct,
  u16,
  u32,
  union,
  until,
} from "@wireform/codec";

// Section 2.3.4: a label has at most 63 bytes, a name at most 255 with its length bytes.
const Label = struct({ length: bits(6), text: string(field("length"), "latin1") });
type Part = { readonly kind: "label"; readonly text: string } | { readonly kind: "pointer" };
const last = until<Part>((part) => part.kind === "pointer" || part.text === "");

/** Section 4.1.4: labels up to the empty one or to a pointer, as they stand there; so any message comes back as it was. */
const Compressed = array(
  union("kind", bits(2), { label: [0b00, Label], pointer: [0b11, struct({ offset: bits(14) })] }),
  last,
);

/** The same as text without the final dot. Pointers are followed, from `base` on; writing uses none. */
function text(base: number): Schema<string> {
  const Name: Schema<string> = map(
    array(
      union("kind", bits(2), {
        label: [0b00, Label],
        pointer: [
          0b11,
          struct({
            offset: bits(14),
            name: at(
              field("offset").plus(base),
              lazy(() => Name),
            ),
          }),
        ],
      }),
      last,
    ),
    {
      decode(parts) {
        const labels = parts
          .map((part) => (part.kind === "label" ? part.text : part.name))
          .filter((label) => label !== "");
        const name = labels.join(".");
        if (name.length > 253) throw new Error(`a name has at most 255 bytes, not ${name.length + 2}`);
        return name;
      },
      encode: (name: string) =>
        [...(name === "" ? [] : name.split(".")), ""].map((label) => ({ kind: "label" as const, text: label })),
    },
  );
  return Name;
}

const message = <Out, In>(Name: Schema<Out, In>) => {
  // Section 4.1.2
  const Question = struct({ name: Name, type: u16, class: u16 });
  // Section 4.1.3
  const Resource = struct({ name: Name, type: u16, class: u16, ttl: u32, rdata: bytes(u16) });
  return struct({
    id: u16,
    // Section 4.1.1; AD and CD are from RFC 4035, sections 3.1.6 and 3.2.2.
    response: flag,
    opcode: bits(4),
    authoritative: flag,
    truncated: flag,
    recursionDesired: flag,
    recursionAvailable: flag,
    z: reserved(bits(1)),
    authenticData: flag,
    checkingDisabled: flag,
    rcode: bits(4),
    qdcount: u16,
    ancount: u16,
    nscount: u16,
    arcount: u16,
    questions: array(Question, field("qdcount")),
    answers: array(Resource, field("ancount")),
    authorities: array(Resource, field("nscount")),
    additionals: array(Resource, field("arcount")),
  });
};

export const Name = text(0);
/** With names as text. */
export const Message = message(Name);
/** With names as they are compressed. */
export const CompressedMessage = message(Compressed);
/** Section 4.2.2: over TCP behind two bytes of length, from behind which pointers count. */
export const TcpMessage = sized(u16, message(text(2)));
