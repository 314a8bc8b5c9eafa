/** Objects as the rows that `kubectl get` prints (`meta/v1` Table). */

import { humanDuration } from '@pintle/api';
import {
  apiVersionOf,
  canonicalJson,
  isInt64,
  isNumber,
  type KubernetesObject,
  type ListMeta,
  type PrinterColumn,
  parseTime,
  type TableColumn,
} from '@pintle/machinery';
import { type Resource, tellerOf } from '../registry/resource.js';
import { compileJsonPath } from './json-path.js';

export type IncludeObject = 'None' | 'Metadata' | 'Object';

const defaultColumns: readonly TableColumn[] = [
  {
    name: 'Name',
    type: 'string',
    format: 'name',
    description: 'The name of the object.',
    cell: ({ metadata }) => metadata.name ?? '',
  },
  {
    name: 'Created At',
    type: 'date',
    description: 'When the object was created.',
    cell: ({ metadata }) => metadata.creationTimestamp ?? '',
  },
];

const customColumns = new WeakMap<readonly PrinterColumn[], readonly TableColumn[]>();

/** What a Table is made by: a resource, or a subresource with columns of its own. */
export type Tabulated = Pick<Resource, 'columns' | 'kind' | 'custom' | 'fromStored'>;

export function columnsOf(resource: Tabulated): readonly TableColumn[] {
  if (resource.columns !== undefined) return resource.columns;
  const declared = resource.kind.columns;
  let columns = customColumns.get(declared);
  if (columns === undefined) {
    columns =
      declared.length === 0
        ? resource.custom
          ? [defaultColumns[0]!, ageColumn]
          : defaultColumns
        : [defaultColumns[0]!, ...declared.map(fromJsonPath)];
    customColumns.set(declared, columns);
  }
  return columns;
}

const ageColumn: TableColumn = fromJsonPath({ name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' });

function fromJsonPath(column: PrinterColumn): TableColumn {
  const read = compileJsonPath(column.jsonPath);
  return {
    name: column.name,
    type: column.type,
    ...(column.format === undefined ? {} : { format: column.format }),
    description: column.description ?? '',
    priority: column.priority ?? 0,
    cell(object, nowMs) {
      // Of several values the first is shown.
      const [value] = read(object);
      if (value === undefined || value === null) return null;
      switch (column.type) {
        case 'date': {
          if (typeof value !== 'string') return null;
          const time = parseTime(value);
          return time === undefined ? '<invalid>' : humanDuration(nowMs - time);
        }
        case 'integer':
          return typeof value === 'number' ? Math.trunc(value) : isInt64(value) ? value : null;
        case 'number':
          return isNumber(value) ? value : null;
        case 'boolean':
          return typeof value === 'boolean' ? value : null;
        default:
          return typeof value === 'string' ? value : canonicalJson(value);
      }
    },
  };
}

export interface TableOptions {
  readonly includeObject: IncludeObject;
  readonly nowMs: number;
  readonly metaVersion: string;
  readonly metadata: ListMeta;
}

/** A row an object; `objects` are in the stored version, `shown` in the version asked for. */
export const tableOf = (resource: Tabulated, objects: readonly KubernetesObject[], options: TableOptions): object => ({
  ...tableEnvelope(resource, options),
  rows: objects.map((object) => rowOf(resource, object, options)),
});

/** A Table but for its `rows`. */
export const tableEnvelope = (resource: Tabulated, { metaVersion, metadata }: TableOptions): object => ({
  kind: 'Table',
  apiVersion: `meta.k8s.io/${metaVersion}`,
  metadata,
  columnDefinitions: columnsOf(resource).map(({ name, type, format = '', description, priority = 0 }) => ({
    name,
    type,
    format,
    description,
    priority,
  })),
});

export const rowOf = (resource: Tabulated, object: KubernetesObject, options: TableOptions): object => ({
  cells: columnsOf(resource).map((column) => column.cell(object, options.nowMs)),
  object: shownObject(resource, object, options),
});

function shownObject(
  resource: Tabulated,
  object: KubernetesObject,
  { includeObject, metaVersion }: TableOptions,
): unknown {
  if (includeObject === 'None') return null;
  if (includeObject === 'Metadata') return partialObject(object, metaVersion);
  const served = resource.fromStored(object);
  return tellerOf(resource)?.(served) ?? served;
}

/** Only the metadata of an object. */
export function partialObject(object: KubernetesObject, metaVersion: string): unknown {
  return { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${metaVersion}`, metadata: object.metadata };
}

/** Of a list of metadata all but its `items`. */
export const partialEnvelope = (metadata: ListMeta, metaVersion: string): object => ({
  kind: 'PartialObjectMetadataList',
  apiVersion: `meta.k8s.io/${metaVersion}`,
  metadata,
});

export const listEnvelope = (resource: Resource) => ({
  kind: resource.kind.listKind,
  apiVersion: apiVersionOf(resource.kind),
});
