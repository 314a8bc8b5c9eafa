/**
 * The grammar of CEL as data, cut into rules as cel-go's is: where the cuts are decides what it says of an expression that
 * does not keep to the grammar. Nothing else is read by it.
 */

/** `'('`, `IDENTIFIER`; several for one of them. */
export interface Word {
  readonly type: 'word';
  readonly kinds: readonly string[];
}

export type Element =
  | Word
  | { readonly type: 'rule'; readonly name: string; readonly precedence: number }
  | { readonly type: 'sequence'; readonly elements: readonly Element[] }
  | { readonly type: 'choice'; readonly alternatives: readonly Element[] }
  | { readonly type: 'optional' | 'star' | 'plus'; readonly element: Element };

/** `rest` is what may follow a `first` again and again: of several in the order in which they bind, the tightest first. */
export interface Rule {
  readonly first: Element;
  readonly rest?: readonly Element[];
}

/** In the order in which messages name them. */
export const wordKinds: readonly string[] = [
  ...['==', '!=', 'in', '<', '<=', '>=', '>', '&&', '||', '[', ']', '{', '}', '(', ')', '.', ',', '-', '!', '?', ':'],
  ...['+', '*', '/', '%', 'true', 'false', 'null'],
]
  .map((text) => `'${text}'`)
  .concat('NUM_FLOAT', 'NUM_INT', 'NUM_UINT', 'STRING', 'BYTES', 'IDENTIFIER', 'ESC_IDENTIFIER');

const word = (...kinds: readonly string[]): Element => ({
  type: 'word',
  kinds: kinds.map((kind) => (/^(?:[A-Z]|<EOF>)/.test(kind) ? kind : `'${kind}'`)),
});
const rule = (name: string, precedence = 0): Element => ({ type: 'rule', name, precedence });
const all = (...elements: readonly Element[]): Element => ({ type: 'sequence', elements });
const either = (...alternatives: readonly Element[]): Element => ({ type: 'choice', alternatives });
const maybe = (...elements: readonly Element[]): Element => ({ type: 'optional', element: all(...elements) });
const any = (...elements: readonly Element[]): Element => ({ type: 'star', element: all(...elements) });
const some = (element: Element): Element => ({ type: 'plus', element });

const [comma, colon, question] = [word(','), word(':'), word('?')];
const arguments_ = all(word('('), maybe(rule('arguments')), word(')'));
const name = all(maybe(word('.')), word('IDENTIFIER'));
const field = all(rule('field'), colon, rule('expression'));
const entry = all(rule('item'), colon, rule('expression'));

export const grammar: Readonly<Record<string, Rule>> = {
  start: { first: all(rule('expression'), word('<EOF>')) },
  expression: { first: all(rule('or'), maybe(question, rule('or'), colon, rule('expression'))) },
  or: { first: all(rule('and'), any(word('||'), rule('and'))) },
  and: { first: all(rule('relation'), any(word('&&'), rule('relation'))) },
  relation: {
    first: rule('calculation'),
    rest: [all(word('<', '<=', '>=', '>', '==', '!=', 'in'), rule('relation', 2))],
  },
  calculation: {
    first: rule('unary'),
    rest: [all(word('*', '/', '%'), rule('calculation', 3)), all(word('+', '-'), rule('calculation', 2))],
  },
  unary: {
    first: either(rule('member'), all(some(word('!')), rule('member')), all(some(word('-')), rule('member'))),
  },
  member: {
    first: rule('primary'),
    rest: [
      all(word('.'), maybe(question), rule('fieldName')),
      all(word('.'), word('IDENTIFIER'), arguments_),
      all(word('['), maybe(question), rule('expression'), word(']')),
    ],
  },
  primary: {
    first: either(
      name,
      all(name, arguments_),
      all(word('('), rule('expression'), word(')')),
      all(word('['), maybe(rule('items')), maybe(comma), word(']')),
      all(word('{'), maybe(rule('entries')), maybe(comma), word('}')),
      all(name, any(word('.'), word('IDENTIFIER')), word('{'), maybe(rule('fields')), maybe(comma), word('}')),
      rule('literal'),
    ),
  },
  arguments: { first: all(rule('expression'), any(comma, rule('expression'))) },
  items: { first: all(rule('item'), any(comma, rule('item'))) },
  fields: { first: all(field, any(comma, field)) },
  field: { first: all(maybe(question), rule('fieldName')) },
  entries: { first: all(entry, any(comma, entry)) },
  fieldName: { first: either(word('IDENTIFIER'), word('ESC_IDENTIFIER')) },
  item: { first: all(maybe(question), rule('expression')) },
  literal: {
    first: either(
      all(maybe(word('-')), word('NUM_INT')),
      word('NUM_UINT'),
      all(maybe(word('-')), word('NUM_FLOAT')),
      ...['STRING', 'BYTES', 'true', 'false', 'null'].map((kind) => word(kind)),
    ),
  },
};
