/** Whether an object is of those that a cache holds, as far as the object itself tells. For informers; asks no server. */
import { type KubernetesObject, parseFieldSelector, parseLabelSelector } from '@pintle/machinery';
import type { Selection } from './informer.js';

/** Fields are looked up by their path, as nearly all are named; one that is not there is as an empty text. */
export function selectionMatcher(selection: Selection): (object: KubernetesObject) => boolean {
  const { namespace, labelSelector = '', fieldSelector = '' } = selection;
  const labels = parseLabelSelector(labelSelector);
  const { requirements } = parseFieldSelector(fieldSelector);
  return (object) =>
    (!namespace || object.metadata.namespace === namespace) &&
    labels.matches(object.metadata.labels ?? {}) &&
    requirements.every(({ field, operator, value }) => (textAt(object, field) === value) === (operator === '='));
}

function textAt(object: KubernetesObject, path: string): string {
  let value: unknown = object;
  for (const name of path.split('.')) value = (value as Readonly<Record<string, unknown>> | null | undefined)?.[name];
  return value === undefined || value === null ? '' : String(value);
}
