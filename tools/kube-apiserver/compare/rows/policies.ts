/** Policies at work: parameters that are there and not, several bindings, what they warn of and note, what fails. */
import { del, type Group, get, merge, post, type Row } from '../row.js';

type Json = Readonly<Record<string, unknown>>;

const admission = '/apis/admissionregistration.k8s.io/v1';
const maps = '/api/v1/namespaces/NS/configmaps';
const settling = (name: string): Row =>
  get(name, `${maps}?watch=true`, { stream: { lines: 99, waitMs: 3_000 }, counts: 'status' });
const map = (name: string, label: string, data: Json = { a: 'b' }) => ({
  ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels: { judged: label } }, data },
});
const rules = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['configmaps'] }];
const policy = (name: string, spec: Json) =>
  post(`a policy ${name}`, `${admission}/validatingadmissionpolicies`, {
    ...{
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name: `p-${name}` },
    },
    spec: {
      matchConstraints: { resourceRules: rules, objectSelector: { matchLabels: { judged: name } } },
      validations: [{ expression: 'false', message: `no ${name}` }],
      ...spec,
    },
  });
const binding = (name: string, to: string, spec: Json = {}) =>
  post(`a binding ${name}`, `${admission}/validatingadmissionpolicybindings`, {
    ...{
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name: `b-${name}` },
    },
    spec: { policyName: `p-${to}`, validationActions: ['Deny'], ...spec },
  });
const params = { paramKind: { apiVersion: 'v1', kind: 'ConfigMap' } };
const byParams = {
  ...params,
  validations: [{ expression: 'object.data.a != params.data.a', messageExpression: "'not ' + params.data.a" }],
};

