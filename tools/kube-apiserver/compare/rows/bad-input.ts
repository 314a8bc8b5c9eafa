/** Bodies that make no sense, of each sort; options that do not exist; what is unknown, twice, or of the wrong type. */
import { apply, del, type Group, get, jsonPatch, merge, post, put, type Row, strategic } from '../row.js';

const maps = '/api/v1/namespaces/NS/configmaps';
const deployments = '/apis/apps/v1/namespaces/NS/deployments';
const map = (name: string, rest: object = {}) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, ...rest });
const template = { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
const deployment = (name: string, spec: object = {}) => ({
  ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name } },
  spec: { selector: { matchLabels: { app: 'a' } }, template, ...spec },
});
const validations = ['Ignore', 'Warn', 'Strict'];

const bodies: readonly (readonly [name: string, body: unknown, contentType?: string])[] = [
  ['nothing', ''],
  ['no JSON', '{'],
  ['null', 'null'],
  ['a list', '[]'],
  ['a number', '7'],
  ['text', '"text"'],
  ['an empty object', '{}'],
  ['no kind', { apiVersion: 'v1', metadata: { name: 'x' } }],
  ['no apiVersion', { kind: 'ConfigMap', metadata: { name: 'x' } }],
  ['another kind', { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'x' } }],
  ['another version', { apiVersion: 'v2', kind: 'ConfigMap', metadata: { name: 'x' } }],
  ['another group', { apiVersion: 'apps/v1', kind: 'ConfigMap', metadata: { name: 'x' } }],
  ['an apiVersion that is none', { apiVersion: 'a/b/c', kind: 'ConfigMap', metadata: { name: 'x' } }],
  ['metadata that is text', { apiVersion: 'v1', kind: 'ConfigMap', metadata: 'x' }],
  ['metadata that is null', { apiVersion: 'v1', kind: 'ConfigMap', metadata: null }],
  ['a name that is a number', map(7 as unknown as string)],
  ['labels that are numbers', { ...map('x'), metadata: { name: 'x', labels: { a: 1 } } }],
  ['labels that are null', { ...map('null-labels'), metadata: { name: 'null-labels', labels: null } }],
  ['a label that is null', { ...map('null-label'), metadata: { name: 'null-label', labels: { a: null } } }],
  ['data that is a list', map('x', { data: [] })],
  ['data that is a number', map('x', { data: { a: 1 } })],
  ['binary data that is none', map('x', { binaryData: { a: '***' } })],
  ['the same key in both', map('x', { data: { a: '' }, binaryData: { a: '' } })],
  ['a key that is none', map('x', { data: { 'a b': '' } })],
  ['immutable that is text', map('x', { immutable: 'yes' })],
  [
    'a field twice',
    '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"twice"},"data":{"a":"1"},"data":{"b":"2"}}',
  ],
  [
    'fields twice and unknown, in turn',
    '{"metadata":{"name":"turns","name":"in-turn"},"nonsense":{"a":1,"a":2},"metadata":{"name":"in-turn","more":1}}',
  ],
  ['a kind in another case', { KIND: 'ConfigMap', metadata: { name: 'kind-case' } }],
  ['yaml in braces', '{metadata: {name: braces}, data: {a: b}}', 'application/yaml'],
  ['unknown fields', map('unknown', { nonsense: 1, data: { a: '' } })],
  ['unknown metadata', { ...map('unknown-metadata'), metadata: { name: 'unknown-metadata', nonsense: 1 } }],
  ['another case', { ...map('case'), Data: { a: '1' } }],
  ['yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: yaml\n', 'application/yaml'],
  ['yaml that is none', 'a: [', 'application/yaml'],
  [
    'yaml of two documents',
    'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: yaml-1\n---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: yaml-2\n',
    'application/yaml',
  ],
  [
    'yaml with a key twice',
    'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: yaml-twice\ndata:\n  a: "1"\n  a: "2"\n',
    'application/yaml',
  ],
  ['a type of content that nobody knows', map('x'), 'text/plain'],
  ['a type of content with words', map('words'), 'application/json; charset=utf-8'],
  ['protobuf that is none', 'k8s\0nonsense', 'application/vnd.kubernetes.protobuf'],
  ['a long name', map('a'.repeat(254))],
  ['a long label', { ...map('x'), metadata: { name: 'x', labels: { a: 'b'.repeat(64), [`${'c'.repeat(64)}`]: '' } } }],
  ['long annotations', { ...map('x'), metadata: { name: 'x', annotations: { a: 'b'.repeat(262_145) } } }],
  ['bad annotations', { ...map('x'), metadata: { name: 'x', annotations: { 'a b': '', 'a/b/c': '' } } }],
  ['bad finalizers', { ...map('x'), metadata: { name: 'x', finalizers: ['a b', 'nogroup'] } }],
  [
    'bad owners',
    { ...map('x'), metadata: { name: 'x', ownerReferences: [{ apiVersion: '', kind: '', name: '', uid: '' }] } },
  ],
  [
    'two controllers',
    {
      ...map('x'),
      metadata: {
        name: 'x',
        ownerReferences: ['1', '2'].map((uid) => ({ apiVersion: 'v1', kind: 'Pod', name: 'p', uid, controller: true })),
      },
    },
  ],
  [
    'an owner that is an Event',
    {
      ...map('x'),
      metadata: { name: 'x', ownerReferences: [{ apiVersion: 'v1', kind: 'Event', name: 'p', uid: '1' }] },
    },
  ],
  ['a name made up', { ...map('x'), metadata: { generateName: 'made-' } }],
  ['a name made up of something bad', { ...map('x'), metadata: { generateName: 'Bad_' } }],
  ['another namespace', { ...map('x'), metadata: { name: 'x', namespace: 'other' } }],
  ['a resourceVersion', { ...map('x'), metadata: { name: 'x', resourceVersion: '5' } }],
  [
    'what the server says alone',
    {
      ...map('own'),
      metadata: {
        name: 'own',
        uid: 'mine',
        creationTimestamp: '2020-01-01T00:00:00Z',
        generation: 7,
        selfLink: '/x',
        deletionTimestamp: '2020-01-01T00:00:00Z',
        deletionGracePeriodSeconds: 3,
      },
    },
  ],
  [
    'managed fields of one’s own',
    {
      ...map('managed'),
      metadata: {
        name: 'managed',
        managedFields: [
          { manager: 'm', operation: 'Update', apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1: { 'f:data': {} } },
        ],
      },
    },
  ],
  [
    'managed fields that are none',
    {
      ...map('managed-2'),
      metadata: { name: 'managed-2', managedFields: [{ manager: 'm', operation: 'Nonsense', fieldsType: 'X' }] },
    },
  ],
];

