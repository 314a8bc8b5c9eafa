/** Which changes wake a reconcile. */
import { deepEqual, type KubernetesObject } from '@pintle/machinery';
import type { Predicate } from './controller.js';

const onUpdate =
  (differs: (object: KubernetesObject, old: KubernetesObject) => boolean): Predicate<KubernetesObject> =>
  (event) =>
    event.type !== 'updated' || differs(event.object, event.old);

/** Updates only when the wish has changed: not the status, not the metadata. */
export const generationChanged = onUpdate((object, old) => object.metadata.generation !== old.metadata.generation);
export const labelsChanged = onUpdate((object, old) => !deepEqual(object.metadata.labels, old.metadata.labels));
export const annotationsChanged = onUpdate(
  (object, old) => !deepEqual(object.metadata.annotations, old.metadata.annotations),
);
export const resourceVersionChanged = onUpdate(
  (object, old) => object.metadata.resourceVersion !== old.metadata.resourceVersion,
);

export const and =
  <T>(...predicates: readonly Predicate<T>[]): Predicate<T> =>
  (event) =>
    predicates.every((predicate) => predicate(event));
export const or =
  <T>(...predicates: readonly Predicate<T>[]): Predicate<T> =>
  (event) =>
    predicates.some((predicate) => predicate(event));
export const not =
  <T>(predicate: Predicate<T>): Predicate<T> =>
  (event) =>
    !predicate(event);