const cases: readonly (readonly [name: string, spec: Json, ...bindings: readonly Json[]])[] = [
  ['plain', {}, {}],
  ['unbound', {}],
  ['warned', {}, { validationActions: ['Warn'] }],
  ['noted', {}, { validationActions: ['Audit'] }],
  ['warned-and-noted', {}, { validationActions: ['Warn', 'Audit'] }],
  ['bound-twice', {}, {}, { validationActions: ['Warn'] }],
  ['bound-elsewhere', {}, { matchResources: { namespaceSelector: { matchLabels: { nothing: 'here' } } } }],
  ['bound-to-names', {}, { matchResources: { resourceRules: [{ ...rules[0], resourceNames: ['other'] }] } }],
  ['excluded', {}, { matchResources: { excludeResourceRules: rules } }],
  [
    'two-faults',
    {
      validations: [
        { expression: 'false', message: 'one' },
        { expression: 'false', reason: 'Unauthorized' },
      ],
    },
    {},
  ],
  ['no-words', { validations: [{ expression: '1 == 2' }] }, {}],
  ['reasons', { validations: [{ expression: 'false', reason: 'RequestEntityTooLarge', message: 'big' }] }, {}],
  ['empty-message', { validations: [{ expression: 'false', messageExpression: "''" }] }, {}],
  [
    'failing-message',
    { validations: [{ expression: 'false', messageExpression: 'object.nothing', message: 'm' }] },
    {},
  ],
  ['lines-in-message', { validations: [{ expression: 'false', messageExpression: "'a\\nb'" }] }, {}],
  ['failing', { validations: [{ expression: 'object.nothing == 1' }] }, {}],
  ['failing-ignored', { failurePolicy: 'Ignore', validations: [{ expression: 'object.nothing == 1' }] }, {}],
  ['failing-warned', { validations: [{ expression: 'object.nothing == 1' }] }, { validationActions: ['Warn'] }],
  [
    'failing-variable',
    { variables: [{ name: 'v', expression: 'object.nothing' }], validations: [{ expression: 'variables.v == 1' }] },
    {},
  ],
  [
    'failing-variable-unused',
    { variables: [{ name: 'v', expression: 'object.nothing' }], validations: [{ expression: 'true' }] },
    {},
  ],
  ['failing-condition', { matchConditions: [{ name: 'c', expression: 'object.nothing == 1' }] }, {}],
  [
    'failing-condition-ignored',
    { failurePolicy: 'Ignore', matchConditions: [{ name: 'c', expression: 'object.nothing == 1' }] },
    {},
  ],
  [
    'unheld-condition',
    {
      matchConditions: [
        { name: 'c', expression: 'object.nothing == 1' },
        { name: 'd', expression: 'false' },
      ],
    },
    {},
  ],
  [
    'costly',
    {
      validations: [
        {
          expression:
            '[1,2,3,4,5,6,7,8,9,10].all(a, [1,2,3,4,5,6,7,8,9,10].all(b, [1,2,3,4,5,6,7,8,9,10].all(c, [1,2,3,4,5,6,7,8,9,10].all(d, [1,2,3,4,5,6,7,8,9,10].all(e, [1,2,3,4,5,6,7,8,9,10].all(f, a + b + c + d + e + f > 0))))))',
        },
      ],
    },
    {},
  ],
  [
    'notes',
    {
      auditAnnotations: [
        { key: 'k', valueExpression: "'v'" },
        { key: 'n', valueExpression: 'null' },
      ],
      validations: [],
    },
    {},
  ],
  [
    'failing-notes',
    { auditAnnotations: [{ key: 'k', valueExpression: 'string(object.nothing)' }], validations: [] },
    {},
  ],
  [
    'by-namespace',
    {
      validations: [
        {
          expression: "namespaceObject.metadata.name == 'other'",
          messageExpression: "'in ' + namespaceObject.metadata.name",
        },
      ],
    },
    {},
  ],
  [
    'by-access',
    {
      validations: [
        {
          expression: "authorizer.group('').resource('pods').namespace('x').check('get').allowed() == false",
          message: 'may',
        },
      ],
    },
    {},
  ],
  [
    'by-request',
    {
      validations: [
        {
          expression: "request.userInfo.username != 'admin' || request.operation != 'CREATE'",
          messageExpression: 'request.userInfo.username + string(request.dryRun)',
        },
      ],
    },
    {},
  ],
  ['with-params', byParams, { paramRef: { name: 'params', namespace: 'NS', parameterNotFoundAction: 'Deny' } }],
  ['with-absent-params', byParams, { paramRef: { name: 'absent', namespace: 'NS', parameterNotFoundAction: 'Deny' } }],
  [
    'with-absent-params-allowed',
    byParams,
    { paramRef: { name: 'absent', namespace: 'NS', parameterNotFoundAction: 'Allow' } },
  ],
  [
    'with-selected-params',
    byParams,
    { paramRef: { selector: { matchLabels: { params: 'yes' } }, parameterNotFoundAction: 'Deny' } },
  ],
  [
    'with-unselected-params',
    byParams,
    { paramRef: { selector: { matchLabels: { params: 'no' } }, parameterNotFoundAction: 'Deny' } },
  ],
  [
    'with-unselected-params-allowed',
    byParams,
    { paramRef: { selector: { matchLabels: { params: 'no' } }, parameterNotFoundAction: 'Allow' } },
  ],
  ['without-ref', byParams, {}],
  [
    'of-unknown-params',
    { ...byParams, paramKind: { apiVersion: 'no.example.com/v1', kind: 'Nothing' } },
    { paramRef: { name: 'x', parameterNotFoundAction: 'Deny' } },
  ],
  [
    'of-unknown-params-ignored',
    { ...byParams, failurePolicy: 'Ignore', paramKind: { apiVersion: 'no.example.com/v1', kind: 'Nothing' } },
    { paramRef: { name: 'x', parameterNotFoundAction: 'Deny' } },
  ],
  ['ref-without-kind', {}, { paramRef: { name: 'params', namespace: 'NS', parameterNotFoundAction: 'Deny' } }],
  [
    'absent-and-failing',
    { ...byParams, failurePolicy: 'Ignore' },
    { paramRef: { name: 'absent', namespace: 'NS', parameterNotFoundAction: 'Deny' } },
  ],
];

export const policiesGroup: Group = {
  name: 'policies',
  rows: [
    post('parameters', maps, {
      ...map('params', 'none', { a: 'b' }),
      metadata: { name: 'params', labels: { params: 'yes' } },
    }),
    post('other parameters', maps, {
      ...map('more', 'none', { a: 'c' }),
      metadata: { name: 'more', labels: { params: 'yes' } },
    }),
    ...cases.flatMap(([name, spec, ...bindings]) => [
      policy(name, spec),
      ...bindings.map((each, index) => binding(`${name}-${index}`, name, each)),
    ]),
    binding('nothing', 'of-nobody'),
    settling('they are heard of'),
    ...cases.flatMap(([name]) => [
      post(`${name}: one is made`, maps, map(name, name)),
      post(`${name}: one of other data`, `${maps}?dryRun=All`, map(`${name}-c`, name, { a: 'c' })),
    ]),
    post('one that may be', maps, map('free', 'none')),
    merge('one that may not any more', `${maps}/free`, { metadata: { labels: { judged: 'two-faults' } } }),
    del('one is deleted', `${maps}/free`, undefined, { counts: 'status' }),
    ...cases.map(([name]) => get(`what is said of ${name}`, `${admission}/validatingadmissionpolicies/p-${name}`)),
    del('all bindings', `${admission}/validatingadmissionpolicybindings`, undefined, { counts: 'status' }),
    del('all policies', `${admission}/validatingadmissionpolicies`, undefined, { counts: 'status' }),
  ],
};
