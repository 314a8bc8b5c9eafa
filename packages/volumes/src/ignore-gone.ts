import { StatusError } from '@pintle/machinery';

/** For writes to what may have gone or changed meanwhile: whoever changed it wakes the controller again. */
export function ignoreGone(error: unknown): void {
  if (!StatusError.is(error, 'NotFound') && !StatusError.is(error, 'Conflict')) throw error;
}

/** For writes to what may have gone meanwhile, and that are tried again where it has changed. */
export function ignoreNotFound(error: unknown): void {
  if (!StatusError.is(error, 'NotFound')) throw error;
}
