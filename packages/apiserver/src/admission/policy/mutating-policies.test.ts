/** Policies that change what is written, and the authorizer and the audit as expressions see them. */
import { describe, expect, it } from '@jest/globals';
import type { Deployment } from '@pintle/api/apps/v1';
import type { ConfigMap, Pod } from '@pintle/api/core/v1';
import * as cel from '@pintle/cel';
import { type KubernetesObject, StatusError, virtualWorld } from '@pintle/machinery';
import type { AccessAttributes } from '../../access/access.js';
import type { AuditEvent } from '../../audit/audit.js';
import { ask } from '../../http/asking.fixture.js';
import { createApiServer } from '../../server.js';
import { authorizerLibrary, authorizerTypes, authorizerVariables, type Decisions } from './authorizer-library.js';

type Json = Readonly<Record<string, unknown>>;

const rules = (resource: string, group = '') => [
  { apiGroups: [group], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: [resource] },
];
const policy = (name: string, spec: Json, resource = 'configmaps', group = '') =>
  ({
    apiVersion: 'admissionregistration.k8s.io/v1alpha1',
    kind: 'MutatingAdmissionPolicy',
    metadata: { name },
    spec: {
      matchConstraints: { resourceRules: rules(resource, group) },
      reinvocationPolicy: 'Never',
      failurePolicy: 'Fail',
      ...spec,
    },
  }) as unknown as KubernetesObject;
const binding = (policyName: string, spec: Json = {}) =>
  ({
    apiVersion: 'admissionregistration.k8s.io/v1alpha1',
    kind: 'MutatingAdmissionPolicyBinding',
    metadata: { name: `${policyName}-everywhere` },
    spec: { policyName, ...spec },
  }) as unknown as KubernetesObject;
const patch = (expression: string) => ({ patchType: 'JSONPatch', jsonPatch: { expression } });
const apply = (expression: string) => ({ patchType: 'ApplyConfiguration', applyConfiguration: { expression } });
const configMap = (data: Record<string, string> = {}, metadata: Json = {}): ConfigMap =>
  ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'c', namespace: 'default', ...metadata },
    data,
  }) as ConfigMap;

async function setup(...objects: readonly KubernetesObject[]) {
  const world = virtualWorld();
  const api = await createApiServer({ world });
  const client = api.client();
  for (const object of objects) await client.create(object);
  return { api, client };
}
const failure = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
    return 'accepted';
  } catch (error) {
    if (!StatusError.is(error)) throw error;
    return `${error.reason}: ${error.message}`;
  }
};

