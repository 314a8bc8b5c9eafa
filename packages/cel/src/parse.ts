/**
 * From the text of a CEL expression to its tree. The macros of the standard and of the extensions that Kubernetes
 * has switched on (two-variable comprehensions, optionals) are known here. What is wrong with single words and macros is
 * told of while the reading goes on; of an expression that has no tree, `syntax/` tells, and what it made of the words is read
 * for such problems alone.
 */
import type { CheckProblem } from './check-problem.js';
import { int64Min } from './literals.js';
import { readOn } from './syntax/read-on.js';
import type { Comprehension, Expression, Item, MapEntry, MessageField } from './syntax-tree.js';
import { type Token, tokensOf } from './tokens.js';

const reserved = new Set(
  'as break const continue else for function if import let loop package namespace return var void while'.split(' '),
);
/** How deep an expression may be, and how long. */
const depthMax = 250;
const lengthMaxCodePoints = 100_000;

export interface Parsed {
  /** Absent where there is no tree. */
  readonly expression?: Expression;
  readonly problems: readonly CheckProblem[];
}

/** No tree can be made of the words. */
class NoTree extends Error {
  readonly code = 'PINTLE_CEL_NO_TREE';
}

/** More than is read; nothing else is told of. */
class TooDeep extends Error {
  readonly code = 'PINTLE_CEL_TOO_DEEP';
}

const whole = (problem: string): Parsed => ({ problems: [{ at: -1, problem }] });

/** `binds` as a `Library` has it. */
export function parseCel(source: string, binds = false): Parsed {
  const length = [...source].length;
  if (length > lengthMaxCodePoints)
    return whole(`expression code point size exceeds limit: size: ${length}, limit ${lengthMaxCodePoints}`);
  const { tokens, problems, skipped } = tokensOf(source);
  const parser = new Parser(tokens, binds);
  try {
    if (problems.length > 0) throw new NoTree();
    const expression = parser.whole();
    return parser.problems.length === 0 ? { expression, problems } : { problems: parser.problems };
  } catch (error) {
    if (error instanceof TooDeep) return whole(error.message);
    if (!(error instanceof NoTree)) throw error;
    const read = readOn(source, tokens, skipped);
    return {
      problems: [...problems, ...read.problems, ...(read.mended === undefined ? [] : inWords(read.mended, binds))],
    };
  }
}

/** What is wrong with single words and macros. */
function inWords(tokens: readonly Token[], binds: boolean): readonly CheckProblem[] {
  const parser = new Parser(tokens, binds);
  try {
    parser.whole();
    return parser.problems;
  } catch (error) {
    if (!(error instanceof TooDeep)) throw error;
    return [...parser.problems, { at: -1, problem: error.message }];
  }
}

type Binary = readonly [operators: readonly string[], name: (operator: string) => string];

const relations: Binary = [['<', '<=', '>=', '>', '==', '!=', 'in'], (operator) => `_${operator}_`];
const sums: Binary = [['+', '-'], (operator) => `_${operator}_`];
const products: Binary = [['*', '/', '%'], (operator) => `_${operator}_`];

class Parser {
  readonly problems: CheckProblem[] = [];
  private at = 0;
  private depth = 0;

  constructor(
    private readonly tokens: readonly Token[],
    private readonly binds: boolean,
  ) {}

  whole(): Expression {
    const expression = this.expression();
    if (this.token.type !== 'end') throw new NoTree();
    return expression;
  }

  private get token(): Token {
    return this.tokens[this.at]!;
  }

  /** Where a problem is told of and the reading goes on, something has to stand. */
  private problem(at: number, problem: string): Expression {
    this.problems.push({ at, problem });
    return { type: 'literal', at, value: null };
  }

  private is(...marks: readonly string[]): boolean {
    return isMark(this.token, marks);
  }

  private took(mark: string): boolean {
    if (!this.is(mark)) return false;
    this.at++;
    return true;
  }

  /** Where the mark stands. */
  private expect(mark: string): number {
    const { at } = this.token;
    if (!this.took(mark)) throw new NoTree();
    return at;
  }

