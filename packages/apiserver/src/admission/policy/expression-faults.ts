/**
 * What is wrong with the expressions of policies and of the conditions of webhooks: they are compiled as they will be when
 * they run, and told of with all else that is wrong with the object. Decided purely; the language is loaded by who calls it.
 */

import type { ValidatingAdmissionPolicy } from '@pintle/api/admissionregistration/v1';
import type { MutatingAdmissionPolicy } from '@pintle/api/admissionregistration/v1alpha1';
import type { CheckedType } from '@pintle/cel';
import { deepEqual, type FieldError, invalidField, notSupportedField, requiredField } from '@pintle/machinery';
import { expressionFault } from '../../registry/expression-fault.js';
import type { PolicyLanguage, Speaks } from './policy-language.js';
import { VariableTypes } from './policy-variables.js';

interface Named {
  readonly name: string;
  readonly expression: string;
}

type Sources = readonly Named[] | null | undefined;

/** Expressions, each where it is written, as one place of an object speaks them. */
class Compiling {
  readonly faults: FieldError[] = [];

  constructor(private readonly language: PolicyLanguage) {}

  /** The type of the expression, of `wanted` ones if there are any; undefined where it is told of. */
  compile(expression: string, path: string, speaks: Speaks, ...wanted: readonly string[]) {
    const { cel } = this.language;
    let type: CheckedType | undefined;
    const compile = () => this.language.environment(speaks).compile(expression);
    const fault = expressionFault(cel, compile, { expression, path }, (found) => {
      type = found;
      const got = cel.typeFullText(found);
      if (wanted.length === 0 || wanted.includes(got)) return undefined;
      return `must evaluate to ${wanted.length === 1 ? wanted[0]! : `one of [${wanted.join(' ')}]`} but got ${got}`;
    });
    if (fault === undefined) return type;
    this.faults.push(fault);
    return undefined;
  }

  /** Blank ones are told of with the object's other fields. Conditions that stay as they were are not looked at. */
  conditions(sources: Sources, before: Sources, path: string, params: boolean): void {
    if (before !== undefined && deepEqual(sources, before)) return;
    const known = new Set((before ?? []).map(({ expression }) => expression.trim()));
    for (const [at, { expression }] of (sources ?? []).entries()) {
      const text = expression?.trim() ?? '';
      if (text !== '')
        this.compile(text, `${path}[${at}].expression`, { params, authorizer: true, stored: known.has(text) }, 'bool');
    }
  }

  variables(sources: Sources, known: ReadonlySet<string>, speaks: Speaks): Speaks {
    if (!sources?.length) return speaks;
    const types = new VariableTypes(this.language.cel);
    const spoken = { ...speaks, variables: types.type };
    for (const [at, { name, expression }] of sources.entries()) {
      if (!expression?.trim()) continue;
      const path = `spec.variables[${at}].expression`;
      types.add(name, this.compile(expression, path, { ...spoken, stored: known.has(expression) }));
    }
    return spoken;
  }
}

const valueMaxBytes = 5 * 1024;

export function validatingPolicyFaults(
  language: PolicyLanguage,
  { spec }: ValidatingAdmissionPolicy,
  old: ValidatingAdmissionPolicy | undefined,
): readonly FieldError[] {
  const compiling = new Compiling(language);
  const params = spec?.paramKind !== undefined;
  const before = old?.spec;
  const known = (...expressions: readonly (string | undefined)[]) => new Set(expressions.flatMap((each) => each ?? []));
  const expressions = known(
    ...(before?.validations ?? []).map(({ expression }) => expression),
    ...(before?.variables ?? []).map(({ expression }) => expression),
  );
  const messages = known(...(before?.validations ?? []).map(({ messageExpression }) => messageExpression));
  const values = known(...(before?.auditAnnotations ?? []).map(({ valueExpression }) => valueExpression));
  compiling.conditions(spec?.matchConditions, before?.matchConditions, 'spec.matchConditions', params);
  const speaks = compiling.variables(spec?.variables, expressions, { params, authorizer: true });
  for (const [at, { expression, messageExpression }] of (spec?.validations ?? []).entries()) {
    const path = `spec.validations[${at}]`;
    if (expression?.trim())
      compiling.compile(expression, `${path}.expression`, { ...speaks, stored: expressions.has(expression) }, 'bool');
    if (messageExpression?.trim()) {
      const stored = messages.has(messageExpression);
      const silent = { ...speaks, authorizer: false, stored };
      compiling.compile(messageExpression, `${path}.messageExpression`, silent, 'string');
    }
  }
  for (const [at, { valueExpression = '' }] of (spec?.auditAnnotations ?? []).entries()) {
    const text = valueExpression.trim();
    if (text === '' || text.length > valueMaxBytes) continue;
    const path = `spec.auditAnnotations[${at}].valueExpression`;
    compiling.compile(text, path, { ...speaks, stored: values.has(valueExpression) }, 'string', 'null_type');
  }
  return compiling.faults;
}

