/**
 * A CEL expression as data. Macros are nodes of their own, not the folds that the language's definition gives them. `at` is
 * where messages point to, in UTF-16 units from the start: the operator, the dot, the bracket, of a call its parenthesis.
 */

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
      /** Written with a dot before it: a function, and no macro. */
      readonly rooted?: true;
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
      readonly fields: readonly MessageField[];
    }
  | Comprehension
  /** `cel.bind(name, value, body)`; of optionals `value.optMap(name, body)` and `value.optFlatMap(name, body)`. */
  | {
      readonly type: 'bind';
      readonly at: number;
      readonly name: string;
      readonly value: Expression;
      readonly body: Expression;
      readonly kind: 'plain' | 'map' | 'flatMap';
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

export interface MessageField {
  readonly name: string;
  /** Of the colon. */
  readonly at: number;
  readonly value: Expression;
  readonly optional: boolean;
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

/** The parts of an expression, in the order in which they are written. */
export function childrenOf(expression: Expression): readonly Expression[] {
  switch (expression.type) {
    case 'literal':
    case 'name':
      return [];
    case 'select':
      return [expression.target];
    case 'index':
      return [expression.target, expression.index];
    case 'call':
      return expression.target === undefined ? expression.args : [expression.target, ...expression.args];
    case 'and':
    case 'or':
      return [expression.left, expression.right];
    case 'conditional':
      return [expression.test, expression.then, expression.otherwise];
    case 'list':
      return expression.items.map(({ value }) => value);
    case 'map':
      return expression.entries.flatMap(({ key, value }) => [key, value]);
    case 'message':
      return expression.fields.map(({ value }) => value);
    case 'comprehension': {
      const { range, filter, body } = expression;
      return filter === undefined ? [range, body] : [range, filter, body];
    }
    case 'bind':
      return [expression.value, expression.body];
  }
}
