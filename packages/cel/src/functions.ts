/** The functions of an expression, by name; which of a name is meant is decided by the types of what it is given. */
import { headOf, parseSignature, type Signature } from './check/signature.js';
import { isList, isMap, noSuchOverload, Type, typeName, type Value } from './values.js';

/** A type in a signature: `int`, `list(string)`, `dyn` for whatever comes, a letter for what is the same throughout. */
export type TypeName = string;

export interface Overload {
  readonly name: string;
  /** Called on its first parameter: `text.size()`. Default: a function. `both` is both. */
  readonly as?: 'method' | 'both';
  readonly params: readonly TypeName[];
  readonly result: TypeName;
  /** Of the right types. Errors: `CelError`. */
  run(...args: never[]): Value;
  /** Default 1. */
  cost?(...args: never[]): number;
}

export interface Library {
  readonly overloads: readonly Overload[];
  /** Names of types that it brings, for `type(x) == net.IP`. */
  readonly types?: readonly string[];
  /** Whether what is written out has to be right before it runs: `literal-problems.ts`. */
  readonly strictLiterals?: boolean;
  /** Whether `cel.bind(name, value, body)` can be said. */
  readonly binds?: boolean;
}

export interface Callable {
  readonly overloads: readonly Overload[];
  run(args: readonly Value[]): Value;
  cost(args: readonly Value[]): number;
}

export interface FunctionTable {
  function(name: string): Callable | undefined;
  method(name: string): Callable | undefined;
  /** Of all functions and methods of the name; undefined where there is none. */
  signatures(name: string): readonly Signature[] | undefined;
  readonly types: ReadonlyMap<string, Type>;
}

function callable(name: string, overloads: readonly Overload[]): Callable {
  const heads = overloads.map((overload) => ({ overload, params: overload.params.map(headOf) }));
  const chosen = (args: readonly Value[]): Overload => {
    const types = args.map(typeName);
    search: for (const { overload, params } of heads) {
      if (params.length !== types.length) continue;
      for (let at = 0; at < params.length; at++) if (params[at] !== 'dyn' && params[at] !== types[at]) continue search;
      return overload;
    }
    throw noSuchOverload(name, args);
  };
  return {
    overloads,
    run: (args) => chosen(args).run(...(args as never[])),
    cost: (args) => {
      const { cost } = chosen(args);
      return cost === undefined ? 1 : cost(...(args as never[]));
    },
  };
}

export function functionTable(libraries: readonly Library[]): FunctionTable {
  const [functions, methods, all] = [
    new Map<string, Overload[]>(),
    new Map<string, Overload[]>(),
    new Map<string, Overload[]>(),
  ];
  for (const overload of libraries.flatMap(({ overloads }) => overloads)) {
    file(all, overload);
    if (overload.as !== 'method') file(functions, overload);
    if (overload.as !== undefined) file(methods, overload);
  }
  const [byName, byMethod] = [callables(functions), callables(methods)];
  const signatures = new Map<string, readonly Signature[]>();
  return {
    function: byName,
    method: byMethod,
    signatures(name) {
      const known = signatures.get(name);
      const overloads = all.get(name);
      if (known !== undefined || overloads === undefined) return known;
      const found = overloads.flatMap(({ params, result, as }) => [
        ...(as === 'method' ? [] : [parseSignature(params, result)]),
        ...(as === undefined ? [] : [parseSignature(params, result, true)]),
      ]);
      signatures.set(name, found);
      return found;
    },
    types: new Map(libraries.flatMap(({ types = [] }) => types.map((name) => [name, new Type(name)]))),
  };
}

/** Made when they are first asked for: an expression needs few. */
function callables(from: ReadonlyMap<string, readonly Overload[]>): (name: string) => Callable | undefined {
  const made = new Map<string, Callable>();
  return (name) => {
    const known = made.get(name);
    const overloads = from.get(name);
    if (known !== undefined || overloads === undefined) return known;
    const found = callable(name, overloads);
    made.set(name, found);
    return found;
  };
}

function file(under: Map<string, Overload[]>, overload: Overload): void {
  const found = under.get(overload.name);
  if (found === undefined) under.set(overload.name, [overload]);
  else found.push(overload);
}

/** What going once through a value and all that is in it costs: what is short costs nothing. */
export function wholeTraversal(value: Value): number {
  if (typeof value === 'string') return Math.floor(new TextEncoder().encode(value).length * 0.1);
  if (value instanceof Uint8Array) return Math.floor(value.length * 0.1);
  if (isList(value)) return (value as readonly Value[]).reduce<number>((sum, item) => sum + wholeTraversal(item), 0);
  if (!isMap(value)) return 1;
  return [...value.keys()].reduce<number>((sum, key) => sum + wholeTraversal(key) + wholeTraversal(value.get(key)!), 0);
}

/** The cost of matching: as if each four characters of the pattern went through the text. */
export const patternCost = (text: string, patternLength: number): number =>
  traversal(1 + text.length) * Math.ceil(patternLength / 4);

/** The cost of looking through a text or a list once. */
export const traversal = (length: number): number => Math.ceil(length * 0.1);