  private expression(): Expression {
    if (++this.depth > depthMax) throw new TooDeep(`expression recursion limit exceeded: ${depthMax}`);
    const test = this.or();
    let expression = test;
    if (this.is('?')) {
      const { at } = this.token;
      this.at++;
      const then = this.or();
      this.expect(':');
      expression = { type: 'conditional', at, test, then, otherwise: this.expression() };
    }
    this.depth--;
    return expression;
  }

  private or(): Expression {
    return this.logical('||', 'or', () => this.logical('&&', 'and', () => this.relation()));
  }

  /** Balanced, so that a long chain is not deep. */
  private logical(mark: string, type: 'and' | 'or', operand: () => Expression): Expression {
    const operands = [operand()];
    const places: number[] = [];
    while (this.is(mark)) {
      places.push(this.token.at);
      this.at++;
      operands.push(operand());
    }
    const balanced = (from: number, to: number): Expression => {
      if (from === to) return operands[from]!;
      const middle = Math.floor((from + to) / 2);
      return { type, at: places[middle]!, left: balanced(from, middle), right: balanced(middle + 1, to) };
    };
    return balanced(0, operands.length - 1);
  }

  private relation(): Expression {
    return this.binary(relations, () => this.binary(sums, () => this.binary(products, () => this.unary())));
  }

  private binary([operators, name]: Binary, operand: () => Expression): Expression {
    let left = operand();
    let chained = 0;
    while (this.is(...operators)) {
      const token = this.token as Token & { text: string };
      this.at++;
      if (++chained > depthMax) throw new TooDeep('max recursion depth exceeded');
      left = { type: 'call', at: token.at, name: name(token.text), args: [left, operand()] };
    }
    return left;
  }

  private unary(): Expression {
    const { at } = this.token;
    for (const mark of ['!', '-']) {
      if (!this.is(mark) || this.isSignedNumber()) continue;
      let count = 0;
      while (this.took(mark)) count++;
      const operand = this.member();
      return count % 2 === 0 ? operand : { type: 'call', at, name: mark === '!' ? '!_' : '-_', args: [operand] };
    }
    return this.member();
  }

  /** The minus of a number is part of it: so the least integer can be written. */
  private isSignedNumber(): boolean {
    const next = this.tokens[this.at + 1];
    return (
      this.is('-') && next?.type === 'literal' && (typeof next.value === 'bigint' || typeof next.value === 'number')
    );
  }

  private member(): Expression {
    let target = this.primary();
    let chained = 0;
    for (;;) {
      const { at } = this.token;
      if (chained++ > depthMax) throw new TooDeep('max recursion depth exceeded');
      if (this.took('.')) {
        const optional = this.took('?');
        const isPlain = this.token.type === 'identifier';
        const field = this.field();
        if (!optional && isPlain && this.is('(')) target = this.method(target, field);
        else target = { type: 'select', at, target, field, optional, test: false };
      } else if (this.took('[')) {
        const optional = this.took('?');
        const index = this.expression();
        this.expect(']');
        target = { type: 'index', at, target, index, optional };
      } else return target;
    }
  }

  /** What is wrong with it is told of at `at`. */
  private field(at = this.token.at): string {
    const { token } = this;
    if (token.type === 'quoted') this.problem(at, "unsupported syntax: '`'");
    else if (token.type === 'hole') this.problem(at, 'unsupported ident kind');
    else if (token.type !== 'identifier' || keywords.has(token.text)) throw new NoTree();
    this.at++;
    return token.text;
  }

