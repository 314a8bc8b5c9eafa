/** Turns what a store backend throws into the Status that clients know. */
import { CompactedError, StoreClosedError, StoreWriteError } from '@pintle/contracts';
import { expired, statusError } from '@pintle/machinery';

export function storeFailure(error: unknown): unknown {
  if (error instanceof CompactedError) {
    return expired(`too old resource version: ${error.requestedRevision} (${error.compactedRevision})`);
  }
  if (error instanceof StoreClosedError)
    return statusError('ServiceUnavailable', 'the server is shutting down', { cause: error });
  if (error instanceof StoreWriteError)
    return statusError('InternalError', `Internal error occurred: ${error.message}`, { cause: error });
  return error;
}

/** A call of the backend, its errors turned into Status errors. */
export const fromStore = <T>(call: Promise<T>): Promise<T> => call.then(undefined, fail);

const fail = (error: unknown): never => {
  throw storeFailure(error);
};
