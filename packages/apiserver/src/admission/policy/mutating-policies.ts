/**
 * MutatingAdmissionPolicy (admissionregistration.k8s.io/v1alpha1): changes written in CEL, as an object that is laid over
 * the one of the request as server-side apply would, or as a JSON Patch. A policy that asks for it is asked again where a
 * later one changed more.
 */
import type {
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicyBinding,
} from '@pintle/api/admissionregistration/v1alpha1';
import type { CelProgram, Value } from '@pintle/cel';
import {
  childNode,
  deepEqual,
  type KubernetesObject,
  mergeValues,
  PatchError,
  type SchemaNode,
  shapeAt,
} from '@pintle/machinery';
import { applyJsonPatch } from '@pintle/machinery/json-patch';
import type { CelModule } from '../../registry/cel-module.js';
import { prepared } from '../../registry/resource.js';
import { rescaled } from '../../subresources/scale-of.js';
import type { Access } from '../../verbs/authorize.js';
import { normalize } from '../../verbs/normalizers.js';
import { type AdmissionPlugin, type AdmissionRequest, refusedRequest } from '../admission.js';
import type { AdmissionCaches } from '../admission-caches.js';
import { type Decisions, whenDecided } from './authorizer-library.js';
import { Budget, BudgetError, policyBudget } from './budget.js';
import { misnamed } from './declared-types.js';
import { inVersion, isGuarded } from './match-resources.js';
import { type Bound, bindingsOf, type ParamFinder, ParamsMissingError, paramsOf } from './policy-bindings.js';
import {
  celObject,
  compileConditions,
  conditionsHold,
  type MatchCondition,
  type PolicyLanguage,
  policyLanguage,
  requestVariables,
  shownObject,
} from './policy-language.js';
import { compileVariables, withVariables } from './policy-variables.js';

export interface MutatingPoliciesOptions {
  readonly caches: AdmissionCaches;
  readonly findParams: ParamFinder;
  readonly access: Access;
}

interface Mutation {
  readonly type: 'ApplyConfiguration' | 'JSONPatch';
  readonly program: CelProgram;
}

interface CompiledPolicy {
  readonly variables: ReadonlyMap<string, CelProgram>;
  readonly conditions: readonly MatchCondition[];
  readonly mutations: readonly Mutation[];
}

/** What a mutation makes is no change that can be made. */
class MutationError extends Error {
  readonly code = 'PINTLE_MUTATION';
}

type Pair = Bound<MutatingAdmissionPolicy, MutatingAdmissionPolicyBinding>;

export function mutatingPolicies({ caches, findParams, access }: MutatingPoliciesOptions): AdmissionPlugin {
  const { mutatingPolicies: policies, mutatingPolicyBindings: bindings, namespaces } = caches;
  const compiled = new WeakMap<KubernetesObject, CompiledPolicy>();
  let language: PolicyLanguage | undefined;

  const compiledOf = (spoken: PolicyLanguage, policy: MutatingAdmissionPolicy): CompiledPolicy => {
    let found = compiled.get(policy);
    if (found === undefined) {
      found = compilePolicy(spoken, policy);
      compiled.set(policy, found);
    }
    return found;
  };

  /** The object as one policy, with one binding, leaves it. */
  const mutateBy = async (
    spoken: PolicyLanguage,
    { policy, binding }: Pair,
    request: AdmissionRequest,
    decisions: Decisions,
  ): Promise<KubernetesObject> => {
    const { cel } = spoken;
    const { namespace } = request;
    let object = request.object!;
    try {
      const program = compiledOf(spoken, policy);
      const variables = () => ({
        ...requestVariables(cel, { ...request, object }, decisions),
        namespaceObject: celObject(cel, namespace === undefined ? undefined : namespaces.get(namespace)),
      });
      const given = variables();
      if (!(await whenDecided(() => conditionsHold(cel, program.conditions, given)))) return object;
      for (const params of await paramsOf(policy, binding, request, findParams)) {
        for (const mutation of program.mutations) {
          const bound = { ...variables(), params: celObject(cel, params) };
          const made = await whenDecided(() => {
            const budget = new Budget(policyBudget);
            const { value, cost } = mutation.program.run(withVariables(cel, program.variables, bound, budget));
            budget.spend(cost);
            return value;
          });
          requireNamed(cel, mutation.type, made);
          object = await changed(request, object, mutation.type, cel.jsonOf(made));
        }
      }
      return object;
    } catch (error) {
      const known =
        error instanceof MutationError ||
        error instanceof ParamsMissingError ||
        error instanceof PatchError ||
        error instanceof BudgetError ||
        error instanceof cel.CelError ||
        error instanceof cel.CelCostError ||
        error instanceof cel.CelCompileError;
      if (!known) throw error;
      if (policy.spec?.failurePolicy === 'Ignore') return request.object!;
      throw refusedRequest(
        request,
        `policy '${policy.metadata.name}' with binding '${binding.metadata.name}' denied request: ${(error as Error).message}`,
      );
    }
  };

  return {
    name: pluginName,
    reinvokes: true,
    handles: (request) => policies.size > 0 && bindings.size > 0 && isGuarded(request),
    async mutate(request) {
      if (request.object === undefined || request.operation === 'CONNECT') return request.object!;
      const pairs = bindingsOf<MutatingAdmissionPolicy, MutatingAdmissionPolicyBinding>(request, {
        policies,
        bindings,
        namespaces,
      });
      if (pairs.length === 0) return request.object;
      language ??= policyLanguage(await import('@pintle/cel'));
      const decisions: Decisions = { access, known: new Map() };
      let { object } = request;
      const again = wantedAgain(request, object);
      const left: Left = new Map();
      for (const pair of pairs) {
        const id = idOf(pair);
        if (again !== undefined && !again(pair, id)) continue;
        object = await mutateBy(language, pair, await inVersion({ ...request, object }, pair.version), decisions);
        left.set(id, object);
      }
      request.round?.kept.set(pluginName, { left, last: object });
      return object;
    },
  };
}

