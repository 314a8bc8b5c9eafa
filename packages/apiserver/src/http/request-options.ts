/** Query parameters of the API conventions, read and checked. */
import type { DeleteRequest, ListOptions, WatchOptions, WriteOptions } from '@pintle/client';
import { badRequest, invalid } from '@pintle/machinery';
import type { IncludeObject } from '../table/table.js';

export const isTrue = (query: URLSearchParams, name: string): boolean => {
  const value = query.get(name);
  return value === 'true' || value === '1' || value === 'True' || value === 'TRUE' || value === 't' || value === 'T';
};

function count(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  const value = Number(text);
  if (!/^-?\d+$/.test(text) || !Number.isSafeInteger(value) || value < 0) {
    throw badRequest(`the query parameter ${name} must be a whole number of at least 0, not ${JSON.stringify(text)}`);
  }
  return value;
}

const text = (query: URLSearchParams, name: string): string | undefined => query.get(name) || undefined;

/** Drops what is undefined, so that options hold only what was said. */
function said<T extends object>(options: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}

export function listOptions(query: URLSearchParams, namespace: string | undefined): ListOptions {
  return said({
    namespace,
    labelSelector: text(query, 'labelSelector'),
    fieldSelector: text(query, 'fieldSelector'),
    limit: count(query, 'limit'),
    continue: text(query, 'continue'),
    resourceVersion: text(query, 'resourceVersion'),
    resourceVersionMatch: text(query, 'resourceVersionMatch') as ListOptions['resourceVersionMatch'],
  });
}

export function watchOptions(
  query: URLSearchParams,
  namespace: string | undefined,
  defaultTimeoutSeconds: number,
): WatchOptions {
  const sendInitialEvents = query.get('sendInitialEvents') === null ? undefined : isTrue(query, 'sendInitialEvents');
  return said({
    namespace,
    labelSelector: text(query, 'labelSelector'),
    fieldSelector: text(query, 'fieldSelector'),
    resourceVersion: text(query, 'resourceVersion'),
    resourceVersionMatch: text(query, 'resourceVersionMatch') as WatchOptions['resourceVersionMatch'],
    allowWatchBookmarks: isTrue(query, 'allowWatchBookmarks'),
    sendInitialEvents,
    timeoutSeconds: count(query, 'timeoutSeconds') || defaultTimeoutSeconds,
  });
}

export function writeOptions(query: URLSearchParams, subresource?: string): WriteOptions & { force?: boolean } {
  const validation = text(query, 'fieldValidation');
  if (validation !== undefined && validation !== 'Ignore' && validation !== 'Warn' && validation !== 'Strict') {
    throw invalid({ group: 'meta.k8s.io', kind: 'CreateOptions' }, '', [
      {
        type: 'FieldValueNotSupported',
        field: 'fieldValidation',
        badValue: validation,
        detail: 'supported values: "", "Ignore", "Strict", "Warn"',
      },
    ]);
  }
  const fieldManager = text(query, 'fieldManager');
  if (fieldManager !== undefined && fieldManager.length > 128) {
    throw invalid({ group: 'meta.k8s.io', kind: 'CreateOptions' }, '', [
      {
        type: 'FieldValueTooLong',
        field: 'fieldManager',
        badValue: fieldManager,
        detail: 'may not be more than 128 bytes',
      },
    ]);
  }
  return said({
    fieldManager,
    fieldValidation: (validation ?? 'Warn') as WriteOptions['fieldValidation'],
    dryRun: dryRun(query) || undefined,
    subresource,
    force: isTrue(query, 'force') || undefined,
  });
}

export function dryRun(query: URLSearchParams): boolean {
  const values = query.getAll('dryRun').filter((value) => value !== '');
  if (values.some((value) => value !== 'All')) {
    throw invalid({ group: 'meta.k8s.io', kind: 'CreateOptions' }, '', [
      { type: 'FieldValueNotSupported', field: 'dryRun', badValue: values, detail: 'supported values: "All"' },
    ]);
  }
  return values.length > 0;
}

/** Deletion options may stand in the query where there is no body. */
export function deleteQuery(query: URLSearchParams): DeleteRequest {
  return said({
    gracePeriodSeconds: count(query, 'gracePeriodSeconds'),
    propagationPolicy: text(query, 'propagationPolicy') as DeleteRequest['propagationPolicy'],
    dryRun: dryRun(query) || undefined,
  });
}

export function includeObject(query: URLSearchParams): IncludeObject {
  const value = query.get('includeObject');
  return value === 'None' || value === 'Object' ? value : 'Metadata';
}