const deploymentSpecs: readonly (readonly [string, object])[] = [
  ['replicas that are text', { replicas: 'two' }],
  ['replicas that are a fraction', { replicas: 1.5 }],
  ['replicas below zero', { replicas: -1 }],
  ['too many replicas', { replicas: 3_000_000_000 }],
  ['a selector of something else', { selector: { matchLabels: { app: 'b' } } }],
  ['a selector of nothing', { selector: {} }],
  [
    'a bad selector',
    {
      selector: {
        matchExpressions: [
          { key: 'a', operator: 'Near', values: ['x'] },
          { key: 'b', operator: 'In' },
        ],
      },
    },
  ],
  ['a strategy that is none', { strategy: { type: 'Nonsense' } }],
  ['a strategy with too much', { strategy: { type: 'Recreate', rollingUpdate: { maxSurge: 1 } } }],
  ['no surge and nothing unavailable', { strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } } }],
  ['a percentage that is none', { strategy: { rollingUpdate: { maxSurge: 'x%', maxUnavailable: '200%' } } }],
  ['a restart policy', { template: { ...template, spec: { ...template.spec, restartPolicy: 'Never' } } }],
  ['no containers', { template: { ...template, spec: { containers: [] } } }],
  [
    'two containers of a name',
    {
      template: {
        ...template,
        spec: {
          containers: [
            { name: 'c', image: 'i' },
            { name: 'c', image: '' },
          ],
        },
      },
    },
  ],
  [
    'unknown fields deep within',
    { template: { ...template, spec: { containers: [{ name: 'c', image: 'i', nonsense: 1 }] } } },
  ],
  [
    'a port twice',
    {
      template: {
        ...template,
        spec: { containers: [{ name: 'c', image: 'i', ports: [{ containerPort: 80 }, { containerPort: 80 }] }] },
      },
    },
  ],
  [
    'an environment twice',
    {
      template: {
        ...template,
        spec: {
          containers: [{ name: 'c', image: 'i', env: [{ name: 'A' }, { name: 'A', value: 'b' }, { name: '=' }] }],
        },
      },
    },
  ],
  [
    'a quantity that is none',
    {
      template: {
        ...template,
        spec: { containers: [{ name: 'c', image: 'i', resources: { limits: { cpu: 'much' } } }] },
      },
    },
  ],
  [
    'less than is asked for',
    {
      template: {
        ...template,
        spec: { containers: [{ name: 'c', image: 'i', resources: { limits: { cpu: '1' }, requests: { cpu: '2' } } }] },
      },
    },
  ],
  ['progress before it is ready', { minReadySeconds: 600, progressDeadlineSeconds: 10 }],
];

