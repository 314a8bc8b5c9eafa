/**
 * From the text of a CEL expression to its tree. The macros of the standard and of the extensions that Kubernetes
 * has switched on (two-variable comprehensions, `cel.bind`, optionals) are known here.
 */
import { CelSyntaxError, type Comprehension, type Expression, type Item, type MapEntry } from './syntax-tree.js';
import { int64Max, type Token, tokensOf } from './tokens.js';

const reserved = new Set(
  'as break const continue else for function if import in let loop package namespace return var void while'.split(' '),
);
/** How deep an expression may be, and how long. */
const depthMax = 250;
const lengthMax = 100_000;

type Binary = readonly [operators: readonly string[], name: (operator: string) => string];

const relations: Binary = [['<', '<=', '>=', '>', '==', '!=', 'in'], (operator) => `_${operator}_`];
const sums: Binary = [['+', '-'], (operator) => `_${operator}_`];
const products: Binary = [['*', '/', '%'], (operator) => `_${operator}_`];

/** Errors: `CelSyntaxError`. */
export function parseCel(source: string): Expression {
  if (source.length > lengthMax)
    throw new CelSyntaxError(
      source,
      0,
      `expression code point size exceeds limit: size: ${source.length}, limit ${lengthMax}`,
    );
  return new Parser(source, tokensOf(source)).whole();
}

class Parser {
  private at = 0;
  private depth = 0;

  constructor(
    private readonly source: string,
    private readonly tokens: readonly Token[],
  ) {}

  whole(): Expression {
    const expression = this.expression();
    if (this.token.type !== 'end') this.unexpected();
    return expression;
  }

  private get token(): Token {
    return this.tokens[this.at]!;
  }

  private fail(at: number, problem: string): never {
    throw new CelSyntaxError(this.source, at, problem);
  }

  private unexpected(): never {
    const { token } = this;
    const text = token.type === 'literal' ? 'a literal' : token.type === 'end' ? '<EOF>' : `'${token.text}'`;
    return this.fail(token.at, `Syntax error: unexpected ${text}`);
  }

  private is(...marks: readonly string[]): boolean {
    const { token } = this;
    return token.type !== 'literal' && token.type !== 'quoted' && marks.includes(token.text) && token.type !== 'end';
  }

  private took(mark: string): boolean {
    if (!this.is(mark)) return false;
    this.at++;
    return true;
  }

  private expect(mark: string): void {
    if (!this.took(mark)) this.unexpected();
  }

