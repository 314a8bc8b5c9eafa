/** Webhooks at work: what they are asked, what they may answer, what is said where they fail; of admission and of conversion. */
import { hookNames } from '../hooks.js';
import { apply, del, type Group, get, merge, post, put, type Row } from '../row.js';

type Json = Readonly<Record<string, unknown>>;

const admission = '/apis/admissionregistration.k8s.io/v1';
const maps = '/api/v1/namespaces/NS/configmaps';

/** What is new is heard of a while after it is made. */
const settling = (name: string): Row =>
  get(name, `${maps}?watch=true`, { stream: { lines: 99, waitMs: 3_000 }, counts: 'status' });

const rule = (resources: readonly string[], more: Json = {}) => ({
  ...{ apiGroups: ['*'], apiVersions: ['*'], operations: ['CREATE', 'UPDATE', 'DELETE'], resources },
  ...more,
});
/** For maps with its label alone. */
const hook = (name: string, path: string, more: Json = {}) => ({
  ...{ name: `${name}.example.com`, sideEffects: 'None', admissionReviewVersions: ['v1'] },
  ...{ failurePolicy: 'Fail', timeoutSeconds: 1, rules: [rule(['configmaps'])] },
  namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'NS' } },
  objectSelector: { matchLabels: { hook: name } },
  clientConfig: { url: `{hooks.url}/${path}`, caBundle: '{hooks.ca}' },
  ...more,
});
const configuration = (kind: 'Validating' | 'Mutating', ...webhooks: readonly Json[]) =>
  post(`${kind} webhooks`, `${admission}/${kind.toLowerCase()}webhookconfigurations`, {
    ...{ apiVersion: 'admissionregistration.k8s.io/v1', kind: `${kind}WebhookConfiguration` },
    ...{ metadata: { name: 'NS' }, webhooks },
  });
const map = (name: string, hooked: string, data: Json = { a: 'b' }) => ({
  ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels: { hook: hooked } }, data },
});

const others = ['other-uid', 'other-version', 'other-kind', 'no-kind', 'no-response'];
const answers = [...hookNames.admissions, ...others, ...hookNames.refusals].filter((name) => name !== 'late');
const ways = (['Validating', 'Mutating'] as const).flatMap((kind) => answers.map((name) => ({ kind, name })));
const short = { Validating: 'v', Mutating: 'm' } as const;

const conditions: readonly (readonly [name: string, conditions: readonly string[], more?: Json])[] = [
  ['one-that-holds', ['true']],
  ['one-that-does-not', ['false']],
  ['one-of-two', ['true', 'false']],
  ['one-that-fails', ['object.nothing == 1']],
  ['one-that-fails-and-is-ignored', ['object.nothing == 1'], { failurePolicy: 'Ignore' }],
  ['one-that-fails-and-one-that-does-not-hold', ['object.nothing == 1', 'false']],
  ['several-that-fail', ['object.nothing == 1', 'oldObject.x == 1', 'request.options.x == 1']],
  ['of-the-request', ['request.operation == "CREATE" && request.userInfo.username == "admin"']],
  ['of-access', ['authorizer.group("").resource("pods").check("get").allowed()']],
];

