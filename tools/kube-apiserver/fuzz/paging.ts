/** Long lists that are read page by page, while what they list is made, changed and deleted; and pages that are asked for oddly. */
import { integerBelow, type Random } from '@pintle/machinery';
import { del, get, merge, metadataOnly, post, type Row, table } from '../compare/row.js';
import { withQuery } from './bend-freely.js';
import type { Area } from './probe.js';
import { chance, pick } from './values.js';

const kinds = [
  ['/api/v1', 'configmaps', {}],
  ['/api/v1', 'secrets', {}],
  ['/apis/coordination.k8s.io/v1', 'leases', {}],
  ['/api/v1', 'pods', { spec: { containers: [{ name: 'c', image: 'i' }] } }],
] as const;

const forms: readonly (Partial<Row> | undefined)[] = [
  ...[undefined, undefined, { headers: table }, { headers: metadataOnly }],
  { headers: { accept: 'application/vnd.kubernetes.protobuf' } },
];
const selections: readonly (readonly string[])[] = [
  ...[[], [], [], ['labelSelector=half%3Dyes'], ['labelSelector=half%21%3Dyes'], ['labelSelector=half%3Dno']],
  ...[['fieldSelector=metadata.name%21%3Dx-ID-1'], ['fieldSelector=metadata.name%3Dx-ID-1']],
];
/** Not 0, for which kube-apiserver takes no limit. */
const versions: readonly (readonly string[])[] = [
  ...[[], [], []],
  ...[['resourceVersion={first.metadata.resourceVersion}', 'resourceVersionMatch=Exact']],
  ...[['resourceVersion={first.metadata.resourceVersion}', 'resourceVersionMatch=NotOlderThan']],
  ...[['resourceVersion={first.metadata.resourceVersion}'], ['resourceVersionMatch=Exact']],
];
/** As clients change them, or what somebody made up. */
const tokens = [
  ...['{page.metadata.continue}', '{page.metadata.continue}', '{page.metadata.continue}', '{page.metadata.continue}'],
  ...['{page.metadata.continue}', '{page.metadata.continue}x', '{first.metadata.continue}'],
];

function change(random: Random, collection: string, more: object): Row {
  const at = integerBelow(random, 12);
  const name = `x-ID-${at}`;
  const draw = random.next();
  if (draw < 0.4)
    return del('a deletion', `${collection}/${name}?gracePeriodSeconds=0`, undefined, { counts: 'status' });
  if (draw < 0.7)
    return merge('a change', `${collection}/${name}`, {
      metadata: { labels: pick(random, [{ half: 'yes' }, { half: null }, { a: 'b' }]) },
    });
  return post('another', collection, { metadata: { name: `x-ID-${at}${pick(random, ['', 'a', '-1'])}` }, ...more });
}

export const paging: Area = {
  name: 'paging',
  probe(random) {
    const [group, plural, more] = pick(random, kinds);
    const collection = `${group}/namespaces/n-ID/${plural}`;
    const count = pick(random, [0, 1, 3, 5, 9, 12]);
    const form = pick(random, forms) ?? {};
    const selection = pick(random, selections);
    const limits = () => `limit=${pick(random, ['1', '2', '2', '3', '3', '5', '500', '0'])}`;
    const page = (query: readonly string[]) =>
      get('a page', withQuery(collection, [...selection, ...query].join('&')), {
        ...form,
        save: 'page',
      });
    const steps = Array.from({ length: pick(random, [1, 2, 3, 4]) }, () => [
      ...Array.from({ length: pick(random, [0, 0, 1, 2]) }, () => change(random, collection, more)),
      page([
        `continue=${pick(random, tokens)}`,
        ...(chance(random, 0.9) ? [limits()] : []),
        ...(chance(random, 0.1) ? pick(random, versions) : []),
      ]),
    ]).flat();
    const first = page([limits()]);
    return [
      post('a namespace', '/api/v1/namespaces', { metadata: { name: 'n-ID' } }, { counts: 'status' }),
      post(
        'its account',
        '/api/v1/namespaces/n-ID/serviceaccounts',
        { metadata: { name: 'default' } },
        { counts: 'status' },
      ),
      ...Array.from({ length: count }, (_, index) =>
        post(
          'an object',
          collection,
          { metadata: { name: `x-ID-${index}`, ...(index % 2 === 0 ? { labels: { half: 'yes' } } : {}) }, ...more },
          { counts: 'status' },
        ),
      ),
      get('all', collection, { save: 'first' }),
      first,
      ...steps,
      ...(chance(random, 0.4) ? [page([limits(), ...pick(random, versions)])] : []),
    ];
  },
};
