/** What must hold of the counts in a status: none is below nothing, and no part is more than the whole. */
import { type FieldError, invalidField } from '@pintle/machinery';
import { nonNegativeErrors } from './amount.js';

/** A count, the one that it is a part of, and how upstream tells of that one. */
export type PartOf = readonly [part: string, whole: string, said: string];

export function countStatusErrors<T extends object>(
  counts: readonly (keyof T & string)[],
  parts: readonly PartOf[] = [],
): (object: { readonly status?: T }) => readonly FieldError[] {
  return ({ status }) => {
    const given = (status ?? {}) as Readonly<Record<string, number | undefined>>;
    return [
      ...counts.flatMap((name) => nonNegativeErrors(given[name], `status.${name}`)),
      ...parts.flatMap(([part, whole, said]) =>
        (given[part] ?? 0) > (given[whole] ?? 0)
          ? [invalidField(`status.${part}`, given[part] ?? 0, `cannot be greater than ${said}`)]
          : [],
      ),
    ];
  };
}

const ofAll = (part: string): PartOf => [part, 'replicas', 'status.replicas'];

export const replicaParts: readonly PartOf[] = [
  ofAll('fullyLabeledReplicas'),
  ofAll('readyReplicas'),
  ofAll('availableReplicas'),
  ['availableReplicas', 'readyReplicas', 'readyReplicas'],
];
export const deploymentParts: readonly PartOf[] = [
  ofAll('updatedReplicas'),
  ofAll('readyReplicas'),
  ofAll('availableReplicas'),
  ['availableReplicas', 'readyReplicas', 'readyReplicas'],
];
export const statefulParts: readonly PartOf[] = [
  ofAll('readyReplicas'),
  ofAll('currentReplicas'),
  ofAll('updatedReplicas'),
  ofAll('availableReplicas'),
  ['availableReplicas', 'readyReplicas', 'status.readyReplicas'],
];
