/**
 * What is wrong with an expression before it runs: names and fields that nobody declared, functions that take other
 * types. Types are known as far as schemas tell them; what is not known passes.
 */
import type { SchemaNode } from '@pintle/machinery';
import type { Callable, FunctionTable } from './functions.js';
import { celFields, isDeclared, resolved } from './json-values.js';
import { pattern } from './library/pattern.js';
import { parseDuration, parseTimestamp } from './library/time.js';
import { qualifiedName } from './parse.js';
import type { Comprehension, Expression } from './syntax-tree.js';
import { CelError } from './values.js';

/** A type as far as it is known; `any` is one of which nothing is known. */
export interface CheckedType {
  readonly name: string;
  /** Of a list's elements, a map's values, an optional's value. */
  readonly of?: CheckedType;
  readonly key?: CheckedType;
  /** Of an object with declared fields. */
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  /** Whether these are named as they are: `isDeclared`. */
  readonly declared?: boolean;
}

const any: CheckedType = { name: 'any' };
const type = (name: string, of?: CheckedType, key?: CheckedType): CheckedType => ({
  name,
  ...(of === undefined ? {} : { of }),
  ...(key === undefined ? {} : { key }),
});
const bool = type('bool');
const int = type('int');
const text = type('string');

/** The type of what a schema describes, as `celValueOf` makes it. */
export function typeOfSchema(schema: SchemaNode): CheckedType {
  const node = resolved(schema);
  switch (node.type) {
    case 'boolean':
      return bool;
    case 'integer':
      return int;
    case 'number':
      return type('double');
    case 'string':
      return typeOfText(node.format);
    case 'array':
      return type('list', node.items === undefined ? any : typeOfSchema(node.items));
    case 'object':
      return node.properties === undefined || node.preserveUnknownFields === true
        ? type('map', any, text)
        : { name: 'map', properties: node.properties, declared: isDeclared(node) };
    case 'map':
      return type('map', node.values === undefined ? any : typeOfSchema(node.values), text);
    case 'quantity':
      return text;
    default:
      return any;
  }
}

function typeOfText(format: string | undefined): CheckedType {
  switch (format) {
    case 'date-time':
    case 'micro-time':
    case 'date':
      return type('google.protobuf.Timestamp');
    case 'duration':
      return type('google.protobuf.Duration');
    case 'byte':
      return type('bytes');
    default:
      return text;
  }
}

export interface CheckScope {
  readonly variables: Readonly<Record<string, CheckedType>>;
  readonly functions: FunctionTable;
  /** As a `Library` has it. */
  readonly strictLiterals?: boolean;
}

export interface CheckProblem {
  /** In UTF-16 units from the start of the source. */
  readonly at: number;
  readonly problem: string;
}

export interface Checked {
  readonly type: CheckedType;
  readonly problems: readonly CheckProblem[];
  /** The variables that it names. */
  readonly names: ReadonlySet<string>;
  /** Of each part that has a value. */
  readonly types: ReadonlyMap<Expression, CheckedType>;
}

/** The types of the expression and its parts, the variables that it names, and everything that is wrong with it. */
export function checkCel(expression: Expression, scope: CheckScope): Checked {
  const checker = new Checker(scope);
  const type = checker.check(expression);
  return { type, problems: checker.problems, names: checker.names, types: checker.types };
}

const numbers = new Set(['int', 'uint', 'double']);
const orderedTypes = new Set(['string', 'bool', 'bytes', 'google.protobuf.Timestamp', 'google.protobuf.Duration']);
const known = (...checked: readonly CheckedType[]): boolean => checked.every(({ name }) => name !== 'any');

class Checker {
  readonly problems: CheckProblem[] = [];
  readonly names = new Set<string>();
  readonly types = new Map<Expression, CheckedType>();
  private locals: ReadonlyMap<string, CheckedType> = new Map();

  constructor(private readonly scope: CheckScope) {}

  private complain(at: number, problem: string): CheckedType {
    this.problems.push({ at, problem });
    return any;
  }

  check(expression: Expression): CheckedType {
    const type = this.typeOf(expression);
    this.types.set(expression, type);
    return type;
  }

