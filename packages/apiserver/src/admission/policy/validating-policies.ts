/**
 * ValidatingAdmissionPolicy: rules on any object, written in CEL, that bindings put to work. What an expression says
 * is decided here; which policies there are comes from caches.
 */
import type { ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding } from '@pintle/api/admissionregistration/v1';
import type { CelProgram, Value } from '@pintle/cel';
import {
  forbidden,
  type KubernetesObject,
  type Status,
  type StatusError,
  type StatusReason,
  statusError,
} from '@pintle/machinery';
import { toldMessage } from '../../crd/told-message.js';
import type { CelModule } from '../../registry/cel-module.js';
import type { Resource } from '../../registry/resource.js';
import type { Access } from '../../verbs/authorize.js';
import type { AdmissionPlugin, AdmissionRequest } from '../admission.js';
import type { AdmissionCaches } from '../admission-caches.js';
import type { ConditionMetrics, PolicyFault, PolicyMetrics } from '../admission-metrics.js';
import { type Decisions, whenDecided } from './authorizer-library.js';
import { Budget, BudgetError, policyBudget } from './budget.js';
import { inVersion, isGuarded } from './match-resources.js';
import { bindingsOf, type ParamFinder, ParamsMissingError, paramsOf } from './policy-bindings.js';
import {
  celObject,
  compileConditions,
  conditionsHold,
  type MatchCondition,
  type PolicyLanguage,
  policyLanguage,
  requestVariables,
} from './policy-language.js';
import { compileVariables, withVariables } from './policy-variables.js';

interface CompiledPolicy {
  readonly variables: ReadonlyMap<string, CelProgram>;
  readonly conditions: readonly MatchCondition[];
  readonly validations: readonly CompiledValidation[];
  readonly notes: readonly { readonly key: string; readonly expression: string; readonly program: CelProgram }[];
}

interface CompiledValidation {
  readonly expression: string;
  readonly program: CelProgram;
  readonly message: string | undefined;
  readonly messageProgram: CelProgram | undefined;
  readonly reason: string | undefined;
}

export interface ValidatingPoliciesOptions {
  readonly caches: AdmissionCaches;
  readonly findParams: ParamFinder;
  readonly access: Access;
  readonly metrics: PolicyMetrics;
  readonly conditions: ConditionMetrics;
}

export function validatingPolicies(options: ValidatingPoliciesOptions): AdmissionPlugin {
  const { caches, findParams, access, metrics, conditions } = options;
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
    const decisions: Decisions = { access, known: new Map() };
    const namespaceObject = celObject(
      spoken.cel,
      request.namespace === undefined ? undefined : namespaces.get(request.namespace),
    );
    const known = new Map<Resource, ReturnType<typeof requestVariables>>();
    const variablesIn = async (version: Resource) => {
      let variables = known.get(version);
      if (variables === undefined) {
        const seen = await inVersion(request, version);
        known.set(version, (variables = { ...requestVariables(spoken.cel, seen, decisions), namespaceObject }));
      }
      return variables;
    };
    const failed: AuditedFailure[] = [];
    let denial: StatusError | undefined;
    const found = bindingsOf<ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding>(request, {
      policies,
      bindings,
      namespaces,
    });
    try {
      for (const { policy, binding, version } of found) {
        const failures = await failuresOf(spoken, policy, binding, request, await variablesIn(version));
        if (binding.spec?.validationActions?.includes('Audit'))
          for (const { message, index, alwaysDenies } of failures)
            if (!alwaysDenies) failed.push(auditedFailure(policy, binding, message, index));
        for (const failure of failures) tell(policy, binding, failure, binding.spec?.validationActions ?? []);
        // All are asked, and the first that denies has the word.
        const refusal = act(request, policy, binding, failures);
        denial ??= refusal;
      }
    } finally {
      if (failed.length > 0)
        request.annotate?.('validation.policy.admission.k8s.io/validation_failure', JSON.stringify(failed));
    }
    if (denial !== undefined) throw denial;
  };

  const tell = (
    { metadata }: ValidatingAdmissionPolicy,
    binding: ValidatingAdmissionPolicyBinding,
    { fault, elapsedMs = 0 }: Pick<Failure, 'fault' | 'elapsedMs'>,
    actions: readonly string[],
  ) => {
    if (fault === undefined) return;
    for (const action of actions)
      metrics.checked(metadata.name ?? '', binding.metadata.name ?? '', fault, action.toLowerCase(), elapsedMs);
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
    const judging: Judging = {
      now: metrics.now,
      ...(tolerated ? { tolerate: (fault, elapsedMs) => tell(policy, binding, { fault, elapsedMs }, ['allow']) } : {}),
    };
    const startedMs = metrics.now();
    const failures: Failure[] = [];
    const failed = (error: unknown): void => {
      const fault = faultOf(cel, error);
      const elapsedMs = metrics.now() - startedMs;
      if (tolerated) {
        if (fault !== undefined) judging.tolerate?.(fault, elapsedMs);
        return;
      }
      const isMissing = error instanceof ParamsMissingError;
      if (fault === undefined && !isMissing) throw error;
      const { message } = error as Error;
      const missing = isMissing ? { alwaysDenies: true, isOfPolicy: error.of === 'policy' } : {};
      failures.push({ message, reason: undefined, fault, elapsedMs, ...missing });
    };
    const notes = new Map<string, Set<string>>();
    const judgeWith = async (params: KubernetesObject | undefined): Promise<void> => {
      const program = compiledOf(policy, spoken);
      const given = { ...variables, params: celObject(cel, params) };
      // Upstream's conditions are told of no namespace.
      const asked = { ...given, namespaceObject: celObject(cel, undefined) };
      const { operation } = request;
      const of = { name: policy.metadata.name ?? '', kind: 'policy', type: 'validate', operation } as const;
      if (!(await conditionsHold(cel, program.conditions, asked, conditions, of))) return;
      failures.push(...(await whenDecided(() => validate(cel, program, given, judging))));
      const told = await whenDecided(() => notesOf(cel, program, given));
      for (const { key, value } of told.notes) notes.set(key, (notes.get(key) ?? new Set()).add(value));
      if (!tolerated) failures.push(...told.failures);
    };
    try {
      for (const params of await paramsOf(policy, binding, request, findParams))
        await judgeWith(params).catch((error: unknown) => failed(error));
    } catch (error) {
      failed(error);
    }
    for (const [key, values] of notes) request.annotate?.(`${policy.metadata.name}/${key}`, [...values].join(', '));
    return failures;
  };

  return {
    name: 'ValidatingAdmissionPolicy',
    handles: (request) => bindings.size > 0 && policies.size > 0 && isGuarded(request),
    async validate(request) {
      language ??= policyLanguage(await import('@pintle/cel'));
      await judge(request, language);
    },
  };
}