  private primary(): Expression {
    const { token } = this;
    const { at } = token;
    const isNegative = this.isSignedNumber();
    if (token.type === 'literal' || isNegative) return this.literal(at, isNegative);
    if (token.type === 'hole') {
      this.at++;
      return { type: 'literal', at, value: null };
    }
    if (this.took('(')) {
      const inner = this.expression();
      this.expect(')');
      return inner;
    }
    if (this.took('[')) return { type: 'list', at, items: this.items() };
    if (this.took('{')) return { type: 'map', at, entries: this.entries() };
    const name = this.messageName();
    if (name !== undefined) return this.message(name);
    const rooted = this.took('.');
    const { token: word } = this;
    if (word.type !== 'identifier' || word.text === 'in') throw new NoTree();
    if (rooted && keywords.has(word.text)) throw new NoTree();
    this.at++;
    if (word.text === 'true' || word.text === 'false') return { type: 'literal', at, value: word.text === 'true' };
    if (word.text === 'null') return { type: 'literal', at, value: null };
    const isCall = this.is('(');
    const found = isCall
      ? this.call(word.text, rooted)
      : ({ type: 'name', at: word.at, name: rooted ? `.${word.text}` : word.text } as const);
    return reserved.has(word.text) ? this.problem(at, `reserved identifier: ${word.text}`) : found;
  }

  private literal(at: number, isNegative: boolean): Expression {
    if (isNegative) this.at++;
    const { value, problem } = this.token as Token & { type: 'literal' };
    this.at++;
    if (!isNegative) return problem === undefined ? { type: 'literal', at, value } : this.problem(at, problem);
    const negative = typeof value === 'bigint' ? -value : -(value as number);
    const isInt = typeof negative === 'bigint';
    if (isInt ? negative < int64Min : problem !== undefined)
      return this.problem(at, isInt ? 'invalid int literal' : problem!);
    return { type: 'literal', at, value: negative };
  }

  /** Of `a.b.C{`, and only of that, the name; what is read then is the brace. */
  private messageName(): string | undefined {
    let at = this.at;
    let name = '';
    if (this.is('.')) {
      name = '.';
      at++;
    }
    for (;;) {
      const word = this.tokens[at]!;
      if (word.type !== 'identifier' || keywords.has(word.text)) return undefined;
      name += word.text;
      const next = this.tokens[at + 1]!;
      if (isMark(next, ['{'])) {
        this.at = at + 1;
        return name;
      }
      if (!isMark(next, ['.'])) return undefined;
      name += '.';
      at += 2;
    }
  }

  /** What stands between commas up to `end`; one comma may be left over at the end. */
  private *separated(end: string): Iterable<void> {
    while (!this.took(end)) {
      if (this.is(',') && isMark(this.tokens[this.at + 1]!, [end])) {
        this.at += 2;
        return;
      }
      yield;
      if (this.is(end)) continue;
      this.expect(',');
      if (this.is(',')) throw new NoTree();
    }
  }

  private items(): readonly Item[] {
    const items: Item[] = [];
    for (const _ of this.separated(']')) {
      const optional = this.took('?');
      items.push({ value: this.expression(), optional });
    }
    return items;
  }

  private entries(): readonly MapEntry[] {
    const entries: MapEntry[] = [];
    for (const _ of this.separated('}')) {
      const optional = this.took('?');
      const key = this.expression();
      this.expect(':');
      entries.push({ key, value: this.expression(), optional });
    }
    return entries;
  }

  private message(name: string): Expression {
    const at = this.expect('{');
    const first = this.token.at;
    const fields: MessageField[] = [];
    for (const _ of this.separated('}')) {
      const optional = this.took('?');
      const before = this.problems.length;
      const field = this.field(first);
      const told = this.problems.length;
      const place = this.expect(':');
      fields.push({ name: field, at: place, value: this.expression(), optional });
      // Of what a field is that has no name nothing is told.
      if (told > before) this.problems.length = told;
    }
    return { type: 'message', at, name, fields };
  }

  private args(): { readonly at: number; readonly args: readonly Expression[] } {
    const at = this.expect('(');
    const args: Expression[] = [];
    if (this.took(')')) return { at, args };
    do args.push(this.expression());
    while (this.took(','));
    this.expect(')');
    return { at, args };
  }

  private call(name: string, rooted: boolean): Expression {
    const { at, args } = this.args();
    if (rooted) return { type: 'call', at, name, rooted: true, args };
    if (name !== 'has' || args.length !== 1) return { type: 'call', at, name, args };
    const [argument] = args as [Expression];
    if (argument.type !== 'select' || argument.optional || argument.test)
      return this.problem(argument.at, 'invalid argument to has() macro');
    return { ...argument, at, test: true };
  }

