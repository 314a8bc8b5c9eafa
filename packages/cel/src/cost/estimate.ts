/**
 * What an expression may cost before anything runs: from the least to the most, by how large its variables can be. Macros
 * cost what the folds cost that cel-go makes of them. A rule that may cost too much is refused with its definition.
 *
 * Deliberately not here: what single functions cost (`call-costs.ts`), and what a run did cost (`evaluate.ts`).
 */
import { type CheckedType, contentOf, dyn, isDyn } from '../check/checked-type.js';
import { headOf } from '../check/signature.js';
import type { Callable } from '../functions.js';
import { qualifiedName } from '../parse.js';
import type { Comprehension, Expression, LiteralValue } from '../syntax-tree.js';
import { type Argument, anyCallCost } from './call-costs.js';
import { exactly, hull, nothing, one, plus, type Range, times, unbounded, unknown } from './range.js';

export interface EstimateScope {
  /** The type of each part of the expression, as the checker found it; none of what is the name of a namespace. */
  readonly types: ReadonlyMap<Expression, CheckedType>;
  readonly function: (name: string) => Callable | undefined;
  readonly method: (name: string) => Callable | undefined;
  readonly isType: (name: string) => boolean;
  /** The most that can be at a path of a variable and the fields, `@items`, `@values` and `@keys` below it. */
  readonly sizeAt: (path: readonly string[]) => number | undefined;
}

/** The keys and values of a list or map, where the expression itself makes them. */
interface Entries {
  readonly of: 'list' | 'map';
  readonly key: Range;
  readonly value: Range;
}

interface Local {
  readonly path: readonly string[];
  readonly size: Range | undefined;
  readonly entries: Entries | undefined;
}

const listCost = exactly(10);
const mapCost = exactly(30);
const messageCost = exactly(40);
const noPath: readonly string[] = [];

const scalars = new Set(['bool', 'double', 'int', 'uint', 'google.protobuf.Duration', 'google.protobuf.Timestamp']);

export const estimateCost = (expression: Expression, scope: EstimateScope): Range =>
  new Estimator(scope).cost(expression);

class Estimator {
  private readonly paths = new Map<Expression, readonly string[]>();
  private readonly sizes = new Map<Expression, Range>();
  private readonly entries = new Map<Expression, Entries>();
  private locals: ReadonlyMap<string, Local> = new Map();

  constructor(private readonly scope: EstimateScope) {}

  cost(expression: Expression): Range {
    switch (expression.type) {
      case 'literal':
        return nothing;
      case 'name':
        return this.named(expression, expression.name);
      case 'select':
        return this.select(expression);
      case 'index':
        return this.index(expression);
      case 'call':
        return this.call(expression);
      case 'and':
      case 'or': {
        const left = this.cost(expression.left);
        return { min: left.min, max: plus(left, this.cost(expression.right)).max };
      }
      case 'conditional':
        return this.conditional(expression);
      case 'list':
        return this.list(expression);
      case 'map':
        return this.map(expression);
      case 'message':
        return plus(messageCost, ...expression.fields.map(({ value }) => this.cost(value)));
      case 'comprehension':
        return this.comprehension(expression);
      case 'bind':
        return this.bind(expression);
    }
  }

  private named(expression: Expression, name: string): Range {
    const plain = name.replace(/^\./, '');
    this.paths.set(expression, this.locals.get(plain)?.path ?? [plain]);
    return one;
  }

  private select(expression: Expression & { type: 'select' }): Range {
    const { target, field, optional, test } = expression;
    const whole = qualifiedName(expression);
    if (whole !== undefined && this.scope.isType(whole)) return this.named(expression, whole);
    const under = this.cost(target);
    if (test) return under;
    if (optional) return plus(under, one);
    this.paths.set(expression, [...this.pathOf(target), field]);
    return isMapLike(this.scope.types.get(target)) ? plus(under, one) : under;
  }

  private index(expression: Expression & { type: 'index' }): Range {
    const { target, index, optional } = expression;
    const cost = plus(this.cost(target), this.cost(index), one);
    if (optional) return cost;
    const type = this.scope.types.get(target)?.name;
    this.paths.set(expression, [...this.pathOf(target), type === 'list' ? '@items' : '@values']);
    this.keep(expression, this.entriesOf(target)?.value ?? this.sizeOf(expression));
    return cost;
  }

