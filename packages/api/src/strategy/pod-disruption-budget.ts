/** PodDisruptionBudgets: what must hold of them. */
import {
  type FieldError,
  invalidField,
  labelSelectorErrors,
  notSupportedField,
  pathSegmentErrors,
  requiredField,
  type Strategy,
} from '@pintle/machinery';
import type { PodDisruptionBudget } from '../policy/v1/index.js';
import { boundedAmountErrors, nonNegativeErrors } from './amount.js';
import { conditionErrors } from './conditions.js';
import { specChanged } from './workloads.js';

function budgetErrors({ spec }: PodDisruptionBudget): readonly FieldError[] {
  if (spec === undefined) return [requiredField('spec')];
  const { minAvailable, maxUnavailable, unhealthyPodEvictionPolicy: policy } = spec;
  const policies = ['AlwaysAllow', 'IfHealthyBudget'];
  return [
    ...(minAvailable !== undefined && maxUnavailable !== undefined
      ? [invalidField('spec', spec, 'minAvailable and maxUnavailable cannot be both set')]
      : []),
    ...(minAvailable === undefined ? [] : boundedAmountErrors(minAvailable, 'spec.minAvailable')),
    ...(maxUnavailable === undefined ? [] : boundedAmountErrors(maxUnavailable, 'spec.maxUnavailable')),
    ...labelSelectorErrors(spec.selector, 'spec.selector'),
    ...(policy === undefined || policies.includes(policy)
      ? []
      : [notSupportedField('spec.unhealthyPodEvictionPolicy', policy, policies)]),
  ];
}

const counts = ['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods'] as const;

export const podDisruptionBudgetStrategy: Strategy<PodDisruptionBudget> = {
  // Any name that a path can hold, as upstream has it.
  nameErrors: pathSegmentErrors,
  judgesMetadataLast: true,
  generationChanged: specChanged,
  prepareForCreate: (budget) => ({
    ...budget,
    status: { currentHealthy: 0, desiredHealthy: 0, disruptionsAllowed: 0, expectedPods: 0 },
  }),
  validateCreate: budgetErrors,
  validateUpdate: budgetErrors,
  validateStatusUpdate: ({ status }) => [
    ...conditionErrors(status?.conditions, 'status.conditions'),
    ...counts.flatMap((field) => nonNegativeErrors(status?.[field], `status.${field}`)),
  ],
};
