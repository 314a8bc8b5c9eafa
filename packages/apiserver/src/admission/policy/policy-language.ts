/** CEL as policies and match conditions speak it: `object`, `oldObject`, `request`, `params`, `variables`. */
import type * as Cel from '@pintle/cel';
import {
  aggregateText,
  any as anyValue,
  boolean,
  type KubernetesObject,
  object,
  parseApiVersion,
  string,
} from '@pintle/machinery';
import { userInCel } from '../../access/user-in-cel.js';
import type { AdmissionRequest } from '../admission.js';
import { authorizerLibrary, authorizerTypes, authorizerVariables, type Decisions } from './authorizer-library.js';

export type CelModule = typeof Cel;

const any: Cel.CheckedType = { name: 'any' };

const kindOrResource = (name: 'kind' | 'resource') =>
  object(() => ({ group: string(), version: string(), [name]: string() }), `kubernetes.GroupVersion.${name}`);

/** What `requestOf` gives, as far as expressions are held to it. */
const requestSchema = object(
  () => ({
    kind: kindOrResource('kind'),
    resource: kindOrResource('resource'),
    subResource: string(),
    requestKind: kindOrResource('kind'),
    requestResource: kindOrResource('resource'),
    requestSubResource: string(),
    name: string(),
    namespace: string(),
    operation: string(),
    userInfo: userInCel,
    dryRun: boolean(),
    options: anyValue(),
  }),
  'kubernetes.AdmissionRequest',
);

/** Names that match conditions may use, and those that only policies may. */
const conditionVariables = (cel: CelModule) => ({
  ...{ object: any, oldObject: any, request: cel.typeOfSchema(requestSchema.node) },
  ...authorizerTypes,
});
const policyVariables = (cel: CelModule) => ({ ...conditionVariables(cel), namespaceObject: any, variables: any });

export interface PolicyLanguage {
  readonly cel: CelModule;
  readonly conditions: Cel.CelEnvironment;
  readonly policies: Cel.CelEnvironment;
  /** Of policies that name no kind of parameters. */
  readonly withoutParams: Cel.CelEnvironment;
  /** Of what makes a mutation: `Object{…}`, `JSONPatch{…}`. */
  readonly mutations: Cel.CelEnvironment;
}

export function policyLanguage(cel: CelModule): PolicyLanguage {
  const libraries = [...cel.kubernetesLibraries, authorizerLibrary];
  const withParams = { ...policyVariables(cel), params: any };
  return {
    cel,
    conditions: cel.celEnvironment({ variables: conditionVariables(cel), libraries }),
    policies: cel.celEnvironment({ variables: withParams, libraries }),
    withoutParams: cel.celEnvironment({ variables: policyVariables(cel), libraries }),
    mutations: cel.celEnvironment({
      variables: withParams,
      libraries: [...libraries, jsonPatchLibrary],
      message(name, fields) {
        if (name !== 'JSONPatch' && name !== 'Object' && !name.startsWith('Object.'))
          throw new cel.CelError(`unknown type: ${name}`);
        return new cel.LiteralMap(fields);
      },
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
  // Of an eviction, a token or an exec, what is asked is an object of the subresource's own kind.
  const { object } = request;
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
  const { fieldManager, fieldValidation, gracePeriodSeconds, propagationPolicy, preconditions } = options;
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

/** Objects in the version that the request speaks. */
export const objectsOf = ({ resource, object, old }: AdmissionRequest) => ({
  object: object === undefined ? undefined : resource.fromStored(object),
  oldObject: old === undefined ? undefined : resource.fromStored(old),
});

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
    request: cel.celValueOf(requestOf(request)),
  };
}

export interface MatchCondition {
  readonly name: string;
  readonly expression: string;
  readonly program: Cel.CelProgram;
}

export const compileConditions = (
  { conditions }: PolicyLanguage,
  sources: readonly { readonly name: string; readonly expression: string }[] | null | undefined,
): readonly MatchCondition[] =>
  (sources ?? []).map(({ name, expression }) => ({ name, expression, program: conditions.compile(expression) }));

/**
 * Whether all conditions hold. A condition that is false decides, whatever the others do; else those that have no value
 * throw. Errors: `CelError`, `CelCostError`.
 */
export function conditionsHold(
  cel: CelModule,
  conditions: readonly MatchCondition[],
  variables: Readonly<Record<string, Cel.Value>>,
): boolean {
  const failures: string[] = [];
  for (const { program, expression } of conditions) {
    try {
      if (program.run(variables).value !== true) return false;
    } catch (error) {
      if (!(error instanceof cel.CelError) && !(error instanceof cel.CelCostError)) throw error;
      failures.push(`expression '${expression}' resulted in error: ${error.message}`);
    }
  }
  if (failures.length > 0) throw new cel.CelError(aggregateText(failures));
  return true;
}

/** A map whose values are found when they are asked for: `variables.name`, each once. */
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

/** What is given, with the policy's own variables, each found when it is first asked for. */
export function withVariables(
  programs: ReadonlyMap<string, Cel.CelProgram>,
  given: Readonly<Record<string, Cel.Value>>,
): Readonly<Record<string, Cel.Value>> {
  const variables = lazyMap([...programs.keys()], (name) => programs.get(name)!.run({ ...given, variables }).value);
  return { ...given, variables };
}

/** For `namespaceObject` and `params`: null where there is none. */
export const celObject = (cel: CelModule, object: KubernetesObject | undefined): Cel.Value => cel.celValueOf(object);