  private method(target: Expression, name: string): Expression {
    const { at, args } = this.args();
    if ((name === 'optMap' || name === 'optFlatMap') && args.length === 2) {
      const [variable, body] = args as [Expression, Expression];
      if (variable.type !== 'name')
        return this.problem(variable.at, `${name}() variable name must be a simple identifier`);
      return {
        type: 'bind',
        at,
        name: variable.name,
        value: target,
        body,
        kind: name === 'optMap' ? 'map' : 'flatMap',
      };
    }
    if (this.binds && name === 'bind' && target.type === 'name' && target.name === 'cel' && args.length === 3) {
      const [variable, value, body] = args as [Expression, Expression, Expression];
      if (variable.type !== 'name')
        return this.problem(variable.at, 'cel.bind() variable names must be simple identifiers');
      return { type: 'bind', at, name: variable.name, value, body, kind: 'plain' };
    }
    return this.comprehension(target, name, args, at) ?? { type: 'call', at, name, target, args };
  }

  private comprehension(
    range: Expression,
    name: string,
    args: readonly Expression[],
    at: number,
  ): Expression | undefined {
    const shape = macros.get(name)?.find(({ variables, expressions }) => variables + expressions === args.length);
    if (shape === undefined) return undefined;
    const given = args.slice(0, shape.variables);
    const variables: string[] = [];
    for (const variable of given) {
      if (variable.type !== 'name')
        return this.problem(
          variable.at,
          shape.variables === 1 && !quantifiers.has(name) ? notAName : 'argument must be a simple name',
        );
      variables.push(variable.name);
    }
    if (variables.length === 2 && variables[0] === variables[1])
      return this.problem(given[1]!.at, `duplicate variable name: ${variables[0]}`);
    const overwriting = given.find((_, i) => variables[i] === accumulator);
    if (overwriting !== undefined)
      return this.problem(overwriting.at, 'iteration variable overwrites accumulator variable');
    const [first, second] = args.slice(shape.variables);
    return second === undefined
      ? { type: 'comprehension', at, macro: shape.macro, range, variables, body: first! }
      : { type: 'comprehension', at, macro: shape.macro, range, variables, filter: first!, body: second };
  }
}

const keywords: ReadonlySet<string> = new Set(['true', 'false', 'null', 'in']);

const isMark = (token: Token, marks: readonly string[]): boolean =>
  (token.type === 'punctuation' || token.type === 'identifier') && marks.includes(token.text);

const quantifiers: ReadonlySet<string> = new Set(['all', 'exists', 'exists_one', 'existsOne']);
const notAName = 'argument is not an identifier';
/** What macros gather their results in. */
const accumulator = '__result__';

interface MacroShape {
  readonly macro: Comprehension['macro'];
  readonly variables: 1 | 2;
  readonly expressions: 1 | 2;
}

const shapes = (macro: Comprehension['macro'], ...counts: (readonly [1 | 2, 1 | 2])[]): readonly MacroShape[] =>
  counts.map(([variables, expressions]) => ({ macro, variables, expressions }));

const macros: ReadonlyMap<string, readonly MacroShape[]> = new Map([
  ['all', shapes('all', [1, 1], [2, 1])],
  ['exists', shapes('exists', [1, 1], [2, 1])],
  ['exists_one', shapes('existsOne', [1, 1], [2, 1])],
  ['existsOne', shapes('existsOne', [1, 1], [2, 1])],
  ['map', shapes('map', [1, 1], [1, 2])],
  ['filter', shapes('filter', [1, 1])],
  ['transformList', shapes('map', [2, 1], [2, 2])],
  ['transformMap', shapes('transformMap', [2, 1], [2, 2])],
  ['transformMapEntry', shapes('transformMapEntry', [2, 1], [2, 2])],
]);

/** `a.b.c` as text, where the expression is no more than that. */
export function qualifiedName(expression: Expression): string | undefined {
  if (expression.type === 'name') return expression.name;
  if (expression.type !== 'select' || expression.optional || expression.test) return undefined;
  const target = qualifiedName(expression.target);
  return target === undefined ? undefined : `${target}.${expression.field}`;
}
