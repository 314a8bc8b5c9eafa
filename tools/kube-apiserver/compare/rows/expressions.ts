/** CEL wherever it is written: what is refused, with which words, and what runs of it say of objects. */
import { del, type Group, get, merge, post, type Row } from '../row.js';

type Json = Readonly<Record<string, unknown>>;

const admission = '/apis/admissionregistration.k8s.io';
const dry = '?dryRun=All';
const rules = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['configmaps'] }];

const policy = (spec: Json, name = 'expressions') => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicy',
  metadata: { name },
  spec: { failurePolicy: 'Fail', matchConstraints: { resourceRules: rules }, ...spec },
});
const judged = (expression: string): Row =>
  post(
    `a policy: ${expression}`,
    `${admission}/v1/validatingadmissionpolicies${dry}`,
    policy({ validations: [{ expression }] }),
  );
const made = (name: string, spec: Json): Row =>
  post(`a policy with ${name}`, `${admission}/v1/validatingadmissionpolicies${dry}`, policy(spec));

/** What is new is served, and heard of, a while after it is made. */
const settling = (name: string): Row =>
  get(name, '/api/v1/namespaces/NS/configmaps?watch=true', { stream: { lines: 99, waitMs: 3_000 }, counts: 'status' });

const expressions: readonly Row[] = [
  // Names, types and functions.
  "object.metadata.name.startsWith('a')",
  'object.spec.enabled',
  '1 + 1',
  "1 + 'a' == 2",
  'nothing.at.all == 1',
  'request.nothing == 1',
  'request.userInfo.groups.exists(g, g == 1)',
  'request.userInfo.extra == 1',
  'namespaceObject.metadata.labels["a"] == 1',
  'namespaceObject.spec.nothing == 1',
  'params.x == 1',
  'variables.x == 1',
  'authorizer.group("").resource("pods").check("get").allowed()',
  'authorizer.resource("pods").check("get").allowed()',
  'authorizer.group("").resource("pods").fieldSelector("a=b").labelSelector("c=d").check("list").allowed()',
  'authorizer.requestResource.check("get").reason() == 1',
  '[1, 2].all(x, x)',
  '[1, 2].exists_one(x, x)',
  '[1, 2].map(x, x).filter(y, y)',
  '[1, 2].map(1, x) == []',
  '1.all(x, true)',
  'has(object)',
  'has(object.a[0])',
  "object.?a.?b.orValue('x') == 1",
  'optional.of(1).orValue("a") == 1',
  "{'a': 1, 2: 'b'} == {}",
  "[1, 'a'] == []",
  "quantity('1Gi').isGreaterThan('1')",
  "sign(quantity('1')) == 1 && quantity('1').sign() == 1",
  "ip('1.2.3.4').family() == 'x'",
  "cidr('10.0.0.0/8').containsIP(1)",
  "url('https://a').getHost() == 1",
  "format.dns1123Label().validate('a').hasValue()",
  "format.nothing().validate('a').hasValue()",
  "'a'.reverse() == 'a'",
  'math.greatest(1, 2) == 2',
  'cel.bind(x, 1, x == 1)',
  "base64.encode(b'a') == 'x'",
  "sets.contains([1], ['a'])",
  '[1, 2].transformList(i, v, v + i) == [1, 3]',
  "{'a': 1}.transformMapEntry(k, v, v) == {}",
  "duration('1x') == duration('1s')",
  "timestamp('x') < timestamp('y')",
  "'a'.matches('(')",
  "int('x') == 1",
  "'%d'.format(['a']) == ''",
  "'%s'.format([1, 2]) == ''",
  // Words of syntax.
  '',
  ' ',
  'a b',
  'a +',
  '+ a',
  '(a',
  'a)',
  '[a',
  '{a: b',
  'a ? b',
  'a ? b :',
  "'a",
  'a = b',
  'a & b',
  'a || || b',
  'a.',
  'a..b',
  'a.b.',
  '!',
  '-',
  'if',
  'a.if',
  'for(x)',
  'a # b',
  'f(a,)',
  '[a,]',
  '[,]',
  '[a,,b]',
  '1.',
  '0x',
  '99999999999999999999',
  'a\n  &&\n\tb c',
  "'日本' + 日",
  `${'('.repeat(260)}1${')'.repeat(260)}`,
  `1${' + 1'.repeat(260)} == 1`,
].map(judged);

