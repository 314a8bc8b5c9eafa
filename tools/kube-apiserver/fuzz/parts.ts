/** Parts of objects and what is done to them by kinds of their own: status, scale, evictions, bindings, tokens, approvals and the rest. */
import type { Random } from '@pintle/machinery';
import { get, merge, post, type Row } from '../compare/row.js';
import { samples } from '../compare/rows/samples.js';
import { bentFreely, queryOf, someOf, type Words, withQuery } from './bend-freely.js';
import { isBeyond } from './fuzz-case.js';
import type { Area } from './probe.js';
import { accepts } from './reading-case.js';
import { chance, type Json, pick } from './values.js';

const sampleOf = (kind: string) => samples.find(({ object }) => object.kind === kind)!;

const queries: Words = {
  dryRun: ['All', 'all', ''],
  fieldManager: ['me', 'you', '', 'a\nb'],
  fieldValidation: ['Strict', 'Warn', 'Ignore', 'strict', ''],
  force: ['true', 'false'],
  pretty: ['true'],
};
const metadataWords: Words = {
  name: ['x-ID', 'other', ''],
  namespace: ['NS', 'default', ''],
  uid: ['{o.metadata.uid}', 'x', ''],
  resourceVersion: ['{o.metadata.resourceVersion}', '1', '', 'x', '0'],
  apiVersion: ['v1', 'autoscaling/v1', 'policy/v1', 'policy/v1beta1', 'apps/v1', 'x/y/z', ''],
  kind: ['Scale', 'Eviction', 'Binding', 'Pod', 'TokenRequest', 'Namespace', 'Deployment', ''],
  labels: [{ a: 'b' }, { 'a b': 'c' }, {}],
  annotations: [{ a: 'b' }, {}],
};

interface Part {
  /** The object that it is of; with `x-ID` for its name. */
  readonly before: (random: Random) => readonly Row[];
  readonly path: string;
  /** What is read in the end. */
  readonly object: string;
  readonly body: (random: Random) => Json;
  readonly verbs: readonly ('create' | 'update' | 'merge' | 'strategic' | 'jsonPatch' | 'apply' | 'get')[];
  readonly words: Words;
}

const contentTypes = {
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  jsonPatch: 'application/json-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;

const jsonPatches: readonly Json[] = [
  [{ op: 'replace', path: '/spec/replicas', value: 3 }],
  [{ op: 'replace', path: '/spec/replicas', value: 'x' }],
  [{ op: 'test', path: '/spec/replicas', value: 7 }],
  [{ op: 'remove', path: '/spec' }],
  [{ op: 'add', path: '/metadata/labels', value: { a: 'b' } }],
  [{ op: 'replace', path: '/metadata/name', value: 'other' }],
  [{ op: 'add', path: '/status/observedGeneration', value: 3 }],
  [{ op: 'add', path: '/notAField', value: 3 }],
  ...[[{ op: 'jump', path: '/a' }], [], {}],
];

const made =
  (kind: string, more: object = {}, spec?: (random: Random) => object) =>
  (random: Random) => {
    const { path, object } = sampleOf(kind);
    const { metadata, spec: before, ...rest } = object as unknown as { metadata: object; spec?: object };
    const body = {
      ...rest,
      ...more,
      metadata: { ...metadata, name: 'x-ID', labels: { case: 'ID' } },
      ...(before === undefined && spec === undefined ? {} : { spec: { ...before, ...spec?.(random) } }),
    };
    return [post(`${kind}: made`, path, body, { save: 'o' })];
  };

const one = (kind: string) => `${sampleOf(kind).path}/x-ID`;
const whole = {
  name: 'x-ID',
  namespace: 'NS',
  uid: '{o.metadata.uid}',
  resourceVersion: '{o.metadata.resourceVersion}',
};
const someMetadata = (random: Random): Json => (chance(random, 0.5) ? { name: 'x-ID' } : whole);

const scale = (kind: string): Part => ({
  ...{ before: made(kind), path: `${one(kind)}/scale`, object: one(kind) },
  body: (random) => ({
    ...{ apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: someMetadata(random) },
    ...{
      spec: { replicas: pick(random, [0, 1, 3]) },
      ...(chance(random, 0.2) ? { status: { replicas: 3, selector: 'a=b' } } : {}),
    },
  }),
  verbs: ['get', 'update', 'update', 'merge', 'strategic', 'jsonPatch', 'apply', 'create'],
  words: { replicas: [0, 1, 3, -1, 2_147_483_648, '3', 1.5] },
});

const condition = {
  type: 'Ready',
  status: 'True',
  lastTransitionTime: '2026-01-01T00:00:00Z',
  reason: 'Because',
  message: 'm',
};
const status = (kind: string, body: Json): Part => ({
  ...{ before: made(kind), path: `${one(kind)}/status`, object: one(kind) },
  body: (random) => {
    const { apiVersion } = sampleOf(kind).object;
    return { apiVersion, kind, metadata: someMetadata(random), status: body };
  },
  verbs: ['get', 'update', 'merge', 'strategic', 'jsonPatch', 'apply', 'create'],
  words: {
    status: ['True', 'Maybe', ''],
    replicas: [1, -1, 'x'],
    phase: ['Running', 'Lying', ''],
    type: ['Ready', 'example.com/own', ''],
  },
});

const container = { name: 'c', image: 'registry.example/app:1' };
const pod = made('Pod', {}, (random) => (chance(random, 0.5) ? { nodeName: 'n' } : {}));
const budget = (random: Random): readonly Row[] =>
  chance(random, 0.6)
    ? []
    : [
        post('a budget', '/apis/policy/v1/namespaces/NS/poddisruptionbudgets', {
          ...{ apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 'x-ID' } },
          spec: { selector: { matchLabels: { case: 'ID' } }, minAvailable: pick(random, [0, 1]) },
        }),
        ...(chance(random, 0.5)
          ? [
              merge('it allows', '/apis/policy/v1/namespaces/NS/poddisruptionbudgets/x-ID/status', {
                status: {
                  observedGeneration: 1,
                  disruptionsAllowed: pick(random, [0, 1]),
                  currentHealthy: 1,
                  desiredHealthy: 0,
                  expectedPods: 1,
                },
              }),
            ]
          : []),
      ];

