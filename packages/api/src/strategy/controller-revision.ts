/** ControllerRevisions: what they hold never changes, only their number does. */
import { deepEqual, type FieldError, immutableField, requiredField, type Strategy } from '@pintle/machinery';
import type { ControllerRevision } from '../apps/v1/index.js';
import { nonNegativeErrors } from './amount.js';

const revisionErrors = ({ revision }: ControllerRevision): readonly FieldError[] => [
  ...nonNegativeErrors(revision, 'revision'),
];

function dataErrors({ data }: ControllerRevision): readonly FieldError[] {
  if (data === undefined || data === null) return [requiredField('data', 'data is mandatory')];
  return typeof data === 'object' && !Array.isArray(data)
    ? []
    : [requiredField('data', 'data must be a valid JSON object')];
}

export const controllerRevisionStrategy: Strategy<ControllerRevision> = {
  validateCreate: (revision) => [...revisionErrors(revision), ...dataErrors(revision)],
  validateUpdate: (revision, old) => [
    ...revisionErrors(revision),
    ...(deepEqual(revision.data, old.data) ? [] : [immutableField('data', revision.data)]),
  ],
};
