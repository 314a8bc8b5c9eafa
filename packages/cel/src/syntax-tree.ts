/** A CEL expression as data. Macros are nodes of their own, not the folds that the language's definition gives them. */

export type Expression =
  | { readonly type: 'literal'; readonly at: number; readonly value: LiteralValue }
  | { readonly type: 'name'; readonly at: number; readonly name: string }
  /** `target.field`, `target.?field`, and with `test` the macro `has(target.field)`. */
  | {
      readonly type: 'select';
      readonly at: number;
      readonly target: Expression;
      readonly field: string;
      readonly optional: boolean;
      readonly test: boolean;
    }
  | {
      readonly type: 'index';
      readonly at: number;
      readonly target: Expression;
      readonly index: Expression;
      readonly optional: boolean;
    }
  | {
      readonly type: 'call';
      readonly at: number;
      readonly name: string;
      /** Of a method; absent for a function. */
      readonly target?: Expression;
      readonly args: readonly Expression[];
    }
  | { readonly type: 'and' | 'or'; readonly at: number; readonly left: Expression; readonly right: Expression }
  | {
      readonly type: 'conditional';
      readonly at: number;
      readonly test: Expression;
      readonly then: Expression;
      readonly otherwise: Expression;
    }
  | { readonly type: 'list'; readonly at: number; readonly items: readonly Item[] }
  | { readonly type: 'map'; readonly at: number; readonly entries: readonly MapEntry[] }
  /** `Name{field: value}`. */
  | {
      readonly type: 'message';
      readonly at: number;
      readonly name: string;
      readonly fields: readonly { readonly name: string; readonly value: Expression; readonly optional: boolean }[];
    }
  | Comprehension
  /** `cel.bind(name, value, body)`; with `optional`, `value.optMap(name, body)`, and `flat` for `optFlatMap`. */
  | {
      readonly type: 'bind';
      readonly at: number;
      readonly name: string;
      readonly value: Expression;
      readonly body: Expression;
      readonly optional?: 'map' | 'flatMap';
    };

export interface Comprehension {
  readonly type: 'comprehension';
  readonly at: number;
  readonly macro: 'all' | 'exists' | 'existsOne' | 'map' | 'filter' | 'transformMap' | 'transformMapEntry';
  readonly range: Expression;
  /** One: elements, or keys of a map. Two: index or key, and value. */
  readonly variables: readonly string[];
  /** Elements for which it does not hold are passed over (`map`, `transform…`). */
  readonly filter?: Expression;
  /** What is tested of an element, or made of it. */
  readonly body: Expression;
}

export interface Item {
  readonly value: Expression;
  /** `?value`: left out where it is an optional of none. */
  readonly optional: boolean;
}

export interface MapEntry extends Item {
  readonly key: Expression;
}

/** Integers of CEL are `bigint`; unsigned ones are wrapped so that they differ. */
export type LiteralValue = null | boolean | bigint | number | string | Uint8Array | { readonly uint: bigint };

/** An expression that is none: what is wrong, and where. */
export class CelSyntaxError extends Error {
  readonly code = 'PINTLE_CEL_SYNTAX';
  constructor(
    readonly source: string,
    /** In UTF-16 units from the start. */
    readonly at: number,
    readonly problem: string,
  ) {
    const before = source.slice(0, at).split('\n');
    super(`<input>:${before.length}:${before.at(-1)!.length + 1}: ${problem}`);
    this.name = 'CelSyntaxError';
  }
}
