/** Query parameters of the API conventions, read and checked. */
import type { ApplyOptions, ListOptions, WatchOptions, WriteOptions } from '@pintle/client';
import {
  badRequest,
  type FieldError,
  forbiddenField,
  int64In,
  invalid,
  invalidField,
  notSupportedField,
  requiredField,
  saysYes,
  tooLongField,
  wholeNumber,
} from '@pintle/machinery';
import type { IncludeObject } from '../table/table.js';
import type { SentDeleteOptions } from '../verbs/delete-options.js';
import { checkListOptions } from '../verbs/read.js';
import { checkSelectors } from '../verbs/selection.js';
import { checkWatchOptions } from '../verbs/watch.js';

const text = (query: URLSearchParams, name: string): string | undefined => query.get(name) || undefined;

/** Drops what is undefined, so that options hold only what was said. */
function said<T extends object>(options: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const kept: Partial<T> = {};
  for (const key in options) if (options[key] !== undefined) kept[key] = options[key];
  return kept as { [K in keyof T]: Exclude<T[K], undefined> };
}

/** Errors: `StatusError` BadRequest for what cannot be read. */
export function listOptions(query: URLSearchParams, namespace: string | undefined): ListOptions {
  // A list ends by itself, yet what is no number is refused.
  wholeNumber(query, 'timeoutSeconds');
  const limit = wholeNumber(query, 'limit');
  const selectors = said({
    labelSelector: text(query, 'labelSelector'),
    fieldSelector: text(query, 'fieldSelector'),
  });
  checkSelectors(selectors);
  return said({
    namespace,
    ...selectors,
    limit,
    continue: text(query, 'continue'),
    resourceVersion: text(query, 'resourceVersion'),
    resourceVersionMatch: text(query, 'resourceVersionMatch') as ListOptions['resourceVersionMatch'],
  });
}

/** Errors: `StatusError` Invalid, for what makes no sense together, or of a list. */
export const checkListQuery = (query: URLSearchParams, options: ListOptions): void =>
  checkListOptions(
    options,
    query.has('sendInitialEvents')
      ? [forbiddenField('sendInitialEvents', 'sendInitialEvents is forbidden for list')]
      : [],
  );

/** Errors: `StatusError` BadRequest for what cannot be read, Invalid for what makes no sense together. */
export function watchOptions(
  query: URLSearchParams,
  namespace: string | undefined,
  defaultTimeoutSeconds: number,
): WatchOptions {
  const asList = listOptions(query, namespace);
  const { labelSelector, fieldSelector, resourceVersion } = asList;
  const sendInitialEvents =
    query.get('sendInitialEvents') === null ? undefined : saysYes(query.get('sendInitialEvents'));
  const common: WatchOptions = said({
    namespace,
    ...{ labelSelector, fieldSelector, resourceVersion },
    allowWatchBookmarks: saysYes(query.get('allowWatchBookmarks')),
    timeoutSeconds: wholeNumber(query, 'timeoutSeconds') || defaultTimeoutSeconds,
  });
  // By the older path the query need not say that it is a watch, and is judged as that of a list then.
  if (!saysYes(query.get('watch'))) {
    checkListQuery(query, asList);
    return common;
  }
  const resourceVersionMatch = asList.resourceVersionMatch as WatchOptions['resourceVersionMatch'];
  const options: WatchOptions = said({ ...common, sendInitialEvents, resourceVersionMatch });
  checkWatchOptions(options, text(query, 'continue'));
  return options;
}

/** Errors: `StatusError` BadRequest where an object is asked for as it was sent, as clients of old do. */
export function refuseExport({ query }: { readonly query: URLSearchParams }): void {
  if (saysYes(query.get('export')))
    throw badRequest('the export parameter, deprecated since v1.14, is no longer supported');
}

/** The options of a write, by the name that errors call them. */
export type WriteKind = 'CreateOptions' | 'UpdateOptions' | 'PatchOptions';