const parts: readonly Part[] = [
  ...['Deployment', 'ReplicaSet', 'StatefulSet', 'ReplicationController'].map(scale),
  status('Deployment', { replicas: 1, observedGeneration: 1, conditions: [condition] }),
  status('Pod', { phase: 'Running', conditions: [condition], podIP: '192.0.2.1', containerStatuses: [] }),
  status('Node', {
    conditions: [condition],
    capacity: { cpu: '1' },
    addresses: [{ type: 'InternalIP', address: '192.0.2.1' }],
  }),
  status('Job', { active: 1, startTime: '2026-01-01T00:00:00Z', conditions: [{ type: 'Suspended', status: 'True' }] }),
  status('PersistentVolumeClaim', { phase: 'Bound', capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'] }),
  status('Namespace', { phase: 'Active', conditions: [condition] }),
  {
    ...{ before: (random) => [...pod(random), ...budget(random)], path: `${one('Pod')}/eviction`, object: one('Pod') },
    body: (random) => ({
      ...{ apiVersion: 'policy/v1', kind: 'Eviction', metadata: someMetadata(random) },
      ...(chance(random, 0.6)
        ? {
            deleteOptions: {
              gracePeriodSeconds: 5,
              preconditions: { uid: '{o.metadata.uid}' },
              propagationPolicy: 'Background',
              dryRun: ['All'],
            },
          }
        : {}),
    }),
    verbs: ['create', 'create', 'create', 'create', 'get', 'update'],
    words: { gracePeriodSeconds: [0, 1, -1, 'x'], propagationPolicy: ['Orphan', 'orphan', ''], dryRun: ['All', 'all'] },
  },
  {
    ...{ before: made('Pod'), path: `${one('Pod')}/binding`, object: one('Pod') },
    body: (random) => ({
      ...{ apiVersion: 'v1', kind: 'Binding', metadata: someMetadata(random) },
      target: {
        apiVersion: 'v1',
        kind: 'Node',
        name: 'n',
        ...(chance(random, 0.2) ? { namespace: 'NS', uid: 'x' } : {}),
      },
    }),
    verbs: ['create', 'create', 'create', 'get', 'update'],
    words: { kind: ['Binding', 'Node', 'Pod', ''], name: ['x-ID', 'n', '', 'other'] },
  },
  {
    ...{ before: made('Pod'), path: '/api/v1/namespaces/NS/bindings', object: one('Pod') },
    body: () => ({
      apiVersion: 'v1',
      kind: 'Binding',
      metadata: { name: 'x-ID' },
      target: { kind: 'Node', name: 'n' },
    }),
    verbs: ['create'],
    words: { kind: ['Binding', 'Node', 'Pod', ''], name: ['x-ID', 'n', '', 'other'] },
  },
  {
    ...{ before: made('ServiceAccount'), path: `${one('ServiceAccount')}/token`, object: one('ServiceAccount') },
    body: (random) => ({
      ...{
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        metadata: chance(random, 0.5) ? {} : someMetadata(random),
      },
      spec: {
        audiences: ['a'],
        expirationSeconds: 3600,
        ...(chance(random, 0.4) ? { boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'nobody', uid: 'x' } } : {}),
      },
    }),
    verbs: ['create', 'create', 'create', 'get'],
    words: {
      expirationSeconds: [600, 599, 4_294_967_297, '600', 0, -1, 1.5],
      audiences: [[], ['a', 'b'], [''], 'a'],
      kind: ['TokenRequest', 'Pod', 'Secret', 'Node', 'ServiceAccount', ''],
    },
  },
  {
    ...{ before: pod, path: `${one('Pod')}/ephemeralcontainers`, object: one('Pod') },
    body: (random) => ({
      ...{ apiVersion: 'v1', kind: 'Pod', metadata: someMetadata(random) },
      spec: { ephemeralContainers: [{ name: 'e', image: 'registry.example/e:1', targetContainerName: 'c' }] },
    }),
    verbs: ['get', 'update', 'merge', 'strategic', 'strategic', 'jsonPatch', 'apply'],
    words: { name: ['x-ID', 'e', 'c', ''], targetContainerName: ['c', 'nobody', ''], image: ['', 'a b'] },
  },
  {
    ...{ before: pod, path: `${one('Pod')}/resize`, object: one('Pod') },
    body: (random) => ({
      ...{ apiVersion: 'v1', kind: 'Pod', metadata: someMetadata(random) },
      spec: {
        containers: [{ ...container, resources: { requests: { cpu: '100m' }, limits: { cpu: '1', memory: '1Gi' } } }],
      },
    }),
    verbs: ['get', 'update', 'merge', 'strategic', 'strategic', 'jsonPatch', 'apply'],
    words: { cpu: ['1', '2', '-1', 'x', 1], memory: ['1Gi', ''], name: ['x-ID', 'c', 'other'] },
  },
  {
    ...{ before: made('Namespace'), path: `${one('Namespace')}/finalize`, object: one('Namespace') },
    body: (random) => ({
      ...{ apiVersion: 'v1', kind: 'Namespace', metadata: someMetadata(random) },
      spec: { finalizers: pick(random, [[], ['kubernetes'], ['example.com/a', 'kubernetes'], ['a b']]) },
    }),
    verbs: ['update', 'update', 'update', 'get', 'create', 'merge'],
    words: { finalizers: [[], ['kubernetes'], ['x'], ['example.com/a'], 'kubernetes'] },
  },
  ...['approval', 'status'].map(
    (name): Part => ({
      ...{
        before: made('CertificateSigningRequest'),
        path: `${one('CertificateSigningRequest')}/${name}`,
        object: one('CertificateSigningRequest'),
      },
      body: (random) => ({
        ...{ apiVersion: 'certificates.k8s.io/v1', kind: 'CertificateSigningRequest', metadata: someMetadata(random) },
        status: {
          conditions: [{ ...condition, type: pick(random, ['Approved', 'Denied', 'Failed', 'Other']) }],
          ...(chance(random, 0.3) ? { certificate: 'bm90aGluZw==' } : {}),
        },
      }),
      verbs: ['get', 'update', 'update', 'merge', 'strategic', 'jsonPatch', 'apply'],
      words: {
        type: ['Approved', 'Denied', 'Failed', ''],
        status: ['True', 'False', 'Unknown', '', 'x'],
        reason: ['', 'Because'],
        certificate: ['', 'x'],
      },
    }),
  ),
];

function asked(random: Random, { path, verbs, body, words }: Part): Row {
  const drawn = pick(random, verbs);
  const query = someOf(random, queries, chance(random, 0.3) ? 2 : 0);
  const headers = chance(random, 0.08) ? { headers: { accept: accepts(random) } } : {};
  const counts =
    headers.headers !== undefined && /yaml|protobuf/.test(headers.headers.accept) ? { counts: 'status' as const } : {};
  if (drawn === 'get') return get('get', withQuery(path, queryOf(query)), { ...headers, ...counts });
  const sent =
    drawn === 'jsonPatch'
      ? pick(random, jsonPatches)
      : bentFreely(random, body(random), { ...metadataWords, ...words });
  const verb = (drawn === 'strategic' || drawn === 'apply') && isBeyond(sent) ? 'merge' : drawn;
  const applied: Readonly<Record<string, Json>> =
    verb === 'apply' && chance(random, 0.9) ? { fieldManager: 'me', ...query } : query;
  return {
    ...{ name: verb, method: verb === 'create' ? 'POST' : verb === 'update' ? 'PUT' : 'PATCH' },
    ...{ path: withQuery(path, queryOf(applied)), body: sent, ...headers, ...counts },
    ...(verb === 'create' || verb === 'update' ? {} : { contentType: contentTypes[verb] }),
  };
}

export const partsArea: Area = {
  name: 'parts',
  probe(random) {
    const part = pick(random, parts);
    return [
      ...part.before(random),
      ...Array.from({ length: pick(random, [1, 1, 2, 3]) }, () => asked(random, part)),
      get('the object', part.object),
    ].map((row, index) => (index === 0 ? row : { ...row, name: `${part.path.split('/').at(-1)} ${row.name}` }));
  },
};
