/** ValidatingAdmissionPolicies at work: objects that are made, changed and deleted under policies of any sort, with parameters or without. */
import type { Random } from '@pintle/machinery';
import { del, merge, post, put, type Row } from '../compare/row.js';
import type { Area } from './probe.js';
import { chance, type Json, pick } from './values.js';

const bools: readonly string[] = [
  ...['true', 'false', "object.data.a == 'x'", 'has(object.data.b)', "object.metadata.name.startsWith('x')"],
  ...['object.metadata.labels.all(k, k.size() < 6)', 'oldObject == null', 'oldObject.data.a != object.data.a'],
  ...["request.operation == 'CREATE'", "request.userInfo.username == 'admin'", 'request.dryRun'],
  ...['namespaceObject.metadata.name == request.namespace', 'params.data.limit == object.data.a', 'params != null'],
  ...['has(params.data.limit)', 'int(object.data.n) > 3', "object.data['n'].matches('^[0-9]+$')"],
  ...["authorizer.group('').resource('configmaps').namespace('default').check('create').allowed()"],
  ...["authorizer.path('/healthz').check('get').allowed()", "authorizer.requestResource.check('delete').allowed()"],
  ...["authorizer.serviceAccount('a', 'b').group('').resource('pods').check('get').reason() == ''"],
  ...['variables.v', 'variables.n > 2', "quantity(object.data.q).isGreaterThan(quantity('1Ki'))"],
  ...[
    "url(object.data.u).getHost() == 'a'",
    'ip(object.data.a).family() == 4',
    "object.metadata.annotations['k'] == 'v'",
  ],
  ...['dyn(object.data.a) == 1', "object.data.a.split(',').exists(x, x == 'a')", '1 / int(object.data.n) > 0'],
  ...['object.nope == 1', "request.resource.resource == 'configmaps'", "request.kind.kind == 'ConfigMap'"],
  ...['request.name == object.metadata.name', "request.options.fieldManager == 'me'", 'has(request.options)'],
  ...['size(object.data) < 4', "request.subResource == ''", 'has(request.subResource)', 'object.data.a', '1'],
  ...[
    "'me' in request.userInfo.groups",
    'request.userInfo.extra.size() == 0',
    'namespaceObject.status.phase.size() > 3',
  ],
  ...['object.metadata.creationTimestamp < timestamp("2030-01-01T00:00:00Z")', 'has(object.metadata.managedFields)'],
  ...[
    'object.metadata.generation == 0',
    'has(object.metadata.uid)',
    "object.kind + object.apiVersion == 'ConfigMapv1'",
  ],
  ...['[1, 2].all(i, i < int(object.data.n))', "object.data.map(k, object.data[k]).exists_one(v, v == 'x')"],
  ...[
    "object.?data.?b.orValue('') == ''",
    'optional.of(1).hasValue()',
    'format.dns1123Label().validate(object.data.a).hasValue()',
  ],
];
const strings: readonly string[] = [
  ...["'is ' + object.data.a", 'object.data.nope', 'string(int(object.data.n) + 1)', 'params.metadata.name', "''"],
  ...[
    "'a\\nb'",
    "variables.v ? 'yes' : 'no'",
    "'  '",
    'request.operation',
    '"%s".format([object.data])',
    "'x'.substring(3)",
  ],
];
const saying = (random: Random): string => {
  const one = pick(random, bools);
  if (chance(random, 0.6)) return one;
  const other = pick(random, bools);
  return pick(random, [`${one} || ${other}`, `${one} && ${other}`, `!(${one})`, `${one} ? ${other} : true`]);
};

const datas: readonly Json[] = [
  ...[{ a: 'x', n: '4' }, { a: '10.0.0.1', n: '0', q: '2Ki' }, { a: 'a,b', b: '', n: 'x', u: 'https://a/b' }, {}],
  { a: '', n: '-1', q: 'x', u: ':' },
];

const group = '/apis/admissionregistration.k8s.io/v1';
const version = { apiVersion: 'admissionregistration.k8s.io/v1' };
const constraints = (random: Random, label: string): Json => ({
  ...(chance(random, 0.3) ? { matchPolicy: pick(random, ['Exact', 'Equivalent']) } : {}),
  objectSelector: { matchLabels: { [label]: 'ID' } },
  resourceRules: [
    {
      ...{
        apiGroups: [pick(random, ['', '', '*'])],
        apiVersions: ['v1'],
        resources: [pick(random, ['configmaps', '*'])],
      },
      operations: pick(random, [['CREATE', 'UPDATE'], ['*'], ['CREATE', 'UPDATE', 'DELETE'], ['UPDATE']]),
      ...(chance(random, 0.2) ? { scope: pick(random, ['Namespaced', '*', 'Cluster']) } : {}),
    },
  ],
});

function policy(random: Random, hasParams: boolean): Json {
  const some = (count: number, made: (index: number) => Json): Json => Array.from({ length: count }, (_, i) => made(i));
  return {
    ...(chance(random, 0.6) ? { failurePolicy: pick(random, ['Fail', 'Ignore']) } : {}),
    ...(hasParams ? { paramKind: { apiVersion: 'v1', kind: 'ConfigMap' } } : {}),
    matchConstraints: constraints(random, 'probe'),
    ...(chance(random, 0.3)
      ? { matchConditions: some(pick(random, [1, 2]), (index) => ({ name: `m${index}`, expression: saying(random) })) }
      : {}),
    variables: [
      { name: 'v', expression: saying(random) },
      { name: 'n', expression: 'int(object.data.n)' },
    ],
    validations: some(pick(random, [1, 1, 2, 3]), () => ({
      expression: saying(random),
      ...(chance(random, 0.3) ? { message: pick(random, ['no', ' told ', 'a: b']) } : {}),
      ...(chance(random, 0.4) ? { messageExpression: pick(random, strings) } : {}),
      ...(chance(random, 0.4)
        ? { reason: pick(random, ['Unauthorized', 'Forbidden', 'Invalid', 'RequestEntityTooLarge']) }
        : {}),
    })),
    ...(chance(random, 0.2) ? { auditAnnotations: [{ key: 'k', valueExpression: pick(random, strings) }] } : {}),
  };
}