export interface WriteQuery {
  readonly kind: WriteKind;
  /** Of a patch: whether it is an apply, which alone may be forced. */
  readonly applies?: boolean;
  readonly subresource?: string | undefined;
}

/** Errors: `StatusError` Invalid (apimachinery `ValidatePatchOptions` and its kin). */
export function writeOptions(
  query: URLSearchParams,
  { kind, applies = false, subresource }: WriteQuery,
): WriteOptions & { force?: boolean; validationUnsaid?: boolean } {
  const faults: FieldError[] = [];
  const force = query.get('force');
  if (kind === 'PatchOptions' && !applies && force !== null)
    faults.push(forbiddenField('force', 'may not be specified for non-apply patch'));
  const fieldManager = text(query, 'fieldManager');
  if (kind === 'PatchOptions' && applies && fieldManager === undefined)
    faults.push(requiredField('fieldManager', 'is required for apply patch'));
  faults.push(...fieldManagerFaults(fieldManager));
  const dryRuns = query.getAll('dryRun');
  if (dryRuns.some((value) => value !== 'All')) faults.push(notSupportedField('dryRun', dryRuns, ['All']));
  const validation = text(query, 'fieldValidation');
  if (validation !== undefined && validation !== 'Ignore' && validation !== 'Warn' && validation !== 'Strict')
    faults.push(notSupportedField('fieldValidation', validation, ['', 'Ignore', 'Strict', 'Warn']));
  if (faults.length > 0) throw invalid({ group: 'meta.k8s.io', kind }, '', faults);
  return said({
    fieldManager,
    fieldValidation: (validation ?? 'Warn') as WriteOptions['fieldValidation'],
    validationUnsaid: validation === undefined || undefined,
    dryRun: dryRuns.length > 0 || undefined,
    subresource,
    force: (applies && saysYes(force)) || undefined,
  });
}

/** That an apply names its manager is for the verb to ask. */
export const applyOptions = (options: WriteOptions): ApplyOptions => ({
  ...options,
  fieldManager: options.fieldManager ?? '',
});

const fieldManagerBytesMax = 128;

function fieldManagerFaults(fieldManager = ''): readonly FieldError[] {
  const faults: FieldError[] = [];
  if (utf8.encode(fieldManager).length > fieldManagerBytesMax)
    faults.push(tooLongField('fieldManager', fieldManager, fieldManagerBytesMax));
  let at = 0;
  for (const character of fieldManager) {
    if (/[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u.test(character)) {
      const code = character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
      faults.push(invalidField('fieldManager', fieldManager, `invalid character U+${code} (at position ${at})`));
    }
    at += utf8.encode(character).length;
  }
  return faults;
}

const utf8 = new TextEncoder();

/** DeleteOptions as the query has them, for a deletion without a body. */
export function deleteQuery(query: URLSearchParams): SentDeleteOptions {
  const dryRun = query.getAll('dryRun');
  const preconditions = said({ uid: text(query, 'uid'), resourceVersion: text(query, 'resourceVersion') });
  return said({
    // Its type says number, and of 64 bits it may be a bigint, as any that a client sends.
    gracePeriodSeconds: int64In(query, 'gracePeriodSeconds') as number | undefined,
    propagationPolicy: query.get('propagationPolicy') ?? undefined,
    orphanDependents: query.has('orphanDependents') ? saysYes(query.get('orphanDependents')) : undefined,
    preconditions: Object.keys(preconditions).length > 0 ? preconditions : undefined,
    dryRun: dryRun.length > 0 ? dryRun : undefined,
  });
}

/** Errors: `StatusError` BadRequest. */
export function includeObject(query: URLSearchParams): IncludeObject {
  const value = query.get('includeObject') || 'Metadata';
  if (value === 'None' || value === 'Object' || value === 'Metadata') return value;
  const fault = `Invalid value: ${JSON.stringify(value)}: must be 'Metadata', 'Object', 'None', or empty`;
  throw badRequest(`Unable to convert to Table as requested: includeObject: ${fault}`);
}
