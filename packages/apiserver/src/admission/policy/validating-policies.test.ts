import { describe, expect, it } from '@jest/globals';
import { ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding } from '@pintle/api/admissionregistration/v1';
import type { ConfigMap, Namespace } from '@pintle/api/core/v1';
import { type KubernetesObject, StatusError, virtualWorld } from '@pintle/machinery';
import { createApiServer } from '../../server.js';

type Json = Readonly<Record<string, unknown>>;

const configMaps = {
  apiGroups: [''],
  apiVersions: ['v1'],
  operations: ['CREATE', 'UPDATE'],
  resources: ['configmaps'],
};
const policy = (spec: Json, name = 'small'): ValidatingAdmissionPolicy =>
  ({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name },
    spec: { matchConstraints: { resourceRules: [configMaps] }, ...spec },
  }) as unknown as ValidatingAdmissionPolicy;
const binding = (spec: Json = {}, name = 'everywhere'): ValidatingAdmissionPolicyBinding =>
  ({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name },
    spec: { policyName: 'small', validationActions: ['Deny'], ...spec },
  }) as unknown as ValidatingAdmissionPolicyBinding;
const configMap = (data: Record<string, string>, metadata: Json = {}): ConfigMap =>
  ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'c', namespace: 'default', ...metadata },
    data,
  }) as ConfigMap;

async function setup(...objects: readonly KubernetesObject[]) {
  const world = virtualWorld({ seed: 1 });
  const warnings: string[] = [];
  const logger = {
    ...world.logger,
    log: (level: string, text: string) => void (level === 'warn' && warnings.push(text)),
  };
  const pending = createApiServer({ world: { ...world, logger: { ...logger, with: () => logger } } as typeof world });
  await world.settle();
  const client = (await pending).client();
  for (const object of objects) await client.create(object);
  await world.settle();
  const tried = async (work: Promise<unknown>): Promise<string> => {
    try {
      await work;
      return 'accepted';
    } catch (error) {
      if (!StatusError.is(error)) throw error;
      return `${error.status.code} ${error.status.reason}: ${error.status.message}`;
    }
  };
  return { client, tried, warnings, settle: () => world.settle() };
}

const noBig = { validations: [{ expression: "!('big' in object.data)", message: 'nothing big' }] };

