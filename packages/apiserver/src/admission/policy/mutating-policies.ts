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
  PatchTestError,
  type SchemaNode,
  StatusError,
  type StatusReason,
  shapeAt,
} from '@pintle/machinery';
import type { CelModule } from '../../registry/cel-module.js';
import { rescaled } from '../../subresources/scale-of.js';
import type { Access } from '../../verbs/authorize.js';
import { normalize } from '../../verbs/normalizers.js';
import { type AdmissionPlugin, type AdmissionRequest, refusedRequest } from '../admission.js';
import type { AdmissionCaches } from '../admission-caches.js';
import type { ConditionMetrics } from '../admission-metrics.js';
import { patchedObject } from '../patched-object.js';
import { type Decisions, whenDecided } from './authorizer-library.js';
import { Budget, BudgetError, policyBudget } from './budget.js';
import { misnamed } from './declared-types.js';
import { fromVersion, inVersion, isGuarded } from './match-resources.js';
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
  readonly conditions: ConditionMetrics;
  readonly caches: AdmissionCaches;
  readonly findParams: ParamFinder;
  readonly access: Access;
}

interface Mutation {
  readonly type: 'ApplyConfiguration' | 'JSONPatch';
  readonly expression: string;
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

interface Invocation {
  readonly pair: Pair;
  readonly params: KubernetesObject | undefined;
}

interface Failure {
  readonly pair: Pair;
  readonly message: string;
  readonly reason?: StatusReason;
  /** The binding has nothing to do with it. */
  readonly isOfPolicy?: boolean;
}

export function mutatingPolicies({ caches, findParams, access, conditions }: MutatingPoliciesOptions): AdmissionPlugin {
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

  /** What the policy's binding gives it to mutate with: one for each set of parameters. */
  const invocationsOf = async (pair: Pair, request: AdmissionRequest): Promise<readonly (Invocation | Failure)[]> => {
    try {
      const found = await paramsOf(pair.policy, pair.binding, request, findParams);
      return found.map((params) => ({ pair, params }));
    } catch (error) {
      if (error instanceof ParamsMissingError)
        return [{ pair, message: error.message, isOfPolicy: error.of === 'policy' }];
      throw error;
    }
  };

  /** The object as the policy leaves it. A mutation that fails is passed over, for those after it too. */
  const mutateBy = async (
    spoken: PolicyLanguage,
    { pair, params }: Invocation,
    request: AdmissionRequest,
    decisions: Decisions,
    failed: (failure: Failure) => void,
  ): Promise<KubernetesObject> => {
    const { cel } = spoken;
    const { namespace } = request;
    let object = request.object!;
    const variables = () => ({
      ...requestVariables(cel, { ...request, object }, decisions),
      namespaceObject: celObject(cel, namespace === undefined ? undefined : namespaces.get(namespace)),
      params: celObject(cel, params),
    });
    /** Undefined where it fails. */
    const attempt = async <T>(work: () => T | Promise<T>): Promise<T | undefined> => {
      try {
        return await work();
      } catch (error) {
        const isKnown =
          error instanceof MutationError ||
          error instanceof BudgetError ||
          error instanceof cel.CelError ||
          error instanceof cel.CelCostError ||
          error instanceof cel.CelCompileError;
        if (!isKnown) throw error;
        failed({ pair, message: error.message, reason: 'Invalid' });
        return undefined;
      }
    };
    const program = await attempt(() => compiledOf(spoken, pair.policy));
    if (program === undefined) return object;
    // As `validate`: so upstream counts them.
    const { operation } = request;
    const of = { name: pair.policy.metadata.name ?? '', kind: 'policy', type: 'validate', operation } as const;
    if (!(await attempt(() => conditionsHold(cel, program.conditions, variables(), conditions, of)))) return object;
    if (request.object === undefined) return object;
    for (const { type, expression, program: mutation } of program.mutations) {
      const made = await attempt(async () => {
        const given = variables();
        const value = await whenDecided(() => {
          const budget = new Budget(policyBudget);
          const ran = mutation.attempt(withVariables(cel, program.variables, given, budget));
          budget.spend(ran.cost);
          if ('error' in ran)
            throw new MutationError(`expression '${expression}' resulted in error: ${ran.error.message}`);
          return ran.value;
        });
        requireNamed(cel, type, value);
        return changed(request, object, type, cel.jsonOf(value));
      });
      object = made ?? object;
    }
    return object;
  };

  return {
    name: pluginName,
    reinvokes: true,
    handles: (request) => policies.size > 0 && bindings.size > 0 && isGuarded(request),
    async mutate(request) {
      if (request.operation === 'CONNECT') return request.object!;
      const pairs = bindingsOf<MutatingAdmissionPolicy, MutatingAdmissionPolicyBinding>(request, {
        policies,
        bindings,
        namespaces,
      });
      if (pairs.length === 0) return request.object!;
      language ??= policyLanguage(await import('@pintle/cel'));
      const decisions: Decisions = { access, known: new Map() };
      let { object } = request;
      const again = wantedAgain(request);
      const left: Left = new Map();
      const invocations = (await Promise.all(pairs.map((pair) => invocationsOf(pair, request)))).flat();
      const failures: Failure[] = [];
      for (const invocation of invocations) {
        const { pair } = invocation;
        const id = idOf(pair);
        if ('message' in invocation) failures.push(invocation);
        if ('message' in invocation || (again !== undefined && !again(pair, id))) continue;
        const seen = await inVersion({ ...request, object }, pair.version);
        const made = await mutateBy(language, invocation, seen, decisions, (failure) => failures.push(failure));
        if (object !== undefined) object = await fromVersion({ ...request, object }, seen, made);
        if (object !== undefined) left.set(id, object);
      }
      refuseFor(request, failures);
      request.round?.kept.set(pluginName, { left, last: object });
      return object!;
    },
  };
}

const pluginName = 'MutatingAdmissionPolicy';

/** The object as each policy, with one binding, left it. */
type Left = Map<string, KubernetesObject>;

const idOf = ({ policy, binding }: Pair) => `${policy.metadata.name} ${binding.metadata.name}`;

/** In a second round: whether a policy wants to see what was changed after it was asked. Undefined in the first. */
function wantedAgain({ round, object }: AdmissionRequest) {
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
    mutations: (spec?.mutations ?? []).map(({ patchType, applyConfiguration, jsonPatch }) => {
      const type = patchType === 'JSONPatch' ? 'JSONPatch' : 'ApplyConfiguration';
      const { expression = '' } = (type === 'JSONPatch' ? jsonPatch : applyConfiguration) ?? {};
      return { type, expression, program: mutations.compile(expression) };
    }),
  };
}