const asked: readonly Row[] = [
  configuration(
    'Validating',
    ...answers.map((name) => hook(`v-${name}`, name)),
    ...hookNames.refusals.map((name) => hook(`i-${name}`, name, { failurePolicy: 'Ignore' })),
    hook('v-late', 'late'),
    hook('v-strange', 'allow', { clientConfig: { url: '{hooks.url}/allow' } }),
    hook('v-nowhere', 'allow', { clientConfig: { url: 'https://127.0.0.1:1/x' } }),
    hook('v-no-service', 'x', {
      clientConfig: { service: { name: 'absent', namespace: 'NS' }, caBundle: '{hooks.ca}' },
    }),
    hook('v-old', 'deny', { admissionReviewVersions: ['v1beta1', 'v1'] }),
    hook('v-effects', 'deny', { sideEffects: 'NoneOnDryRun' }),
    ...conditions.map(([name, expressions, more = {}]) =>
      hook(`c-${name}`, 'deny', {
        matchConditions: expressions.map((expression, at) => ({ name: `n${at}`, expression })),
        ...more,
      }),
    ),
    hook('scaled', 'echo', {
      objectSelector: {},
      rules: [rule(['deployments/scale', 'pods/eviction', 'pods/binding'])],
    }),
    hook('equal', 'echo', {
      objectSelector: {},
      rules: [rule(['horizontalpodautoscalers'], { apiGroups: ['autoscaling'], apiVersions: ['v1'] })],
    }),
    hook('exact', 'echo', {
      ...{ objectSelector: {}, matchPolicy: 'Exact' },
      rules: [rule(['events'], { apiGroups: [''], apiVersions: ['v1'] })],
    }),
    hook('bound', 'echo', { objectSelector: {}, rules: [rule(['serviceaccounts/token'])] }),
    hook('run', 'echo', { objectSelector: {}, rules: [rule(['pods/exec'], { operations: ['CONNECT'] })] }),
  ),
  configuration(
    'Mutating',
    ...answers.map((name) => hook(`m-${name}`, name)),
    hook('again-1', 'again-a', { objectSelector: { matchLabels: { hook: 'again' } }, reinvocationPolicy: 'IfNeeded' }),
    hook('again-2', 'again-b', { objectSelector: { matchLabels: { hook: 'again' } }, reinvocationPolicy: 'IfNeeded' }),
    hook('once-1', 'again-a', { objectSelector: { matchLabels: { hook: 'once' } } }),
    hook('once-2', 'again-b', { objectSelector: { matchLabels: { hook: 'once' } } }),
  ),
  settling('they are heard of'),
  ...ways.map(({ kind, name }) =>
    post(`${kind}: ${name}`, maps, map(`${short[kind]}-${name}`, `${short[kind]}-${name}`)),
  ),
  ...hookNames.refusals.map((name) => post(`ignored: ${name}`, maps, map(`i-${name}`, `i-${name}`))),
  ...['late', 'strange', 'nowhere', 'no-service', 'old', 'effects'].map((name) =>
    post(`failing: ${name}`, maps, map(`v-${name}`, `v-${name}`)),
  ),
  post('side effects on a dry run', `${maps}?dryRun=All`, map('dry', 'v-effects')),
  ...conditions.map(([name]) => post(`conditions: ${name}`, maps, map(`c-${name}`, `c-${name}`))),
  post('asked again', maps, map('again', 'again')),
  post('asked once', maps, map('once', 'once')),
];

