/**
 * What is wrong with the numbers of a custom resource where its definition has those of its scale: they need not be in its
 * schema. In the words of apimachinery's `unstructured` helpers, which show values as Go does. Pure.
 */
import { type FieldError, invalidField, isInt64, isNumber, type Kind } from '@pintle/machinery';

const replicasMax = 2_147_483_647;

type Found = { readonly value: unknown } | { readonly fault: string };

/** `object` may be of any types. Of a status alone what is wished for is not judged. */
export function scaleFaults(
  { subresources: { scale } }: Kind,
  object: object,
  isStatus: boolean,
): readonly FieldError[] {
  if (scale === undefined) return [];
  const { specReplicasPath, statusReplicasPath, labelSelectorPath } = scale;
  return [
    ...(isStatus ? [] : replicasFaults(object, specReplicasPath)),
    ...replicasFaults(object, statusReplicasPath),
    ...(labelSelectorPath === undefined ? [] : selectorFaults(object, labelSelectorPath)),
  ];
}

function replicasFaults(object: object, path: string): readonly FieldError[] {
  const found = typedAt(object, path, isInt64, 'int64');
  if ('fault' in found) return [invalidField(path, 0, found.fault)];
  const replicas = (found.value ?? 0) as number | bigint;
  if (replicas < 0) return [invalidField(path, replicas, 'should be a non-negative integer')];
  return replicas > replicasMax ? [invalidField(path, replicas, `should be less than or equal to ${replicasMax}`)] : [];
}

function selectorFaults(object: object, path: string): readonly FieldError[] {
  const found = typedAt(object, path, (value) => typeof value === 'string', 'string');
  return 'fault' in found ? [invalidField(path, '', found.fault)] : [];
}

function typedAt(object: object, path: string, isType: (value: unknown) => boolean, type: string): Found {
  const fields = path.replace(/^\./, '').split('.');
  const refuse = (depth: number, value: unknown, expected: string): Found => ({
    fault: `.${fields.slice(0, depth).join('.')} accessor error: ${shown(value)} is of the type ${goType(value)}, expected ${expected}`,
  });
  let value: unknown = object;
  for (const [index, field] of fields.entries()) {
    if (value === undefined || value === null) return { value: undefined };
    if (typeof value !== 'object' || Array.isArray(value)) return refuse(index + 1, value, 'map[string]interface{}');
    value = Object.hasOwn(value, field) ? (value as Readonly<Record<string, unknown>>)[field] : undefined;
  }
  return value === undefined || isType(value) ? { value } : refuse(fields.length, value, type);
}

function goType(value: unknown): string {
  if (value === null) return '<nil>';
  if (Array.isArray(value)) return '[]interface {}';
  if (typeof value === 'object') return 'map[string]interface {}';
  if (isNumber(value)) return isInt64(value) ? 'int64' : 'float64';
  return typeof value === 'boolean' ? 'bool' : 'string';
}

function shown(value: unknown): string {
  if (value === null) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(shown).join(' ')}]`;
  if (typeof value !== 'object') return String(value);
  const entries = Object.entries(value as object).sort(([a], [b]) => (a < b ? -1 : 1));
  return `map[${entries.map(([key, each]) => `${key}:${shown(each)}`).join(' ')}]`;
}
