/** A read of the fuzzer, from its seed: of one of the bases or of their collection, with any query and any wish for a form. */
import { type Random, seededRandom } from '@pintle/machinery';
import type { Row } from '../compare/row.js';
import type { Base } from './bases.js';
import { chance, pick } from './values.js';

export const selectors: readonly string[] = [
  ...[
    'a',
    '!a',
    'a=b',
    'a==b',
    'a!=b',
    'a in (b,c)',
    'a notin (b)',
    'a>1',
    'a<x',
    'a=b,c',
    'a=b,,c',
    'a in (',
    'a in ()',
  ],
  ...['a=', '=b', 'example.com/a=b', 'A b=c', 'a=-', 'a in (b),!c', ' a = b ', 'a===b', '', ','],
];
export const fieldSelectors: readonly string[] = [
  ...[
    'metadata.name=x',
    'metadata.name!=x',
    'metadata.namespace=NS',
    'metadata.namespace!=NS',
    'spec.nodeName=',
    'status.phase=Active',
  ],
  ...[
    'spec.colour=red',
    'metadata.name',
    'metadata.name=',
    'metadata.name==x',
    'metadata.name=x,metadata.name=y',
    'type=Opaque',
  ],
  ...[
    'involvedObject.kind=Pod',
    'reason=x',
    'spec.unschedulable=false',
    'metadata.name=a\\=b',
    '=',
    'metadata.name=x,',
    '',
  ],
];
const pieces: readonly string[] = [
  ...['a', 'b', 'a', 'odd', 'true', 'x/y', 'A_b', '1', '-', 'é', '"'],
  ...['=', '==', '!=', '!', ' in ', ' notin ', '(', ')', ',', ',', '<', '>', ' ', '\\', 'exists'],
];
/** Of pieces that selectors are made of, in any order. */
export const oddSelector = (random: Random): string =>
  Array.from({ length: pick(random, [2, 3, 3, 4, 5, 6, 7]) }, () => pick(random, pieces)).join('');

const queries: Readonly<Record<string, readonly string[]>> = {
  labelSelector: selectors,
  fieldSelector: fieldSelectors,
  limit: ['0', '1', '2', '500', '-1', 'x', '', '1.5', '9223372036854775808'],
  continue: ['', 'x', 'bm90aGluZw', 'eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MSwic3RhcnQiOiJ4In0'],
  resourceVersion: ['0', '', '-1', 'x', '00', '1.5'],
  resourceVersionMatch: ['Exact', 'NotOlderThan', '', 'Newest', 'exact'],
  pretty: ['true', 'false', '1', 'x'],
  timeoutSeconds: ['1', '0', '-1', 'x'],
  sendInitialEvents: ['true', 'false', 'x'],
  allowWatchBookmarks: ['true', 'x'],
  notAQuery: ['1'],
};

const types: readonly string[] = [
  ...[
    'application/json',
    'application/yaml',
    'application/*',
    '*/*',
    'text/html',
    'application/xml',
    'application/vnd.kubernetes.protobuf',
  ],
  ...['application/json;as=Table;v=v1;g=meta.k8s.io', 'application/json;as=Table;v=v1beta1;g=meta.k8s.io'],
  ...[
    'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io',
    'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
  ],
  ...[
    'application/json;as=Table;v=v2;g=meta.k8s.io',
    'application/json;as=Table',
    'application/json;as=Pod;v=v1;g=meta.k8s.io',
  ],
  ...['application/json;stream=watch', 'application/json;profile=nopeer', 'application/json;charset=utf-8', ''],
  ...[
    'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
    'application/yaml;as=Table;v=v1;g=meta.k8s.io',
  ],
];
const qualities = ['', '', '', ';q=0', ';q=0.5', ';q=1', ';q=1.5', ';q=x'];
export const accepts = (random: Random): string =>
  Array.from({ length: pick(random, [1, 1, 2, 3]) }, () => `${pick(random, types)}${pick(random, qualities)}`).join(
    pick(random, [',', ', ']),
  );

export function readingRow(seed: number, bases: readonly Base[]): Row {
  const random = seededRandom(seed);
  const { path, name } = pick(random, bases);
  // Collections without a namespace hold what the servers made themselves.
  const one = !path.includes('NS') || chance(random, 0.3);
  const asked = Array.from({ length: pick(random, [0, 1, 1, 2, 3]) }, () => pick(random, Object.keys(queries)));
  const wordOf = (key: string) =>
    key.endsWith('Selector') && chance(random, 0.6) ? oddSelector(random) : pick(random, queries[key]!);
  const query = [...new Set(asked)].map((key) => `${key}=${encodeURIComponent(wordOf(key))}`).join('&');
  const accept = chance(random, 0.4) ? accepts(random) : undefined;
  const isRaw = accept !== undefined && /yaml|protobuf/.test(accept);
  return {
    ...{ name: 'read', method: 'GET', path: `${path}${one ? `/${name}` : ''}${query === '' ? '' : `?${query}`}` },
    ...(accept === undefined ? {} : { headers: { accept } }),
    ...(isRaw ? { counts: 'status' as const } : {}),
  };
}
