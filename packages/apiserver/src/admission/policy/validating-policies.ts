/**
 * ValidatingAdmissionPolicy: rules on any object, written in CEL, that bindings put to work. What an expression says
 * is decided here; which policies there are comes from caches.
 */
import type { ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding } from '@pintle/api/admissionregistration/v1';
import type { CelProgram, Value } from '@pintle/cel';
import {
  type FieldError,
  forbidden,
  invalid,
  invalidField,
  type KubernetesObject,
  labelSelectorMatcher,
  type Status,
  type StatusReason,
  statusError,
} from '@pintle/machinery';
import type { AdmissionPlugin, AdmissionRequest } from '../admission.js';
import type { AdmissionCaches } from '../admission-caches.js';
import { isGuarded, matchesRequest } from './match-resources.js';
import {
  type CelModule,
  celObject,
  conditionsHold,
  lazyMap,
  type MatchCondition,
  type PolicyLanguage,
  policyLanguage,
  requestVariables,
} from './policy-language.js';

interface CompiledPolicy {
  readonly variables: ReadonlyMap<string, CelProgram>;
  readonly conditions: readonly MatchCondition[];
  readonly validations: readonly CompiledValidation[];
}

interface CompiledValidation {
  readonly expression: string;
  readonly program: CelProgram;
  readonly message: string | undefined;
  readonly messageProgram: CelProgram | undefined;
  readonly reason: string | undefined;
}

/** Finds the parameters of a binding: one object by name, or all that a selector takes. */
export type ParamFinder = (
  paramKind: { readonly apiVersion: string; readonly kind: string },
  place: { readonly namespace: string | undefined; readonly name?: string },
) => Promise<readonly KubernetesObject[]>;

export function validatingPolicies(caches: AdmissionCaches, findParams: ParamFinder): AdmissionPlugin {
  const { validatingPolicies: policies, validatingPolicyBindings: bindings, namespaces } = caches;
  const compiled = new WeakMap<KubernetesObject, CompiledPolicy | Error>();
  let language: PolicyLanguage | undefined;

  const compiledOf = (policy: ValidatingAdmissionPolicy, spoken: PolicyLanguage): CompiledPolicy => {
    let found = compiled.get(policy);
    if (found === undefined) {
      try {
        found = compilePolicy(spoken, policy);
      } catch (error) {
        if (!(error instanceof spoken.cel.CelCompileError)) throw error;
        found = error;
      }
      compiled.set(policy, found);
    }
    if (found instanceof Error) throw found;
    return found;
  };

  const judge = async (request: AdmissionRequest, spoken: PolicyLanguage): Promise<void> => {
    const variables = requestVariables(spoken.cel, request);
    const namespaceObject = celObject(
      spoken.cel,
      request.namespace === undefined ? undefined : namespaces.get(request.namespace),
    );
    for (const binding of bindings.values() as Iterable<ValidatingAdmissionPolicyBinding>) {
      const policy = policies.get(binding.spec?.policyName ?? '') as ValidatingAdmissionPolicy | undefined;
      if (policy?.spec === undefined || !matchesRequest(policy.spec.matchConstraints ?? {}, request, namespaces))
        continue;
      if (!matchesRequest(binding.spec?.matchResources ?? {}, request, namespaces)) continue;
      const failures = await failuresOf(spoken, policy, binding, request, { ...variables, namespaceObject });
      act(request, policy, binding, failures);
    }
  };

  const failuresOf = async (
    spoken: PolicyLanguage,
    policy: ValidatingAdmissionPolicy,
    binding: ValidatingAdmissionPolicyBinding,
    request: AdmissionRequest,
    variables: Readonly<Record<string, Value>>,
  ): Promise<readonly Failure[]> => {
    const { cel } = spoken;
    const tolerated = policy.spec?.failurePolicy === 'Ignore';
    try {
      const program = compiledOf(policy, spoken);
      if (!conditionsHold(cel, program.conditions, variables)) return [];
      const params = await paramsOf(policy, binding, request, findParams);
      return params.flatMap((each) =>
        validate(cel, program, { ...variables, params: celObject(cel, each) }, tolerated),
      );
    } catch (error) {
      if (tolerated) return [];
      if (
        error instanceof ParamsMissingError ||
        error instanceof cel.CelError ||
        error instanceof cel.CelCostError ||
        error instanceof cel.CelCompileError
      )
        return [{ message: error.message, reason: undefined }];
      throw error;
    }
  };

  return {
    name: 'ValidatingAdmissionPolicy',
    handles: (request) =>
      isPolicy(request)
        ? request.operation === 'CREATE' || request.operation === 'UPDATE'
        : bindings.size > 0 && policies.size > 0 && isGuarded(request),
    async validate(request) {
      language ??= policyLanguage(await import('@pintle/cel'));
      if (isPolicy(request)) requireCompilable(language, request);
      else await judge(request, language);
    },
  };
}

const isPolicy = ({ resource: { kind }, subresource }: AdmissionRequest) =>
  kind.group === 'admissionregistration.k8s.io' &&
  kind.plural === 'validatingadmissionpolicies' &&
  subresource === undefined;

function compilePolicy({ conditions, policies }: PolicyLanguage, { spec }: ValidatingAdmissionPolicy): CompiledPolicy {
  return {
    variables: new Map((spec?.variables ?? []).map(({ name, expression }) => [name, policies.compile(expression)])),
    conditions: (spec?.matchConditions ?? []).map(({ name, expression }) => ({
      name,
      program: conditions.compile(expression),
    })),
    validations: (spec?.validations ?? []).map(({ expression, message, messageExpression, reason }) => ({
      expression,
      program: policies.compile(expression),
      message,
      messageProgram: messageExpression ? policies.compile(messageExpression) : undefined,
      reason,
    })),
  };
}

