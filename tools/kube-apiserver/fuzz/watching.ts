/** Lists and watches of a few objects, some of which change and go, with any query and any wish for a form. */
import type { Random } from '@pintle/machinery';
import { del, get, merge, post, type Row } from '../compare/row.js';
import { type Sample, samples } from '../compare/rows/samples.js';
import { queryOf, someOf, type Words, withQuery } from './bend-freely.js';
import type { Area } from './probe.js';
import { accepts, fieldSelectors, selectors } from './reading-case.js';
import { chance, type Json, pick } from './values.js';

/** Options of lists, where `page` is a list of one, and `o` an object that was made. */
export const listWords: Words = {
  labelSelector: [...selectors, 'odd=true', 'odd!=true', 'name in (a,b)', 'odd', '!odd', 'name>1'],
  fieldSelector: [...fieldSelectors, 'metadata.name=a', 'metadata.name!=a', 'metadata.namespace=n-ID'],
  limit: ['0', '1', '2', '500', '-1', 'x', '', '1.5', '9223372036854775807', '9223372036854775808'],
  continue: [
    '',
    'x',
    'bm90aGluZw',
    '{page.metadata.continue}',
    '{page.metadata.continue}',
    '{page.metadata.continue}x',
  ],
  resourceVersion: [
    '0',
    '',
    '-1',
    'x',
    '00',
    '1.5',
    '{o.metadata.resourceVersion}',
    '{page.metadata.resourceVersion}',
    '18446744073709551615',
    '18446744073709551616',
  ],
  resourceVersionMatch: ['Exact', 'NotOlderThan', '', 'Newest', 'exact'],
  timeoutSeconds: ['1', '0', '-1', 'x', '', '1.5'],
  sendInitialEvents: ['true', 'false', 'x', ''],
  allowWatchBookmarks: ['true', 'false', 'x', ''],
  includeObject: ['None', 'Object', 'Metadata', '', 'x'],
  pretty: ['true'],
};

/** In lines, a refusal is none that a stream's reader can make something of. */
const { pretty: _inLines, ...plainWords } = listWords;
const watchWords: Words = {
  ...plainWords,
  resourceVersion: [
    ...listWords['resourceVersion']!,
    '{o.metadata.resourceVersion}',
    '{page.metadata.resourceVersion}',
  ],
  watch: ['1', 'true', 'false', '0', '', 'x', 'True'],
};

const kinds = ['ConfigMap', 'Pod', 'Secret', 'Service', 'Event', 'Deployment', 'Lease', 'Role'];
const few = samples.filter(({ object: { kind } }) => kinds.includes(kind));
const named = ({ object }: Sample, name: string, labels: object) => ({
  ...object,
  metadata: { ...(object['metadata'] as object), name, namespace: 'n-ID', labels },
});

const linesMax = 12;
/** Longer than those that end after a second. */
const waitMs = 1_600;

/** What kube-apiserver's cache answers may be of a moment before the last change. */
const ofAnyTime = ['0', '00'];
/** What is beyond etcd's own numbers is refused by the cache, which Events have none of. */
const beyond = ['18446744073709551615', '18446744073709551616'];

/** Most end by themselves after a second: the others are read until nothing more is likely. */
function asked(random: Random, path: string, passedOver: readonly string[]): Row {
  const accept = chance(random, 0.35) ? accepts(random) : undefined;
  const isRaw = accept !== undefined && /yaml|protobuf/.test(accept);
  const headers = accept === undefined ? {} : { headers: { accept } };
  const counts = isRaw ? { counts: 'status' as const } : {};
  const without = (words: Words): Words => ({
    ...words,
    resourceVersion: words['resourceVersion']!.filter((version) => !passedOver.includes(String(version))),
  });
  if (chance(random, 0.4))
    return get('list', withQuery(path, queryOf(someOf(random, without(listWords), 3))), { ...headers, ...counts });
  const words: Readonly<Record<string, Json>> = {
    watch: 'true',
    timeoutSeconds: '1',
    ...someOf(random, without(watchWords), 3),
  };
  // What never ends would have to be waited for.
  const query = queryOf(
    ['0', '', '-1'].includes(String(words['timeoutSeconds'])) ? { ...words, timeoutSeconds: '1' } : words,
  );
  // The older way to watch has a path of its own.
  const place = chance(random, 0.1) ? path.replace(/v\d\w*\//, '$&watch/') : path;
  // One object is watched by the older path alone.
  const isList = place === path && (path.endsWith('/a') || /\bwatch=(false|0)\b/.test(query));
  const stream = isList ? {} : { stream: { lines: linesMax, waitMs } };
  return get('watch', withQuery(place, query), { ...headers, ...counts, ...stream });
}

export const watching: Area = {
  name: 'watching',
  probesAtOnce: 16,
  probe(random) {
    const sample = pick(random, few);
    const path = sample.path.replace('NS', 'n-ID');
    const one = chance(random, 0.1) ? `${path}/a` : path;
    const changes = [
      ...(chance(random, 0.6)
        ? [merge('a change', `${path}/a`, { metadata: { labels: { odd: null, more: '7' } } })]
        : []),
      ...(chance(random, 0.3) ? [del('a deletion', `${path}/b?gracePeriodSeconds=0`)] : []),
    ];
    const passedOver = [...(changes.length > 0 ? ofAnyTime : []), ...(sample.object.kind === 'Event' ? beyond : [])];
    return [
      post('a namespace', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'n-ID' } }),
      post('its account', '/api/v1/namespaces/n-ID/serviceaccounts', {
        ...{ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } },
      }),
      post('the first', path, named(sample, 'a', { name: 'a', odd: 'true' }), { save: 'o' }),
      post('another', path, named(sample, 'b', { name: 'b' })),
      get('a page', `${path}?limit=1`, { save: 'page' }),
      ...changes,
      asked(random, one, passedOver),
      asked(random, one, passedOver),
    ];
  },
};