const wholePolicies: readonly Row[] = [
  made('typed variables', {
    variables: [
      { name: 'n', expression: '1' },
      { name: 'l', expression: "['a']" },
      { name: 'm', expression: "{'a': 1}" },
      { name: 'r', expression: 'request.kind' },
      { name: 'broken', expression: '1 +' },
      { name: 'later', expression: 'variables.last' },
      { name: 'last', expression: 'object' },
      { name: 'if', expression: 'true' },
    ],
    validations: [
      { expression: "variables.n.startsWith('a')" },
      { expression: 'variables.l + 1 == []' },
      { expression: 'variables.m.a == "x"' },
      { expression: 'variables.r.nothing == 1' },
      { expression: 'variables.broken.x' },
      { expression: 'variables.none' },
      { expression: 'variables.last.x == 1', messageExpression: 'variables.n' },
    ],
  }),
  made('conditions', {
    matchConditions: [
      { name: 'a', expression: '1' },
      { name: 'a', expression: 'variables.x' },
      { name: '', expression: 'params.x == 1' },
      { name: 'b', expression: ' ' },
      { name: 'c', expression: ' object.x ' },
    ],
    validations: [{ expression: 'true' }],
  }),
  made('parameters', {
    paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
    matchConditions: [{ name: 'a', expression: 'params.data.x == 1' }],
    validations: [{ expression: 'params.data.x', messageExpression: 'params.data.y' }],
  }),
  made('messages', {
    validations: [
      { expression: 'true', messageExpression: '1' },
      { expression: 'true', messageExpression: ' ' },
      { expression: 'true', messageExpression: 'authorizer.path("/").check("get").reason()' },
      { expression: 'true', message: ' ', reason: 'Because' },
      { expression: 'true', message: 'a\nb' },
    ],
  }),
  made('notes', {
    auditAnnotations: [
      { key: 'a', valueExpression: '1' },
      { key: 'a', valueExpression: 'null' },
      { key: 'b', valueExpression: ' ' },
      { key: 'c d', valueExpression: "'x' +" },
      { key: 'e', valueExpression: 'object.x' },
    ],
  }),
  made('all at once', {
    failurePolicy: 'Never',
    paramKind: { apiVersion: 'a/b/c', kind: 'x y' },
    matchConstraints: {},
    matchConditions: [{ name: '!', expression: '(' }],
    variables: [{ name: 'a b', expression: ')' }],
    validations: [{ expression: '[', reason: 'x' }],
    auditAnnotations: [{ key: '', valueExpression: ']' }],
  }),
];

const mutating = (mutation: Json, more: Json = {}): Row =>
  post(`a mutation: ${JSON.stringify(mutation)}`, `${admission}/v1alpha1/mutatingadmissionpolicies${dry}`, {
    apiVersion: 'admissionregistration.k8s.io/v1alpha1',
    kind: 'MutatingAdmissionPolicy',
    metadata: { name: 'mutations' },
    spec: {
      ...{ failurePolicy: 'Fail', reinvocationPolicy: 'Never', matchConstraints: { resourceRules: rules } },
      ...{ mutations: [mutation], ...more },
    },
  });
const patch = (expression: string) => mutating({ patchType: 'JSONPatch', jsonPatch: { expression } });
const apply = (expression: string) => mutating({ patchType: 'ApplyConfiguration', applyConfiguration: { expression } });

const mutations: readonly Row[] = [
  ...["'x'", '[]', '[JSONPatch{}]', '[JSONPatch{op: 1}]', "[JSONPatch{nothing: 'x'}]", "[Patch{op: 'x'}]"].map(patch),
  ...["[JSONPatch{op: 'add', path: '/a', value: 1}, JSONPatch{op: 'remove', path: '/b'}]", 'JSONPatch{}'].map(patch),
  ...["[JSONPatch{op: 'x'}.op]", "[JSONPatch{op: 'x', path: jsonpatch.escapeKey(1)}]", '[JSONPatch{op: x', ' '].map(
    patch,
  ),
  ...["[JSONPatch{?op: optional.of('x'), value: dyn(1)}]", "[JSONPatch{?op: 'x'}]", '[1, JSONPatch{}]'].map(patch),
  ...['{}', 'Object{}', 'Object.spec{}', 'Object{spec: Objects{}}', "Object{a: 1 + 'b'}", 'object'].map(apply),
  ...['Object{spec: Object.spec{a: [1, 2], b: {"c": 1}}}', 'Object{a: [1, "x"]}', 'true ? Object{} : Object.x{}'].map(
    apply,
  ),
  ...['Object{a}', 'Object{a: }', 'has(object.x) ? Object{a: object.x} : Object{}', 'Object{}.a'].map(apply),
  mutating({ patchType: 'Magic' }),
  mutating({ patchType: 'JSONPatch' }),
  mutating({ patchType: 'JSONPatch', jsonPatch: { expression: '[]' }, applyConfiguration: { expression: 'Object{}' } }),
  mutating(
    { patchType: 'ApplyConfiguration', applyConfiguration: { expression: 'Object{a: variables.n + "x"}' } },
    { variables: [{ name: 'n', expression: '1' }], matchConditions: [{ name: 'a', expression: '1' }] },
  ),
];