describe('a mutation', () => {
  it('by apply lays an object over the one of the request', async () => {
    const sidecar = `Object{
      spec: Object.spec{
        template: Object.spec.template{
          spec: Object.spec.template.spec{
            initContainers: [Object.spec.template.spec.initContainers{name: 'proxy', image: 'proxy:' + params.data.version}],
            containers: object.spec.template.spec.containers.map(c, Object.spec.template.spec.containers{
              name: c.name, imagePullPolicy: 'Always'
            })
          }
        }
      }
    }`;
    const { client } = await setup(
      configMap({ version: '7' }, { name: 'params' }),
      policy(
        'sidecar',
        { mutations: [apply(sidecar)], paramKind: { apiVersion: 'v1', kind: 'ConfigMap' } },
        'deployments',
        'apps',
      ),
      binding('sidecar', { paramRef: { name: 'params', namespace: 'default', parameterNotFoundAction: 'Deny' } }),
    );
    const made = await client.create({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace: 'default' },
      spec: {
        selector: { matchLabels: { a: 'b' } },
        template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'main', image: 'nginx' }] } },
      },
    } as Deployment);
    expect(made.spec?.template.spec).toMatchObject({
      initContainers: [{ name: 'proxy', image: 'proxy:7' }],
      containers: [{ name: 'main', image: 'nginx', imagePullPolicy: 'Always' }],
    });
  });

  it('by patch is a list of operations', async () => {
    const operations = `[
      JSONPatch{op: 'test', path: '/data/a', value: '1'},
      JSONPatch{op: 'add', path: '/metadata/annotations', value: {}},
      JSONPatch{op: 'add', path: '/metadata/annotations/' + jsonpatch.escapeKey('x/y'), value: variables.who},
      JSONPatch{op: 'remove', path: '/data/a'}
    ]`;
    const { client } = await setup(
      policy('patches', {
        variables: [{ name: 'who', expression: "request.userInfo.username + ' of ' + namespaceObject.metadata.name" }],
        matchConditions: [{ name: 'not-left-alone', expression: '!has(object.metadata.labels)' }],
        mutations: [patch(operations)],
      }),
      binding('patches'),
    );
    const { data = {}, metadata } = await client.create(configMap({ a: '1' }));
    expect([data, metadata.annotations]).toEqual([{}, { 'x/y': 'system:admin of default' }]);
    const left = await client.create(configMap({ a: '1' }, { name: 'd', labels: { k: 'v' } }));
    expect(left.data).toEqual({ a: '1' });
  });

  it('sees what the one before made, and is asked again where it wants to be', async () => {
    const count = (name: string, more: Json = {}) =>
      policy(name, {
        mutations: [patch(`[JSONPatch{op: 'add', path: '/data/${name}', value: string(size(object.data))}]`)],
        ...more,
      });
    const { client } = await setup(
      count('a', { reinvocationPolicy: 'IfNeeded' }),
      binding('a'),
      count('b'),
      binding('b'),
    );
    expect((await client.create(configMap({ x: '' }))).data).toEqual({ x: '', a: '3', b: '2' });
  });

  const refusals: readonly (readonly [string, object, RegExp])[] = [
    ['of what is atomic', apply('Object{metadata: Object.metadata{}, data: Object.data{}}'), /accepted/],
    [
      'whose objects are called otherwise than their fields',
      apply("Object{metadata: Object.spec{labels: {'a': 'b'}}, data: Object.data{a: '2'}}"),
      /^Invalid: policy 'p' with binding 'p-everywhere' denied request: type mismatch: unexpected type name "Object\.spec", expected "Object\.metadata", which matches field name path from root Object type$/,
    ],
    [
      'that does not apply',
      patch("[JSONPatch{op: 'remove', path: '/data/absent'}]"),
      /^Invalid: policy 'p' with binding 'p-everywhere' denied request: JSON Patch: error in remove for path: '\/data\/absent': Unable to remove nonexistent key: absent: missing value$/,
    ],
    [
      'that makes another type',
      patch("[JSONPatch{op: 'add', path: '/data', value: 1}]"),
      /^InternalError: Internal error occurred: json: cannot unmarshal number into Go struct field ConfigMap\.data of type map\[string\]string$/,
    ],
    [
      'that makes what nobody knows',
      patch("[JSONPatch{op: 'add', path: '/unknown', value: 1}]"),
      /^InternalError: Internal error occurred: strict decoding error: unknown field "unknown"$/,
    ],
    ['whose test fails', patch("[JSONPatch{op: 'test', path: '/data/a', value: '2'}]"), /^accepted$/],
    [
      'that renames',
      patch("[JSONPatch{op: 'replace', path: '/metadata/name', value: 'x'}]"),
      /may not change metadata\.name/,
    ],
    [
      'without a value',
      patch("[JSONPatch{op: 'add', path: '/data/a', value: object.data.absent}]"),
      /denied request: expression '.*object\.data\.absent}\]' resulted in error: no such key: absent$/,
    ],
  ];
  it.each(refusals)('%s is told of', async (_what, mutation, message) => {
    const { client } = await setup(policy('p', { mutations: [mutation] }), binding('p'));
    expect(await failure(client.create(configMap({ a: '1' })))).toMatch(message);
  });

  it('may not replace what is atomic', async () => {
    const tolerations =
      "Object{spec: Object.spec{nodeSelector: Object.spec.nodeSelector{a: 'b'}, tolerations: [Object.spec.tolerations{key: 'k'}]}}";
    const { client } = await setup(policy('p', { mutations: [apply(tolerations)] }, 'pods'), binding('p'));
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p', namespace: 'default' },
      spec: { containers: [{ name: 'c', image: 'i' }] },
    } as Pod;
    expect(await failure(client.create(pod))).toMatch(
      /may not mutate atomic arrays, maps or structs: \.spec\.(nodeSelector|tolerations)/,
    );
  });

  const label = (key: string) => patch(`[JSONPatch{op: 'add', path: '/metadata/labels/${key}', value: 'yes'}]`);
  const failing = (key: string) => patch(`[JSONPatch{op: 'remove', path: '/data/${key}'}]`);

  it('that fails is passed over where its policy says so, and what comes before and after it is not', async () => {
    const { client } = await setup(
      policy('p', { mutations: [label('before'), failing('absent'), label('after')], failurePolicy: 'Ignore' }),
      binding('p'),
    );
    const made = await client.create(configMap({}, { labels: { k: 'v' } }));
    expect(made.metadata.labels).toEqual({ k: 'v', before: 'yes', after: 'yes' });
  });

  it('is told of with all others that fail', async () => {
    const { client } = await setup(
      policy('p', { mutations: [failing('a'), failing('b')] }),
      binding('p'),
      policy('q', { mutations: [failing('c')] }),
      binding('q'),
    );
    const refusal: unknown = await client.create(configMap({ k: 'v' })).catch((error: unknown) => error);
    expect(StatusError.is(refusal) && refusal.status).toMatchObject({
      ...{ code: 403, reason: 'Invalid', message: expect.stringContaining("'/data/a'") },
      details: {
        ...{ name: 'c', kind: 'configmaps' },
        causes: ['a', 'b', 'c'].map((key) => ({ message: expect.stringContaining(`'/data/${key}'`) })),
      },
    });
  });

  it.each([
    [patch("'x'"), 'jsonPatch.expression: Invalid value: "\'x\'": must evaluate to list(JSONPatch) but got string'],
    [patch('[]'), 'must evaluate to list(JSONPatch) but got list(dyn)'],
    [patch("[Patch{op: 'add'}]"), "1:7: undeclared reference to 'Patch' (in container '')"],
    [patch('[JSONPatch{op: 1}]'), "1:14: expected type of field 'op' is 'string' but provided type is 'int'"],
    [patch("[JSONPatch{oops: 'x'}]"), "1:16: expected type of field 'oops' is '' but provided type is 'string'"],
    [patch("[JSONPatch{op: 'x'}.op]"), 'must evaluate to list(JSONPatch) but got list(string)'],
    [apply('{}'), 'applyConfiguration.expression: Invalid value: "{}": must evaluate to Object but got map(dyn, dyn)'],
    [apply('Object.spec{}'), 'must evaluate to Object but got Object.spec'],
    [apply('Object{spec: Objects.spec{}}'), "1:26: undeclared reference to 'Objects.spec' (in container '')"],
    [apply('Object{spec: Object.spec{a: 1 + "b"}}'), "found no matching overload for '_+_' applied to '(int, string)'"],
    [{ ...apply('Object{}'), jsonPatch: { expression: '1' } }, 'jsonPatch: Invalid value: "{jsonPatch}": must not be'],
    [{ patchType: 'JSONPatch' }, 'jsonPatch: Required value: must be specified when patchType is JSONPatch'],
    [{ patchType: 'JSONPatch', jsonPatch: { expression: ' ' } }, 'jsonPatch.expression: Required value'],
  ])('%j is none', async (mutation, message) => {
    const { client } = await setup();
    expect(await failure(client.create(policy('p', { mutations: [mutation] })))).toContain(message);
  });

  it('that cannot be compiled is refused with its policy', async () => {
    const { client } = await setup();
    const unspoken = policy('p', { mutations: [patch('[JSONPatch{')] });
    expect(await failure(client.create(unspoken))).toMatch(
      /spec\.mutations\[0\]\.jsonPatch\.expression: Invalid value/,
    );
    const broken = policy('p', { mutations: [patch('[]'), { patchType: 'Magic' }] });
    const message = await failure(client.create(broken));
    expect(message).toMatch(/spec\.mutations\[1\]\.patchType: Unsupported value: "Magic"/);
    expect(await failure(client.create(policy('p', { reinvocationPolicy: '' })))).toMatch(
      /spec\.reinvocationPolicy: Required value/,
    );
  });
});

