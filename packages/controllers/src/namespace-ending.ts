import { StatusError } from '@pintle/machinery';

/** A create that failed because its namespace is being deleted: nothing to tell of, and no retry will mend it. */
export const isNamespaceEnding = (error: unknown): boolean =>
  StatusError.is(error, 'Forbidden') &&
  (error.status.details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating') ?? false);
