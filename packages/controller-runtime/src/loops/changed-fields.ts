/** In which fields two versions of an object differ. For telling people: what servers stamp by themselves is left out. */
import { deepEqual, type KubernetesObject } from '@pintle/machinery';

export interface ChangedField {
  /** Dotted, items of lists by their place: `spec.template.spec.containers.0.image`. */
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** Fields told of; of more only the first. */
const fieldsMax = 100;
const stamped = new Set([
  'metadata.resourceVersion',
  'metadata.managedFields',
  'metadata.generation',
  'status.observedGeneration',
]);

/** Which generation a condition is of, wherever it stands in the list. */
const isStamped = (path: string) =>
  stamped.has(path) || (path.startsWith('status.conditions.') && path.endsWith('.observedGeneration'));

export function changedFields(before: KubernetesObject, after: KubernetesObject): readonly ChangedField[] {
  const found: ChangedField[] = [];
  compare('', before, after, found);
  return found;
}

type Fields = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

function compare(path: string, before: unknown, after: unknown, found: ChangedField[]): void {
  if (before === after || found.length >= fieldsMax || isStamped(path)) return;
  if (isObject(before) && isObject(after) && Array.isArray(before) === Array.isArray(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)]))
      compare(path === '' ? key : `${path}.${key}`, before[key], after[key], found);
  } else if (!deepEqual(before, after)) found.push({ path, before, after });
}