describe('the authorizer in expressions', () => {
  it('answers for the user, for accounts and for the resource of the request', async () => {
    const world = virtualWorld();
    const asked: string[] = [];
    const api = await createApiServer({
      world,
      authorizer: async (attributes) => {
        const what =
          attributes.type === 'path'
            ? attributes.path
            : `${attributes.group}/${attributes.resource}/${attributes.name ?? ''}`;
        asked.push(`${attributes.user.name} ${attributes.verb} ${what}`);
        return attributes.verb === 'brew' ? { decision: 'noOpinion', reason: 'no coffee' } : { decision: 'allow' };
      },
    });
    const admin = api.client();
    const validations = [
      { expression: "authorizer.requestResource.check('read').allowed()" },
      { expression: "authorizer.path('/tea').check('get').allowed()" },
      {
        expression:
          "authorizer.serviceAccount('a', 'b').group('apps').resource('deployments').namespace('n').name('x').check('get').allowed()",
      },
      {
        expression: "authorizer.group('').resource('pots').check('brew').allowed()",
        message: 'denied: no coffee',
      },
    ];
    await admin.create({
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name: 'asks' },
      spec: { matchConstraints: { resourceRules: rules('configmaps') }, validations },
    } as unknown as KubernetesObject);
    await admin.create({
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name: 'asks' },
      spec: { policyName: 'asks', validationActions: ['Deny'] },
    } as unknown as KubernetesObject);
    const ann = api.client({ user: { name: 'ann', groups: [] } });
    asked.length = 0;
    expect(await failure(ann.create(configMap()))).toMatch(/denied request: denied: no coffee$/);
    // Each question is put once, however often expressions are run.
    expect(asked).toEqual([
      'ann create /configmaps/c',
      'ann read /configmaps/c',
      'ann get /tea',
      'system:serviceaccount:a:b get apps/deployments/x',
      'ann brew /pots/',
    ]);
  });
});

