/** Failures that say nothing but what happened: where upstream's plug-ins return an error of Go, clients see 500. */
import { StatusError, statusError } from '@pintle/machinery';

/** Without a reason, as an error that upstream's server does not know comes out. */
export const plainFailure = (message: string, cause?: unknown): StatusError =>
  new StatusError({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, code: 500 }, { cause });

export const internalFailure = (message: string, cause?: unknown): StatusError =>
  statusError('InternalError', `Internal error occurred: ${message}`, { details: { causes: [{ message }] }, cause });
