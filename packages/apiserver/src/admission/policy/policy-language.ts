/** CEL as policies and match conditions speak it: `object`, `oldObject`, `request`, `params`, `variables`. */

import type * as Cel from '@pintle/cel';
import { aggregateText, type KubernetesObject, parseApiVersion } from '@pintle/machinery';
import type { CelModule } from '../../registry/cel-module.js';
import { scaleOf } from '../../subresources/scale-of.js';
import type { AdmissionRequest } from '../admission.js';
import type { Conditional, ConditionMetrics } from '../admission-metrics.js';
import {
  authorizerLibrary,
  authorizerTypes,
  authorizerVariables,
  type Decisions,
  whenDecided,
} from './authorizer-library.js';
import { Budget, conditionsBudget } from './budget.js';
import { namespaceInCel, patchTypes, requestInCel, writtenOut } from './declared-types.js';

/** What an expression may name beside `object`, `oldObject`, `request` and `namespaceObject`. */
export interface Speaks {
  readonly params?: boolean;
  readonly authorizer?: boolean;
  /** `Object{…}` and `JSONPatch{…}`. */
  readonly patches?: boolean;
  /** Of a policy that has any. */
  readonly variables?: Cel.CheckedType;
  /** Whether it is stored already: what Kubernetes has learnt lately, only such may say. */
  readonly stored?: boolean;
}

export interface PolicyLanguage {
  readonly cel: CelModule;
  environment(speaks: Speaks): Cel.CelEnvironment;
}

export function policyLanguage(cel: CelModule): PolicyLanguage {
  const plain = {
    object: cel.dyn,
    oldObject: cel.dyn,
    namespaceObject: cel.typeOfSchema(namespaceInCel.node),
    request: cel.typeOfSchema(requestInCel.node),
  };
  const authorizer = authorizerLibrary(cel);
  const stored = [...cel.kubernetesLibraries, authorizer];
  const fresh = [...cel.newExpressionLibraries, authorizer];
  const patching = { stored: [...stored, jsonPatchLibrary], fresh: [...fresh, jsonPatchLibrary] };
  const patches = {
    objectType: patchTypes(cel),
    message: (name: string, fields: ReadonlyMap<string, Cel.Value>) => writtenOut(cel, name, fields),
  };
  return {
    cel,
    environment: (speaks) =>
      cel.celEnvironment({
        variables: {
          ...plain,
          ...(speaks.params ? { params: cel.dyn } : {}),
          ...(speaks.authorizer ? authorizerTypes : {}),
          ...(speaks.variables === undefined ? {} : { variables: speaks.variables }),
        },
        libraries: (speaks.patches ? patching : { stored, fresh })[speaks.stored ? 'stored' : 'fresh'],
        ...(speaks.patches ? patches : {}),
      }),
  };
}

/** `jsonpatch.escapeKey('a/b')`, for paths of patches. */
const jsonPatchLibrary: Cel.Library = {
  overloads: [
    {
      name: 'jsonpatch.escapeKey',
      params: ['string'],
      result: 'string',
      run: (key: string) => key.replaceAll('~', '~0').replaceAll('/', '~1'),
    },
  ],
};

/** What an AdmissionReview says of a request, as both webhooks and expressions see it. */
export function requestOf(request: AdmissionRequest): Readonly<Record<string, unknown>> {
  const { resource, subresource, namespace, name, operation, user, dryRun } = request;
  const { group, version, plural } = resource.kind;
  const asked = (request.requested ?? resource).kind;
  // Of an eviction, a token, an exec or a scale, what is asked is an object of the subresource's own kind.
  const { object } = objectsOf(request);
  const isOther = subresource !== undefined && object?.apiVersion && object.kind && object.kind !== resource.kind.kind;
  const kind = isOther
    ? { ...parseApiVersion(object.apiVersion), kind: object.kind }
    : { group, version, kind: resource.kind.kind };
  return {
    kind,
    resource: { group, version, resource: plural },
    requestKind: isOther ? kind : { group, version: asked.version, kind: asked.kind },
    requestResource: { group, version: asked.version, resource: plural },
    ...(subresource === undefined ? {} : { subResource: subresource, requestSubResource: subresource }),
    name,
    ...(namespace === undefined ? {} : { namespace }),
    operation,
    userInfo: {
      username: user.name,
      ...(user.uid === undefined ? {} : { uid: user.uid }),
      groups: user.groups,
      ...(user.extra === undefined ? {} : { extra: user.extra }),
    },
    dryRun,
    options: optionsOf(request),
  };
}

