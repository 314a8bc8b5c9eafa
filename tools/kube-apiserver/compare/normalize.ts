/**
 * Takes out of an answer what no two servers have in common: identifiers, times, revisions, random names, addresses,
 * certificates, tokens. What is left is to be the same. Of revisions it is kept whether they are those of before.
 */

import { canonicalJson, parseJson, stringifyJson } from '@pintle/machinery';
import type { Answer } from './ask.js';
import type { Row } from './row.js';

export interface Normal {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed where it is JSON; a stream is a list. */
  readonly body: unknown;
}

/** What is known of one server in one group: the revision of each object when it was last seen. */
export class Memory {
  readonly revisions = new Map<string, string>();
  /** Flows and levels, by uid. */
  readonly flows = new Map<string, string>();
}

/** Differ with every answer, or are of the connection and not of the API. */
const passedOver = new Set([
  ...['date', 'content-length', 'connection', 'keep-alive', 'transfer-encoding', 'audit-id', 'etag', 'last-modified'],
  'x-content-type-options',
  ...['accept-ranges', 'expires', 'process-start-time-unix'],
]);

const texts: readonly (readonly [RegExp, string])[] = [
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<uid>'],
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z/g, '<time with fractions>'],
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, '<time>'],
  [/\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? \+0000 UTC( m=\+[\d.]+)?/g, '<Go time>'],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]+/g, '<token>'],
  [/-----BEGIN CERTIFICATE-----[\s\S]*-----END CERTIFICATE-----\n?/g, '<certificate>'],
  [/\b10\.96\.\d+\.\d+\b/g, '<cluster address>'],
  [/\b(kube-api-access-|Bad_|echo-)[a-z0-9]{5}\b/g, '$1<random>'],
  [/:3[0-2]\d{3}\/(TCP|UDP|SCTP)\b/g, ':<node port>/$1'],
  [/\bDuplicate value: 3[0-2]\d{3}\b/g, 'Duplicate value: <node port>'],
  [/in (record|the precondition) \(\d+\)/g, 'in $1 (<revision>)'],
  [/(\\"|")resourceVersion\1:\1\d+\1/g, '$1resourceVersion$1:$1<revision>$1'],
  [/in (object meta|precondition): \d+/g, 'in $1: <revision>'],
  [/\bresourceVersion:( ?)"?\d+"?/g, 'resourceVersion:$1<revision>'],
  [/\bhash=[0-9A-F]{64,}\b/g, 'hash=<hash>'],
  // Any of its timers may be the first to end.
  [
    /(context deadline exceeded|net\/http: request canceled)( \(Client\.Timeout exceeded while awaiting headers\))?/g,
    '<timed out>',
  ],
  [/https:\/\/127\.0\.0\.1:\d+/g, '<server>'],
  [/\b127\.0\.0\.1:\d+/g, '<server address>'],
];

export function normalize(row: Row, answer: Answer, memory: Memory): Normal {
  rememberFlows(answer.text, memory);
  const headers = Object.fromEntries(
    Object.entries(answer.headers)
      .filter(([name]) => !passedOver.has(name))
      .flatMap(([name, values]) => {
        const value = values.join(' | ');
        if (!flowHeaders.has(name)) return [[name, plain(value)]];
        return memory.flows.size === 0 ? [] : [[name, memory.flows.get(value) ?? '<flow>']];
      }),
  );
  if (row.metrics !== undefined) return { status: answer.status, headers, body: metricsIn(answer.text, row.metrics) };
  if (row.table !== undefined && answer.status === 200)
    return { status: answer.status, headers, body: tableIn(answer.text, row.table) };
  // Upstream tells of several faults in any order, in a list and once more in the message.
  const body = row.counts === 'status' ? '' : withCausesOnce(normalOf(bodyOf(row, answer), memory));
  const counted = row.counts === 'shape' ? shapeOf(body) : row.counts === 'operations' ? operationsIn(body) : body;
  return { status: answer.status, headers, body: counted };
}

/** Are told by names where a group has asked which there are, and not at all elsewhere. */
const flowHeaders = new Set(['x-kubernetes-pf-flowschema-uid', 'x-kubernetes-pf-prioritylevel-uid']);

function rememberFlows(text: string, memory: Memory): void {
  if (!text.includes('flowcontrol.apiserver.k8s.io/')) return;
  const { items, ...one } = (parsed(text) ?? {}) as { readonly items?: readonly Named[] } & Named;
  for (const { metadata } of items ?? [one])
    if (metadata?.uid !== undefined) memory.flows.set(metadata.uid, metadata.name ?? '');
}

