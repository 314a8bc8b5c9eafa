import { StatusError } from '@pintle/machinery';

/** For writes to what may have gone meanwhile. What has changed meanwhile is looked at again: a conflict is not ignored. */
export function ignoreNotFound(error: unknown): void {
  if (!StatusError.is(error, 'NotFound')) throw error;
}
