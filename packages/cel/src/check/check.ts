/**
 * What is wrong with an expression before it runs: names and fields that nobody declared, functions that take other types.
 * Types are found as cel-go finds them, by what parameters of signatures can stand for; macros are judged as the folds that
 * the language's definition gives them. Called when an expression is compiled.
 *
 * Deliberately not here: what is wrong with values that are written out (`literal-problems.ts`).
 */
import type { CheckProblem } from '../check-problem.js';
import type { FunctionTable } from '../functions.js';
import { qualifiedName } from '../parse.js';
import type { Comprehension, Expression } from '../syntax-tree.js';
import {
  boolType,
  type CheckedType,
  contentOf,
  dyn,
  errorType,
  intType,
  isDyn,
  isError,
  isOptional,
  isSameType,
  listOf,
  mapOf,
  nullType,
  optionalOf,
  standardTypes,
  textType,
  typeNamed,
  typeOf,
  typeText,
} from './checked-type.js';
import { parseSignature, type Signature } from './signature.js';
import { assignAll, mostGeneral, type Substitution, substitute } from './substitution.js';

export interface CheckScope {
  readonly variables: Readonly<Record<string, CheckedType>>;
  readonly functions: FunctionTable;
  /** Of objects that are written out: `Name{…}`. Undefined where there is no such type. */
  readonly objectType?: (name: string) => CheckedType | undefined;
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
  return { type: checker.final(type), problems: checker.problems, names: checker.names, types: checker.finalTypes() };
}

const [conditional, optionalIndex, insertion] = [
  [parseSignature(['bool', 'A', 'A'], 'A')],
  [
    parseSignature(['list(V)', 'int'], 'optional_type(V)'),
    parseSignature(['optional_type(list(V))', 'int'], 'optional_type(V)'),
    parseSignature(['map(K, V)', 'K'], 'optional_type(V)'),
    parseSignature(['optional_type(map(K, V))', 'K'], 'optional_type(V)'),
  ],
  [parseSignature(['map(K, V)', 'K', 'V'], 'map(K, V)'), parseSignature(['map(K, V)', 'map(K, V)'], 'map(K, V)')],
] as const;
const plainIndex = [
  parseSignature(['list(A)', 'int'], 'A'),
  parseSignature(['map(A, B)', 'A'], 'B'),
  parseSignature(['optional_type(list(V))', 'int'], 'optional_type(V)'),
  parseSignature(['optional_type(map(K, V))', 'K'], 'optional_type(V)'),
];

class Checker {
  readonly problems: CheckProblem[] = [];
  readonly names = new Set<string>();
  private readonly types = new Map<Expression, CheckedType>();
  private locals: ReadonlyMap<string, CheckedType> = new Map();
  private known: Substitution = new Map();
  private params = 0;

  constructor(private readonly scope: CheckScope) {}

  final(type: CheckedType): CheckedType {
    return substitute(this.known, type, 'dyn');
  }

  finalTypes(): ReadonlyMap<Expression, CheckedType> {
    return new Map([...this.types].map(([expression, type]) => [expression, this.final(type)]));
  }

  private complain(at: number, problem: string): CheckedType {
    this.problems.push({ at, problem });
    return errorType;
  }

  private fits(from: CheckedType, to: CheckedType): boolean {
    const found = assignAll(this.known, [from], [to]);
    if (found !== undefined) this.known = found;
    return found !== undefined;
  }

  /** What else is not known of a type yet. */
  private openType(): CheckedType {
    return { name: `_var${this.params++}`, isParam: true };
  }