  private typeOf(expression: Expression): CheckedType {
    switch (expression.type) {
      case 'literal':
        return typeOfLiteral(expression.value);
      case 'name':
        return this.named(expression.name) ?? this.complain(expression.at, undeclared(expression.name));
      case 'select':
        return this.select(expression);
      case 'index':
        return this.index(expression);
      case 'call':
        return this.call(expression);
      case 'and':
      case 'or': {
        const sides = [this.check(expression.left), this.check(expression.right)];
        if (sides.some((side) => known(side) && side.name !== 'bool'))
          return this.complain(expression.at, noOverload(expression.type === 'and' ? '_&&_' : '_||_', sides));
        return bool;
      }
      case 'conditional': {
        const [test, then, otherwise] = [expression.test, expression.then, expression.otherwise].map((part) =>
          this.check(part),
        );
        if (known(test!) && test!.name !== 'bool')
          return this.complain(expression.at, noOverload('_?_:_', [test!, then!, otherwise!]));
        if (
          known(then!, otherwise!) &&
          then!.name !== otherwise!.name &&
          then!.name !== 'null_type' &&
          otherwise!.name !== 'null_type'
        )
          return this.complain(expression.at, noOverload('_?_:_', [test!, then!, otherwise!]));
        return then!;
      }
      case 'list':
        return type('list', this.common(expression.items.map(({ value }) => value)));
      case 'map': {
        const { entries } = expression;
        const keys = this.common(entries.map(({ key }) => key));
        return type('map', this.common(entries.map(({ value }) => value)), keys);
      }
      case 'message':
        for (const { value } of expression.fields) this.check(value);
        return any;
      case 'comprehension':
        return this.comprehension(expression);
      case 'bind': {
        const value = this.check(expression.value);
        const bound = expression.optional === undefined ? value : (value.of ?? any);
        const body = this.within([[expression.name, bound]], () => this.check(expression.body));
        return expression.optional === 'map' ? type('optional_type', body) : body;
      }
    }
  }

  /** The one type of the parts of a list or a map that is written out. */
  private common(parts: readonly Expression[]): CheckedType {
    const [first = any, ...rest] = parts.map((part) => this.check(part));
    for (const [index, each] of rest.entries()) {
      if (each.name === first.name) continue;
      if (this.scope.strictLiterals && known(each, first))
        return this.complain(parts[index + 1]!.at, `expected type '${typeText(first)}' but found '${typeText(each)}'`);
      return any;
    }
    return first;
  }

  private named(name: string): CheckedType | undefined {
    const plain = name.replace(/^\./, '');
    const local = this.locals.get(plain);
    if (local !== undefined) return local;
    if (Object.hasOwn(this.scope.variables, plain)) {
      this.names.add(plain);
      return this.scope.variables[plain];
    }
    return standardTypes.has(plain) || this.scope.functions.types.has(plain) ? type('type') : undefined;
  }

  private within<T>(names: readonly (readonly [string, CheckedType])[], check: () => T): T {
    const outer = this.locals;
    this.locals = new Map([...outer, ...names]);
    const result = check();
    this.locals = outer;
    return result;
  }

  private select(expression: Expression & { type: 'select' }): CheckedType {
    const name = qualifiedName(expression);
    const whole = name === undefined ? undefined : this.named(name);
    if (whole !== undefined) return whole;
    const target = this.check(expression.target);
    const through = target.name === 'optional_type' ? (target.of ?? any) : target;
    const { field, at } = expression;
    let found = any;
    if (through.properties !== undefined) {
      const property = celFields(through.properties, through.declared === true).get(field);
      if (property === undefined) return this.complain(at, `undefined field '${field}'`);
      found = typeOfSchema(through.properties[property]!);
    } else if (through.name === 'map') found = through.of ?? any;
    else if (known(through)) return this.complain(at, `type '${typeText(through)}' does not support field selection`);
    if (expression.test) return bool;
    return expression.optional || target.name === 'optional_type' ? type('optional_type', found) : found;
  }

  private index(expression: Expression & { type: 'index' }): CheckedType {
    const target = this.check(expression.target);
    const index = this.check(expression.index);
    const through = target.name === 'optional_type' ? (target.of ?? any) : target;
    if (known(through) && ((through.name !== 'list' && through.name !== 'map') || through.properties !== undefined))
      return this.complain(expression.at, noOverload('_[_]', [target, index]));
    if (
      known(index) &&
      ((through.name === 'list' && !numbers.has(index.name)) ||
        (through.key?.name === 'string' && index.name !== 'string'))
    )
      return this.complain(expression.at, noOverload('_[_]', [target, index]));
    const found = through.of ?? any;
    return expression.optional || target.name === 'optional_type' ? type('optional_type', found) : found;
  }

  private call(expression: Expression & { type: 'call' }): CheckedType {
    const { name, target, args, at } = expression;
    const { functions } = this.scope;
    if (target !== undefined) {
      const namespace = qualifiedName(target);
      const inNamespace =
        namespace === undefined || this.named(namespace) !== undefined
          ? undefined
          : functions.function(`${namespace}.${name}`);
      if (inNamespace !== undefined) return this.chosen(`${namespace}.${name}`, inNamespace, args, at);
      const method = functions.method(name);
      return method === undefined
        ? this.complain(at, undeclared(name))
        : this.chosen(name, method, [target, ...args], at);
    }
    const found = functions.function(name);
    return found === undefined ? this.complain(at, undeclared(name)) : this.chosen(name, found, args, at);
  }