const pluginName = 'MutatingAdmissionPolicy';

/** The object as each policy, with one binding, left it. */
type Left = Map<string, KubernetesObject>;

const idOf = ({ policy, binding }: Pair) => `${policy.metadata.name} ${binding.metadata.name}`;

/** In a second round: whether a policy wants to see what was changed after it was asked. Undefined in the first. */
function wantedAgain({ round }: AdmissionRequest, object: KubernetesObject) {
  if (!round?.isSecond) return undefined;
  const kept = round.kept.get(pluginName) as { left: Left; last: KubernetesObject } | undefined;
  const isSame = deepEqual(kept?.last, object);
  return ({ policy }: Pair, id: string): boolean => {
    const left = kept?.left.get(id);
    return left !== undefined && policy.spec?.reinvocationPolicy === 'IfNeeded' && !(isSame && left === kept?.last);
  };
}

function compilePolicy(language: PolicyLanguage, { spec }: MutatingAdmissionPolicy): CompiledPolicy {
  const params = spec?.paramKind !== undefined;
  const speaks = { params, authorizer: true, stored: true };
  const variables = compileVariables(language, spec?.variables, speaks);
  const mutations = language.environment({ ...speaks, variables: variables.type, patches: true });
  return {
    variables: variables.programs,
    conditions: compileConditions(language, spec?.matchConditions, params),
    mutations: (spec?.mutations ?? []).map(({ patchType, applyConfiguration, jsonPatch }) => ({
      type: patchType === 'JSONPatch' ? 'JSONPatch' : 'ApplyConfiguration',
      program: mutations.compile((patchType === 'JSONPatch' ? jsonPatch : applyConfiguration)?.expression ?? ''),
    })),
  };
}

/** Errors: `MutationError` where objects are called otherwise than the fields that they are given to. */
function requireNamed(cel: CelModule, type: Mutation['type'], made: Value): void {
  const values = type === 'JSONPatch' && cel.isList(made) ? made.map((patch) => valueIn(cel, patch)) : [made];
  const faults = values.flatMap((value) => misnamed(cel, value));
  if (faults.length > 0) throw new MutationError(`type mismatch: ${faults.join('\n')}`);
}

const valueIn = (cel: CelModule, patch: Value): Value => (cel.isMap(patch) ? (patch.get('value') ?? null) : null);

/** The object with the change, in the stored version; the very same where nothing changes. Errors: `MutationError`, `PatchError`. */
async function changed(
  request: AdmissionRequest,
  object: KubernetesObject,
  type: Mutation['type'],
  change: unknown,
): Promise<KubernetesObject> {
  const { resource, subresource } = request;
  await prepared(resource, [object]);
  const seen = shownObject(request, object);
  const made = type === 'JSONPatch' ? patched(seen, change) : applied(resource.kind.schema.node, seen, change);
  if (made === seen) return object;
  const shown = resource.fromStored(object);
  const changed = subresource === 'scale' ? rescaled(resource, shown, made as object) : made;
  const { value, errors } = normalize(resource, changed, shown);
  if (errors.length > 0) throw new MutationError(errors.map(({ field, detail }) => `${field}: ${detail}`).join(', '));
  const result = value as KubernetesObject;
  if (result.metadata?.name !== shown.metadata.name || result.metadata?.namespace !== shown.metadata.namespace)
    throw new MutationError('a mutation may not change metadata.name or metadata.namespace');
  await prepared(resource, [result], 'stored');
  const stored = resource.toStored(result);
  return resource.definition.strategy?.defaults?.(stored) ?? stored;
}

function patched(object: KubernetesObject, operations: unknown): unknown {
  if (!Array.isArray(operations))
    throw new MutationError('type mismatch: a JSONPatch expression makes a list of JSONPatch');
  return applyJsonPatch(object, operations);
}

function applied(node: SchemaNode, object: KubernetesObject, wishes: unknown): unknown {
  if (typeof wishes !== 'object' || wishes === null || Array.isArray(wishes))
    throw new MutationError('type mismatch: an ApplyConfiguration expression makes an Object');
  const atomic = atomicIn(node, wishes, '');
  if (atomic !== undefined)
    throw new MutationError(`invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: ${atomic}`);
  return mergeValues(node, object, wishes);
}

/** Where something is named that could only be replaced as a whole. */
function atomicIn(node: SchemaNode, value: unknown, path: string): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const shape = shapeAt(node, value);
  if (shape === 'atomic') return path;
  if (shape !== 'fields') return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const found = atomicIn(childNode(node, key), inner, `${path}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}
