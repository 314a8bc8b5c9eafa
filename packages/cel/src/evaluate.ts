/**
 * From a tree to a function that gives its value. Names become places in a frame, so that nothing is looked up while
 * it runs; every step is charged to a budget, so that no expression runs for long.
 */
import { isWritten, listCost, mapCost, messageCost } from './cost/run-costs.js';
import { fold } from './fold.js';
import { always, charged, constantOf, type Evaluator, Frame } from './frame.js';
import type { FunctionTable } from './functions.js';
import { pattern } from './library/pattern.js';
import { qualifiedName } from './parse.js';
import { declared, element, literal, member, optionalOf, truth, valueOfOptional } from './parts.js';
import type { Comprehension, Expression } from './syntax-tree.js';
import { CelError, isList, isMap, LiteralMap, noSuchOverload, Optional, Type, type Value } from './values.js';

/** Conversions of what is written out are made once. */
const conversions: ReadonlySet<string> = new Set([
  ...['bool', 'bytes', 'double', 'duration', 'dyn', 'int', 'string', 'timestamp', 'type', 'uint'],
]);

/** For what is made of constants alone. */
const nothingToSpend = new Frame([], 0);

/** Their second argument is a pattern: one that is written out has to be right. */
const patterned: ReadonlySet<string> = new Set(['matches', 'find', 'findAll']);

/** Variables, and what is taken from something. */
const isAttribute = (expression: Expression, { constant }: Evaluator): boolean =>
  constant === undefined &&
  (expression.type === 'name' || expression.type === 'index' || (expression.type === 'select' && !expression.test));

/** What all is taken from. */
const rootOf = (expression: Expression): Expression =>
  expression.type === 'select' || expression.type === 'index' ? rootOf(expression.target) : expression;

function readable(source: string): string {
  pattern(source);
  return source;
}

/** Makes a message `Name{…}`, as `Object{…}` of a mutating policy. */
export type MessageMaker = (name: string, fields: ReadonlyMap<string, Value>) => Value;

export interface Scope {
  /** Names of variables; their order is their place in the frame. */
  readonly variables: readonly string[];
  readonly functions: FunctionTable;
  readonly message?: MessageMaker;
  /** In which names are looked for first, as `a.b`. */
  readonly container?: string;
}

const types: ReadonlyMap<string, Type> = new Map(
  [
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
  ].map((name) => [name, new Type(name)]),
);

/** Compiles within a scope; variables of macros get places after those of the scope. */
export class Compiler {
  private readonly places = new Map<string, number>();
  /** Places that a frame needs. */
  size: number;

  constructor(private readonly scope: Scope) {
    this.size = scope.variables.length;
    for (const [place, name] of scope.variables.entries()) this.places.set(name, place);
  }

  compile(expression: Expression): Evaluator {
    switch (expression.type) {
      case 'literal':
        return always(literal(expression.value));
      case 'name':
        return this.name(expression.name);
      case 'select':
        return this.select(expression);
      case 'index':
        return this.index(expression);
      case 'call':
        return this.call(expression);
      case 'and':
      case 'or':
        return this.logical(expression.type === 'or', this.compile(expression.left), this.compile(expression.right));
      case 'conditional': {
        const test = this.compile(expression.test);
        const [then, otherwise] = [this.inner(expression.then), this.inner(expression.otherwise)];
        return (frame) => (truth(test(frame), '_?_:_') ? then(frame) : otherwise(frame));
      }
      case 'list':
        return this.list(expression.items);
      case 'map': {
        const entries = expression.entries.map(({ key, value, optional }) => ({
          key: this.compile(key),
          value: this.compile(value),
          optional,
        }));
        const isConstant = entries.every(
          ({ key, value, optional }) => !optional && key.constant !== undefined && value.constant !== undefined,
        );
        const made = (frame: Frame): Value => {
          const pairs: [Value, Value][] = [];
          for (const { key, value, optional } of entries) {
            const name = key(frame);
            const given = value(frame);
            const present = optional ? valueOfOptional(given) : given;
            if (present !== undefined) pairs.push([name, present]);
          }
          return new LiteralMap(pairs);
        };
        return isConstant ? constantOf(() => made(nothingToSpend)) : charged(mapCost, made);
      }
      case 'message':
        return this.message(expression);
      case 'comprehension':
        return this.comprehension(expression);
      case 'bind':
        return this.bind(expression);
    }
  }

  private name(name: string): Evaluator {
    const found = this.variable(name) ?? this.type(name);
    if (found === undefined)
      throw new CelError(`undeclared reference to '${name.replace(/^\./, '')}' (in container '')`);
    return found;
  }

  private variable(name: string): Evaluator | undefined {
    for (const candidate of this.candidates(name)) {
      const place = this.places.get(candidate);
      if (place === undefined) continue;
      return (frame) => {
        frame.charge(1);
        const value = frame.values[place];
        if (value === undefined) throw new CelError(`no such attribute(s): ${candidate}`);
        return value;
      };
    }
    return undefined;
  }

