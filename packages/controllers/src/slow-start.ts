/** Work in batches that begin with one and double while they succeed, so that a quota is met gently. */

const firstBatch = 1;

/**
 * Ends with the first batch that has a failure, and throws that failure; what the batch had begun is awaited.
 * `batchMax` bounds how much is under way at once.
 */
export async function inSlowStart<T>(
  items: readonly T[],
  act: (item: T) => Promise<void>,
  { batchMax = Number.POSITIVE_INFINITY }: { readonly batchMax?: number } = {},
): Promise<void> {
  let batch = firstBatch;
  for (let at = 0; at < items.length; ) {
    const results = await Promise.allSettled(items.slice(at, at + batch).map(act));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    at += batch;
    batch = Math.min(batch * 2, batchMax);
  }
}