const patches: readonly Row[] = [
  post('an object', maps, map('p', { data: { a: '1' } })),
  ...(
    [
      ['nothing', ''],
      ['no JSON', '{'],
      ['null', 'null'],
      ['a number', '7'],
      ['a list', '[]'],
      ['an empty object', '{}'],
      ['a wrong type', '{"data":7}'],
      ['an unknown field', '{"nonsense":1}'],
      ['another name', '{"metadata":{"name":"q"}}'],
      ['another kind', '{"kind":"Secret"}'],
      ['another uid', '{"metadata":{"uid":"x"}}'],
      ['an old version', '{"metadata":{"resourceVersion":"1"}}'],
      ['no labels', '{"metadata":{"labels":null}}'],
      ['no version', '{"apiVersion":null}'],
      ['a version that is none', '{"apiVersion":"a/b/c"}'],
    ] as const
  ).flatMap(([name, body]) => [
    merge(`merge: ${name}`, `${maps}/p`, body),
    strategic(`strategic: ${name}`, `${maps}/p`, body),
    jsonPatch(`JSON patch: ${name}`, `${maps}/p`, body),
    apply(`apply: ${name}`, `${maps}/p`, body),
  ]),
  ...(
    [
      ['of no such operation', [{ op: 'nonsense', path: '/data/a' }]],
      ['without a path', [{ op: 'remove' }]],
      ['of a path that is not', [{ op: 'replace', path: '/data/x/y', value: '1' }]],
      ['that removes nothing', [{ op: 'remove', path: '/data/x' }]],
      ['that tests', [{ op: 'test', path: '/data/a', value: '1' }]],
      ['that tests wrong', [{ op: 'test', path: '/data/a', value: '2' }]],
      ['that moves', [{ op: 'move', from: '/data/a', path: '/data/b' }]],
      ['that copies', [{ op: 'copy', from: '/data/b', path: '/data/c' }]],
      ['that empties all', [{ op: 'remove', path: '' }]],
      ['that replaces all', [{ op: 'replace', path: '', value: {} }]],
      [
        'of slashes',
        [
          { op: 'add', path: '/metadata/annotations', value: {} },
          { op: 'add', path: '/metadata/annotations/a~1b', value: 'c' },
        ],
      ],
    ] as const
  ).map(([name, body]) => jsonPatch(`JSON patch ${name}`, `${maps}/p`, body)),
  strategic('a directive that is none', `${maps}/p`, { $patch: 'nonsense' }),
  strategic('a directive to replace', `${maps}/p`, { $patch: 'replace', data: { z: '1' } }),
  merge('a patch of nothing that is', `${maps}/absent`, {}),
  merge('a patch by a manager', `${maps}/p?fieldManager=someone`, { data: { m: '1' } }),
  merge('a patch by a manager of a long name', `${maps}/p?fieldManager=${'x'.repeat(129)}`, { data: { m: '2' } }),
  merge('a patch by force', `${maps}/p?force=true`, { data: { m: '3' } }),
  { name: 'a patch of no type', method: 'PATCH', path: `${maps}/p`, body: {}, contentType: 'application/json' },
  {
    name: 'an apply without a manager',
    method: 'PATCH',
    path: `${maps}/p`,
    body: map('p'),
    contentType: 'application/apply-patch+yaml',
  },
  {
    name: 'an apply of CBOR',
    method: 'PATCH',
    path: `${maps}/p?fieldManager=me`,
    body: 'x',
    contentType: 'application/apply-patch+cbor',
  },
];