  private type(name: string): Evaluator | undefined {
    for (const candidate of this.candidates(name)) {
      const type = types.get(candidate) ?? this.scope.functions.types.get(candidate);
      if (type !== undefined) return always(type);
    }
    return undefined;
  }

  /** A name in the container is looked for from the innermost part outward; `.name` only as it is. */
  private *candidates(name: string): Iterable<string> {
    if (!name.startsWith('.')) {
      for (
        let { container = '' } = this.scope;
        container !== '';
        container = container.slice(0, Math.max(0, container.lastIndexOf('.')))
      )
        if (!this.isLocal(name)) yield `${container}.${name}`;
      yield name;
    } else yield name.slice(1);
  }

  private isLocal(name: string): boolean {
    return (this.places.get(name) ?? -1) >= this.scope.variables.length;
  }

  private select(expression: Expression & { type: 'select' }): Evaluator {
    const { field, optional, test } = expression;
    if (!optional && !test) {
      // `a.b.c` may be one variable of that name: the longest name is taken.
      const name = qualifiedName(expression);
      const whole =
        name === undefined || this.startsWithLocal(name) ? undefined : (this.variable(name) ?? this.type(name));
      if (whole !== undefined) return whole;
    }
    const target = this.container(expression.target);
    if (test) {
      return (frame) => {
        const object = target(frame);
        if (object instanceof Optional) return object.value !== undefined && member(object.value, field) !== undefined;
        if (!isMap(object)) throw noSuchOverload('has', [object]);
        return declared(object, field).get(field) !== undefined;
      };
    }
    return (frame) => {
      const object = target(frame);
      frame.charge(1);
      if (object instanceof Optional)
        return object.value === undefined ? object : optionalOf(member(object.value, field));
      const value = member(object, field);
      if (optional) return optionalOf(value);
      if (value === undefined) throw new CelError(`no such key: ${field}`);
      return value;
    };
  }

  private startsWithLocal(name: string): boolean {
    return this.isLocal(name.split('.')[0]!);
  }

  /** Of what is taken something from: where it is no variable or part of one itself, a variable is made of it. */
  private container(expression: Expression): Evaluator {
    const evaluate = this.compile(expression);
    return expression.type === 'conditional' || isAttribute(expression, evaluate) ? evaluate : charged(1, evaluate);
  }

  /** As a key, or as what a condition decides for, a variable costs nothing itself, only what is taken from it. */
  private inner(expression: Expression): Evaluator {
    const evaluate = this.compile(expression);
    if (!isAttribute(expression, evaluate) || rootOf(expression).type === 'conditional') return evaluate;
    return (frame) => {
      const value = evaluate(frame);
      frame.spent--;
      return value;
    };
  }

  private index(expression: Expression & { type: 'index' }): Evaluator {
    const target = this.container(expression.target);
    const index = this.inner(expression.index);
    const { optional } = expression;
    return (frame) => {
      const object = target(frame);
      const key = index(frame);
      frame.charge(1);
      if (object instanceof Optional) {
        if (object.value === undefined) return object;
        return optionalOf(element(object.value, key));
      }
      const value = element(object, key);
      if (optional) return optionalOf(value);
      if (value === undefined)
        throw new CelError(isList(object) ? `index out of bounds: ${String(key)}` : `no such key: ${String(key)}`);
      return value;
    };
  }

  private call({ name, target, args }: Expression & { type: 'call' }): Evaluator {
    const { functions } = this.scope;
    if (target !== undefined) {
      // `math.greatest(…)` is a function in a namespace; `value.startsWith(…)` is a method.
      const namespace = qualifiedName(target);
      const qualified = namespace === undefined ? undefined : this.functionName(`${namespace}.${name}`);
      if (qualified !== undefined && this.variable(namespace!) === undefined)
        return this.apply(qualified, functions.function(qualified)!, args);
      const method = functions.method(name);
      if (method === undefined) throw new CelError(`undeclared reference to '${name}' (in container '')`);
      return this.apply(name, method, [target, ...args]);
    }
    const found = this.functionName(name);
    if (found === undefined) throw new CelError(`undeclared reference to '${name}' (in container '')`);
    return this.apply(found, functions.function(found)!, args);
  }

  private functionName(name: string): string | undefined {
    for (const candidate of this.candidates(name))
      if (this.scope.functions.function(candidate) !== undefined) return candidate;
    return undefined;
  }

  private apply(
    name: string,
    call: NonNullable<ReturnType<FunctionTable['function']>>,
    args: readonly Expression[],
  ): Evaluator {
    const evaluators = args.map((arg) => this.compile(arg));
    const [first, second] = evaluators;
    if (name === 'optional.or' || name === 'or' || name === 'orValue') return this.orElse(name, call, evaluators);
    if (evaluators.length === 1 && conversions.has(name) && first!.constant !== undefined)
      return constantOf(() => call.run([first!.constant!]));
    if (patterned.has(name) && typeof second?.constant === 'string')
      constantOf(() => readable(second.constant as string));
    if (evaluators.length === 2) {
      const isFree = name === '_in_' && isWritten(args[1]!);
      return (frame) => {
        const given = [first!(frame), second!(frame)];
        if (!isFree) frame.charge(call.cost(given));
        return call.run(given);
      };
    }
    return (frame) => {
      const given = evaluators.map((evaluate) => evaluate(frame));
      frame.charge(call.cost(given));
      return call.run(given);
    };
  }