describe('ValidatingAdmissionPolicy', () => {
  it('denies by a binding, in the words and with the reason of the policy', async () => {
    const { client, tried } = await setup(policy(noBig), binding());
    expect(await tried(client.create(configMap({ big: '1' })))).toBe(
      `422 Invalid: configmaps "c" is forbidden: ValidatingAdmissionPolicy 'small' with binding 'everywhere' denied request: nothing big`,
    );
    expect(await tried(client.create(configMap({ small: '1' })))).toBe('accepted');
  });

  it('judges by the namespace of a request', async () => {
    const elsewhere = { validations: [{ expression: "request.namespace != 'default'", message: 'not here' }] };
    const { client, tried } = await setup(policy(elsewhere), binding());
    expect(await tried(client.create(configMap({})))).toMatch(/not here$/);
    expect(await tried(client.create(configMap({}, { namespace: 'kube-system' })))).toBe('accepted');
  });

  it('does nothing without a binding, and tells where that only warns', async () => {
    const alone = await setup(policy(noBig));
    expect(await alone.tried(alone.client.create(configMap({ big: '1' })))).toBe('accepted');
    const { client, tried, warnings } = await setup(policy(noBig), binding({ validationActions: ['Warn', 'Audit'] }));
    expect(await tried(client.create(configMap({ big: '1' })))).toBe('accepted');
    expect(warnings).toEqual([
      `Validation failed for ValidatingAdmissionPolicy 'small' with binding 'everywhere': nothing big`,
    ]);
  });

  it('sees the object as it was, the request, the namespace, and variables of its own', async () => {
    const { client, tried } = await setup(
      policy({
        variables: [
          { name: 'count', expression: 'size(object.data)' },
          { name: 'limit', expression: "namespaceObject.metadata.name == 'default' ? variables.count + 0 : 0" },
        ],
        validations: [
          {
            expression: 'variables.limit <= 2',
            messageExpression: "'too many: ' + string(variables.count)",
            reason: 'Forbidden',
          },
          { expression: "request.operation == 'CREATE' || object.data.a == oldObject.data.a", message: 'a stays' },
          { expression: "request.userInfo.username == 'system:admin'" },
        ],
      }),
      binding(),
    );
    expect(await tried(client.create(configMap({ a: '1', b: '2', c: '3' })))).toContain(
      '403 Forbidden: configmaps "c" is forbidden',
    );
    expect(await tried(client.create(configMap({ a: '1', b: '2', c: '3' })))).toContain('too many: 3');
    expect(await tried(client.create(configMap({ a: '1' })))).toBe('accepted');
    expect(await tried(client.update(configMap({ a: '2' })))).toContain('a stays');
    expect(await tried(client.update(configMap({ a: '1', b: '2' })))).toBe('accepted');
  });

  it('looks only at what it is bound to: labels, namespaces, conditions, exclusions', async () => {
    const matchConditions = [{ name: 'no-robots', expression: "!object.metadata.name.startsWith('robot-')" }];
    const { client, tried } = await setup(
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'strict', labels: { strict: 'yes' } } } as Namespace,
      policy({ ...noBig, matchConditions }),
      binding({
        matchResources: {
          namespaceSelector: { matchLabels: { strict: 'yes' } },
          objectSelector: { matchExpressions: [{ key: 'free', operator: 'DoesNotExist' }] },
        },
      }),
    );
    const big = (metadata: Json) => tried(client.create(configMap({ big: '1' }, metadata)));
    expect(await big({ namespace: 'strict' })).toContain('nothing big');
    expect(await big({ namespace: 'default' })).toBe('accepted');
    expect(await big({ namespace: 'strict', labels: { free: 'yes' } })).toBe('accepted');
    expect(await big({ namespace: 'strict', name: 'robot-1' })).toBe('accepted');
  });

  it('denies where a note has no value, a kind of parameters is unknown, or nobody names parameters', async () => {
    const refusal = async (spec: Readonly<Record<string, unknown>>, bound: Readonly<Record<string, unknown>>) => {
      const { client, tried } = await setup(policy(spec), binding(bound));
      return tried(client.create(configMap({ a: '1' })));
    };
    const notes = [{ key: 'k', valueExpression: 'string(object.nothing)' }];
    expect(await refusal({ validations: [], auditAnnotations: notes }, { validationActions: ['Audit'] })).toContain(
      "denied request: expression 'string(object.nothing)' resulted in error: no such key: nothing",
    );
    const validations = [{ expression: 'params.data.a == object.data.a' }];
    const unknown = { validations, paramKind: { apiVersion: 'no.example.com/v1', kind: 'Nothing' } };
    expect(await refusal(unknown, { paramRef: { name: 'x', parameterNotFoundAction: 'Deny' } })).toMatch(
      /ValidatingAdmissionPolicy '[^']+' denied request: failed to configure policy: failed to find resource referenced by paramKind: 'no\.example\.com\/v1, Kind=Nothing'/,
    );
    const configMaps = { validations, paramKind: { apiVersion: 'v1', kind: 'ConfigMap' } };
    expect(await refusal(configMaps, {})).toContain('resulted in error: no such key: data');
  });

  it('takes parameters by name or selector, and denies where there are none', async () => {
    const limit = policy({
      paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
      matchConditions: [{ name: 'not-params', expression: "!object.metadata.name.startsWith('params')" }],
      validations: [
        { expression: 'size(object.data) <= int(params.data.max)', messageExpression: "'at most ' + params.data.max" },
      ],
    });
    const paramRef = { name: 'params', namespace: 'default', parameterNotFoundAction: 'Deny' };
    const matchResources = { objectSelector: { matchExpressions: [{ key: 'free', operator: 'DoesNotExist' }] } };
    const { client, tried, settle } = await setup(limit, binding({ paramRef, matchResources }));
    expect(await tried(client.create(configMap({ a: '1', b: '2' })))).toContain('no params found for policy binding');
    // Conditions are come to with parameters alone.
    expect(await tried(client.create(configMap({ max: '1' }, { name: 'params' })))).toContain('no params found');
    await client.create(configMap({ max: '1' }, { name: 'params', labels: { free: 'yes' } }));
    await settle();
    expect(await tried(client.create(configMap({ a: '1', b: '2' })))).toContain('at most 1');
    expect(await tried(client.create(configMap({ a: '1' })))).toBe('accepted');
  });

  it.each([['Audit'], ['Warn']])('denies where there are no parameters though it is to %s alone', async (action) => {
    const wanting = policy({
      paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
      validations: [{ expression: 'true' }],
    });
    const paramRef = { name: 'params', namespace: 'default', parameterNotFoundAction: 'Deny' };
    const { client, tried } = await setup(wanting, binding({ paramRef, validationActions: [action] }));
    expect(await tried(client.create(configMap({ a: '1' })))).toContain('no params found for policy binding');
  });

  it('asks of each parameter whether it is met, and goes on where one has no value', async () => {
    const some = policy({
      paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
      matchConditions: [{ name: 'counts', expression: "params.data.counts == 'yes'" }],
      validations: [
        { expression: 'object.data.a == params.data.a', messageExpression: "'not as in ' + params.metadata.name" },
      ],
    });
    const matchResources = { objectSelector: { matchExpressions: [{ key: 'set', operator: 'DoesNotExist' }] } };
    const paramRef = {
      selector: { matchLabels: { set: 'yes' } },
      namespace: 'default',
      parameterNotFoundAction: 'Deny',
    };
    const { client, tried, settle } = await setup(some, binding({ paramRef, matchResources }));
    for (const [name, data] of [
      ['a', { counts: 'no', a: '2' }],
      ['b', { counts: 'yes', a: '1' }],
    ] as const)
      await client.create(configMap(data, { name, labels: { set: 'yes' } }));
    await settle();
    expect(await tried(client.create(configMap({ a: '1' }, { name: 'x' })))).toBe('accepted');
    expect(await tried(client.create(configMap({ a: '2' }, { name: 'y' })))).toContain('not as in b');
    await client.create(configMap({}, { name: 'c', labels: { set: 'yes' } }));
    await settle();
    expect(await tried(client.create(configMap({ a: '1' }, { name: 'z' })))).toContain('no such key: data');
  });

  it('says its message without a word on who may do what', async () => {
    const asked = policy({
      variables: [
        { name: 'may', expression: "authorizer.path('/healthz').check('get').allowed()" },
        { name: 'plain', expression: "'plainly'" },
      ],
      validations: [
        { expression: 'variables.may && false', message: 'as written', messageExpression: "variables.may ? 'a' : 'b'" },
      ],
    });
    const { client, tried } = await setup(asked, binding());
    expect(await tried(client.create(configMap({ a: '1' })))).toContain('denied request: as written');
    const own = { name: 'may', expression: "authorizer.requestResource.check('get').allowed()" };
    const ofRequest = await setup(policy({ ...asked.spec, variables: [own] }), binding());
    expect(await ofRequest.tried(ofRequest.client.create(configMap({ a: '1' })))).toContain('request: as written');
    const notes = [{ key: 'k', valueExpression: "variables.may ? 'a' : 'b'" }];
    const noting = await setup(policy({ ...asked.spec, validations: [], auditAnnotations: notes }), binding());
    expect(await noting.tried(noting.client.create(configMap({ a: '1' })))).toContain(
      'composited variable "may" fails to evaluate: no such attribute(s): authorizer',
    );
    const validations = [{ expression: 'variables.may && false', messageExpression: 'variables.plain' }];
    const plain = await setup(policy({ ...asked.spec, validations }), binding());
    expect(await plain.tried(plain.client.create(configMap({ a: '1' })))).toContain('denied request: plainly');
  });

  it('has conditions that know nothing of the namespace', async () => {
    const expression = "namespaceObject.metadata.name == 'default'";
    const validations = [{ expression: `!(${expression})` }];
    const asked = policy({ validations, matchConditions: [{ name: 'there', expression }] });
    const { client, tried } = await setup(asked, binding());
    expect(await tried(client.create(configMap({ a: '1' })))).toContain(
      `expression '${expression}' resulted in error: no such key: metadata`,
    );
    const unasked = await setup(policy({ validations }), binding());
    expect(await unasked.tried(unasked.client.create(configMap({ a: '1' })))).toContain('failed expression: !(');
  });

  it('refuses what has no value, unless the policy says to ignore it', async () => {
    const broken = { validations: [{ expression: "object.data.missing == 'x'" }] };
    const strict = await setup(policy(broken), binding());
    expect(await strict.tried(strict.client.create(configMap({ a: '1' })))).toContain(
      `expression 'object.data.missing == 'x'' resulted in error: no such key: missing`,
    );
    const lenient = await setup(policy({ ...broken, failurePolicy: 'Ignore' }), binding());
    expect(await lenient.tried(lenient.client.create(configMap({ a: '1' })))).toBe('accepted');
  });

  it.each([
    [{ validations: [{ expression: 'object.' }] }, 'spec.validations[0].expression: Invalid value'],
    [{ validations: [{ expression: '1 + 1' }] }, 'must evaluate to bool but got int'],
    [{ validations: [{ expression: '[1]' }] }, 'must evaluate to bool but got list(int)'],
    [{ validations: [{ expression: 'null' }] }, 'must evaluate to bool but got null_type'],
    [
      { auditAnnotations: [{ key: 'a', valueExpression: '1' }] },
      'spec.auditAnnotations[0].valueExpression: Invalid value: "1": must evaluate to one of [string null_type] but got int',
    ],
    [{ validations: [{ expression: 'request.nonsense' }] }, "undefined field 'nonsense'"],
    [{ validations: [{ expression: 'request.userInfo.uid == 1' }] }, 'no matching overload'],
    [{ validations: [{ expression: 'params.x == 1' }] }, "undeclared reference to 'params'"],
    [{ validations: [{ expression: 'nothing' }] }, "undeclared reference to 'nothing'"],
    [{ validations: [{ expression: 'object.spec.enabled' }] }, 'must evaluate to bool but got dyn'],
    [{ validations: [{ expression: 'variables.x' }] }, "undeclared reference to 'variables'"],
    [
      {
        ...noBig,
        variables: [{ name: 'v', expression: '1' }],
        validations: [{ expression: 'variables.v.startsWith("a")' }],
      },
      "applied to 'int.(string)'",
    ],
    [
      {
        variables: [
          { name: 'v', expression: 'variables.w' },
          { name: 'w', expression: '1' },
        ],
        ...noBig,
      },
      'spec.variables[0].expression: Invalid value: "variables.w": compilation failed: ERROR: <input>:1:10: undefined field \'w\'',
    ],
    [{ ...noBig, matchConditions: [{ name: 'm', expression: 'variables.v' }] }, "undeclared reference to 'variables'"],
    [
      { validations: [{ expression: 'true', messageExpression: 'authorizer.path("/").check("get").reason()' }] },
      "undeclared reference to 'authorizer'",
    ],
    [{ validations: [{ expression: 'namespaceObject.spec.nothing == ""' }] }, "undefined field 'nothing'"],
    [{ validations: [{ expression: 'semver("1.2.3").major() == 1' }] }, "undeclared reference to 'semver'"],
    [
      { validations: [{ expression: "int('x') == 1" }] },
      "spec.validations[0].expression: Internal error: program instantiation failed: type conversion error from 'string' to 'int'",
    ],
    [
      { validations: [{ expression: "int('x')" }] },
      `spec.validations[0].expression: Invalid value: "int('x')": must evaluate to bool but got int`,
    ],
    [{ validations: [] }, 'validations or auditAnnotations must contain at least one item'],
    [{ ...noBig, variables: [{ name: 'v', expression: '(' }] }, 'spec.variables[0].expression'],
    [{ ...noBig, matchConditions: [{ name: 'm', expression: 'params' }] }, 'spec.matchConditions[0].expression'],
  ])('cannot be made of %j', async (spec, words) => {
    const { client, tried } = await setup();
    const said = await tried(client.create(policy(spec)));
    expect(said).toContain('422 Invalid');
    expect(said).toContain(words);
  });

  it('is told of all its faults at once, in the order in which they are written', async () => {
    const { client } = await setup();
    const faulty = policy({
      failurePolicy: 'Never',
      matchConditions: [{ name: '', expression: '1' }],
      variables: [{ name: '1', expression: '1 +' }],
      validations: [{ expression: '2', reason: 'Because' }, { expression: ' ' }],
      auditAnnotations: [{ key: '', valueExpression: '3' }],
    });
    const error: unknown = await client.create(faulty).catch((refusal: unknown) => refusal);
    expect(StatusError.is(error) && error.status.details?.causes?.map(({ field }) => field)).toEqual([
      'spec.failurePolicy',
      'spec.matchConditions[0].expression',
      'spec.matchConditions[0].name',
      'spec.variables[0].name',
      'spec.variables[0].expression',
      'spec.validations[0].expression',
      'spec.validations[0].reason',
      'spec.validations[1].expression',
      'spec.auditAnnotations[0].key',
      'spec.auditAnnotations[0].key',
      'spec.auditAnnotations[0].valueExpression',
    ]);
  });

  it('tells which of its variables has no value', async () => {
    const variables = [{ name: 'missing', expression: 'object.data.missing' }];
    const { client, tried } = await setup(
      policy({ variables, validations: [{ expression: "variables.missing == 'x'" }] }),
      binding(),
    );
    expect(await tried(client.create(configMap({ a: '1' })))).toContain(
      `expression 'variables.missing == 'x'' resulted in error: composited variable "missing" fails to evaluate: no such key: missing`,
    );
  });

  it.each([
    ['of two lines', "'a\\nb'", 'plainly'],
    ['that is very long', `'${'x'.repeat(5121)}'`, 'plainly'],
    ['with space around it', "'\\n c '", 'c'],
  ])('is asked for a message %s', async (_of, messageExpression, shown) => {
    const validations = [{ expression: 'false', message: 'plainly', messageExpression }];
    const { client, tried } = await setup(policy({ validations }), binding());
    expect(await tried(client.create(configMap({})))).toMatch(new RegExp(`denied request: ${shown}$`));
  });

  it('may not cost too much as a whole', async () => {
    const numbers = `[${Array.from({ length: 90 }, (_, at) => at).join(', ')}]`;
    const heavy = `${numbers}.all(a, ${numbers}.all(b, ${numbers}.all(c, a + b + c >= 0)) || true)`;
    const { client, tried } = await setup(
      policy({ validations: [...Array.from({ length: 20 }, () => ({ expression: heavy })), { expression: 'false' }] }),
      binding(),
    );
    const words = await tried(client.create(configMap({})));
    expect(words).toContain(
      'validation failed due to running out of cost budget, no further validation rules will be run',
    );
  });

  it('can always be taken away', async () => {
    const all = { apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*'] };
    const { client, tried } = await setup(
      policy({ matchConstraints: { resourceRules: [all] }, validations: [{ expression: 'false' }] }),
      binding(),
    );
    expect(await tried(client.create(configMap({})))).toContain('denied');
    expect(await tried(client.delete(ValidatingAdmissionPolicyBinding, { name: 'everywhere' }))).toBe('accepted');
    expect(await tried(client.delete(ValidatingAdmissionPolicy, { name: 'small' }))).toBe('accepted');
  });
});