  private mismatch(at: number, expected: CheckedType, found: CheckedType): CheckedType {
    return this.complain(at, `expected type '${typeText(expected)}' but found '${typeText(found)}'`);
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
      case 'index': {
        const given = [this.check(expression.target), this.check(expression.index)];
        return expression.optional
          ? this.resolved('_[?_]', optionalIndex, given, expression.at)
          : this.resolved('_[_]', plainIndex, given, expression.at);
      }
      case 'call':
        return this.call(expression);
      case 'and':
      case 'or': {
        const sides = [expression.left, expression.right];
        return this.allTrue(
          sides,
          sides.map((side) => this.check(side)),
        );
      }
      case 'conditional': {
        const given = [expression.test, expression.then, expression.otherwise].map((part) => this.check(part));
        return this.resolved('_?_:_', conditional, given, expression.at);
      }
      case 'list':
        return listOf(this.joined(expression.items.map((item) => this.unwrapped(item.value, item.optional))));
      case 'map': {
        const [keys, values]: [CheckedType[], CheckedType[]] = [[], []];
        for (const { key, value, optional } of expression.entries) {
          keys.push(this.check(key));
          values.push(this.unwrapped(value, optional));
        }
        return mapOf(this.joined(keys), this.joined(values));
      }
      case 'message':
        return this.message(expression);
      case 'comprehension':
        return this.comprehension(expression);
      case 'bind':
        return this.bind(expression);
    }
  }

  /** The type of an element, which with a `?` in front of it has to be an optional. */
  private unwrapped(value: Expression, optional: boolean): CheckedType {
    const type = this.check(value);
    if (!optional || isDyn(type)) return type;
    if (isOptional(type)) return contentOf(type);
    this.mismatch(value.at, optionalOf(type), type);
    return type;
  }

  /** The one type of the parts of a list or a map that is written out. */
  private joined(types: readonly CheckedType[]): CheckedType {
    const [first = this.openType(), ...rest] = types;
    return rest.reduce((joined, each) => (this.fits(joined, each) ? mostGeneral(joined, each) : dyn), first);
  }

  private allTrue(sides: readonly Expression[], types: readonly CheckedType[]): CheckedType {
    let result: CheckedType = boolType;
    for (const [index, type] of types.entries())
      if (!this.fits(type, boolType)) result = this.mismatch(sides[index]!.at, boolType, type);
    return result;
  }

  private named(name: string): CheckedType | undefined {
    const plain = name.replace(/^\./, '');
    const local = this.locals.get(plain);
    if (local !== undefined) return local;
    if (Object.hasOwn(this.scope.variables, plain)) {
      this.names.add(plain);
      return this.scope.variables[plain];
    }
    const object = this.scope.objectType?.(plain);
    if (object !== undefined) return typeOf(object);
    return standardTypes.get(plain) ?? (this.scope.functions.types.has(plain) ? typeOf(typeNamed(plain)) : undefined);
  }

  private within<T>(names: readonly (readonly [string, CheckedType])[], check: () => T): T {
    const outer = this.locals;
    this.locals = new Map([...outer, ...names]);
    const result = check();
    this.locals = outer;
    return result;
  }

  private select(expression: Expression & { type: 'select' }): CheckedType {
    const { target, field, optional, test, at } = expression;
    const name = qualifiedName(expression);
    const whole = name === undefined ? undefined : this.named(name);
    if (whole !== undefined) return whole;
    const type = this.knownOf(() => this.check(target));
    const found = this.field(isOptional(type) ? contentOf(type) : type, field, at);
    if (test) return boolType;
    return substitute(this.known, optional || isOptional(type) ? optionalOf(found) : found);
  }

  private field(type: CheckedType, field: string, at: number): CheckedType {
    if (type.name === 'map') return contentOf(type);
    if (type.fields !== undefined) return type.fields.get(field) ?? this.complain(at, `undefined field '${field}'`);
    if (type.isParam) this.fits(dyn, type);
    else if (!isDyn(type) && !isError(type))
      this.complain(at, `type '${typeText(type)}' does not support field selection`);
    return dyn;
  }

  private call(expression: Expression & { type: 'call' }): CheckedType {
    const { name, rooted, target, args, at } = expression;
    const { functions } = this.scope;
    const given = args.map((argument) => this.check(argument));
    if (target === undefined) {
      const signatures = functions.signatures(name);
      return signatures === undefined
        ? this.complain(at, undeclared(rooted ? `.${name}` : name))
        : this.resolved(name, signatures, given, at);
    }
    const namespace = qualifiedName(target);
    const whole = namespace === undefined ? undefined : `${namespace}.${name}`.replace(/^\./, '');
    const inNamespace = whole === undefined ? undefined : functions.signatures(whole);
    if (inNamespace !== undefined) return this.resolved(whole!, inNamespace, given, at);
    const receiver = this.check(target);
    const signatures = functions.signatures(name);
    return signatures === undefined
      ? this.complain(at, undeclared(name))
      : this.resolved(name, signatures, given, at, receiver);
  }

  /** The result of whichever of the signatures fit. */
  private resolved(
    name: string,
    signatures: readonly Signature[],
    given: readonly CheckedType[],
    at: number,
    receiver?: CheckedType,
  ): CheckedType {
    const all = receiver === undefined ? given : [receiver, ...given];
    let result: CheckedType | undefined;
    for (const signature of signatures) {
      if (signature.isMethod !== (receiver !== undefined)) continue;
      const fresh = new Map(signature.letters.map((letter) => [letter, this.openType()]));
      const found = assignAll(
        this.known,
        all,
        signature.params.map((param) => substitute(fresh, param)),
      );
      if (found === undefined) continue;
      this.known = found;
      const type = substitute(found, substitute(fresh, signature.result));
      if (result === undefined) result = type;
      else if (!isDyn(result) && !isSameType(type, result)) result = dyn;
    }
    if (result !== undefined) return result;
    const texts = given.map((type) => typeText(this.final(type))).join(', ');
    const target = receiver === undefined ? '' : `${typeText(this.final(receiver))}.`;
    return this.complain(at, `found no matching overload for '${shownName(name)}' applied to '${target}(${texts})'`);
  }

  private message({ name, fields, at }: Expression & { type: 'message' }): CheckedType {
    const named = this.named(name);
    if (named === undefined) return this.complain(at, undeclared(name));
    const type = named.name === 'type' ? contentOf(named) : undefined;
    if (type === undefined) return this.complain(at, `'${typeText(named)}' is not a type`);
    if (type.fields === undefined) return this.complain(at, `'${type.name}' is not a message type`);
    for (const { name: field, value, optional, at: place } of fields) {
      const given = this.check(value);
      const wanted = type.fields.get(field) ?? this.complain(place, `undefined field '${field}'`);
      let found = given;
      if (optional && isOptional(given)) found = contentOf(given);
      else if (optional && !isDyn(given)) this.mismatch(value.at, optionalOf(given), given);
      if (!this.fits(wanted, found))
        this.complain(
          place,
          `expected type of field '${field}' is '${typeText(wanted)}' but provided type is '${typeText(found)}'`,
        );
    }
    return type;
  }

  private comprehension(expression: Comprehension): CheckedType {
    const { range, variables, macro } = expression;
    const over = this.knownOf(() => this.check(range));
    const types = this.iterated(over, range.at, variables.length === 2);
    const start = this.accumulatorOf(macro);
    return this.within(
      variables.map((name, i) => [name, types[i]!] as const),
      () => this.knownOf(() => this.step(expression, start, types[0]!)),
    );
  }

  /** A type as far as it is known once it has been found out. */
  private knownOf(find: () => CheckedType): CheckedType {
    const type = find();
    return substitute(this.known, type);
  }

  private iterated(over: CheckedType, at: number, isTwo: boolean): readonly CheckedType[] {
    const [first = dyn, second = dyn] = over.params ?? [];
    if (over.name === 'list') return isTwo ? [intType, first] : [first];
    if (over.name === 'map') return isTwo ? [first, second] : [first];
    if (over.isParam) this.fits(dyn, over);
    else if (!isDyn(over) && !isError(over)) {
      const wrong = this.complain(
        at,
        `expression of type '${typeText(over)}' cannot be range of a comprehension (must be list, map, or dynamic)`,
      );
      return [wrong, wrong];
    }
    return [dyn, dyn];
  }

  private accumulatorOf(macro: Comprehension['macro']): CheckedType {
    switch (macro) {
      case 'all':
      case 'exists':
        return boolType;
      case 'existsOne':
        return intType;
      case 'map':
      case 'filter':
        return listOf(this.openType());
      default:
        return mapOf(this.openType(), this.openType());
    }
  }

  /** What a round makes of what was gathered before it; the type of the whole. */
  private step({ macro, filter, body, at }: Comprehension, gathered: CheckedType, element: CheckedType): CheckedType {
    const test = filter === undefined ? undefined : this.check(filter);
    const made = this.check(body);
    const tested = (by: CheckedType, more: CheckedType) =>
      this.resolved('_?_:_', conditional, [by, more, gathered], at);
    const where = (more: CheckedType) => (test === undefined ? more : tested(test, more));
    const added = (item: CheckedType) =>
      this.resolved('_+_', this.scope.functions.signatures('_+_')!, [gathered, listOf(item)], at);
    const inserted = (...entry: readonly CheckedType[]) =>
      this.resolved('cel.@mapInsert', insertion, [gathered, ...entry], at);
    const kept = (step: CheckedType) => {
      if (!this.fits(gathered, step)) this.mismatch(at, gathered, step);
      return gathered;
    };
    switch (macro) {
      case 'all':
      case 'exists':
        this.allTrue([body], [made]);
        return boolType;
      case 'existsOne':
        kept(tested(made, intType));
        return boolType;
      case 'filter':
        return kept(tested(made, added(element)));
      case 'map':
        return kept(where(added(made)));
      case 'transformMap':
        return kept(where(inserted(element, made)));
      case 'transformMapEntry':
        return kept(where(inserted(made)));
    }
  }

  /** Of `optMap` and `optFlatMap` the optional is asked whether it has a value, and then for it. */
  private bind({ name, value, body, kind, at }: Expression & { type: 'bind' }): CheckedType {
    if (kind === 'plain') {
      const bound = this.check(value);
      return substitute(
        this.known,
        this.within([[name, bound]], () => this.check(body)),
      );
    }
    const ask = (method: string) =>
      this.resolved(method, this.scope.functions.signatures(method)!, [], at, this.check(value));
    const test = ask('hasValue');
    const bound = ask('value');
    const result = this.within([[name, bound]], () => this.check(body));
    return this.resolved(
      '_?_:_',
      conditional,
      [test, kind === 'map' ? optionalOf(result) : result, optionalOf(this.openType())],
      at,
    );
  }
}

function typeOfLiteral(value: unknown): CheckedType {
  switch (typeof value) {
    case 'bigint':
      return intType;
    case 'number':
      return typeNamed('double');
    case 'string':
      return textType;
    case 'boolean':
      return boolType;
    default:
      return value === null ? nullType : typeNamed(value instanceof Uint8Array ? 'bytes' : 'uint');
  }
}

/** Upstream has another name for the operator than the language's definition. */
const shownName = (name: string) => (name === '_in_' ? '@in' : name);

const undeclared = (name: string) => `undeclared reference to '${name}' (in container '')`;
