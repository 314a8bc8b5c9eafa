/** PriorityClasses and RuntimeClasses: how pods are weighed, and what runs them. */
import {
  dns1123LabelErrors,
  duplicateField,
  type FieldError,
  forbiddenField,
  immutableField,
  invalidField,
  noErrors,
  requiredChoiceErrors,
  type Strategy,
  validateLabels,
} from '@pintle/machinery';
import type { Toleration } from '../core/v1/index.js';
import type { RuntimeClass } from '../node/v1/node.js';
import type { PriorityClass } from '../scheduling/v1/scheduling.js';
import { containerResourceErrors } from './pod/resources.js';
import { tolerationErrors } from './pod/tolerations.js';

const userPriorityMax = 1_000_000_000;
const systemClasses: Readonly<Record<string, number>> = {
  'system-cluster-critical': 2_000_000_000,
  'system-node-critical': 2_000_001_000,
};

function priorityErrors({ metadata: { name = '' }, value, globalDefault, preemptionPolicy }: PriorityClass) {
  const fault = name.startsWith('system-') ? systemFault(name, value, globalDefault ?? false) : undefined;
  return [
    ...(fault === undefined
      ? !name.startsWith('system-') && value > userPriorityMax
        ? [forbiddenField('value', `maximum allowed value of a user defined priority is ${userPriorityMax}`)]
        : noErrors
      : [
          forbiddenField(
            'metadata.name',
            `priority class names with 'system-' prefix are reserved for system use only. error: ${fault}`,
          ),
        ]),
    ...(preemptionPolicy === undefined
      ? noErrors
      : requiredChoiceErrors(preemptionPolicy, 'preemptionPolicy', ['PreemptLowerPriority', 'Never'])),
  ];
}

function systemFault(name: string, value: number, isDefault: boolean): string | undefined {
  const known = Object.hasOwn(systemClasses, name) ? systemClasses[name] : undefined;
  if (known === undefined) return `${name} is not a known system priority class`;
  if (value !== known) return `value of ${name} PriorityClass must be ${known}`;
  return isDefault ? `globalDefault of ${name} PriorityClass must be false` : undefined;
}

export const priorityClassStrategy: Strategy<PriorityClass> = {
  generationChanged: () => false,
  validateCreate: priorityErrors,
  validateUpdate: (priority, old) => [
    ...(priority.value === old.value ? noErrors : [forbiddenField('value', 'may not be changed in an update.')]),
    ...(priority.preemptionPolicy === old.preemptionPolicy
      ? noErrors
      : [immutableField('preemptionPolicy', priority.preemptionPolicy)]),
  ],
};

/** How long something is tolerated does not tell two from each other. */
const isAgain = (a: Toleration, b: Toleration) =>
  (['key', 'operator', 'value', 'effect'] as const).every((field) => (a[field] ?? '') === (b[field] ?? ''));

function runtimeErrors({ handler, overhead, scheduling }: RuntimeClass): readonly FieldError[] {
  const { nodeSelector, tolerations = [] } = scheduling ?? {};
  return [
    ...dns1123LabelErrors(handler ?? '').map((message) => invalidField('handler', handler ?? '', message)),
    ...(overhead?.podFixed === undefined
      ? noErrors
      : containerResourceErrors({ limits: overhead.podFixed }, 'overhead', new Set())),
    ...(nodeSelector === undefined ? noErrors : validateLabels(nodeSelector, 'scheduling.nodeSelector')),
    // Upstream names the field twice.
    ...tolerationErrors(tolerations, 'scheduling.tolerations.tolerations'),
    ...tolerations.flatMap((toleration, index) =>
      tolerations.slice(0, index).some((other) => isAgain(other, toleration))
        ? [duplicateField(`scheduling.tolerations[${index}]`, toleration)]
        : [],
    ),
  ];
}

export const runtimeClassStrategy: Strategy<RuntimeClass> = {
  validateCreate: runtimeErrors,
  validateUpdate: (runtime, old) => [
    ...runtimeErrors(runtime),
    ...(runtime.handler === old.handler ? noErrors : [immutableField('handler', runtime.handler)]),
  ],
};