function binding(random: Random, hasParams: boolean): Json {
  const paramRef = {
    ...pick<Readonly<Record<string, Json>>>(random, [
      { name: 'params-ID' },
      { name: 'nope' },
      { selector: { matchLabels: { params: 'ID' } } },
      { selector: {} },
    ]),
    ...(chance(random, 0.7) ? { namespace: 'NS' } : {}),
    parameterNotFoundAction: pick(random, ['Allow', 'Deny']),
  };
  return {
    policyName: 'x-ID',
    validationActions: pick(random, [['Deny'], ['Deny'], ['Warn'], ['Deny', 'Audit'], ['Warn', 'Audit'], ['Audit']]),
    ...(hasParams ? { paramRef } : {}),
    ...(chance(random, 0.2) ? { matchResources: constraints(random, 'probe') } : {}),
  };
}

const maps = '/api/v1/namespaces/NS/configmaps';
const metadata = (name: string): Json => ({ name, labels: { probe: 'ID' } });

/** A policy that is there later than the one that counts: once it acts, so does the other. */
const canary: readonly Row[] = [
  post('another policy', `${group}/validatingadmissionpolicies`, {
    ...{ ...version, kind: 'ValidatingAdmissionPolicy', metadata: { name: 'y-ID' } },
    spec: {
      matchConstraints: {
        objectSelector: { matchLabels: { canary: 'ID' } },
        resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'], operations: ['*'] }],
      },
      validations: [{ expression: 'false', message: 'it acts' }],
    },
  }),
  post('what binds it', `${group}/validatingadmissionpolicybindings`, {
    ...{ ...version, kind: 'ValidatingAdmissionPolicyBinding', metadata: { name: 'y-ID' } },
    spec: { policyName: 'y-ID', validationActions: ['Deny'] },
  }),
  post(
    'until it acts',
    `${maps}?dryRun=All`,
    { metadata: { name: 'canary-ID', labels: { canary: 'ID' } } },
    { until: 'it acts', counts: 'status' },
  ),
];

/** While no policy has parameters of a kind, upstream follows none: one that matches nothing keeps it at that. */
const opening: readonly Row[] = [
  post('a policy with parameters', `${group}/validatingadmissionpolicies`, {
    ...{ ...version, kind: 'ValidatingAdmissionPolicy', metadata: { name: 'keeps-parameters' } },
    spec: {
      paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
      matchConstraints: {
        resourceRules: [{ apiGroups: ['none.example'], apiVersions: ['v1'], resources: ['nones'], operations: ['*'] }],
      },
      validations: [{ expression: 'true' }],
    },
  }),
  post('what binds it', `${group}/validatingadmissionpolicybindings`, {
    ...{ ...version, kind: 'ValidatingAdmissionPolicyBinding', metadata: { name: 'keeps-parameters' } },
    spec: {
      ...{ policyName: 'keeps-parameters', validationActions: ['Deny'] },
      paramRef: { selector: {}, parameterNotFoundAction: 'Allow' },
    },
  }),
];

function work(random: Random): Row {
  const name = pick(random, ['x-ID', 'x-ID', 'y-ID']);
  const query = pick(random, ['', '', '?dryRun=All', '?fieldManager=me']);
  const data = pick(random, datas);
  const object = { ...{ apiVersion: 'v1', kind: 'ConfigMap' }, metadata: metadata(name), data };
  return pick(random, [
    () => post('made', `${maps}${query}`, object),
    () => post('made', `${maps}${query}`, object),
    () => put('put', `${maps}/${name}${query}`, object),
    () => merge('changed', `${maps}/${name}${query}`, { data }),
    () =>
      merge('labelled', `${maps}/${name}`, { metadata: { labels: { probe: pick(random, [null, 'ID', 'other']) } } }),
    () => del('deleted', `${maps}/${name}${query.replace('?fieldManager=me', '')}`),
  ])();
}

export const judging: Area = {
  name: 'judging',
  isWhole: true,
  opening,
  probesAtOnce: 16,
  probe(random) {
    const hasParams = chance(random, 0.4);
    return [
      ...(chance(random, 0.8)
        ? [
            post('parameters', maps, {
              metadata: { name: 'params-ID', labels: { params: 'ID' } },
              data: { limit: 'x' },
            }),
          ]
        : []),
      ...(chance(random, 0.3) ? [post('an object', maps, { metadata: metadata('y-ID'), data: { a: 'x' } })] : []),
      post('a policy', `${group}/validatingadmissionpolicies`, {
        ...{ ...version, kind: 'ValidatingAdmissionPolicy', metadata: { name: 'x-ID' } },
        spec: policy(random, hasParams),
      }),
      post('what binds it', `${group}/validatingadmissionpolicybindings`, {
        ...{ ...version, kind: 'ValidatingAdmissionPolicyBinding', metadata: { name: 'x-ID' } },
        spec: binding(random, hasParams),
      }),
      ...canary,
      ...Array.from({ length: pick(random, [2, 3, 4]) }, () => work(random)),
      ...['x-ID', 'y-ID'].map((name) =>
        del('its end', `${group}/validatingadmissionpolicies/${name}`, undefined, { counts: 'status' }),
      ),
    ];
  },
};
