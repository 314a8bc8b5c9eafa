/** The variables of a policy: each is known by the type of its expression, and found when it is first asked for. */
import type * as Cel from '@pintle/cel';
import type { CelModule } from '../../registry/cel-module.js';
import type { Budget } from './budget.js';
import type { PolicyLanguage, Speaks } from './policy-language.js';

/** The type of `variables`, which grows with each variable: one may name those before it. */
export class VariableTypes {
  private readonly types = new Map<string, Cel.CheckedType>();
  readonly type: Cel.CheckedType;

  constructor(private readonly cel: CelModule) {
    this.type = cel.objectNamed('kubernetes.variables', this.types);
  }

  /** `type` is absent where the expression is none: then anything may be done with the variable. */
  add(name: string, type?: Cel.CheckedType): void {
    this.types.set(name, type === undefined ? this.cel.dyn : this.kept(type));
  }

  /** Objects, and what libraries bring, are of any type when they come by a variable. */
  private kept({ name, params = [] }: Cel.CheckedType): Cel.CheckedType {
    if (plainTypes.has(name)) return { name };
    if (name !== 'list' && name !== 'map') return this.cel.dyn;
    return { name, params: params.map((param) => this.kept(param)) };
  }
}

const plainTypes: ReadonlySet<string> = new Set([
  ...['bool', 'bytes', 'double', 'int', 'null_type', 'string', 'uint'],
  ...['google.protobuf.Duration', 'google.protobuf.Timestamp'],
]);

export interface CompiledVariables {
  readonly programs: ReadonlyMap<string, Cel.CelProgram>;
  readonly type: Cel.CheckedType;
}

/** Errors: `CelCompileError`. */
export function compileVariables(
  { cel, environment }: PolicyLanguage,
  sources: readonly { readonly name: string; readonly expression: string }[] | null | undefined,
  speaks: Speaks,
): CompiledVariables {
  const types = new VariableTypes(cel);
  const programs = new Map<string, Cel.CelProgram>();
  const language = environment({ ...speaks, variables: types.type });
  for (const { name, expression } of sources ?? []) {
    const program = language.compile(expression);
    programs.set(name, program);
    types.add(name, program.type);
  }
  return { programs, type: types.type };
}

/** What is given, with the policy's own variables. One without a value has none for whoever asks, and says why. */
export function withVariables(
  cel: CelModule,
  programs: ReadonlyMap<string, Cel.CelProgram>,
  given: Readonly<Record<string, Cel.Value>>,
  budget?: Budget,
): Readonly<Record<string, Cel.Value>> {
  const variables = lazyMap([...programs.keys()], (name) => {
    const ran = programs.get(name)!.attempt({ ...given, variables });
    budget?.spend(ran.cost);
    if ('error' in ran)
      throw new cel.CelError(`composited variable ${JSON.stringify(name)} fails to evaluate: ${ran.error.message}`);
    return ran.value;
  });
  return { ...given, variables };
}

/** A map whose values are found when they are asked for, each once. */
function lazyMap(names: readonly string[], find: (name: string) => Cel.Value): Cel.CelMap {
  const made = new Map<string, Cel.Value>();
  return {
    celType: 'map',
    size: names.length,
    keys: () => names,
    get(key) {
      if (typeof key !== 'string' || !names.includes(key)) return undefined;
      let value = made.get(key);
      if (value === undefined) {
        value = find(key);
        made.set(key, value);
      }
      return value;
    },
  };
}
