/** A compiled expression: parsed and checked once, run often. */
import { type Checked, type CheckScope, checkCel } from './check/check.js';
import { type CheckedType, dyn, standardTypes } from './check/checked-type.js';
import { literalProblems } from './check/literal-problems.js';
import { pointedProblems } from './check/pointed-problems.js';
import type { CheckProblem } from './check-problem.js';
import { type DeclaredSize, sizeAt } from './cost/declared-sizes.js';
import { estimateCost } from './cost/estimate.js';
import { Compiler, type MessageMaker } from './evaluate.js';
import { CelCostError, ConstantError, Frame } from './frame.js';
import { type FunctionTable, functionTable, type Library } from './functions.js';
import { optionalLibrary } from './library/optionals.js';
import { standardLibrary } from './library/standard.js';
import { stringLibrary } from './library/strings.js';
import { parseCel } from './parse.js';
import type { Expression } from './syntax-tree.js';
import { CelError, type Value } from './values.js';

export interface CelOptions {
  /** What an expression may name, with what is known of its type: `typeOfSchema(node)`, or `dyn`. */
  readonly variables?: Readonly<Record<string, CheckedType>>;
  /** Beside the standard, strings and optionals. */
  readonly libraries?: readonly Library[];
  /** Of objects that are written out, `Name{…}`: their types, and what makes them. */
  readonly objectType?: CheckScope['objectType'] & {};
  readonly message?: MessageMaker;
  /** In which names are looked for first. What is found there is not checked beforehand. */
  readonly container?: string;
  /** Whether an expression is checked before it can run. Default true. */
  readonly check?: boolean;
  /** What one run may cost, in steps as Kubernetes counts them. Default 1,000,000. */
  readonly costLimit?: number;
}

export interface CelProgram {
  /** What is known of the result; `dyn` where nothing is. */
  readonly type: CheckedType;
  /** The variables that it names; none where it was not checked. */
  readonly names: ReadonlySet<string>;
  /** The most that a run may cost, for a variable of these sizes, as kube-apiserver estimates it. */
  costMax(root: DeclaredSize): number;
  /** Errors: `CelError` where there is no value, `CelCostError` where it costs too much. */
  run(variables?: Readonly<Record<string, Value | undefined>>): { readonly value: Value; readonly cost: number };
  /** As `run`, but what it cost is told of a run that fails as well. */
  attempt(variables?: Readonly<Record<string, Value | undefined>>): Attempt;
}

export type Attempt = { readonly cost: number } & (
  | { readonly value: Value }
  | { readonly error: CelError | CelCostError }
);

/** What a call of one expression may cost in Kubernetes. */
export const costLimitDefault = 1_000_000;

/** An expression that cannot be run; the message shows each place, as kube-apiserver does. */
export class CelCompileError extends Error {
  readonly code = 'PINTLE_CEL_COMPILE';
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CelCompileError';
  }
}

/** The expression is well-formed, and what is constant in it has no value. */
export class CelInstantiationError extends CelCompileError {
  constructor(
    message: string,
    /** As `CelProgram` has it. */
    readonly type: CheckedType,
    options?: ErrorOptions,
  ) {
    super(`program instantiation failed: ${message}`, options);
    this.name = 'CelInstantiationError';
  }
}

const uncompilable = (source: string, problems: readonly CheckProblem[], options?: ErrorOptions): CelCompileError =>
  new CelCompileError(`compilation failed: ${pointedProblems(source, problems)}`, options);

export interface CelEnvironment {
  /** Errors: `CelCompileError`. */
  compile(source: string): CelProgram;
}

export function celEnvironment(options: CelOptions = {}): CelEnvironment {
  const {
    variables = {},
    libraries = noLibraries,
    message,
    objectType,
    container,
    check = container === undefined,
    costLimit = costLimitDefault,
  } = options;
  const functions = functionsOf(libraries);
  const names = Object.keys(variables);
  const strictLiterals = libraries.some((library) => library.strictLiterals);
  const binds = libraries.some((library) => library.binds);
  const scope: CheckScope = { variables, functions, ...(objectType === undefined ? {} : { objectType }) };
  return {
    compile(source) {
      const expression = parsed(source, binds);
      const checked = check ? checkedWith(scope, source, expression, strictLiterals) : undefined;
      const compiler = new Compiler({
        variables: names,
        functions,
        ...(message === undefined ? {} : { message }),
        ...(container === undefined ? {} : { container }),
      });
      const { type = dyn, names: named = new Set<string>() } = checked ?? {};
      const evaluate = compiledBy(compiler, source, expression, type);
      const framed = (given: Readonly<Record<string, Value | undefined>> = {}) => {
        const values: (Value | undefined)[] = names.map((name) => given[name]);
        values.length = compiler.size;
        return new Frame(values, costLimit);
      };
      return {
        type,
        names: named,
        // Rules are estimated once and run often, so nothing is kept for it.
        costMax(root) {
          const again = parsed(source, binds);
          return estimateCost(again, {
            types: checkCel(again, scope).types,
            function: functions.function,
            method: functions.method,
            isType: (name) => standardTypes.has(name) || functions.types.has(name),
            sizeAt: (path) => sizeAt(root, path),
          }).max;
        },
        run(given) {
          const frame = framed(given);
          return { value: evaluate(frame), cost: frame.spent };
        },
        attempt(given) {
          const frame = framed(given);
          try {
            return { value: evaluate(frame), cost: frame.spent };
          } catch (error) {
            if (!(error instanceof CelError) && !(error instanceof CelCostError)) throw error;
            return { error, cost: frame.spent };
          }
        },
      };
    },
  };
}

const noLibraries: readonly Library[] = [];
const tables = new WeakMap<readonly Library[], FunctionTable>();

/** Environments are made for every rule, and of few libraries. */
function functionsOf(libraries: readonly Library[]): FunctionTable {
  let found = tables.get(libraries);
  if (found === undefined) {
    found = functionTable([standardLibrary, stringLibrary, optionalLibrary, ...libraries]);
    tables.set(libraries, found);
  }
  return found;
}

function checkedWith(scope: CheckScope, source: string, expression: Expression, strictLiterals: boolean): Checked {
  const checked = checkCel(expression, scope);
  const { types } = checked;
  const problems =
    checked.problems.length === 0 && strictLiterals ? literalProblems(expression, types) : checked.problems;
  if (problems.length > 0) throw uncompilable(source, problems);
  return checked;
}

function compiledBy(compiler: Compiler, source: string, expression: Expression, type: CheckedType) {
  try {
    return compiler.compile(expression);
  } catch (error) {
    if (error instanceof ConstantError) throw new CelInstantiationError(error.message, type, { cause: error });
    if (!(error instanceof CelError)) throw error;
    throw uncompilable(source, [{ at: 0, problem: error.message }], { cause: error });
  }
}

function parsed(source: string, binds: boolean): Expression {
  const { expression, problems } = parseCel(source, binds);
  if (expression === undefined) throw uncompilable(source, problems);
  return expression;
}