const optionKinds = { CREATE: 'CreateOptions', UPDATE: 'UpdateOptions', DELETE: 'DeleteOptions', CONNECT: undefined };

/** What was said beside the object, as the kind of options that the operation takes. */
function optionsOf({ operation, dryRun, options = {} }: AdmissionRequest): unknown {
  const kind = optionKinds[operation];
  if (kind === undefined) return null;
  const { fieldManager, gracePeriodSeconds, propagationPolicy, preconditions } = options;
  const fieldValidation = options.validationUnsaid ? undefined : options.fieldValidation;
  const said =
    operation === 'DELETE'
      ? { gracePeriodSeconds, propagationPolicy, preconditions }
      : { fieldManager, fieldValidation };
  const given = Object.entries(said).filter(([, value]) => value !== undefined);
  return {
    apiVersion: 'meta.k8s.io/v1',
    kind,
    ...(dryRun ? { dryRun: ['All'] } : {}),
    ...Object.fromEntries(given),
  };
}

/** Objects in the version that the request speaks; of a scale, as that. */
export const objectsOf = (request: AdmissionRequest) => ({
  object: request.object && shownObject(request, request.object),
  oldObject: request.old && shownObject(request, request.old),
});

export function shownObject({ resource, subresource }: AdmissionRequest, object: KubernetesObject): KubernetesObject {
  const served = resource.fromStored(object);
  return subresource === 'scale' ? scaleOf(resource, served) : served;
}

export function requestVariables(
  cel: CelModule,
  request: AdmissionRequest,
  decisions: Decisions,
): Readonly<Record<string, Cel.Value>> {
  const { object, oldObject } = objectsOf(request);
  return {
    ...authorizerVariables(request, decisions),
    object: cel.celValueOf(object),
    oldObject: cel.celValueOf(oldObject),
    namespaceObject: null,
    request: cel.celValueOf(requestOf(request)),
  };
}

export interface MatchCondition {
  readonly name: string;
  readonly expression: string;
  readonly program: Cel.CelProgram;
}

/** `params` is whether the policy has any; what webhooks ask of never has. */
export function compileConditions(
  { environment }: PolicyLanguage,
  sources: readonly { readonly name: string; readonly expression: string }[] | null | undefined,
  params = false,
): readonly MatchCondition[] {
  const language = environment({ params, authorizer: true, stored: true });
  return (sources ?? []).map(({ name, expression }) => ({ name, expression, program: language.compile(expression) }));
}

/**
 * Whether all conditions hold. A condition that is false decides, whatever the others do; else those that have no value
 * throw. Errors: `CelError`, `BudgetError`.
 */
export async function conditionsHold(
  cel: CelModule,
  conditions: readonly MatchCondition[],
  variables: Readonly<Record<string, Cel.Value>>,
  metrics: ConditionMetrics,
  of: Conditional,
): Promise<boolean> {
  if (conditions.length === 0) return true;
  const startedMs = metrics.now();
  let failures: string[] = [];
  let areTrue = false;
  try {
    areTrue = await whenDecided(() => hold(cel, conditions, variables, (failures = [])));
    return areTrue;
  } finally {
    if (!areTrue) metrics.evaluated(of, metrics.now() - startedMs, failures.length);
  }
}

function hold(
  cel: CelModule,
  conditions: readonly MatchCondition[],
  variables: Readonly<Record<string, Cel.Value>>,
  failures: string[],
): boolean {
  const budget = new Budget(conditionsBudget);
  for (const { program, expression } of conditions) {
    const ran = program.attempt(variables);
    budget.spend(ran.cost);
    if ('error' in ran) failures.push(`expression '${expression}' resulted in error: ${ran.error.message}`);
    else if (ran.value !== true) return false;
  }
  if (failures.length > 0) throw new cel.CelError(aggregateText(failures));
  return true;
}

/** For `namespaceObject` and `params`: null where there is none. */
export const celObject = (cel: CelModule, object: KubernetesObject | undefined): Cel.Value => cel.celValueOf(object);