const hooked = (name: string, matchConditions: readonly Json[], more: Json = {}): Row =>
  post(`a webhook ${name}`, `${admission}/v1/validatingwebhookconfigurations${dry}`, {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: 'conditions' },
    webhooks: [
      {
        ...{ name: 'a.b.example', admissionReviewVersions: ['v1'], sideEffects: 'None', rules, matchConditions },
        ...{ clientConfig: { url: 'https://127.0.0.1:1/x' }, failurePolicy: 'Ignore', ...more },
      },
    ],
  });

const webhooks: readonly Row[] = [
  hooked('on a condition', [{ name: 'a', expression: "request.operation == 'CREATE'" }]),
  hooked('on no condition', [{ name: 'a', expression: '1' }]),
  hooked('on what it does not see', [{ name: 'a', expression: 'params.x || variables.x' }]),
  hooked('on nothing', [{ name: '', expression: ' ' }]),
  hooked('on many', [
    { name: 'a', expression: 'object.' },
    { name: 'a', expression: 'request.nothing' },
    { name: 'b c', expression: 'authorizer.path("/").check("get").allowed()' },
  ]),
  hooked('with other faults', [{ name: 'a', expression: '(' }], { sideEffects: 'Some', timeoutSeconds: 99 }),
];

const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const definition = (schema: Json, plural = 'ruled') => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${plural}.cel.example` },
  spec: {
    ...{ group: 'cel.example', scope: 'Namespaced' },
    names: { plural, singular: `${plural}x`, kind: 'Ruled', listKind: 'RuledList' },
    versions: [
      {
        ...{ name: 'v1', served: true, storage: true },
        schema: { openAPIV3Schema: { type: 'object', properties: { spec: schema } } },
      },
    ],
  },
});
const ruled = (schema: Json, ...texts: readonly (string | Json)[]): Json => ({
  ...schema,
  'x-kubernetes-validations': texts.map((rule) => (typeof rule === 'string' ? { rule } : rule)),
});
const text = { type: 'string' };
const texts = (max?: number) => ({ type: 'array', items: text, ...(max === undefined ? {} : { maxItems: max }) });
const object = (properties: Json, more: Json = {}) => ({ type: 'object', properties, ...more });

const definitions: readonly Row[] = [
  ruled(text, 'self'),
  ruled(text, 'self == 1', 'self +', 'nothing'),
  ruled(text, { rule: 'true', messageExpression: '1' }, { rule: 'true', messageExpression: 'self +' }),
  ruled(text, { rule: 'true', optionalOldSelf: true }, { rule: 'oldSelf.orValue("x") == self', optionalOldSelf: true }),
  ruled(texts(), 'self.all(x, self.all(y, x == y))'),
  ruled(texts(100), 'self.all(x, self.all(y, x == y))'),
  { type: 'array', items: ruled(text, 'self.contains("x")', 'self == oldSelf') },
  object({ a: ruled(texts(), 'self.all(x, self.all(y, x == y))'), b: ruled(text, 'self.matches("(")') }),
  object({ a: ruled(text, 'self == 1'), b: { type: 'strin' } }),
  ruled(object({ a: ruled(text, 'self == 1'), b: { type: 'integer', format: 'int32', minimum: 'x' } }), 'self.a == 1'),
  ruled(object({ a: ruled({ ...text, default: 'x' }, 'self == "y"') }), 'self.a == 1'),
  ruled(object({ a: text }), { rule: 'self.a == 1', fieldPath: '.b', reason: 'x', message: ' ' }),
  ruled(object({ a: { 'x-kubernetes-preserve-unknown-fields': true } }), 'self.a == 1'),
  ruled({ 'x-kubernetes-preserve-unknown-fields': true }, 'self == 1'),
  ruled({ type: 'object', 'x-kubernetes-preserve-unknown-fields': true }, 'self.a == 1'),
  ruled(object({ 'a-b': text, if: text, _x__y: text }), 'self.a__dash__b == self.if && self._x__underscores__y == 1'),
  ruled(
    object({ a: { 'x-kubernetes-int-or-string': true } }),
    'self.a > 1 && self.a.startsWith("x") && type(self.a) == int',
  ),
  { type: 'object', additionalProperties: ruled(text, 'self.startsWith("a")') },
].map((schema, at) => post(`rules ${at}`, `${crds}${dry}`, definition(schema)));

const spec = object({
  n: { 'x-kubernetes-int-or-string': true },
  name: { ...text, nullable: true },
  set: { ...texts(10), 'x-kubernetes-list-type': 'set' },
  list: {
    ...{ type: 'array', maxItems: 10, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['k'] },
    items: object(
      {
        k: { ...text, maxLength: 10 },
        v: ruled({ ...text, maxLength: 10 }, { rule: "self != 'bad'", reason: 'FieldValueForbidden' }),
      },
      { required: ['k'] },
    ),
  },
  map: { type: 'object', maxProperties: 10, additionalProperties: ruled({ type: 'integer' }, 'self < 10') },
});
const held = ruled(
  spec,
  { rule: '!has(self.n) || self.n > 5', fieldPath: '.n' },
  {
    rule: "!has(self.name) || self.name != 'no'",
    messageExpression: "'not ' + self.name",
    reason: 'FieldValueDuplicate',
    fieldPath: '.name',
  },
  { rule: "!has(self.map) || !('x' in self.map)", message: ' no x ', fieldPath: ".map['x']" },
  { rule: '!has(self.set) || !has(oldSelf.set) || self.set == oldSelf.set', message: 'the set stays' },
  { rule: "!has(self.list) || self.list.all(i, i.k != 'z' || self.list[9].v == 'x')" },
);
const things = '/apis/cel.example/v1/namespaces/NS/held';
const thing = (name: string, of: Json) => ({
  apiVersion: 'cel.example/v1',
  kind: 'Ruled',
  metadata: { name },
  spec: of,
});
const tried = (name: string, of: Json): Row => post(`an object: ${name}`, `${things}${dry}`, thing('tried', of));

const objects: readonly Row[] = [
  post('a kind with rules', crds, definition(held, 'held')),
  settling('time to serve it'),
  post('a good object', things, thing('good', { n: 6, set: ['a', 'b'], list: [{ k: 'a', v: 'x' }] })),
  tried('a number', { n: 1 }),
  tried('a text', { n: 'x' }),
  tried('a name', { name: 'no' }),
  tried('a name that is null', { name: null }),
  tried('a key', { map: { x: 1, y: 20 } }),
  tried('items', { list: [{ k: 'a', v: 'bad' }, { k: 'z' }] }),
  tried('other faults', { n: 1, set: ['a', 'a'], list: [{ k: 'longer than ten', v: 'bad' }] }),
  tried('faults that let rules be judged', { n: 1, list: [{ k: 'a', v: 'bad' }], set: ['a', 'a'] }),
  merge('the set in another order', `${things}/good`, { spec: { set: ['b', 'a'] } }),
  merge('another set', `${things}/good`, { spec: { set: ['c'] } }),
];

const told = (name: string, data?: Json, labels: Json = { cel: 'yes' }): Row =>
  post(`a policy told ${name}`, `/api/v1/namespaces/NS/configmaps${dry}`, {
    ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'told', labels }, data },
  });

const living: readonly Row[] = [
  post('a policy that runs', `${admission}/v1/validatingadmissionpolicies`, {
    ...policy({
      variables: [
        { name: 'missing', expression: 'object.data.missing' },
        { name: 'number', expression: 'int(object.data.number)' },
      ],
      matchConditions: [{ name: 'ours', expression: "has(object.metadata.labels) && 'cel' in object.metadata.labels" }],
      validations: [
        { expression: "variables.missing == 'x'" },
        { expression: 'variables.number > 5', messageExpression: "'too small: ' + string(variables.number)" },
        { expression: 'object.data.a == 1', message: ' never ', reason: 'Forbidden' },
        { expression: "object.data.all(k, object.data[k] != '')", messageExpression: 'object.data.nothing' },
      ],
    }),
    metadata: { name: 'cel-runs' },
  }),
  post('its binding', `${admission}/v1/validatingadmissionpolicybindings`, {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name: 'cel-runs' },
    spec: { policyName: 'cel-runs', validationActions: ['Deny'] },
  }),
  settling('time to hear of the policy'),
  told('of no label', { a: '1' }, {}),
  told('of no data', undefined),
  told('of what is missing', { a: '1' }),
  told('of a number too small', { missing: 'x', number: '1', a: '1' }),
  told('of a number that is none', { missing: 'x', number: 'y' }),
  told('of another text', { missing: 'x', number: '9', a: '2' }),
  told('of an empty text', { missing: 'x', number: '9', b: '' }),
  del('the binding goes', `${admission}/v1/validatingadmissionpolicybindings/cel-runs`),
  del('the policy goes', `${admission}/v1/validatingadmissionpolicies/cel-runs`),
  del('the kind goes', `${crds}/held.cel.example`),
];

export const expressionsGroup: Group = {
  name: 'expressions',
  rows: [...expressions, ...wholePolicies, ...mutations, ...webhooks, ...definitions, ...objects, ...living],
};