function compilePolicy(language: PolicyLanguage, { spec }: ValidatingAdmissionPolicy): CompiledPolicy {
  const params = spec?.paramKind !== undefined;
  const speaks = { params, authorizer: true, stored: true };
  const variables = compileVariables(language, spec?.variables, speaks);
  const spoken = { ...speaks, variables: variables.type };
  const whole = language.environment(spoken);
  // What a message says does not depend on who may do what.
  const messages = language.environment({ ...spoken, authorizer: false });
  return {
    variables: variables.programs,
    conditions: compileConditions(language, spec?.matchConditions, params),
    validations: (spec?.validations ?? []).map(({ expression, message, messageExpression, reason }) => ({
      expression,
      program: whole.compile(expression),
      message,
      messageProgram: messageExpression ? messages.compile(messageExpression) : undefined,
      reason,
    })),
    notes: (spec?.auditAnnotations ?? []).map(({ key, valueExpression }) => ({
      key,
      expression: valueExpression,
      program: whole.compile(valueExpression),
    })),
  };
}

interface Failure {
  readonly message: string;
  readonly reason: string | undefined;
  /** Of the validation; absent where none was come to. */
  readonly index?: number;
  /** Absent where no expression is to blame. */
  readonly fault?: PolicyFault | undefined;
  readonly elapsedMs?: number;
  /** Whatever the binding does about failures, this denies. */
  readonly alwaysDenies?: boolean;
  /** The binding has nothing to do with it. */
  readonly isOfPolicy?: boolean;
}

interface Judging {
  now(): number;
  /** Told of faults that are passed over; absent where none are. */
  readonly tolerate?: (fault: PolicyFault, elapsedMs: number) => void;
}

/** What went wrong in an expression; undefined for what is none of CEL's errors. */
function faultOf(cel: CelModule, error: unknown): PolicyFault | undefined {
  if (error instanceof cel.CelCompileError) return 'compile_error';
  if (error instanceof cel.CelCostError || error instanceof BudgetError) return 'out_of_budget';
  return error instanceof cel.CelError ? 'invalid_error' : undefined;
}

/** As it stands in the audit. */
interface AuditedFailure {
  readonly message: string;
  readonly policy: string;
  readonly binding: string;
  readonly expressionIndex: string;
  readonly validationActions: readonly string[];
}

const auditedFailure = (
  policy: ValidatingAdmissionPolicy,
  binding: ValidatingAdmissionPolicyBinding,
  message: string,
  index = 0,
): AuditedFailure => ({
  message,
  policy: policy.metadata.name ?? '',
  binding: binding.metadata.name ?? '',
  expressionIndex: String(index),
  validationActions: binding.spec?.validationActions ?? [],
});

interface Noted {
  readonly notes: readonly { readonly key: string; readonly value: string }[];
  readonly failures: readonly Failure[];
}

