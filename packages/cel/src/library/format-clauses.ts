/** What the clauses of `format` take, and what is said of anything else, before an expression runs and when it does. */

export interface FormatClause {
  /** Names of types. */
  readonly takes: readonly string[];
  readonly refusal: string;
}

/** By the letter; `%X` is `%x`. */
export const formatClauses: Readonly<Record<string, FormatClause>> = {
  d: { takes: ['int', 'uint'], refusal: 'decimal clause can only be used on integers' },
  f: { takes: ['double', 'string'], refusal: 'fixed-point clause can only be used on doubles' },
  e: { takes: ['double', 'string'], refusal: 'scientific clause can only be used on doubles' },
  b: { takes: ['int', 'uint', 'bool'], refusal: 'only integers and bools can be formatted as binary' },
  x: {
    takes: ['int', 'uint', 'string', 'bytes'],
    refusal: 'only integers, byte buffers, and strings can be formatted as hex',
  },
  o: { takes: ['int', 'uint'], refusal: 'octal clause can only be used on integers' },
  s: {
    takes: [
      ...['list', 'map', 'int', 'uint', 'double', 'bool', 'string', 'bytes', 'type', 'null_type'],
      ...['google.protobuf.Timestamp', 'google.protobuf.Duration'],
    ],
    refusal:
      'string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps',
  },
};