  /** `a.or(b)` looks at `b` only where it must. */
  private orElse(
    name: string,
    call: NonNullable<ReturnType<FunctionTable['function']>>,
    [target, other]: readonly Evaluator[],
  ): Evaluator {
    return (frame) => {
      const given = target!(frame);
      if (other === undefined) return call.run([given]);
      if (given instanceof Optional && given.value !== undefined) return name === 'or' ? given : given.value;
      return call.run([given, other(frame)]);
    };
  }

  /** Either side may decide alone, even where the other has no value. */
  private logical(decisive: boolean, left: Evaluator, right: Evaluator): Evaluator {
    const name = decisive ? '_||_' : '_&&_';
    const value = (evaluate: Evaluator, frame: Frame): Value | CelError => {
      try {
        return evaluate(frame);
      } catch (error) {
        if (error instanceof CelError) return error;
        throw error;
      }
    };
    return (frame) => {
      const first = value(left, frame);
      if (first === decisive) return decisive;
      const second = value(right, frame);
      if (second === decisive) return decisive;
      for (const each of [first, second]) {
        if (each instanceof CelError) throw each;
        if (typeof each !== 'boolean') throw noSuchOverload(name, [first as Value, second as Value]);
      }
      return !decisive;
    };
  }

  private list(items: readonly { readonly value: Expression; readonly optional: boolean }[]): Evaluator {
    const evaluators = items.map(({ value, optional }) => ({ evaluate: this.compile(value), optional }));
    const isConstant = evaluators.every(({ evaluate, optional }) => !optional && evaluate.constant !== undefined);
    const made = (frame: Frame): Value => {
      const values: Value[] = [];
      for (const { evaluate, optional } of evaluators) {
        const given = evaluate(frame);
        const present = optional ? valueOfOptional(given) : given;
        if (present !== undefined) values.push(present);
      }
      return values;
    };
    return isConstant ? constantOf(() => made(nothingToSpend)) : charged(listCost, made);
  }

  private message({ name, fields }: Expression & { type: 'message' }): Evaluator {
    const make = this.scope.message;
    if (make === undefined) throw new CelError(`undeclared reference to '${name}' (in container '')`);
    const evaluators = fields.map(({ name: field, value, optional }) => ({
      field,
      evaluate: this.compile(value),
      optional,
    }));
    return (frame) => {
      frame.charge(messageCost);
      const made = new Map<string, Value>();
      for (const { field, evaluate, optional } of evaluators) {
        const given = evaluate(frame);
        const present = optional ? valueOfOptional(given) : given;
        if (present !== undefined) made.set(field, present);
      }
      return make(name, made);
    };
  }

  /** Compiles within new variables, which are gone afterwards. */
  private within<T>(names: readonly string[], compile: (places: readonly number[]) => T): T {
    const hidden = names.map((name) => this.places.get(name));
    const places = names.map((name) => {
      const place = this.size++;
      this.places.set(name, place);
      return place;
    });
    const compiled = compile(places);
    for (const [at, name] of names.entries()) {
      const before = hidden[at];
      if (before === undefined) this.places.delete(name);
      else this.places.set(name, before);
    }
    return compiled;
  }

  private bind({ name, value, body, kind }: Expression & { type: 'bind' }): Evaluator {
    const evaluate = this.compile(value);
    return this.within([name], ([place]) => {
      const inner = this.compile(body);
      return (frame) => {
        const before = frame.spent;
        const given = evaluate(frame);
        if (kind === 'plain') {
          frame.charge(1);
          frame.values[place!] = given;
          return inner(frame);
        }
        // It is looked at twice: whether it is there, and what it is.
        frame.charge(1);
        const again = frame.spent - before;
        if (!(given instanceof Optional)) throw noSuchOverload(kind === 'map' ? 'optMap' : 'optFlatMap', [given]);
        if (given.value === undefined) return given;
        frame.charge(again);
        frame.values[place!] = given.value;
        const result = inner(frame);
        if (kind === 'map') frame.charge(1);
        return kind === 'map' ? new Optional(result) : result;
      };
    });
  }

  private comprehension(expression: Comprehension): Evaluator {
    const { range, variables, filter, body } = expression;
    const over = this.compile(range);
    return this.within(variables, (places) => {
      const keep = filter === undefined ? undefined : this.compile(filter);
      return fold(expression, { over, places, inner: this.compile(body), ...(keep === undefined ? {} : { keep }) });
    });
  }
}