const echoes: readonly Row[] = [
  post('a creation is told of', `${maps}?dryRun=All&fieldManager=m&fieldValidation=Strict`, map('echo', 'v-echo')),
  post('a creation by another', maps, map('echo', 'v-echo'), {
    headers: { 'impersonate-user': 'zed', 'impersonate-group': 'system:masters', 'impersonate-extra-a': 'b' },
  }),
  post('one without a name', maps, {
    ...map('echo', 'v-echo'),
    metadata: { generateName: 'echo-', labels: { hook: 'v-echo' } },
  }),
  post('one that is not asked about', maps, map('changed', 'none')),
  merge('a patch is told of', `${maps}/changed`, { metadata: { labels: { hook: 'v-echo' } }, data: { c: 'd' } }),
  put('a change is told of', `${maps}/changed`, map('changed', 'v-echo', { e: 'f' })),
  apply('an apply is told of', `${maps}/changed?force=true`, map('changed', 'v-echo', { g: 'h' })),
  apply('an apply of what is new', `${maps}/fresh`, map('fresh', 'v-echo')),
  post('one to be deleted', maps, map('kept', 'i-no-json')),
  post('one that an ended webhook keeps', maps, map('doomed', 'none')),
  merge('it gets its label by whom nothing is asked', `${maps}/doomed`, { metadata: { labels: { hook: 'm-allow' } } }),
  del('a deletion by a webhook that allows', `${maps}/doomed?dryRun=All`),
  del('many deletions', `${maps}?labelSelector=hook=none&dryRun=All`),
  post('a pod', '/api/v1/namespaces/NS/pods', {
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' } },
    spec: { containers: [{ name: 'c', image: 'i' }] },
  }),
  post('a binding is told of', '/api/v1/namespaces/NS/pods/p/binding', {
    ...{ apiVersion: 'v1', kind: 'Binding', metadata: { name: 'p' }, target: { kind: 'Node', name: 'n' } },
  }),
  post('an eviction is told of', '/api/v1/namespaces/NS/pods/p/eviction', {
    ...{ apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'p' } },
  }),
  post('a command is told of', '/api/v1/namespaces/NS/pods/p/exec?command=ls&container=c&stdout=true', undefined),
  post('a token is told of', '/api/v1/namespaces/NS/serviceaccounts/default/token', {
    ...{ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 700 } },
  }),
  post('a deployment', '/apis/apps/v1/namespaces/NS/deployments', {
    ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd' } },
    spec: {
      selector: { matchLabels: { a: 'b' } },
      template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
    },
  }),
  merge('a scale is told of', '/apis/apps/v1/namespaces/NS/deployments/d/scale', { spec: { replicas: 3 } }),
  post('an equivalent is told of', '/apis/autoscaling/v2/namespaces/NS/horizontalpodautoscalers', {
    ...{ apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata: { name: 'h' } },
    spec: { maxReplicas: 2, scaleTargetRef: { kind: 'Deployment', name: 'd', apiVersion: 'apps/v1' } },
  }),
  post('what is not exactly it is not', '/apis/events.k8s.io/v1/namespaces/NS/events', {
    ...{
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { name: 'e' },
      type: 'Normal',
      reason: 'r',
      action: 'a',
    },
    ...{ eventTime: '2026-01-01T00:00:00.000000Z', reportingController: 'a/b', reportingInstance: 'c' },
    regarding: { kind: 'Pod', namespace: 'NS', name: 'p' },
  }),
];

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const kinds = [...hookNames.conversions, ...hookNames.refusals, ...others.filter((name) => name !== 'no-response')];
const pluralOf = (name: string): string => `${name.replaceAll('-', '')}s`;
const open = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
const definition = (name: string) => ({
  ...{ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' },
  metadata: { name: `${pluralOf(name)}.hooked.example.com` },
  spec: {
    ...{
      group: 'hooked.example.com',
      scope: 'Namespaced',
      names: { plural: pluralOf(name), kind: `K${pluralOf(name)}` },
    },
    versions: ['v1', 'v2'].map((each) => ({ name: each, served: true, storage: each === 'v1', schema: open })),
    conversion: {
      strategy: 'Webhook',
      webhook: {
        conversionReviewVersions: ['v1'],
        clientConfig: { url: `{hooks.url}/${name}`, caBundle: '{hooks.ca}' },
      },
    },
  },
});
const customs = (name: string, version: string) =>
  `/apis/hooked.example.com/${version}/namespaces/NS/${pluralOf(name)}`;
const custom = (name: string, version: string, as = 'x') => ({
  ...{
    apiVersion: `hooked.example.com/${version}`,
    kind: `K${pluralOf(name)}`,
    metadata: { name: as },
    spec: { a: 1 },
  },
});

const conversion: readonly Row[] = [
  ...kinds.map((name) => post(`kinds of ${name}`, definitions, definition(name), { counts: 'status' })),
  settling('they are served'),
  ...kinds.flatMap((name) => [
    post(`${name}: one is made`, customs(name, 'v1'), custom(name, 'v1')),
    get(`${name}: it is read in the other version`, `${customs(name, 'v2')}/x`),
    get(`${name}: they are listed in it`, customs(name, 'v2'), { counts: name === 'late' ? 'status' : 'all' }),
    post(`${name}: one is made in it`, customs(name, 'v2'), custom(name, 'v2', 'y')),
    merge(`${name}: it is changed in it`, `${customs(name, 'v2')}/x`, { spec: { b: 2 } }),
    get(`${name}: what is stored`, `${customs(name, 'v1')}/x`),
  ]),
  ...kinds.map((name) =>
    del(`the end of ${name}`, `${definitions}/${pluralOf(name)}.hooked.example.com`, undefined, { counts: 'status' }),
  ),
];

export const hooked: Group = {
  name: 'hooked',
  rows: [
    ...asked,
    ...echoes,
    ...(['validating', 'mutating'] as const).map((kind) =>
      del(`the end of ${kind} ones`, `${admission}/${kind}webhookconfigurations/NS`, undefined, { counts: 'status' }),
    ),
    ...conversion,
  ],
};
