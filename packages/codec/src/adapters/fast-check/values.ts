// Values and bytes of a schema.

import fc, { type Arbitrary } from "fast-check";
import { type AnySchema, type Codec, compile, EncodeError, type Infer, type Input, SchemaError } from "../../index.js";
import { ABSENT, type Context, type Make, Rejected } from "./draw.js";
import { drawOf } from "./kinds.js";
import { fitting } from "./patience.js";

export interface DrawOptions {
  /** Values for schemas of one's own choice, for which others would be drawn or none could be found: what their decode gives. */
  readonly overrides?: (schema: AnySchema) => Arbitrary<unknown> | undefined;
  /** Told of each drawn value that encode refuses; another is drawn in its place. */
  readonly onRefused?: (value: unknown, error: EncodeError) => void;
  /** A value that takes about so many bytes, for the law of time; without it that is asked of streams of messages only. */
  readonly grown?: (bytes: number) => unknown;
}

const DEEPEST = 10;

function drawing({ overrides }: DrawOptions): (schema: AnySchema) => Arbitrary<Make> {
  const recursions = new Map<unknown, Arbitrary<Make>[]>();
  const again = (get: () => AnySchema, depth: number): Arbitrary<Make> => {
    const levels = recursions.get(get) ?? [];
    recursions.set(get, levels);
    const impossible: Make = () => {
      throw new Rejected("too deep");
    };
    // Looked at only when it is drawn, or it would never end.
    levels[depth] ??= fc
      .constant(undefined)
      .chain(() =>
        depth < DEEPEST
          ? (levels[depth + DEEPEST] ??= draw(get(), { depth, nesting: depth, wishes: [] }))
          : fc.constant(impossible),
      );
    return levels[depth];
  };
  const draw = (
    schema: AnySchema,
    { depth, nesting, wishes }: Pick<Context, "depth" | "nesting" | "wishes">,
  ): Arbitrary<Make> => {
    const given = overrides?.(schema);
    if (given)
      return given.map(
        (value): Make =>
          () =>
            value,
      );
    if (schema.kind === "lazy") return again((schema as unknown as { get: () => AnySchema }).get, depth + 1);
    const how = drawOf(schema);
    if (!how) throw new SchemaError("argument", `no values of ${schema.kind} are known; give some with overrides`);
    return how(schema as never, {
      depth,
      nesting,
      wishes,
      draw: (inner, change = {}) => draw(inner, { depth, nesting, wishes: [], ...change }),
    });
  };
  return (schema) => draw(schema, { depth: 0, nesting: 0, wishes: [] });
}

const REFUSED: unique symbol = Symbol("refused");

/** Values that encode takes, without what follows from others. */
export function input<S extends AnySchema>(schema: S, options: DrawOptions = {}): Arbitrary<Input<S>> {
  const codec = compile(schema) as Codec<unknown, unknown>;
  let why: unknown;
  const made = drawing(options)(schema).map((make) => {
    let value: unknown;
    try {
      value = make(undefined);
      if (value === ABSENT) value = undefined;
      codec.size(value);
      return value;
    } catch (error) {
      why = error;
      if (error instanceof EncodeError) options.onRefused?.(value, error);
      else if (!(error instanceof Rejected)) throw error;
      return REFUSED;
    }
  });
  return fitting(
    made,
    (value) => value !== REFUSED,
    () => (why as Error).message,
  ) as Arbitrary<Input<S>>;
}

/**
 * Values as decode gives them: small and readable ones first, edges over-weighted.
 *
 * @example
 * fc.assert(fc.property(arbitrary(Message), (message) => handle(message) !== undefined))
 */
export function arbitrary<S extends AnySchema>(schema: S, options: DrawOptions = {}): Arbitrary<Infer<S>> {
  const codec = compile(schema) as Codec<Infer<S>, unknown>;
  return input(schema, options).map((value) => codec.decode(codec.encode(value)));
}

/** The bytes of valid messages. */
export function wire(schema: AnySchema, options: DrawOptions = {}): Arbitrary<Uint8Array> {
  const codec = compile(schema) as Codec<unknown, unknown>;
  return input(schema, options).map((value) => codec.encode(value));
}