const patchKinds = ['ApplyConfiguration', 'JSONPatch'];

export function mutatingPolicyFaults(
  language: PolicyLanguage,
  { spec }: MutatingAdmissionPolicy,
  old: MutatingAdmissionPolicy | undefined,
): readonly FieldError[] {
  const compiling = new Compiling(language);
  const params = spec?.paramKind !== undefined;
  const before = old?.spec;
  const variables = new Set((before?.variables ?? []).map(({ expression }) => expression));
  const patches = new Set(
    (before?.mutations ?? []).flatMap(({ applyConfiguration, jsonPatch }) => [
      applyConfiguration?.expression,
      jsonPatch?.expression,
    ]),
  );
  compiling.conditions(spec?.matchConditions, before?.matchConditions, 'spec.matchConditions', params);
  const speaks = {
    variables: new VariableTypes(language.cel).type,
    ...compiling.variables(spec?.variables, variables, { params, authorizer: true }),
    patches: true,
  };
  for (const [at, mutation] of (spec?.mutations ?? []).entries()) {
    const path = `spec.mutations[${at}]`;
    const { patchType } = mutation;
    if (!patchType) compiling.faults.push(requiredField(`${path}.patchType`));
    else if (!patchKinds.includes(patchType))
      compiling.faults.push(notSupportedField(`${path}.patchType`, patchType, patchKinds));
    else {
      const isPatch = patchType === 'JSONPatch';
      const [wanted, other] = isPatch
        ? (['jsonPatch', 'applyConfiguration'] as const)
        : (['applyConfiguration', 'jsonPatch'] as const);
      const given = mutation[wanted];
      const text = given?.expression?.trim() ?? '';
      if (given === undefined)
        compiling.faults.push(requiredField(`${path}.${wanted}`, `must be specified when patchType is ${patchType}`));
      else if (text === '') compiling.faults.push(requiredField(`${path}.${wanted}.expression`));
      else {
        const spoken = { ...speaks, stored: patches.has(given.expression) };
        compiling.compile(text, `${path}.${wanted}.expression`, spoken, isPatch ? 'list(JSONPatch)' : 'Object');
      }
      if (mutation[other] !== undefined)
        compiling.faults.push(
          invalidField(`${path}.${other}`, `{${other}}`, `must not be specified when patchType is ${patchType}`),
        );
    }
  }
  return compiling.faults;
}

interface Hook {
  readonly matchConditions?: Sources;
}

/** Where no condition of any webhook has changed, none is looked at. */
export function webhookConditionFaults(
  language: PolicyLanguage,
  webhooks: readonly Hook[],
  old: readonly Hook[] | undefined,
): readonly FieldError[] {
  const conditionsOf = (hooks: readonly Hook[]) => hooks.map(({ matchConditions }) => matchConditions);
  if (old !== undefined && deepEqual(conditionsOf(webhooks), conditionsOf(old))) return [];
  const compiling = new Compiling(language);
  const before = old?.flatMap(({ matchConditions }) => matchConditions ?? []);
  for (const [at, { matchConditions }] of webhooks.entries())
    compiling.conditions(matchConditions, before, `webhooks[${at}].matchConditions`, false);
  return compiling.faults;
}