/** Errors: `MutationError` where objects are called otherwise than the fields that they are given to. */
function requireNamed(cel: CelModule, type: Mutation['type'], made: Value): void {
  const values = type === 'JSONPatch' && cel.isList(made) ? made.map((patch) => valueIn(cel, patch)) : [made];
  const faults = values.flatMap((value) => misnamed(cel, value));
  if (faults.length > 0) throw new MutationError(`type mismatch: ${faults.join('\n')}`);
}

const valueIn = (cel: CelModule, patch: Value): Value => (cel.isMap(patch) ? (patch.get('value') ?? null) : null);

/** Errors: `StatusError` Forbidden, by the first failure of a policy that is not to be passed over, with all of them. */
function refuseFor(request: AdmissionRequest, failures: readonly Failure[]): void {
  const [first, ...more] = failures
    .filter(({ pair }) => pair.policy.spec?.failurePolicy !== 'Ignore')
    .map(({ pair: { policy, binding }, message, reason, isOfPolicy }) => {
      const by = isOfPolicy
        ? `policy ${JSON.stringify(policy.metadata.name)}`
        : `policy '${policy.metadata.name}' with binding '${binding.metadata.name}'`;
      return { message: `${by} denied request: ${message}`, reason };
    });
  if (first === undefined) return;
  const { status } = refusedRequest(request, first.message);
  throw new StatusError({
    ...status,
    message: first.message,
    ...(first.reason === undefined ? {} : { reason: first.reason }),
    details: { ...status.details, causes: [first, ...more].map(({ message }) => ({ message })) },
  });
}

/** The object with the change, in the version that verbs work in; the very same where nothing changes. Errors: `MutationError`, `StatusError`. */
function changed(
  request: AdmissionRequest,
  object: KubernetesObject,
  type: Mutation['type'],
  change: unknown,
): KubernetesObject {
  const made = (type === 'JSONPatch' ? patched : merged)(request, object, change);
  const { name, namespace } = object.metadata;
  if (made.metadata?.name !== name || made.metadata?.namespace !== namespace)
    throw new MutationError('a mutation may not change metadata.name or metadata.namespace');
  return made;
}

/** The very same where a test of the patch fails, which asks whether it is to be applied. */
function patched(request: AdmissionRequest, object: KubernetesObject, operations: unknown): KubernetesObject {
  if (!Array.isArray(operations))
    throw new MutationError('type mismatch: a JSONPatch expression makes a list of JSONPatch');
  try {
    return patchedObject(request, object, operations, { isStrict: true });
  } catch (error) {
    if (error instanceof PatchTestError) return object;
    if (error instanceof PatchError) throw new MutationError(`JSON Patch: ${error.message}`, { cause: error });
    throw error;
  }
}

function merged(request: AdmissionRequest, object: KubernetesObject, wishes: unknown): KubernetesObject {
  const { resource, subresource } = request;
  const seen = shownObject(request, object);
  const made = applied(resource.kind.schema.node, seen, wishes);
  if (made === seen) return object;
  const shown = resource.fromStored(object);
  const changed = subresource === 'scale' ? rescaled(resource, shown, made as object) : made;
  const { value, errors } = normalize(resource, changed, shown);
  if (errors.length > 0) throw new MutationError(errors.map(({ field, detail }) => `${field}: ${detail}`).join(', '));
  const result = value as KubernetesObject;
  const stored = resource.toStored(result);
  return resource.definition.strategy?.defaults?.(stored) ?? stored;
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
