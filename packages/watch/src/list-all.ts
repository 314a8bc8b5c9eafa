/** A whole list, read in pages. Pages that expire halfway are given up for one list without pages, as client-go does. */
import type { ListOptions, ObjectList } from '@pintle/client';
import { StatusError } from '@pintle/machinery';

export interface WholeList<T> {
  readonly objects: readonly T[];
  readonly resourceVersion: string;
}

export async function listAll<T>(
  page: (options: ListOptions) => Promise<ObjectList<T>>,
  options: ListOptions,
): Promise<WholeList<T>> {
  let objects: T[] = [];
  let token: string | undefined;
  for (;;) {
    const asked: ListOptions = { ...options, ...(token === undefined ? {} : { continue: token }) };
    let found: ObjectList<T>;
    try {
      found = await page(asked);
    } catch (error) {
      if (token === undefined || !StatusError.is(error, 'Expired')) throw error;
      const { limit: _limit, ...unlimited } = options;
      found = await page(unlimited);
      objects = [];
    }
    for (const object of found) objects.push(object);
    token = found.metadata.continue || undefined;
    if (token === undefined) return { objects, resourceVersion: found.metadata.resourceVersion ?? '' };
  }
}
