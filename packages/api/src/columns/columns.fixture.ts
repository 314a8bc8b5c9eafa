/** Objects in rows of `kubectl get`, for the tests of the columns. */
import { type KubernetesObject, parseTime } from '@pintle/machinery';
import { builtinResources } from '../index.js';
import { decoded, type Written } from '../strategy/served.fixture.js';

const now = parseTime('2025-01-01T01:00:00Z')!;
export const metadata = (more: object = {}) => ({ name: 'a', creationTimestamp: '2025-01-01T00:59:55Z', ...more });
export const inNamespace = (more: object = {}) => metadata({ namespace: 'ns', ...more });

export const definitions = new Map(
  builtinResources().map((definition) => [`${definition.kind.group}/${definition.kind.kind}`, definition]),
);

/** Names and cells, as `Name: cell`; what only `-o wide` shows after the rest. */
export function row(written: Written): { readonly narrow: string; readonly wide: string } {
  const group = written.apiVersion.includes('/') ? written.apiVersion.split('/')[0]! : '';
  const { columns = [] } = definitions.get(`${group}/${written.kind}`)!;
  const object = decoded(written) as KubernetesObject;
  const text = (priority: number) =>
    columns
      .filter((column) => (column.priority ?? 0) === priority)
      .map((column) => `${column.name}=${column.cell(object, now)}`)
      .join(' | ');
  return { narrow: text(0), wide: text(1) };
}

export const selector = { matchLabels: { a: '1' } };
export const condition = (type: string, status: string, more: object = {}) => ({
  type,
  status,
  lastTransitionTime: '2025-01-01T00:00:00Z',
  reason: '',
  message: '',
  ...more,
});

/** What is shown, the object, its row, and what `-o wide` adds. */
export type ColumnCase = readonly [string, Written, string, string?];