interface Named {
  readonly metadata?: { readonly uid?: string; readonly name?: string };
}

/** Of each metric its type, the names of its labels in order, and of a histogram its buckets. */
function metricsIn(text: string, names: readonly string[] | 'all'): unknown {
  const types = new Map([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => [name, type]));
  const found: Record<string, { type: string; labels: readonly string[]; buckets?: readonly string[] }> = {};
  for (const [, sample = '', labels = ''] of text.matchAll(/^([a-z_:]\w*)(?:\{(.*)\})? /gim)) {
    const family = types.has(sample) ? sample : sample.replace(/_(bucket|sum|count)$/, '');
    const here = [...labels.matchAll(/(\w+)="(?:[^"\\]|\\.)*"/g)].map(([, name = '']) => name);
    const known = found[family]?.labels ?? [];
    const bound = /\ble="([^"]*)"/.exec(labels)?.[1];
    const bounds =
      bound === undefined ? found[family]?.buckets : [...new Set([...(found[family]?.buckets ?? []), bound])];
    found[family] = {
      ...{ type: types.get(family) ?? '', labels: [...new Set([...known, ...here])].sort() },
      ...(bounds === undefined ? {} : { buckets: bounds }),
    };
  }
  return names === 'all' ? found : Object.fromEntries(names.map((name) => [name, found[name]]));
}

/** The heads of a table whose cells have commas behind them, and of these columns what stands in its rows. */
function tableIn(text: string, columns: readonly string[]): unknown {
  const [heads = [], ...rows] = text
    .trimEnd()
    .split('\n')
    .map((line) => line.split(',').map((cell) => cell.trim()));
  const cells = rows.map((row) => columns.map((head) => row[heads.indexOf(head)]).join(' '));
  return { heads, rows: cells.sort() };
}

/** The ids of the operations of an OpenAPI document, by method and path. */
function operationsIn(body: unknown): unknown {
  const { paths = {} } = body as { readonly paths?: Readonly<Record<string, Readonly<Record<string, unknown>>>> };
  return Object.fromEntries(
    Object.entries(paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => [
        `${method} ${path}`,
        (operation as { readonly operationId?: string }).operationId,
      ]),
    ),
  );
}

const plain = (text: string) =>
  texts.reduce(
    (left, [pattern, word]) => left.replaceAll(pattern, word),
    withSortedReasons(withSortedErrors(withSortedPatch(text))),
  );

/** Of several bindings whose roles are not there, and of several limits that are exceeded, any is met first. */
const withSortedReasons = (text: string): string =>
  text.replace(/(?<=(?:RBAC|is forbidden): \[)[^\]]*(?=\])/, (reasons) => reasons.split(', ').sort().join(', '));

/** What is wrong with an apply stands in any order, as Go goes through maps; what follows a field that is not declared is not come to. */
function withSortedErrors(text: string): string {
  const errors = /^(failed to create typed patch object \(.*?\)): (?:errors:\n)?(.*)$/s.exec(text);
  if (errors?.[2]?.includes(': field not declared in schema')) return `${errors[1]}: … field not declared in schema`;
  return text.replace(/(?<=: errors:\n)(?: {2}[^\n]*\n?)+$/, (all) => all.split('\n').sort().join('\n'));
}

/** What a patch would make stands in the refusal, as JSON in JSON: in the order of Go's structs, which is nobody's to rely on. */
const withSortedPatch = (text: string): string =>
  text.replace(/Invalid value: ("\{.*\}"): /s, (whole, quoted: string) => {
    const value = parsed(String(parsed(quoted)));
    if (typeof value !== 'object' || value === null) return whole;
    return `Invalid value: ${canonicalJson(withoutRevision(value as { metadata?: object }))}: `;
  });

const withoutRevision = ({ metadata, ...rest }: { readonly metadata?: object }): object => ({
  ...rest,
  metadata: { ...metadata, resourceVersion: '<revision>' },
});