/** What the policy wants noted of the request. An expression whose value is null notes nothing, one without a value denies it. */
function notesOf(
  cel: CelModule,
  { variables: programs, notes }: CompiledPolicy,
  given: Readonly<Record<string, Value>>,
): Noted {
  const budget = new Budget(policyBudget);
  const all = withVariables(cel, programs, withoutAuthorizer(given), budget);
  const failures: Failure[] = [];
  const told = notes.flatMap(({ key, expression, program }) => {
    const ran = program.attempt(all);
    budget.spend(ran.cost);
    if ('error' in ran) {
      const message = `expression '${expression}' resulted in error: ${ran.error.message}`;
      failures.push({ message, reason: undefined, fault: faultOf(cel, ran.error), alwaysDenies: true });
      return [];
    }
    const value = typeof ran.value === 'string' ? ran.value.trim() : '';
    return value === '' ? [] : [{ key, value: value.slice(0, noteCharactersMax) }];
  });
  return { notes: told, failures };
}

/** Longer notes are cut off. */
const noteCharactersMax = 10 * 1024;

/** Messages and notes are not told who may do what, by way of a variable neither. */
function withoutAuthorizer(given: Readonly<Record<string, Value>>): Readonly<Record<string, Value>> {
  const { authorizer: _authorizer, 'authorizer.requestResource': _requestResource, ...told } = given;
  return told;
}

/** Where the expressions cost too much together, that is all that is told. */
function validate(
  cel: CelModule,
  { variables: programs, validations }: CompiledPolicy,
  given: Readonly<Record<string, Value>>,
  { now, tolerate }: Judging,
): readonly Failure[] {
  const budget = new Budget(policyBudget);
  const all = withVariables(cel, programs, given, budget);
  const forMessages = withVariables(cel, programs, withoutAuthorizer(given), budget);
  const failures: Failure[] = [];
  const startedMs = now();
  const failed = (fault: PolicyFault, elapsedMs: number, message: string, index = 0): void => {
    if (tolerate !== undefined) tolerate(fault, elapsedMs);
    else failures.push({ message, reason: undefined, index, fault, elapsedMs });
  };
  try {
    for (const [index, { expression, program, message, messageProgram, reason }] of validations.entries()) {
      const words = message?.trim() || `failed expression: ${expression.trim()}`;
      const startedMs = now();
      const ran = program.attempt(all);
      budget.spend(ran.cost);
      if ('error' in ran) {
        const fault = ran.error instanceof cel.CelCostError ? 'out_of_budget' : 'invalid_error';
        failed(fault, now() - startedMs, `expression '${expression}' resulted in error: ${ran.error.message}`, index);
      } else if (ran.value !== true) {
        const message = toldMessage(said(messageProgram, forMessages, budget)) ?? words;
        failures.push({ message, reason, index, fault: 'no_error', elapsedMs: now() - startedMs });
      }
    }
    return failures;
  } catch (error) {
    if (!(error instanceof BudgetError)) throw error;
    failures.length = 0;
    failed('out_of_budget', now() - startedMs, error.message);
    return failures;
  }
}

/** The text that it gives; undefined where it gives none, or a blank one. */
function said(
  program: CelProgram | undefined,
  variables: Readonly<Record<string, Value>>,
  budget: Budget,
): string | undefined {
  if (program === undefined) return undefined;
  const ran = program.attempt(variables);
  budget.spend(ran.cost);
  return 'value' in ran && typeof ran.value === 'string' && ran.value.trim() !== '' ? ran.value.trim() : undefined;
}

/** Warns where the binding says so. A `StatusError` of the failure's reason (Invalid unless it gives one) where it denies. */
function act(
  { resource, name, warn }: AdmissionRequest,
  policy: ValidatingAdmissionPolicy,
  binding: ValidatingAdmissionPolicyBinding,
  failures: readonly Failure[],
): StatusError | undefined {
  const actions = binding.spec?.validationActions ?? [];
  const judge = `ValidatingAdmissionPolicy '${policy.metadata.name}'`;
  const who = `${judge} with binding '${binding.metadata.name}'`;
  if (actions.includes('Warn'))
    for (const { message, alwaysDenies } of failures)
      if (!alwaysDenies) warn(`Validation failed for ${who}: ${message}`);
  const first = failures.find(({ alwaysDenies }) => alwaysDenies || actions.includes('Deny'));
  if (first === undefined) return undefined;
  const message = `${first.isOfPolicy ? judge : who} denied request: ${first.message}`;
  const { status } = forbidden(resource.kind, name, message);
  const reason = (first.reason || 'Invalid') as StatusReason;
  return statusError(reason, status.message ?? message, {
    details: { ...status.details, causes: [...(status.details?.causes ?? []), { message }] } as NonNullable<
      Status['details']
    >,
  });
}
