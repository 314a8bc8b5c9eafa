/** The same JSON patches of requests, of webhooks and of policies: what they do, and what is said of those that cannot be applied. */
import { del, type Group, get, jsonPatch, post, type Row } from '../row.js';

type Json = Readonly<Record<string, unknown>>;

const admission = '/apis/admissionregistration.k8s.io';
const maps = '/api/v1/namespaces/NS/configmaps';

const single: readonly (readonly [name: string, operation: Json])[] = [
  ['adds', { op: 'add', path: '/data/z', value: 'z' }],
  ['adds-no-value', { op: 'add', path: '/data/z' }],
  ['adds-below-nothing', { op: 'add', path: '/data/z/y', value: 'z' }],
  ['adds-at-the-root', { op: 'add', path: '', value: {} }],
  ['adds-by-no-slash', { op: 'add', path: 'x/data/z', value: 'z' }],
  ['adds-an-owner-from-the-end', { op: 'add', path: '/metadata/finalizers/-1', value: 'a.io/c' }],
  ['adds-an-owner-beyond', { op: 'add', path: '/metadata/finalizers/7', value: 'a.io/c' }],
  ['adds-an-owner-by-name', { op: 'add', path: '/metadata/finalizers/x', value: 'a.io/c' }],
  ['adds-an-owner-by-much', { op: 'add', path: '/metadata/finalizers/99999999999999999999', value: 'a.io/c' }],
  ['adds-an-owner-by-zeros', { op: 'add', path: '/metadata/finalizers/00', value: 'a.io/c' }],
  ['replaces', { op: 'replace', path: '/data/x', value: 'z' }],
  ['replaces-what-is-not-there', { op: 'replace', path: '/data/z', value: 'z' }],
  ['replaces-below-nothing', { op: 'replace', path: '/nothing/z', value: 'z' }],
  ['replaces-no-item', { op: 'replace', path: '/metadata/finalizers/3', value: 'a.io/c' }],
  ['replaces-the-last', { op: 'replace', path: '/metadata/finalizers/-1', value: 'a.io/c' }],
  ['replaces-the-root-by-text', { op: 'replace', path: '', value: 'z' }],
  ['replaces-the-root-by-a-list', { op: 'replace', path: '', value: [] }],
  ['removes', { op: 'remove', path: '/data/x' }],
  ['removes-what-is-not-there', { op: 'remove', path: '/data/z' }],
  ['removes-below-nothing', { op: 'remove', path: '/nothing/z' }],
  ['removes-the-last', { op: 'remove', path: '/metadata/finalizers/-1' }],
  ['removes-no-item', { op: 'remove', path: '/metadata/finalizers/-9' }],
  ['removes-by-name', { op: 'remove', path: '/metadata/finalizers/x' }],
  ['moves', { op: 'move', from: '/data/x', path: '/data/z' }],
  ['moves-nothing', { op: 'move', from: '/data/z', path: '/data/x' }],
  ['moves-from-below-nothing', { op: 'move', from: '/nothing/z', path: '/data/x' }],
  ['moves-into-itself', { op: 'move', from: '/data', path: '/data/x' }],
  ['moves-by-no-from', { op: 'move', path: '/data/x' }],
  ['copies', { op: 'copy', from: '/data/x', path: '/data/z' }],
  ['copies-nothing', { op: 'copy', from: '/data/y', path: '/data/z' }],
  ['copies-from-below-nothing', { op: 'copy', from: '/nothing/y', path: '/data/z' }],
  ['copies-no-item', { op: 'copy', from: '/metadata/finalizers/3', path: '/data/z' }],
  ['copies-beyond', { op: 'copy', from: '/data/x', path: '/metadata/finalizers/9' }],
  ['tests', { op: 'test', path: '/data/x', value: 'y' }],
  ['tests-in-vain', { op: 'test', path: '/data/x', value: 'z' }],
  ['tests-below-nothing', { op: 'test', path: '/nothing/z', value: 'z' }],
  ['tests-no-item', { op: 'test', path: '/metadata/finalizers/3', value: 'z' }],
  ['tests-what-is-not-there', { op: 'test', path: '/data/z', value: null }],
  ['does-otherwise', { op: 'jump', path: '/data/x' }],
  ['makes-another-type', { op: 'add', path: '/data', value: 1 }],
  ['makes-an-unknown-field', { op: 'add', path: '/unknown', value: 1 }],
];

/** Of webhooks and requests alone, as expressions have types. */
const untyped: readonly (readonly [name: string, patch: unknown])[] = [
  ['no-path', [{ op: 'add', value: 1 }]],
  ['no-path-to-replace', [{ op: 'replace', value: 1 }]],
  ['no-path-to-move-to', [{ op: 'move', from: '/data/x' }]],
  ['no-path-to-copy-to', [{ op: 'copy', from: '/data/x' }]],
  ['a-path-of-a-number', [{ op: 'replace', path: 7, value: 1 }]],
  ['no-op', [{ path: '/data/x' }]],
  ['null', [null]],
  ['text', ['x']],
  ['a-number', 7],
  [
    'much-copied',
    Array.from({ length: 24 }, () => ({ op: 'copy', from: '/metadata', path: '/metadata/annotations/x' })),
  ],
];

const object = (name: string, label: Json, annotations?: Json) => ({
  ...{ apiVersion: 'v1', kind: 'ConfigMap', data: { x: 'y' } },
  metadata: {
    ...{ name, labels: label, finalizers: ['a.io/a', 'a.io/b'] },
    ...(annotations === undefined ? {} : { annotations }),
  },
});
const dry = `${maps}?dryRun=All`;

