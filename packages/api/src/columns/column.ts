/** Short ways to write columns. Ages are told as kubectl tells them. */
import { type KubernetesObject, parseTime, type TableColumn } from '@pintle/machinery';
import { humanDuration } from './human-duration.js';

// biome-ignore lint/suspicious/noExplicitAny: each list is of its own kind.
export type AnyColumns = readonly TableColumn<any>[];

type Cell<T extends KubernetesObject> = TableColumn<T>['cell'];

export function column<T extends KubernetesObject>(
  name: string,
  cell: Cell<T>,
  more: Partial<Pick<TableColumn, 'type' | 'format' | 'priority' | 'description'>> = {},
): TableColumn<T> {
  return { name, type: 'string', description: '', ...more, cell };
}

export const integer = <T extends KubernetesObject>(
  name: string,
  cell: (object: T) => number | undefined,
  priority = 0,
): TableColumn<T> => column(name, (object) => cell(object) ?? 0, { type: 'integer', priority });

/** A number in a column of text, as upstream has some. */
export const numeral = <T extends KubernetesObject>(
  name: string,
  cell: (object: T) => number | undefined,
  priority = 0,
): TableColumn<T> => column(name, (object) => cell(object) ?? 0, { priority });

export const truth = <T extends KubernetesObject>(
  name: string,
  cell: (object: T) => boolean | undefined,
): TableColumn<T> => column(name, (object) => cell(object) ?? false, { type: 'boolean' });

/** Shown with `-o wide` only. */
export const wide = <T extends KubernetesObject>(name: string, cell: Cell<T>): TableColumn<T> =>
  column(name, cell, { priority: 1 });

export const nameColumn: TableColumn = column('Name', ({ metadata }) => metadata.name ?? '', {
  format: 'name',
  description: 'The name of the object, unique within its namespace.',
});

/** How long ago, or `<unknown>`. */
export function ageOf(time: string | null | undefined, nowMs: number): string {
  const ms = parseTime(time ?? undefined);
  return ms === undefined ? '<unknown>' : humanDuration(nowMs - ms);
}

export const ageColumn: TableColumn = column('Age', ({ metadata }, nowMs) => ageOf(metadata.creationTimestamp, nowMs), {
  description: 'How long the object has been there.',
});

/** When, in the place of how long ago: of the kinds that upstream gives no columns of their own. */
export const createdColumn: TableColumn = column('Created At', ({ metadata }) => metadata.creationTimestamp ?? '', {
  type: 'date',
  description: 'When the object was made.',
});

/** Values joined by commas, or `<none>`. */
export const listed = (values: readonly (string | undefined)[] | undefined): string => {
  const present = (values ?? []).filter((value): value is string => value !== undefined && value !== '');
  return present.length === 0 ? '<none>' : present.join(',');
};

/** Labels as `k=v,k=v` in the order of their keys, or `<none>`. */
export const labelText = (labels: Readonly<Record<string, string>> | undefined): string =>
  listed(
    Object.entries(labels ?? {})
      .map(([key, value]) => `${key}=${value}`)
      .sort(),
  );