/** The binding wants parameters, there are none, and that is to be a refusal. */
class ParamsMissingError extends Error {
  readonly code = 'PINTLE_POLICY_PARAMS_MISSING';
}

async function paramsOf(
  { spec }: ValidatingAdmissionPolicy,
  binding: ValidatingAdmissionPolicyBinding,
  request: AdmissionRequest,
  findParams: ParamFinder,
): Promise<readonly (KubernetesObject | undefined)[]> {
  const ref = binding.spec?.paramRef;
  const { apiVersion, kind } = spec?.paramKind ?? {};
  if (!apiVersion || !kind) return [undefined];
  if (ref === undefined || ref === null)
    throw new ParamsMissingError('failed to configure binding: policy has a paramKind, and the binding no paramRef');
  const namespace = ref.namespace || request.namespace;
  const found = await findParams({ apiVersion, kind }, { namespace, ...(ref.name ? { name: ref.name } : {}) });
  const { selector } = ref;
  const chosen = selector
    ? found.filter(({ metadata }) => labelSelectorMatcher(selector).matches(metadata.labels ?? {}))
    : found;
  if (chosen.length > 0 || ref.parameterNotFoundAction === 'Allow') return chosen;
  throw new ParamsMissingError(
    'failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction',
  );
}

interface Failure {
  readonly message: string;
  readonly reason: string | undefined;
}

function validate(
  cel: CelModule,
  { variables: programs, validations }: CompiledPolicy,
  given: Readonly<Record<string, Value>>,
  tolerated: boolean,
): readonly Failure[] {
  const variables = lazyMap([...programs.keys()], (name) => programs.get(name)!.run({ ...given, variables }).value);
  const all = { ...given, variables };
  const failures: Failure[] = [];
  for (const { expression, program, message, messageProgram, reason } of validations) {
    const words = message?.trim() || `failed expression: ${expression.trim()}`;
    try {
      if (program.run(all).value !== true) failures.push({ message: said(cel, messageProgram, all) ?? words, reason });
    } catch (error) {
      if (!(error instanceof cel.CelError) && !(error instanceof cel.CelCostError)) throw error;
      if (!tolerated)
        failures.push({ message: `expression '${expression}' resulted in error: ${error.message}`, reason: undefined });
    }
  }
  return failures;
}

function said(
  cel: CelModule,
  program: CelProgram | undefined,
  variables: Readonly<Record<string, Value>>,
): string | undefined {
  if (program === undefined) return undefined;
  try {
    const { value } = program.run(variables);
    return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
  } catch (error) {
    if (error instanceof cel.CelError || error instanceof cel.CelCostError) return undefined;
    throw error;
  }
}

/** Errors: `StatusError` of the failure's reason (Invalid unless it gives one) where the binding denies. */
function act(
  { resource, name, warn }: AdmissionRequest,
  policy: ValidatingAdmissionPolicy,
  binding: ValidatingAdmissionPolicyBinding,
  failures: readonly Failure[],
): void {
  const actions = binding.spec?.validationActions ?? [];
  const who = `ValidatingAdmissionPolicy '${policy.metadata.name}' with binding '${binding.metadata.name}'`;
  if (actions.includes('Warn')) for (const { message } of failures) warn(`Validation failed for ${who}: ${message}`);
  const [first] = failures;
  if (first === undefined || !actions.includes('Deny')) return;
  const message = `${who} denied request: ${first.message}`;
  const { status } = forbidden(resource.kind, name, message);
  const reason = (first.reason || 'Invalid') as StatusReason;
  throw statusError(reason, status.message ?? message, {
    details: { ...status.details, causes: [...(status.details?.causes ?? []), { message }] } as NonNullable<
      Status['details']
    >,
  });
}

/** Errors: `StatusError` Invalid that names each expression that is none. */
function requireCompilable(
  { cel, conditions, policies }: PolicyLanguage,
  { resource, object, name }: AdmissionRequest,
): void {
  const { spec } = object as ValidatingAdmissionPolicy;
  const faults: FieldError[] = [];
  const check = (language: typeof policies, expression: string | undefined, path: string, wanted?: string) => {
    if (expression === undefined) return;
    try {
      const { type } = language.compile(expression);
      if (wanted !== undefined && type.name !== wanted && type.name !== 'any')
        faults.push(invalidField(path, expression, `must evaluate to ${wanted}`));
    } catch (error) {
      if (!(error instanceof cel.CelCompileError)) throw error;
      faults.push(invalidField(path, expression, error.message));
    }
  };
  for (const [at, { expression }] of (spec?.variables ?? []).entries())
    check(policies, expression, `spec.variables[${at}].expression`);
  for (const [at, { expression }] of (spec?.matchConditions ?? []).entries())
    check(conditions, expression, `spec.matchConditions[${at}].expression`, 'bool');
  for (const [at, { expression, messageExpression }] of (spec?.validations ?? []).entries()) {
    check(policies, expression, `spec.validations[${at}].expression`, 'bool');
    if (messageExpression) check(policies, messageExpression, `spec.validations[${at}].messageExpression`, 'string');
  }
  if (faults.length > 0) throw invalid(resource.kind, object?.metadata.name ?? name, faults);
}
