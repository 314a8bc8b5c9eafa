/** Deletions of one and of many, with options in the body, in the query, in both; and what is left. */
import type { Random } from '@pintle/machinery';
import { del, get, merge, post, type Row } from '../compare/row.js';
import { type Sample, samples } from '../compare/rows/samples.js';
import { bentFreely, queryOf, someOf, type Words, withQuery } from './bend-freely.js';
import type { Area } from './probe.js';
import { chance, type Json, pick } from './values.js';
import { listWords } from './watching.js';

/** What acts on other requests, or has a name that is not free. */
const passedOver =
  /^(ResourceQuota|LimitRange|FlowSchema|PriorityLevelConfiguration|APIService|.*Webhook.*|.*Policy.*|PriorityClass|ServiceCIDR|IPAddress|CustomResourceDefinition|ClusterTrustBundle)$/;
const deletable = samples.filter(({ object: { kind } }) => !passedOver.test(kind));
/** Those whose deletion is a matter of its own. */
const often = deletable.filter(({ object: { kind } }) =>
  [
    'Pod',
    'Deployment',
    'ReplicationController',
    'Job',
    'Namespace',
    'PersistentVolumeClaim',
    'Service',
    'ConfigMap',
  ].includes(kind),
);

const options: Words = {
  gracePeriodSeconds: [0, 1, 5, 30, -1, '5', 1.5, 'x', '', null, 4_294_967_296],
  propagationPolicy: ['Orphan', 'Background', 'Foreground', 'orphan', 'Nothing', '', null, 7],
  orphanDependents: [true, false, 'true', '1', 'x', '', null],
  dryRun: [['All'], 'All', ['all'], [], ['All', 'All'], ['All', 'x'], '', null],
  ignoreStoreReadErrorWithClusterBreakingPotential: [true, false, 'x'],
};
const inBody: Words = {
  ...options,
  preconditions: [
    { uid: '{o.metadata.uid}' },
    { uid: '0a1b2c3d-0000-4000-8000-000000000000' },
    { uid: '' },
    { resourceVersion: '{o.metadata.resourceVersion}' },
    { resourceVersion: '1' },
    { resourceVersion: '' },
    { uid: '{o.metadata.uid}', resourceVersion: '1' },
    ...[{ uid: 7 }, {}, 'x', null, []],
  ],
  apiVersion: ['v1', 'meta.k8s.io/v1', 'apps/v1', 'policy/v1', 'nonsense/v1', 'a/b/c', '', 7],
  kind: ['DeleteOptions', 'DeleteOptions', 'DeleteOptions', 'ListOptions', 'Pod', '', 7],
  notAField: ['a'],
};
const inQuery: Words = {
  ...options,
  uid: ['{o.metadata.uid}', 'x', ''],
  resourceVersion: ['{o.metadata.resourceVersion}', '1', '', 'x'],
  'preconditions.uid': ['x'],
  pretty: ['true'],
  notAQuery: ['1'],
};
const odd: readonly unknown[] = [
  '',
  ' ',
  'null',
  '[]',
  '7',
  '{',
  '{}',
  '"x"',
  'gracePeriodSeconds: 0',
  '{"gracePeriodSeconds":0,"gracePeriodSeconds":5}',
];
const contentTypes = [
  'application/json',
  'application/json',
  'application/yaml',
  'text/plain',
  'application/json; charset=utf-8',
  '*/*',
  '',
];

const finalizers: readonly (readonly string[])[] = [
  ...[[], [], ['example.com/a'], ['orphan'], ['foregroundDeletion'], ['example.com/a', 'orphan']],
  ...[
    ['foregroundDeletion', 'example.com/a'],
    ['example.com/a', 'example.com/b'],
  ],
];

function deletion(random: Random, name: string, path: string, more: Readonly<Record<string, Json>> = {}): Row {
  const draw = random.next();
  const query = draw < 0.55 ? someOf(random, inQuery, 2) : {};
  const asked = withQuery(path, queryOf({ ...query, ...more }));
  if (draw < 0.4) return del(name, asked);
  const body: unknown = chance(random, 0.1)
    ? pick(random, odd)
    : bentFreely(random, { kind: 'DeleteOptions', apiVersion: 'v1', ...someOf(random, inBody, 2) }, inBody);
  const contentType = chance(random, 0.1) ? pick(random, contentTypes) : 'application/json';
  return del(name, asked, body, { contentType });
}

const named = ({ object }: Sample, name: string, more: object, spec?: object) => {
  const { metadata, spec: before, ...rest } = object as unknown as { metadata: object; spec?: object };
  return {
    ...rest,
    metadata: { ...metadata, name, ...more },
    ...(before === undefined && spec === undefined ? {} : { spec: { ...before, ...spec } }),
  };
};

const specOf = (random: Random, { object: { kind } }: Sample): object =>
  kind === 'Pod'
    ? {
        ...(chance(random, 0.6) ? { nodeName: 'n' } : {}),
        ...(chance(random, 0.4) ? { terminationGracePeriodSeconds: pick(random, [0, 1, 5]) } : {}),
      }
    : {};

function ofOne(random: Random): readonly Row[] {
  const sample = pick(random, chance(random, 0.7) ? often : deletable);
  const { path } = sample;
  const one = `${path}/x-ID`;
  const held = pick(random, finalizers);
  const object = named(sample, 'x-ID', held.length === 0 ? {} : { finalizers: held }, specOf(random, sample));
  return [
    post(`${sample.object.kind}: made`, path, object, { save: 'o' }),
    ...Array.from({ length: pick(random, [1, 1, 2, 3]) }, () => [
      deletion(random, 'delete', one),
      get('what is left', one),
    ]).flat(),
    ...(chance(random, 0.3)
      ? [merge('let go', one, { metadata: { finalizers: null } }), get('what is left', one)]
      : []),
  ];
}

const many = samples.filter(({ object: { kind } }) =>
  ['Pod', 'ConfigMap', 'ReplicationController', 'Secret', 'Lease'].includes(kind),
);

function ofMany(random: Random): readonly Row[] {
  const sample = pick(random, many);
  const path = sample.path.replace('NS', 'n-ID');
  const made = ['a', 'b', 'c'].map((name, index) => {
    const labels = { name, ...(index === 1 ? {} : { odd: 'true' }) };
    const held = pick(random, finalizers);
    const more = { labels, ...(held.length > 0 && chance(random, 0.4) ? { finalizers: held } : {}) };
    return post(`${sample.object.kind}: made`, path, named(sample, name, more, specOf(random, sample)), {
      save: index === 0 ? 'o' : name,
    });
  });
  return [
    post('a namespace', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'n-ID' } }),
    post('its account', '/api/v1/namespaces/n-ID/serviceaccounts', {
      ...{ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } },
    }),
    ...made,
    get('a page', `${path}?limit=1`, { save: 'page' }),
    ...Array.from({ length: pick(random, [1, 1, 2]) }, () => [
      deletion(random, 'delete all', path, someOf(random, listWords, 2)),
      get('all that is left', path),
    ]).flat(),
  ];
}

export const deleting: Area = {
  name: 'deleting',
  probe: (random) => (chance(random, 0.65) ? ofOne(random) : ofMany(random)),
};
