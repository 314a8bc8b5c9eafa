/** CEL over the claims of a token and over the user that is made of them. */
import type * as Cel from '@pintle/cel';
import type { CelModule } from '../../registry/cel-module.js';
import { expressionFault } from '../../registry/expression-fault.js';
import type { Claims } from '../tokens/json-web-token.js';
import { ClaimError } from '../tokens/json-web-token.js';
import { userInCel } from '../user-in-cel.js';
import type { ExpressionFault } from './faults.js';

export interface ClaimExpressions {
  readonly faultOf: ExpressionFault;
  /** Errors: `ClaimError`, where the expression has no such value. */
  text(expression: string, claims: Claims): string;
  /** A text or a list of them; what is empty or null counts for nothing. Errors: `ClaimError`. */
  texts(expression: string, claims: Claims): readonly string[];
  /** Errors: `ClaimError` with `message` for whatever is not true. */
  require(variable: 'claims' | 'user', expression: string, value: unknown, message: string | undefined): void;
}

export function claimExpressions(cel: CelModule): ClaimExpressions {
  const libraries = cel.kubernetesLibraries;
  const environments = {
    claims: cel.celEnvironment({ variables: { claims: cel.mapOf(cel.textType, cel.anyType) }, libraries }),
    user: cel.celEnvironment({ variables: { user: cel.typeOfSchema(userInCel.node) }, libraries }),
  };
  const programs = new Map<string, Cel.CelProgram>();
  const programOf = (variable: 'claims' | 'user', expression: string): Cel.CelProgram => {
    const id = `${variable} ${expression}`;
    let found = programs.get(id);
    if (found === undefined) programs.set(id, (found = environments[variable].compile(expression)));
    return found;
  };
  const result = (variable: 'claims' | 'user', expression: string, value: unknown): Cel.Value => {
    const node = variable === 'user' ? userInCel.node : undefined;
    try {
      return programOf(variable, expression).run({ [variable]: cel.celValueOf(value, node) }).value;
    } catch (error) {
      if (!(error instanceof cel.CelError) && !(error instanceof cel.CelCostError)) throw error;
      throw new ClaimError(`expression '${expression}' resulted in error: ${error.message}`);
    }
  };
  return {
    faultOf: (variable, expression, path, wanted) =>
      expressionFault(
        cel,
        () => programOf(variable, expression),
        { expression, path },
        ({ name }) => (wanted === undefined || name === wanted ? undefined : `must evaluate to ${wanted}`),
      ),
    text(expression, claims) {
      const value = result('claims', expression, claims);
      if (typeof value !== 'string') throw new ClaimError(`expression '${expression}' must return a string`);
      return value;
    },
    texts(expression, claims) {
      const value = result('claims', expression, claims);
      const all = value === null ? [] : typeof value === 'string' ? [value] : value;
      if (!cel.isList(all) || !all.every((each): each is string => typeof each === 'string'))
        throw new ClaimError(`expression '${expression}' must return a string or a list of strings`);
      return all.filter((each) => each !== '');
    },
    require(variable, expression, value, message) {
      if (result(variable, expression, value) === true) return;
      throw new ClaimError(message || `validation expression '${expression}' failed`);
    },
  };
}