  private call(expression: Expression & { type: 'call' }): Range {
    const { args } = expression;
    const [first] = args;
    if (expression.name === 'dyn' && expression.target === undefined && first !== undefined) {
      const cost = plus(one, this.cost(first));
      this.copy(expression, first);
      return cost;
    }
    const { name, callable, target } = this.called(expression);
    const costs = args.map((argument) => this.cost(argument));
    if (target !== undefined) costs.push(this.cost(target));
    const receiver = target === undefined ? undefined : this.argument(target);
    const given = args.map((argument) => this.argument(argument));
    const all = receiver === undefined ? given : [receiver, ...given];
    const fitting = (callable?.overloads ?? []).filter(
      ({ params }) =>
        params.length === all.length &&
        params.every((param, i) => {
          const [head, { type }] = [headOf(param), all[i]!];
          return head === 'dyn' || isDyn(type) || type.name === head;
        }),
    );
    const calls = (fitting.length === 0 ? [{ params: noPath }] : fitting).map(({ params }) => ({
      name,
      params: params.map(headOf),
      args: given,
      ...(receiver === undefined ? {} : { target: receiver }),
    }));
    const { cost, size } = anyCallCost(calls);
    if (name === '_+_' && args.length === 2) this.keepEntries(expression, this.common(args[0]!, args[1]!));
    this.keep(expression, size ?? this.sizeOf(expression));
    return plus(cost, ...costs);
  }

  /** A method, or a function in a namespace that looks like one. */
  private called({ name, target }: Expression & { type: 'call' }): {
    readonly name: string;
    readonly callable: Callable | undefined;
    readonly target?: Expression;
  } {
    if (target === undefined) return { name, callable: this.scope.function(name) };
    if (this.scope.types.has(target)) return { name, callable: this.scope.method(name), target };
    const whole = `${qualifiedName(target)}.${name}`;
    return { name: whole, callable: this.scope.function(whole) };
  }

  private argument(expression: Expression): Argument {
    const path = this.pathOf(expression);
    const size = this.sizeOf(expression);
    const items = path.length === 0 ? undefined : this.scope.sizeAt([...path, '@items']);
    return {
      type: this.scope.types.get(expression) ?? dyn,
      ...(size === undefined ? {} : { size }),
      elementSize: items === undefined ? unknown : { min: 0, max: items },
      ...(expression.type === 'literal' && typeof expression.value === 'bigint' ? { literal: expression.value } : {}),
    };
  }

  private conditional(expression: Expression & { type: 'conditional' }): Range {
    const { test, then, otherwise } = expression;
    const cost = plus(this.cost(test), hull(this.cost(then), this.cost(otherwise)));
    this.keepEntries(expression, this.common(then, otherwise));
    this.keep(expression, hull(this.sizeOf(then) ?? unknown, this.sizeOf(otherwise) ?? unknown));
    return cost;
  }

  private list(expression: Expression & { type: 'list' }): Range {
    const values = expression.items.map(({ value }) => value);
    const cost = plus(listCost, ...values.map((value) => this.cost(value)));
    this.keepEntries(expression, { of: 'list', key: one, value: this.hullOf(values) });
    return cost;
  }

  private map(expression: Expression & { type: 'map' }): Range {
    const [keys, values] = [expression.entries.map(({ key }) => key), expression.entries.map(({ value }) => value)];
    const cost = plus(mapCost, ...[...keys, ...values].map((part) => this.cost(part)));
    this.keepEntries(expression, { of: 'map', key: this.hullOf(keys), value: this.hullOf(values) });
    return cost;
  }

  private comprehension(expression: Comprehension): Range {
    const { macro, range, variables, filter, body } = expression;
    const before = this.cost(range);
    const count = this.sizeOf(range) ?? unknown;
    const { filtering, made, size } = this.within(this.iterated(range, variables), () => ({
      filtering: filter === undefined ? undefined : this.cost(filter),
      made: this.cost(body),
      size: macro === 'filter' ? this.localSize(variables[0]!) : this.sizeOf(body),
    }));
    const { start, round, end } = folds[macro](made, filtering);
    const isFold = macro === 'all' || macro === 'exists' || macro === 'existsOne';
    this.keep(expression, isFold ? one : count);
    if (macro === 'map' || macro === 'filter')
      this.keepEntries(expression, { of: 'list', key: one, value: hull(nothing, size ?? unknown) });
    return plus(before, start, end, times(count, round));
  }

  /** The variables of a macro, over the elements of a list or the keys of a map. */
  private iterated(range: Expression, variables: readonly string[]): readonly (readonly [string, Local])[] {
    const entries = this.entriesOf(range);
    const path = this.pathOf(range);
    const isList = (entries?.of ?? this.scope.types.get(range)?.name) === 'list';
    const key: Local = { path: [...path, isList ? '@indices' : '@keys'], size: entries?.key, entries: undefined };
    const value: Local = { path: [...path, isList ? '@items' : '@values'], size: entries?.value, entries: undefined };
    const [first, second] = variables as readonly [string, string?];
    if (second !== undefined)
      return [
        [first, key],
        [second, value],
      ];
    return [[first, isList ? value : key]];
  }

  private bind(expression: Expression & { type: 'bind' }): Range {
    const { name, value, body, kind } = expression;
    const given = this.cost(value);
    if (kind === 'plain') {
      const known = { path: this.pathOf(value), size: this.sizeOf(value), entries: this.entriesOf(value) };
      return this.within([[name, known]], () => {
        const cost = plus(listCost, given, this.cost(body));
        this.copy(expression, body);
        return cost;
      });
    }
    // An optional is asked for its value first, of which no more is known than its type.
    const bound = this.scope.types.get(value);
    const local: Local = {
      path: noPath,
      size: bound === undefined ? undefined : scalarSize(contentOf(bound)),
      entries: undefined,
    };
    const inside = plus(
      listCost,
      given,
      one,
      this.within([[name, local]], () => this.cost(body)),
    );
    return plus(given, one, hull(kind === 'map' ? plus(inside, one) : inside, one));
  }