it('the authorizer in expressions is asked of what is selected, and refuses what cannot be asked', async () => {
  const asked: AccessAttributes[] = [];
  const access = {
    authorizer: (attributes: AccessAttributes) => {
      asked.push(attributes);
      return { decision: 'allow' as const };
    },
  } as unknown as Decisions['access'];
  const environment = cel.celEnvironment({ variables: authorizerTypes, libraries: [authorizerLibrary(cel)] });
  const request = {
    ...{ user: { name: 'ann', groups: [] }, name: 'x', namespace: 'n' },
    resource: { kind: { group: 'apps', version: 'v1', plural: 'deployments', kind: 'Deployment' } },
  } as unknown as Parameters<typeof authorizerVariables>[0];
  const variables = authorizerVariables(request, { access, known: new Map() });
  const answer = (expression: string) => {
    try {
      return environment.compile(expression).run(variables).value;
    } catch (error) {
      return (error as Error).message;
    }
  };
  const check = ".check('list').allowed()";
  expect(answer(`authorizer.group('').resource('pods').fieldSelector('a=b').labelSelector('c=d')${check}`)).toBe(true);
  expect(answer(`authorizer.requestResource.fieldSelector('a').labelSelector('!')${check}`)).toBe(true);
  const ann = { user: { name: 'ann', groups: [] }, type: 'resource', verb: 'list', version: '*' };
  expect(asked).toEqual([
    {
      ...{ ...ann, group: '', resource: 'pods' },
      fieldSelector: { requirements: [{ field: 'a', operator: '=', value: 'b' }] },
      labelRequirements: [{ key: 'c', operator: '=', values: ['d'] }],
    },
    { ...ann, group: 'apps', resource: 'deployments', namespace: 'n', name: 'x' },
  ]);
  expect(answer("authorizer.path(' ').check('get').allowed()")).toBe('path must not be empty');
  expect(answer(`authorizer.group('').resource('')${check}`)).toBe('resource must not be empty');
  const pods = `.group('').resource('pods')${check}`;
  expect(answer(`authorizer.serviceAccount('a', 'B')${pods}`)).toBe('Invalid service account name');
  expect(answer(`authorizer.serviceAccount('a.b', 'b')${pods}`)).toBe('Invalid service account namespace');
});

it('policies note in the audit what they are told to, and what failed', async () => {
  const events: AuditEvent[] = [];
  const api = await createApiServer({
    world: virtualWorld(),
    audit: { policy: { rules: [{ level: 'Metadata' }] }, sink: (event) => events.push(event) },
  });
  const client = api.client();
  await client.create({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: 'notes' },
    spec: {
      matchConstraints: { resourceRules: rules('configmaps') },
      validations: [{ expression: 'true' }, { expression: 'false', message: 'never' }],
      auditAnnotations: [
        { key: 'size', valueExpression: 'string(size(object.data))' },
        { key: 'nothing', valueExpression: 'null' },
      ],
    },
  } as unknown as KubernetesObject);
  await client.create({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name: 'notes-all' },
    spec: { policyName: 'notes', validationActions: ['Audit'] },
  } as unknown as KubernetesObject);
  const answer = await ask(api.handle, 'POST /api/v1/namespaces/default/configmaps', {
    body: configMap({ a: '1', b: '2' }),
  });
  expect(answer.status).toBe(201);
  const { annotations = {} } = events.at(-1)!;
  expect(annotations['notes/size']).toBe('2');
  expect(annotations).not.toHaveProperty('notes/nothing');
  expect(JSON.parse(annotations['validation.policy.admission.k8s.io/validation_failure'] ?? '')).toEqual([
    { message: 'never', policy: 'notes', binding: 'notes-all', expressionIndex: '1', validationActions: ['Audit'] },
  ]);
});
