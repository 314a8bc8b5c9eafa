/** Operators for the streams of informers, in the words of Kubernetes. They work on `informer.events`. */
import { deepEqual, isConditionTrue, type KubernetesObject, objectKey, parseLabelSelector } from '@pintle/machinery';
import { distinctUntilChanged, filter, map, mergeMap, type OperatorFunction, of, pipe } from 'rxjs';
import type { InformerEvent, Updated } from './informer.js';

/**
 * Only the objects that match a label selector or a predicate: one that begins to match is `added`, one that ceases to
 * is `deleted`, as the server would say it.
 */
export function matching<T extends KubernetesObject>(
  wanted: string | ((object: T) => boolean),
): OperatorFunction<InformerEvent<T>, InformerEvent<T>> {
  const matches = typeof wanted === 'string' ? labelled<T>(wanted) : wanted;
  return mergeMap((event) => {
    const seen = seenAs(event, matches);
    return seen === undefined ? [] : of(seen);
  });
}

function labelled<T extends KubernetesObject>(selector: string): (object: T) => boolean {
  const parsed = parseLabelSelector(selector);
  return ({ metadata }) => parsed.matches(metadata.labels ?? {});
}

function seenAs<T>(event: InformerEvent<T>, matches: (object: T) => boolean): InformerEvent<T> | undefined {
  if (event.type === 'synced') return event;
  const { object } = event;
  if (event.type !== 'updated') return matches(object) ? event : undefined;
  const [before, after] = [matches(event.old), matches(object)];
  if (before && after) return event;
  if (after) return { type: 'added', object };
  return before ? { type: 'deleted', object, finalStateUnknown: false } : undefined;
}

/**
 * One object as it is: its present state once the cache is synced, then each new one; undefined while there is none.
 */
export function oneObject<T extends KubernetesObject>(key: {
  readonly name: string;
  readonly namespace?: string;
}): OperatorFunction<InformerEvent<T>, T | undefined> {
  const id = objectKey(key);
  return (events) => {
    let synced = false;
    let present: T | undefined;
    return events.pipe(
      filter((event) => event.type === 'synced' || objectKey(event.object.metadata) === id),
      map((event) => {
        if (event.type === 'synced') synced = true;
        else present = event.type === 'deleted' ? undefined : event.object;
        return present;
      }),
      filter(() => synced),
      distinctUntilChanged(),
    );
  };
}

/** Only updates that changed what `select` takes from an object: `changed((pod) => pod.spec?.nodeName)`. */
export function changed<T>(select: (object: T) => unknown): OperatorFunction<InformerEvent<T>, Updated<T>> {
  return pipe(
    filter((event) => event.type === 'updated' && !deepEqual(select(event.old), select(event.object))),
    map((event) => {
      const { old, object } = event as InformerEvent<T> & { readonly type: 'updated' };
      return { before: old, after: object };
    }),
  );
}

/** An object that carries conditions in its status. */
export interface WithConditions extends KubernetesObject {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/** Objects at the moment that a condition of theirs becomes true; those for which it is true already, first. */
export function becameTrue<T extends WithConditions>(condition: string): OperatorFunction<InformerEvent<T>, T> {
  const holds = (object: T) => isConditionTrue(object.status?.conditions, condition);
  return pipe(
    filter(
      (event) =>
        event.type !== 'synced' &&
        event.type !== 'deleted' &&
        holds(event.object) &&
        !(event.type === 'updated' && holds(event.old)),
    ),
    map((event) => (event as InformerEvent<T> & { readonly type: 'added' }).object),
  );
}