  private within<T>(locals: readonly (readonly [string, Local])[], work: () => T): T {
    const outer = this.locals;
    this.locals = new Map([...outer, ...locals]);
    const result = work();
    this.locals = outer;
    return result;
  }

  private pathOf(expression: Expression): readonly string[] {
    const local = expression.type === 'name' ? this.locals.get(expression.name) : undefined;
    return local?.path ?? this.paths.get(expression) ?? noPath;
  }

  private sizeOf(expression: Expression): Range | undefined {
    const known = this.sizes.get(expression) ?? writtenSize(expression);
    if (known !== undefined) return known;
    const max = this.scope.sizeAt(this.pathOf(expression));
    if (max !== undefined) {
      const size = { min: 0, max };
      this.keep(expression, size);
      return size;
    }
    const scalar = scalarSize(this.scope.types.get(expression));
    return scalar ?? (expression.type === 'name' ? this.locals.get(expression.name)?.size : undefined);
  }

  /** Of a variable of a macro, as if it were named in it. */
  private localSize(name: string): Range | undefined {
    const { path, size } = this.locals.get(name)!;
    const max = this.scope.sizeAt(path);
    return max === undefined ? size : { min: 0, max };
  }

  private entriesOf(expression: Expression): Entries | undefined {
    const local = expression.type === 'name' ? this.locals.get(expression.name) : undefined;
    return this.entries.get(expression) ?? local?.entries;
  }

  private common(a: Expression, b: Expression): Entries | undefined {
    const [left, right] = [this.entriesOf(a), this.entriesOf(b)];
    if (left === undefined || right === undefined) return undefined;
    return { of: left.of, key: hull(left.key, right.key), value: hull(left.value, right.value) };
  }

  private hullOf(parts: readonly Expression[]): Range {
    if (parts.length === 0) return nothing;
    return parts.map((part) => this.sizeOf(part) ?? unknown).reduce(hull, { min: unbounded, max: 0 });
  }

  private keep(expression: Expression, size: Range | undefined): void {
    if (size !== undefined) this.sizes.set(expression, size);
  }
  private keepEntries(expression: Expression, entries: Entries | undefined): void {
    if (entries !== undefined) this.entries.set(expression, entries);
  }
  private copy(to: Expression, from: Expression): void {
    this.keep(to, this.sizeOf(from));
    this.keepEntries(to, this.entriesOf(from));
  }
}

const isMapLike = (type: CheckedType | undefined): boolean => type?.name === 'map' || type?.fields !== undefined;

/** What a macro costs before its rounds, in each of them, and after them. */
interface Fold {
  readonly start: Range;
  readonly round: Range;
  readonly end: Range;
}

/** `body` and `filter` are what these cost. Each round reads, tests and writes what was gathered so far. */
const folds: Readonly<Record<Comprehension['macro'], (body: Range, filter: Range | undefined) => Fold>> = {
  all: (body) => ({ start: nothing, round: plus(exactly(2), { min: 1, max: 1 + body.max }), end: one }),
  exists: (body) => ({ start: nothing, round: plus(exactly(3), { min: 1, max: 1 + body.max }), end: one }),
  existsOne: (body) => ({ start: nothing, round: plus(body, { min: 1, max: 2 }), end: exactly(2) }),
  filter: (body) => ({ start: listCost, round: plus(body, { min: 1, max: 13 }), end: one }),
  map: (body, filter) => ({ start: listCost, round: filtered(plus(exactly(12), body), filter), end: one }),
  transformMap: (body, filter) => ({ start: mapCost, round: filtered(plus(exactly(3), body), filter), end: one }),
  transformMapEntry: (body, filter) => ({ start: mapCost, round: filtered(plus(exactly(2), body), filter), end: one }),
};

const filtered = (step: Range, filter: Range | undefined): Range =>
  filter === undefined ? step : plus(filter, hull(step, one));

const scalarSize = (type: CheckedType | undefined): Range | undefined =>
  type === undefined
    ? undefined
    : scalars.has(type.name)
      ? one
      : type.name === 'optional_type'
        ? scalarSize(contentOf(type))
        : undefined;

function writtenSize(expression: Expression): Range | undefined {
  switch (expression.type) {
    case 'literal':
      return exactly(sizeOfLiteral(expression.value));
    case 'list':
      return exactly(expression.items.length);
    case 'map':
      return exactly(expression.entries.length);
    default:
      return undefined;
  }
}

const sizeOfLiteral = (value: LiteralValue): number =>
  typeof value === 'string' ? [...value].length : value instanceof Uint8Array ? value.length : 1;