/** A Status that tells of several faults: these in order, each once, and without the text that repeats them. */
function withCausesOnce(body: unknown): unknown {
  const { message, details } = (body ?? {}) as { message?: string; details?: { causes?: readonly object[] } };
  const all = details?.causes;
  if (typeof message !== 'string' || all === undefined || all.length < 2) return body;
  const causes = [...new Set(all.map((cause) => stringifyJson(cause)))].sort().map(parsed);
  return {
    ...(body as object),
    ...(causes.length < 2 ? {} : { message: message.replace(/ is invalid: .*$/s, ' is invalid: …') }),
    details: { ...details, causes },
  };
}

export function parsed(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return text;
  }
}

function bodyOf(row: Row, { text }: Answer): unknown {
  const found = parsed(text);
  if (row.at !== undefined)
    return row.at.split('/').reduce<unknown>((parent, name) => (parent as Record<string, unknown>)?.[name], found);
  const whole = among(row.among, found);
  if (row.stream === undefined) return whole;
  // What refuses a stream may be written over several lines.
  if (typeof whole === 'object') return [whole];
  return text.split('\n').filter(Boolean).slice(0, row.stream.lines).map(parsed);
}

/** Groups have their names themselves, objects in their metadata. */
function among(words: string | undefined, body: unknown): unknown {
  if (words === undefined || typeof body !== 'object' || body === null) return body;
  const isAmong = (item: { readonly name?: string; readonly metadata?: { readonly name?: string } }) =>
    (item.name ?? item.metadata?.name ?? '').includes(words);
  return Object.fromEntries(
    Object.entries(body).map(([key, value]) => [key, Array.isArray(value) ? value.filter(isAmong) : value]),
  );
}

interface Place {
  readonly key: string;
  readonly parent: Readonly<Record<string, unknown>>;
}

function normalOf(value: unknown, memory: Memory, place?: Place): unknown {
  if (typeof value === 'string') return place === undefined ? plain(value) : textAt(value, memory, place);
  if (place !== undefined && unordered.has(place.key) && 'incomplete' in place.parent && Array.isArray(value))
    return value
      .map((item) => normalOf(item, memory))
      .toSorted((a, b) => (canonicalJson(a) < canonicalJson(b) ? -1 : 1));
  if (place?.key === 'finalizers' && Array.isArray(value) && isOfNamespace(place.parent)) return [...value].sort();
  if (place?.key === 'managedFields' && Array.isArray(value))
    return byManager(value.map((item) => normalOf(item, memory)));
  if (place?.key === 'cells' && Array.isArray(value))
    return value.map((cell) => (/^\ds$/.test(String(cell)) ? '<age>' : normalOf(cell, memory)));
  if (Array.isArray(value)) return value.map((item) => normalOf(item, memory));
  if (typeof value !== 'object' || value === null)
    return place !== undefined && nodePorts.has(place.key) ? '<node port>' : value;
  const parent = value as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(parent).map(([key, each]) => [key, normalOf(each, memory, { key, parent })]),
  );
}

const nodePorts = new Set(['nodePort', 'healthCheckNodePort']);

/** When a namespace is deleted upstream puts its finalizers through a Go map. */
const isOfNamespace = ({ labels }: Place['parent']): boolean =>
  typeof labels === 'object' && labels !== null && 'kubernetes.io/metadata.name' in labels;

/** Of a review of rules, which says whether it is incomplete, upstream gives these as a Go map has them. */
const unordered = new Set(['resourceRules', 'nonResourceRules']);

/** Those of one second come in any order. */
function byManager(entries: readonly unknown[]): readonly unknown[] {
  const keyOf = (entry: unknown) => {
    const { manager, operation, apiVersion, subresource } = entry as Readonly<Record<string, string | undefined>>;
    return [manager, operation, apiVersion, subresource].join(' ');
  };
  return entries.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

function textAt(text: string, memory: Memory, { key, parent }: Place): string {
  if (key === 'resourceVersion' && text !== '') return revision(text, memory, parent['uid']);
  if (key === 'continue' && text !== '') return '<continue>';
  const prefix = parent['generateName'];
  if (key === 'name' && typeof prefix === 'string' && text.startsWith(prefix)) return `${prefix}<random>`;
  return plain(text);
}

/** Lists have one that tells nothing; of an object it tells whether it was written since it was last seen. */
function revision(text: string, memory: Memory, uid: unknown): string {
  if (typeof uid !== 'string') return '<revision>';
  const before = memory.revisions.get(uid);
  memory.revisions.set(uid, text);
  return before === undefined ? '<revision>' : before === text ? '<revision as before>' : '<another revision>';
}

function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? [] : [shapeOf(value[0])];
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, shapeOf(each)]));
}
