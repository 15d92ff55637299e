// What the rivals need whatever the message is.
import * as T from "typed-binary";

/** A rival that cannot express a message, with the reason that goes into the report. */
export const cannot = (name, why) => () => ({ name, why });

export const asBuffer = (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** protodef compiled to JavaScript, the faster of its two ways. */
export const protodefFor = ({ Compiler }, schema, types) => {
  const compiler = new Compiler.ProtoDefCompiler();
  if (types) compiler.addTypes(types);
  compiler.addTypesToCompile({ message: schema });
  const proto = compiler.compileProtoDefSync();
  return {
    input: asBuffer,
    decode: (bytes) => proto.read(bytes, 0, "message").value,
    encode: (value) => proto.createPacketBuffer("message", value),
  };
};

/** typed-binary asks for the size first and writes into a buffer of the caller's. */
export const typedBinary = (schema) => ({
  decode: (bytes) => schema.read(new T.BufferReader(bytes, { endianness: "big" })),
  encode: (value) => {
    const bytes = new Uint8Array(schema.measure(value).size);
    schema.write(new T.BufferWriter(bytes, { endianness: "big" }), value);
    return bytes;
  },
});