  private chosen(name: string, { overloads }: Callable, args: readonly Expression[], at: number): CheckedType {
    const given = args.map((argument) => this.check(argument));
    if (this.scope.strictLiterals) this.requireLiteral(name, args);
    if (!comparable(name, given)) return this.complain(at, noOverload(name, given));
    const fitting = overloads.filter(
      ({ params }) =>
        params.length === given.length &&
        params.every((param, i) => param === 'any' || given[i]!.name === 'any' || given[i]!.name === param),
    );
    if (fitting.length === 0) return this.complain(at, noOverload(name, given));
    const results = new Set(fitting.map(({ result }) => result));
    const [result] = results;
    if (results.size !== 1) return any;
    if (name === 'orValue' || name === 'value') return given[0]?.of ?? any;
    if (result === 'list' && given[0]?.name === 'list') return given[0];
    if (result === 'list' && given[0]?.name === 'string') return type('list', text);
    if (name === 'optional.of' || name === 'optional.ofNonZeroValue') return type('optional_type', given[0]!);
    if (result === 'optional_type') return type('optional_type', given[0]?.of ?? any);
    return type(result!);
  }

  /** Errors are told at once, where what is written out can never be what the function reads. */
  private requireLiteral(name: string, args: readonly Expression[]): void {
    const read = Object.hasOwn(literalReaders, name) ? literalReaders[name] : undefined;
    const argument = args.at(-1);
    if (read === undefined || argument?.type !== 'literal' || typeof argument.value !== 'string') return;
    try {
      read(argument.value);
    } catch (error) {
      if (!(error instanceof CelError)) throw error;
      this.complain(argument.at, `invalid ${name} argument`);
    }
  }

  private comprehension({ macro, range, variables, filter, body, at }: Comprehension): CheckedType {
    const over = this.check(range);
    if (known(over) && over.name !== 'list' && (over.name !== 'map' || over.properties !== undefined))
      return this.complain(
        at,
        `expression of type '${typeText(over)}' cannot be range of a comprehension (must be list, map, or dynamic)`,
      );
    const [key, value] = [over.name === 'list' ? int : (over.key ?? any), over.of ?? any];
    const types =
      variables.length === 2 ? [key, value] : [over.name === 'list' ? value : over.name === 'map' ? key : any];
    return this.within(
      variables.map((name, i) => [name, types[i]!] as const),
      () => {
        if (filter !== undefined) this.check(filter);
        const result = this.check(body);
        switch (macro) {
          case 'all':
          case 'exists':
          case 'existsOne':
            return bool;
          case 'filter':
            return type('list', types[0]!);
          case 'map':
            return type('list', result);
          case 'transformMap':
            return type('map', result, key);
          case 'transformMapEntry':
            return type('map');
        }
      },
    );
  }
}

/** Comparisons take whatever comes, but two of a kind. */
function comparable(name: string, [a, b]: readonly CheckedType[]): boolean {
  if (!/^_(?:==|!=|<|<=|>|>=)_$/.test(name) || a === undefined || b === undefined || !known(a, b)) return true;
  if (name === '_==_' || name === '_!=_') return a.name === b.name || a.name === 'null_type' || b.name === 'null_type';
  return (numbers.has(a.name) && numbers.has(b.name)) || (a.name === b.name && orderedTypes.has(a.name));
}

const literalReaders: Readonly<Record<string, (text: string) => unknown>> = {
  duration: parseDuration,
  timestamp: parseTimestamp,
  matches: pattern,
};

function typeOfLiteral(value: unknown): CheckedType {
  switch (typeof value) {
    case 'bigint':
      return int;
    case 'number':
      return type('double');
    case 'string':
      return text;
    case 'boolean':
      return bool;
    default:
      return value === null ? type('null_type') : type(value instanceof Uint8Array ? 'bytes' : 'uint');
  }
}

/** Types that every expression can name. */
export const standardTypes: ReadonlySet<string> = new Set([
  'bool',
  'bytes',
  'double',
  'int',
  'list',
  'map',
  'null_type',
  'optional_type',
  'string',
  'type',
  'uint',
  'google.protobuf.Duration',
  'google.protobuf.Timestamp',
]);

const undeclared = (name: string) => `undeclared reference to '${name.replace(/^\./, '')}' (in container '')`;
const noOverload = (name: string, args: readonly CheckedType[]) =>
  `found no matching overload for '${name}' applied to '(${args.map(typeText).join(', ')})'`;

/** A type as messages name it: `list(string)`, `dyn`. */
export function typeText({ name, of, key, properties }: CheckedType): string {
  if (name === 'any') return 'dyn';
  if (properties !== undefined) return 'object';
  if (name === 'map') return `map(${typeText(key ?? any)}, ${typeText(of ?? any)})`;
  if (name === 'list' || name === 'optional_type') return `${name}(${typeText(of ?? any)})`;
  return name === 'null_type' ? 'null' : name;
}
