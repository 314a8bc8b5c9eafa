/** A compiled expression: parsed and checked once, run often. */
import { type CheckedType, type CheckProblem, checkCel, standardTypes } from './check.js';
import { type DeclaredSize, sizeAt } from './cost/declared-sizes.js';
import { estimateCost } from './cost/estimate.js';
import { Compiler, Frame, type MessageMaker } from './evaluate.js';
import { functionTable, type Library } from './functions.js';
import { optionalLibrary } from './library/optionals.js';
import { standardLibrary } from './library/standard.js';
import { stringLibrary } from './library/strings.js';
import { parseCel } from './parse.js';
import { CelSyntaxError } from './syntax-tree.js';
import { CelError, type Value } from './values.js';

export interface CelOptions {
  /** What an expression may name, with what is known of its type: `typeOfSchema(node)`, or `{ name: 'any' }`. */
  readonly variables?: Readonly<Record<string, CheckedType>>;
  /** Beside the standard, strings and optionals. */
  readonly libraries?: readonly Library[];
  readonly message?: MessageMaker;
  /** In which names are looked for first. What is found there is not checked beforehand. */
  readonly container?: string;
  /** Whether an expression is checked before it can run. Default true. */
  readonly check?: boolean;
  /** What one run may cost, in steps about as Kubernetes counts them. Default 1,000,000. */
  readonly costLimit?: number;
}

export interface CelProgram {
  /** What is known of the result; its name is `any` where nothing is. */
  readonly type: CheckedType;
  /** The variables that it names; none where it was not checked. */
  readonly names: ReadonlySet<string>;
  /** The most that a run may cost, for a variable of these sizes, as kube-apiserver estimates it. */
  costMax(root: DeclaredSize): number;
  /** Errors: `CelError` where there is no value, `CelCostError` where it costs too much. */
  run(variables?: Readonly<Record<string, Value | undefined>>): { readonly value: Value; readonly cost: number };
}

/** What a call of one expression may cost in Kubernetes. */
export const costLimitDefault = 1_000_000;

/** An expression that cannot be run; the message shows each place, as kube-apiserver does. */
export class CelCompileError extends Error {
  readonly code = 'PINTLE_CEL_COMPILE';
  constructor(
    source: string,
    readonly problems: readonly CheckProblem[],
    options?: ErrorOptions,
  ) {
    super(`compilation failed: ${problems.map((problem) => pointed(source, problem)).join('\n')}`, options);
    this.name = 'CelCompileError';
  }
}

function pointed(source: string, { at, problem }: CheckProblem): string {
  const before = source.slice(0, at).split('\n');
  const [line, column] = [before.length, before.at(-1)!.length];
  const text = source.split('\n')[line - 1]!;
  return `ERROR: <input>:${line}:${column + 1}: ${problem}\n | ${text}\n | ${'.'.repeat(column)}^`;
}

export interface CelEnvironment {
  /** Errors: `CelCompileError`. */
  compile(source: string): CelProgram;
}

export function celEnvironment(options: CelOptions = {}): CelEnvironment {
  const {
    variables = {},
    libraries = [],
    message,
    container,
    check = container === undefined,
    costLimit = costLimitDefault,
  } = options;
  const functions = functionTable([standardLibrary, stringLibrary, optionalLibrary, ...libraries]);
  const names = Object.keys(variables);
  const strictLiterals = libraries.some((library) => library.strictLiterals);
  return {
    compile(source) {
      const expression = parsed(source);
      const checked = check ? checkCel(expression, { variables, functions, strictLiterals }) : undefined;
      if (checked !== undefined && checked.problems.length > 0) throw new CelCompileError(source, checked.problems);
      const compiler = new Compiler({
        variables: names,
        functions,
        ...(message === undefined ? {} : { message }),
        ...(container === undefined ? {} : { container }),
      });
      const evaluate = compiledBy(compiler, source, expression);
      return {
        type: checked?.type ?? { name: 'any' },
        names: checked?.names ?? new Set(),
        // Rules are estimated once and run often, so nothing is kept for it.
        costMax(root) {
          const again = parsed(source);
          return estimateCost(again, {
            types: checkCel(again, { variables, functions }).types,
            function: functions.function,
            method: functions.method,
            isType: (name) => standardTypes.has(name) || functions.types.has(name),
            sizeAt: (path) => sizeAt(root, path),
          }).max;
        },
        run(given = {}) {
          const values: (Value | undefined)[] = names.map((name) => given[name]);
          values.length = compiler.size;
          const frame = new Frame(values, costLimit);
          return { value: evaluate(frame), cost: frame.spent };
        },
      };
    },
  };
}

function compiledBy(compiler: Compiler, source: string, expression: ReturnType<typeof parseCel>) {
  try {
    return compiler.compile(expression);
  } catch (error) {
    if (!(error instanceof CelError)) throw error;
    throw new CelCompileError(source, [{ at: 0, problem: error.message }], { cause: error });
  }
}

function parsed(source: string) {
  try {
    return parseCel(source);
  } catch (error) {
    if (error instanceof CelSyntaxError) throw new CelCompileError(source, [error], { cause: error });
    throw error;
  }
}