const requests: readonly Row[] = [
  post('a map', maps, object('m', {}, {})),
  ...[...single.map(([name, operation]) => [name, [operation]] as const), ...untyped].flatMap(([name, patch]) => [
    jsonPatch(`a request ${name}`, `${maps}/m?dryRun=All&fieldValidation=Ignore`, patch),
  ]),
  jsonPatch('a map has no finalizers', `${maps}/m`, [{ op: 'remove', path: '/metadata/finalizers' }], {
    counts: 'status',
  }),
];

const hooked: readonly Row[] = [
  post('a webhook', `${admission}/v1/mutatingwebhookconfigurations`, {
    ...{ apiVersion: 'admissionregistration.k8s.io/v1', kind: 'MutatingWebhookConfiguration' },
    metadata: { name: 'NS' },
    webhooks: (['Fail', 'Ignore'] as const).map((failurePolicy) => ({
      ...{ name: `${failurePolicy.toLowerCase()}.example.com`, sideEffects: 'None', admissionReviewVersions: ['v1'] },
      ...{ failurePolicy, timeoutSeconds: 5 },
      rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'DELETE'], resources: ['configmaps'] }],
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'NS' } },
      objectSelector: { matchLabels: { told: failurePolicy.toLowerCase() } },
      clientConfig: { url: '{hooks.url}/patch-told', caBundle: '{hooks.ca}' },
    })),
  }),
  get('it is heard of', `${maps}?watch=true`, { stream: { lines: 99, waitMs: 3_000 }, counts: 'status' }),
  ...[...single.map(([name, operation]) => [name, [operation]] as const), ...untyped].map(([name, patch]) =>
    post(`a webhook ${name}`, dry, object('h', { told: 'fail' }, { patch: JSON.stringify(patch) })),
  ),
  ...untyped.map(([name, patch]) =>
    post(
      `a webhook whose failures are ignored ${name}`,
      dry,
      object('h', { told: 'ignore' }, { patch: JSON.stringify(patch) }),
    ),
  ),
  post('a map for a webhook', maps, {
    ...object('gone', { told: 'fail' }, { patch: '[]', 'on-delete': '[{"op":"remove","path":"/data"}]' }),
  }),
  del('a webhook patches what is deleted', `${maps}/gone`),
  del('the end of the webhook', `${admission}/v1/mutatingwebhookconfigurations/NS`, undefined, { counts: 'status' }),
];

const spoken = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(spoken).join(', ')}]`;
  if (typeof value === 'object' && value !== null) return '{}';
  return JSON.stringify(value);
};
const expressionOf = (operation: Json): string =>
  `JSONPatch{${Object.entries(operation)
    .map(([name, value]) => `${name}: ${spoken(value)}`)
    .join(', ')}}`;

const mutation = (...operations: readonly Json[]) => ({
  ...{ patchType: 'JSONPatch', jsonPatch: { expression: `[${operations.map(expressionOf).join(', ')}]` } },
});
const label = mutation({ op: 'add', path: '/metadata/labels/after', value: 'yes' });
const before = mutation({ op: 'add', path: '/metadata/labels/before', value: 'yes' });

const policies: readonly (readonly [name: string, ...mutations: readonly Json[]])[] = [
  ...single.map(([name, operation]) => [name, before, mutation(operation), label] as const),
  ['tests-first', mutation({ op: 'test', path: '/data/x', value: 'z' }, { op: 'remove', path: '/data/x' }), label],
  ['two-that-fail', mutation({ op: 'remove', path: '/data/z' }), mutation({ op: 'remove', path: '/data/y' })],
  [
    'fails-in-its-expression',
    { patchType: 'JSONPatch', jsonPatch: { expression: '[JSONPatch{op: "remove", path: object.data.nothing}]' } },
    label,
  ],
];

const policyRows: readonly Row[] = policies.flatMap(([name, ...mutations]) =>
  (['Fail', 'Ignore'] as const).flatMap((failurePolicy) => {
    const id = `${name}-${failurePolicy.toLowerCase()}`;
    return [
      post(`a policy ${id}`, `${admission}/v1alpha1/mutatingadmissionpolicies`, {
        ...{ apiVersion: 'admissionregistration.k8s.io/v1alpha1', kind: 'MutatingAdmissionPolicy' },
        metadata: { name: `NS-${id}` },
        spec: {
          matchConstraints: {
            resourceRules: [
              { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] },
            ],
            objectSelector: { matchLabels: { judged: id } },
          },
          ...{ failurePolicy, reinvocationPolicy: 'Never', mutations },
        },
      }),
      post(`a binding of ${id}`, `${admission}/v1alpha1/mutatingadmissionpolicybindings`, {
        ...{ apiVersion: 'admissionregistration.k8s.io/v1alpha1', kind: 'MutatingAdmissionPolicyBinding' },
        ...{ metadata: { name: `NS-${id}` }, spec: { policyName: `NS-${id}` } },
      }),
    ];
  }),
);

export const jsonPatches: Group = {
  name: 'json-patches',
  rows: [
    ...requests,
    ...hooked,
    ...policyRows,
    get('they are heard of', `${maps}?watch=true`, { stream: { lines: 99, waitMs: 4_000 }, counts: 'status' }),
    ...policies.flatMap(([name]) =>
      ['fail', 'ignore'].map((id) => post(`a policy: ${name}, ${id}`, dry, object('p', { judged: `${name}-${id}` }))),
    ),
    ...['mutatingadmissionpolicybindings', 'mutatingadmissionpolicies'].map((all) =>
      del(`the end of ${all}`, `${admission}/v1alpha1/${all}`, undefined, { counts: 'status' }),
    ),
  ],
};