export const badInput: Group = {
  name: 'bad-input',
  rows: [
    ...bodies.map(([name, body, contentType]) =>
      post(name, maps, body, contentType === undefined ? {} : { contentType }),
    ),
    ...validations.flatMap((each) => [
      post(
        `unknown fields, ${each}`,
        `${maps}?fieldValidation=${each}`,
        map(`u-${each.toLowerCase()}`, { nonsense: 1 }),
      ),
      post(
        `a field twice, ${each}`,
        `${maps}?fieldValidation=${each}`,
        `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"t-${each.toLowerCase()}"},"data":{"a":"1","a":"2"}}`,
      ),
      merge(`unknown fields in a patch, ${each}`, `${maps}/unknown?fieldValidation=${each}`, {
        nonsense: 1,
        data: { [each]: '' },
      }),
      apply(
        `unknown fields in an apply, ${each}`,
        `${maps}/unknown?fieldValidation=${each}`,
        map('unknown', { nonsense: 1 }),
      ),
      post(
        `unknown fields deep within, ${each}`,
        `${deployments}?fieldValidation=${each}`,
        deployment(`d-${each.toLowerCase()}`, deploymentSpecs.find(([name]) => name.startsWith('unknown'))![1]),
      ),
    ]),
    post('a validation that is none', `${maps}?fieldValidation=Nonsense`, map('x')),
    post('a dry run that is none', `${maps}?dryRun=Nonsense`, map('x')),
    post('a dry run twice', `${maps}?dryRun=All&dryRun=All`, map('x')),
    post('a manager', `${maps}?fieldManager=someone`, map('by-someone')),
    post('a manager of a long name', `${maps}?fieldManager=${'x'.repeat(129)}`, map('x')),
    post('a manager that cannot be printed', `${maps}?fieldManager=%01`, map('x')),
    post('in a namespace that is not', '/api/v1/namespaces/absent/configmaps', map('x')),
    post('over all namespaces', '/api/v1/configmaps', map('x')),
    post('over all namespaces, saying which', '/api/v1/configmaps', {
      ...map('y'),
      metadata: { name: 'y', namespace: 'NS' },
    }),
    ...deploymentSpecs.map(([name, spec]) => post(name, deployments, deployment('bad', spec))),
    put('a put without a name', `${maps}/unknown`, { apiVersion: 'v1', kind: 'ConfigMap', metadata: {} }),
    put('a put to another namespace', `${maps}/unknown`, {
      ...map('unknown'),
      metadata: { name: 'unknown', namespace: 'other' },
    }),
    put('a put of another uid', `${maps}/unknown`, { ...map('unknown'), metadata: { name: 'unknown', uid: 'x' } }),
    put('a put of a version that is none', `${maps}/unknown`, {
      ...map('unknown'),
      metadata: { name: 'unknown', resourceVersion: 'x' },
    }),
    ...patches,
    del('a delete with nonsense', `${maps}/p`, '{'),
    del('a delete with another kind', `${maps}/p`, { apiVersion: 'v1', kind: 'Pod' }),
    del('a delete with unknown fields', `${maps}/p?dryRun=All`, {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      nonsense: 1,
    }),
    del('a delete with a policy that is none', `${maps}/p`, { propagationPolicy: 'Nonsense' }),
    del('a delete with two policies', `${maps}/p`, { propagationPolicy: 'Orphan', orphanDependents: true }),
    del('a delete with grace below zero', `${maps}/p?dryRun=All`, { gracePeriodSeconds: -1 }),
    del('a delete with grace that is text', `${maps}/p`, { gracePeriodSeconds: 'x' }),
    del('a delete of an old version', `${maps}/p`, { preconditions: { resourceVersion: '1' } }),
    del('a delete with a dry run that is none', `${maps}/p?dryRun=x`),
    del('a delete in the foreground', `${maps}/p`, { propagationPolicy: 'Foreground' }),
    get('it waits', `${maps}/p`),
    del('a delete again', `${maps}/p`),
    put('the finalizer goes, and more', `${maps}/p`, { ...map('p'), metadata: { name: 'p', labels: { late: '' } } }),
    get('it is gone', `${maps}/p`),
  ],
};
