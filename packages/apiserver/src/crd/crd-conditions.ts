/** What a definition's status says: whether it has its names, is served, and has a schema that can be. Pure. */
import type { CustomResourceDefinition } from '@pintle/api/apiextensions/v1';
import type { FieldError } from '@pintle/machinery';

type Condition = NonNullable<NonNullable<CustomResourceDefinition['status']>['conditions']>[number];

export interface ConditionFacts {
  readonly conflict: { readonly reason: string; readonly message: string } | undefined;
  /** Of the schema. */
  readonly errors: readonly FieldError[];
  readonly now: string;
  /** Whether it is served: what was once, stays so. */
  readonly isEstablished: boolean;
}

const approvalAnnotation = 'api-approved.kubernetes.io';

/** Groups of the Kubernetes project itself, whose kinds somebody has to have approved. */
export const isProtectedGroup = (group: string): boolean =>
  ['k8s.io', 'kubernetes.io'].some((domain) => group === domain || group.endsWith(`.${domain}`));

export function planConditions(crd: CustomResourceDefinition, facts: ConditionFacts): readonly Condition[] {
  const { conflict, errors, now, isEstablished } = facts;
  const before = crd.status?.conditions ?? [];
  const condition = (type: string, status: 'True' | 'False', reason: string, message: string): Condition => {
    const known = before.find((other) => other.type === type);
    const lastTransitionTime = known?.status === status ? (known.lastTransitionTime ?? now) : now;
    return { type, status, reason, message, lastTransitionTime };
  };
  const approval = crd.metadata.annotations?.[approvalAnnotation];
  const planned = [
    ...(isProtectedGroup(crd.spec.group) && approval !== undefined
      ? [
          approval.startsWith('https://')
            ? condition(
                'KubernetesAPIApprovalPolicyConformant',
                'True',
                'ApprovedAnnotation',
                `approved in ${approval}`,
              )
            : condition(
                'KubernetesAPIApprovalPolicyConformant',
                'False',
                'UnapprovedAnnotation',
                `not approved: ${JSON.stringify(approval)}`,
              ),
        ]
      : []),
    ...(errors.length === 0
      ? []
      : [
          condition(
            'NonStructuralSchema',
            'True',
            'Violations',
            errors.map(({ field, detail }) => `${field}: ${detail}`).join(', '),
          ),
        ]),
    conflict === undefined
      ? condition('NamesAccepted', 'True', 'NoConflicts', 'no conflicts found')
      : condition('NamesAccepted', 'False', conflict.reason, conflict.message),
    isEstablished
      ? condition('Established', 'True', 'InitialNamesAccepted', 'the initial names have been accepted')
      : condition('Established', 'False', 'NotAccepted', 'not all names are accepted'),
  ];
  // That it is going is told by whoever empties it.
  return [...planned, ...before.filter(({ type }) => type === 'Terminating')];
}
