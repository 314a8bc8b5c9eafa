/** CEL over a SubjectAccessReview: which questions a webhook of access is asked. */
import type { SubjectAccessReviewSpec } from '@pintle/api/authorization/v1';
import type * as Cel from '@pintle/cel';
import { type FieldError, list, map, object, ref, string } from '@pintle/machinery';
import { expressionFault } from '../../registry/expression-fault.js';

const Requirement = object(
  { key: string(), operator: string(), values: list(string()) },
  'kubernetes.SelectorRequirement',
);
const selector = (of: 'Field' | 'Label') =>
  object({ rawSelector: string(), requirements: list(Requirement) }, `kubernetes.${of}SelectorAttributes`);
const request = object(
  () => ({
    resourceAttributes: ref(
      object(
        {
          ...{ namespace: string(), verb: string(), group: string(), version: string(), resource: string() },
          ...{
            subresource: string(),
            name: string(),
            fieldSelector: ref(selector('Field')),
            labelSelector: ref(selector('Label')),
          },
        },
        'kubernetes.ResourceAttributes',
      ),
    ),
    nonResourceAttributes: ref(object({ path: string(), verb: string() }, 'kubernetes.NonResourceAttributes')),
    user: string(),
    groups: list(string()),
    extra: map(list(string())),
    uid: string(),
  }),
  'kubernetes.SubjectAccessReviewSpec',
);

export interface MatchConditions {
  /** Undefined: it is one. */
  faultOf(expression: string, path: string): FieldError | undefined;
  /**
   * Whether all hold: one that does not is enough to say so, also where others have no value. Errors: `CelError`, where none
   * says no and one has no value.
   */
  compile(expressions: readonly string[]): (spec: SubjectAccessReviewSpec) => boolean;
}

export function matchConditions(cel: typeof Cel): MatchConditions {
  const environment = cel.celEnvironment({
    variables: { request: cel.typeOfSchema(request.node) },
    libraries: cel.kubernetesLibraries,
  });
  return {
    faultOf: (expression, path) =>
      expressionFault(
        cel,
        () => environment.compile(expression),
        { expression, path },
        (type) => (type.name === 'bool' ? undefined : `must evaluate to bool but got ${cel.typeFullText(type)}`),
      ),
    compile(expressions) {
      const programs = expressions.map((expression) => environment.compile(expression));
      return (spec) => {
        const shown = cel.celValueOf(shownSpec(spec), request.node);
        let failure: unknown;
        for (const program of programs) {
          try {
            if (program.run({ request: shown }).value !== true) return false;
          } catch (error) {
            if (!(error instanceof cel.CelError) && !(error instanceof cel.CelCostError)) throw error;
            failure ??= error;
          }
        }
        if (failure !== undefined) throw failure;
        return true;
      };
    },
  };
}

/** With every text, also of what is not said. */
function shownSpec({
  resourceAttributes,
  user = '',
  uid = '',
  groups = [],
  extra = {},
  ...rest
}: SubjectAccessReviewSpec) {
  const none = { namespace: '', verb: '', group: '', version: '', resource: '', subresource: '', name: '' };
  return {
    ...{ user, uid, groups, extra },
    ...(resourceAttributes === undefined ? {} : { resourceAttributes: { ...none, ...resourceAttributes } }),
    ...(rest.nonResourceAttributes === undefined
      ? {}
      : { nonResourceAttributes: { path: '', verb: '', ...rest.nonResourceAttributes } }),
  };
}
