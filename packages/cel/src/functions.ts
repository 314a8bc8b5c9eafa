/** The functions of an expression, by name; which of a name is meant is decided by the types of what it is given. */
import { noSuchOverload, Type, typeName, type Value } from './values.js';

/** A type in a signature: its name, `any` for whatever comes, `number` for every number. */
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
  /**
   * Whether lists and maps that are written out hold values of one type, and texts that are written out as times, durations
   * and patterns have to be such.
   */
  readonly strictLiterals?: boolean;
}

export interface Callable {
  readonly overloads: readonly Overload[];
  run(args: readonly Value[]): Value;
  cost(args: readonly Value[]): number;
}

export interface FunctionTable {
  function(name: string): Callable | undefined;
  method(name: string): Callable | undefined;
  readonly types: ReadonlyMap<string, Type>;
}

const accepts = (param: TypeName, type: string): boolean => param === 'any' || param === type;

function callable(name: string, overloads: readonly Overload[]): Callable {
  const chosen = (args: readonly Value[]): Overload => {
    search: for (const overload of overloads) {
      const { params } = overload;
      if (params.length !== args.length) continue;
      for (let at = 0; at < params.length; at++) if (!accepts(params[at]!, typeName(args[at]!))) continue search;
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
  const functions = new Map<string, Overload[]>();
  const methods = new Map<string, Overload[]>();
  for (const overload of libraries.flatMap(({ overloads }) => overloads)) {
    if (overload.as !== 'method') file(functions, overload);
    if (overload.as !== undefined) file(methods, overload);
  }
  const callables = (from: Map<string, Overload[]>) =>
    new Map([...from].map(([name, overloads]) => [name, callable(name, overloads)]));
  const [byName, byMethod] = [callables(functions), callables(methods)];
  return {
    function: (name) => byName.get(name),
    method: (name) => byMethod.get(name),
    types: new Map(libraries.flatMap(({ types = [] }) => types.map((name) => [name, new Type(name)]))),
  };
}

function file(under: Map<string, Overload[]>, overload: Overload): void {
  const found = under.get(overload.name);
  if (found === undefined) under.set(overload.name, [overload]);
  else found.push(overload);
}

/** The cost of looking through a text or a list once. */
export const traversal = (length: number): number => Math.ceil(length * 0.1);
