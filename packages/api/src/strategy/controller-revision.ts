/** ControllerRevisions: what they hold never changes, only their number does. */
import { deepEqual, type FieldError, immutableField, requiredField, type Strategy } from '@pintle/machinery';
import type { ControllerRevision } from '../apps/v1/index.js';
import { nonNegativeErrors } from './amount.js';

const revisionErrors = ({ data, revision }: ControllerRevision): readonly FieldError[] => [
  ...(data === undefined || data === null ? [requiredField('data', 'data is mandatory')] : []),
  ...nonNegativeErrors(revision, 'revision'),
];

export const controllerRevisionStrategy: Strategy<ControllerRevision> = {
  validateCreate: revisionErrors,
  validateUpdate: (revision, old) => [
    ...revisionErrors(revision),
    ...(deepEqual(revision.data, old.data) ? [] : [immutableField('data', revision.data)]),
  ],
};