  private expression(): Expression {
    if (++this.depth > depthMax) this.fail(this.token.at, `the expression is nested more than ${depthMax} deep`);
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
      if (++chained > depthMax) this.fail(token.at, `the expression is nested more than ${depthMax} deep`);
      left = { type: 'call', at: token.at, name: name(token.text), args: [left, operand()] };
    }
    return left;
  }

  private unary(): Expression {
    const { at } = this.token;
    for (const mark of ['!', '-']) {
      let count = 0;
      while (this.took(mark)) count++;
      if (count === 0) continue;
      if (mark === '-' && count % 2 === 1) {
        const { token } = this;
        // The minus of a number is part of it: so the least integer can be written.
        if (token.type === 'literal' && (typeof token.value === 'bigint' || typeof token.value === 'number')) {
          this.at++;
          const value = typeof token.value === 'bigint' ? -token.value : -token.value;
          return this.members({ type: 'literal', at, value });
        }
      }
      const operand = this.member();
      return count % 2 === 0 ? operand : { type: 'call', at, name: mark === '!' ? '!_' : '-_', args: [operand] };
    }
    return this.member();
  }

  private member(): Expression {
    return this.members(this.primary());
  }

  private members(first: Expression): Expression {
    let target = first;
    let chained = 0;
    for (;;) {
      const { at } = this.token;
      if (++chained > depthMax) this.fail(at, `the expression is nested more than ${depthMax} deep`);
      if (this.took('.')) {
        const optional = this.took('?');
        const field = this.field();
        if (!optional && this.is('(')) target = this.method(target, field, at);
        else target = { type: 'select', at, target, field, optional, test: false };
      } else if (this.took('[')) {
        const optional = this.took('?');
        const index = this.expression();
        this.expect(']');
        target = { type: 'index', at, target, index, optional };
      } else if (this.is('{')) {
        const name = qualifiedName(target);
        if (name === undefined) this.unexpected();
        target = this.message(name, at);
      } else return target;
    }
  }

  private field(): string {
    const { token } = this;
    if (token.type !== 'identifier' && token.type !== 'quoted') this.unexpected();
    if (
      token.type === 'identifier' &&
      (token.text === 'true' || token.text === 'false' || token.text === 'null' || token.text === 'in')
    )
      this.unexpected();
    this.at++;
    return token.text;
  }

  private primary(): Expression {
    const { token } = this;
    const { at } = token;
    if (token.type === 'literal') {
      this.at++;
      if (typeof token.value === 'bigint' && token.value > int64Max) this.fail(at, 'invalid int literal');
      return { type: 'literal', at, value: token.value };
    }
    if (this.took('(')) {
      const inner = this.expression();
      this.expect(')');
      return inner;
    }
    if (this.took('[')) return { type: 'list', at, items: this.items(']') };
    if (this.took('{')) return { type: 'map', at, entries: this.entries() };
    const rooted = this.took('.');
    const { token: word } = this;
    if (word.type !== 'identifier') return this.unexpected();
    this.at++;
    if (!rooted) {
      if (word.text === 'true' || word.text === 'false') return { type: 'literal', at, value: word.text === 'true' };
      if (word.text === 'null') return { type: 'literal', at, value: null };
    }
    if (reserved.has(word.text)) this.fail(at, `Syntax error: reserved identifier: ${word.text}`);
    if (this.is('(')) return this.call(word.text, at);
    return { type: 'name', at, name: rooted ? `.${word.text}` : word.text };
  }

  private items(end: string): readonly Item[] {
    const items: Item[] = [];
    while (!this.took(end)) {
      const optional = this.took('?');
      items.push({ value: this.expression(), optional });
      if (this.took(',')) continue;
      this.expect(end);
      break;
    }
    return items;
  }

  private entries(): readonly MapEntry[] {
    const entries: MapEntry[] = [];
    while (!this.took('}')) {
      const optional = this.took('?');
      const key = this.expression();
      this.expect(':');
      entries.push({ key, value: this.expression(), optional });
      if (this.took(',')) continue;
      this.expect('}');
      break;
    }
    return entries;
  }

  private message(name: string, at: number): Expression {
    this.expect('{');
    const fields: { name: string; value: Expression; optional: boolean }[] = [];
    while (!this.took('}')) {
      const optional = this.took('?');
      const field = this.field();
      this.expect(':');
      fields.push({ name: field, value: this.expression(), optional });
      if (this.took(',')) continue;
      this.expect('}');
      break;
    }
    return { type: 'message', at, name, fields };
  }

  private args(): readonly Expression[] {
    this.expect('(');
    const args: Expression[] = [];
    if (this.took(')')) return args;
    do args.push(this.expression());
    while (this.took(','));
    this.expect(')');
    return args;
  }

  private call(name: string, at: number): Expression {
    const args = this.args();
    if (name !== 'has') return { type: 'call', at, name, args };
    const [argument] = args;
    if (args.length !== 1 || argument?.type !== 'select' || argument.test)
      return this.fail(at, 'invalid argument to has() macro');
    return { ...argument, test: true };
  }

  private method(target: Expression, name: string, at: number): Expression {
    const args = this.args();
    if (name === 'bind' && target.type === 'name' && target.name === 'cel' && args.length === 3) {
      const [variable, value, body] = args as [Expression, Expression, Expression];
      return { type: 'bind', at, name: this.variable(variable, 'cel.bind'), value, body };
    }
    if ((name === 'optMap' || name === 'optFlatMap') && args.length === 2) {
      const [variable, body] = args as [Expression, Expression];
      const optional = name === 'optMap' ? 'map' : 'flatMap';
      return { type: 'bind', at, name: this.variable(variable, name), value: target, body, optional };
    }
    return this.comprehension(target, name, args, at) ?? { type: 'call', at, name, target, args };
  }

  private variable(expression: Expression, macro: string): string {
    if (expression.type !== 'name' || expression.name.startsWith('.'))
      return this.fail(expression.at, `argument of ${macro} must be a simple name`);
    return expression.name;
  }

  private comprehension(
    range: Expression,
    name: string,
    args: readonly Expression[],
    at: number,
  ): Comprehension | undefined {
    const macro = macros.get(name);
    const shape = macro?.find(({ variables, expressions }) => variables + expressions === args.length);
    if (shape === undefined) return undefined;
    const variables = args.slice(0, shape.variables).map((variable) => this.variable(variable, name));
    if (new Set(variables).size < variables.length)
      this.fail(at, `${name}: the two variables must have different names`);
    const [first, second] = args.slice(shape.variables);
    return second === undefined
      ? { type: 'comprehension', at, macro: shape.macro, range, variables, body: first! }
      : { type: 'comprehension', at, macro: shape.macro, range, variables, filter: first!, body: second };
  }
}

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
