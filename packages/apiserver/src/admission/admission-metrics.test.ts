/** What `/metrics` shows of admission, by names and labels that dashboards of Kubernetes ask for. */
import { afterEach, describe, expect, it } from '@jest/globals';
import type { KubernetesObject } from '@pintle/machinery';
import { statusError, virtualWorld } from '@pintle/machinery';
import { memoryStore } from '@pintle/store';
import { type ApiServer, createApiServer } from '../server.js';
import type { ApiServerOptions } from '../server-options.js';
import type { StoredObject } from '../storage/stored-object.js';
import type { AdmissionPlugin } from './admission.js';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

async function server(options: ApiServerOptions = {}) {
  const world = virtualWorld();
  const api = await createApiServer({ world, ...options });
  ends.push(() => api.stop());
  return { world, api, series: (prefix: string) => seriesOf(api, prefix) };
}

/** Those that begin so, without what all have in common and without buckets. */
async function seriesOf(api: ApiServer, prefix: string): Promise<readonly string[]> {
  const text = await api.metricsRegistry.text();
  return text
    .split('\n')
    .filter((line) => line.startsWith(prefix) && !line.includes('_bucket{'))
    .map((line) => line.slice(prefix.length));
}

const make = (kind: string, name: string, apiVersion: string, more: object = {}) =>
  ({ apiVersion, kind, metadata: { name }, ...more }) as KubernetesObject;
const secret = (name: string) => make('Secret', name, 'v1');

const ofSecrets: Pick<AdmissionPlugin, 'concerns'> = {
  concerns: ({ resource, operation }) => resource.kind.plural === 'secrets' && operation === 'CREATE',
};

it('times phases and the plug-ins that are asked, refusals apart', async () => {
  const world = virtualWorld();
  const later = <T>(ms: number, value: T) =>
    new Promise<T>((resolve) => void world.clock.schedule(ms, () => resolve(value)));
  const slow: AdmissionPlugin = {
    ...ofSecrets,
    name: 'Slow',
    mutate: ({ object }) => later(250, object!),
    validate: () => later(1_000, undefined),
  };
  const picky: AdmissionPlugin = {
    ...ofSecrets,
    name: 'Picky',
    async mutate({ object, name }) {
      if (name !== 'waits') return object!;
      await later(3_000, undefined);
      throw statusError('Forbidden', 'no');
    },
    validate({ name }) {
      if (name === 'bad') throw statusError('Forbidden', 'no');
    },
  };
  const idle: AdmissionPlugin = { name: 'Idle', handles: () => false, mutate: ({ object }) => object! };
  const { api, series } = await server({ world, admission: [slow, picky, idle] });
  const client = api.client();
  await Promise.all([
    world.advance(10_000),
    client.create(secret('good')),
    ...['bad', 'waits'].map((name) => expect(client.create(secret(name))).rejects.toThrow('no')),
  ]);
  const of = (name: string, type: string, rejected: boolean) =>
    `{name="${name}",type="${type}",operation="CREATE",rejected="${rejected}"}`;
  const plugins = await series('apiserver_admission_controller_admission_duration_seconds_');
  const ours = plugins.filter((line) => /name="(Slow|Picky|Idle)"/.test(line));
  expect(ours.sort()).toEqual(
    [
      `count${of('Slow', 'admit', false)} 3`,
      `sum${of('Slow', 'admit', false)} 0.75`,
      `count${of('Slow', 'validate', false)} 2`,
      `sum${of('Slow', 'validate', false)} 2`,
      `count${of('Picky', 'admit', false)} 2`,
      `sum${of('Picky', 'admit', false)} 0`,
      `count${of('Picky', 'admit', true)} 1`,
      `sum${of('Picky', 'admit', true)} 3`,
      `count${of('Picky', 'validate', false)} 1`,
      `sum${of('Picky', 'validate', false)} 0`,
      `count${of('Picky', 'validate', true)} 1`,
      `sum${of('Picky', 'validate', true)} 0`,
    ].sort(),
  );
  const phases = await series('apiserver_admission_step_admission_duration_seconds_');
  for (const line of [
    'count{type="admit",operation="CREATE",rejected="true"} 1',
    'sum{type="admit",operation="CREATE",rejected="true"} 3.25',
    'count{type="validate",operation="CREATE",rejected="true"} 1',
    'sum{type="validate",operation="CREATE",rejected="true"} 1',
  ])
    expect(phases).toContain(line);
});

describe('webhooks', () => {
  const rules = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['secrets'] }];
  const hook = (name: string, more: object = {}) => ({
    name: `${name}.example.com`,
    clientConfig: { url: `https://${name}.example.com/` },
    rules,
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
    ...more,
  });
  const hooks = (kind: string, ...webhooks: readonly object[]) =>
    make(kind, 'hooks', 'admissionregistration.k8s.io/v1', { webhooks });

  it.each<readonly [string, object, object, readonly string[]]>([
    [
      'one that allows',
      { allowed: true },
      {},
      ['request_total{CODE="200",rejected="false"}', 'duration{rejected="false"}'],
    ],
    [
      'one that refuses',
      { allowed: false, status: { code: 418 } },
      {},
      [
        'rejection_count{error_type="no_error",rejection_code="418"}',
        'request_total{CODE="418",rejected="true"}',
        'duration{rejected="true"}',
      ],
    ],
    [
      'one whose code is made up',
      { allowed: false, status: { code: 9999 } },
      {},
      [
        'rejection_count{error_type="no_error",rejection_code="600"}',
        'request_total{CODE="600",rejected="true"}',
        'duration{rejected="true"}',
      ],
    ],
    [
      'one that answers something else',
      { nothing: true, uid: 'other' },
      {},
      [
        'rejection_count{error_type="calling_webhook_error",rejection_code="503"}',
        'request_total{CODE="503",rejected="true"}',
        'duration{rejected="true"}',
      ],
    ],
    [
      'one that may fail, and does',
      { nothing: true, uid: 'other' },
      { failurePolicy: 'Ignore' },
      ['fail_open_count{}', 'request_total{CODE="503",rejected="false"}', 'duration{rejected="false"}'],
    ],
    [
      'one whose patch fits nowhere',
      { allowed: true, patchType: 'JSONPatch', patch: Buffer.from('[{"op":"remove","path":"/x"}]').toString('base64') },
      {},
      [
        'rejection_count{error_type="apiserver_internal_error",rejection_code="0"}',
        'request_total{CODE="0",rejected="true"}',
        'duration{rejected="true"}',
      ],
    ],
  ])('%s', async (_what, answer, more, expected) => {
    const { api, series } = await server({
      async callWebhook(_target, body) {
        const { uid } = (body as { request: { uid: string } }).request;
        return { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: { uid, ...answer } };
      },
    });
    const client = api.client();
    const isPatch = 'patch' in answer;
    await client.create(hooks('MutatingWebhookConfiguration', hook('a', more)));
    if (!isPatch) await client.create(hooks('ValidatingWebhookConfiguration', hook('b', more)));
    await client.create(secret('x')).catch(() => {});
    const rejected = expected.some((line) => line.includes('rejected="true"'));
    // Where the first refuses, the other is not asked.
    const asked = [['a', 'admit'], ...(rejected || isPatch ? [] : [['b', 'validating']])] as const;
    const found = (await series('apiserver_admission_webhook_')).filter((line) => !line.includes('_sum{'));
    expect(found.sort()).toEqual(
      asked
        .flatMap(([name, type]) =>
          expected.map((line) =>
            line
              .replace('duration{', `admission_duration_seconds_count{OP,`)
              .replace('request_total{CODE=', 'request_total{OP,code=')
              .replace('rejection_count{', 'rejection_count{OP,')
              .replace('fail_open_count{', `fail_open_count{name="${name}.example.com",type="${type}"`)
              .replace('OP', `name="${name}.example.com",type="${type}",operation="CREATE"`)
              .concat(' 1'),
          ),
        )
        .sort(),
    );
  });

  it('that cannot be reached, and are asked together', async () => {
    const { api, series } = await server({
      async callWebhook() {
        throw new Error('nobody there');
      },
    });
    await api
      .client()
      .create(hooks('ValidatingWebhookConfiguration', hook('b'), hook('c', { failurePolicy: 'Ignore' })));
    await expect(api.client().create(secret('x'))).rejects.toThrow('nobody there');
    const counts = (await series('apiserver_admission_webhook_')).filter((line) => /^(rejection|fail_open)/.test(line));
    expect(counts).toEqual([
      'fail_open_count{name="c.example.com",type="validating"} 1',
      'rejection_count{name="b.example.com",type="validating",operation="CREATE",error_type="calling_webhook_error",rejection_code="400"} 1',
    ]);
  });
});

it('tells of conditions that do not all hold, of webhooks and of policies', async () => {
  const { api, series } = await server({
    async callWebhook(_target, review) {
      const { apiVersion, kind, request } = review as never as Record<string, { readonly uid: string }>;
      return { apiVersion, kind, response: { uid: request!.uid, allowed: true } };
    },
  });
  const client = api.client();
  const rules = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['secrets'] }];
  const asking = (...expressions: readonly string[]) => ({
    matchConditions: expressions.map((expression, index) => ({ name: `n${index}`, expression })),
  });
  const hook = (name: string, failurePolicy: string, ...expressions: readonly string[]) => ({
    ...{ name: `${name}.example.com`, rules, sideEffects: 'None', admissionReviewVersions: ['v1'], failurePolicy },
    ...{ clientConfig: { url: 'https://hooks.example.com' }, ...asking(...expressions) },
  });
  const [none, nothing] = ['object.data.none == "x"', 'object.nothing == 1'];
  for (const kind of ['Mutating', 'Validating'])
    await client.create(
      make(`${kind}WebhookConfiguration`, 'a', 'admissionregistration.k8s.io/v1', {
        webhooks: [
          hook('holds', 'Fail', 'true'),
          hook('not', 'Fail', none, 'false', nothing),
          hook('fails', 'Ignore', none, nothing),
          hook('plain', 'Fail'),
        ],
      }),
    );
  const spec = { matchConstraints: { resourceRules: rules }, validations: [{ expression: 'true' }] };
  for (const [name, more] of Object.entries({ p: asking('true', 'false'), q: asking(none), r: {} })) {
    const policy = { ...spec, ...more, failurePolicy: 'Ignore' };
    const bound = { policyName: name, validationActions: ['Deny'] };
    const made = [make('ValidatingAdmissionPolicy', name, 'admissionregistration.k8s.io/v1', { spec: policy })];
    made.push(make('ValidatingAdmissionPolicyBinding', name, 'admissionregistration.k8s.io/v1', { spec: bound }));
    for (const each of made) await client.create(each);
  }
  await client.create(secret('x'));
  const of = (name: string, type: string, count: number, kind = 'webhook') =>
    `{name="${name}",kind="${kind}",type="${type}",operation="CREATE"} ${count}`;
  const hooked = (name: string, count: number) =>
    ['admit', 'validating'].map((type) => of(`${name}.example.com`, type, count));
  const told = async (what: string) => [...(await series(`apiserver_admission_match_condition_${what}`))].sort();
  expect(await told('exclusions_total')).toEqual([...hooked('fails', 1), ...hooked('not', 1)]);
  expect(await told('evaluation_errors_total')).toEqual([
    ...[...hooked('fails', 2), ...hooked('not', 1)],
    of('q', 'validate', 1, 'policy'),
  ]);
  expect(await told('evaluation_seconds_count')).toEqual([
    ...[...hooked('fails', 1), ...hooked('not', 1)],
    ...[of('p', 'validate', 1, 'policy'), of('q', 'validate', 1, 'policy')],
  ]);
});

it('counts what policies find, by what is done about it, and asks all of them', async () => {
  const { api, series } = await server();
  const client = api.client();
  const policy = async (name: string, expression: string, actions: readonly string[], failurePolicy = 'Fail') => {
    const resourceRules = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['secrets'] }];
    const spec = { matchConstraints: { resourceRules }, validations: [{ expression }], failurePolicy };
    await client.create(make('ValidatingAdmissionPolicy', name, 'admissionregistration.k8s.io/v1', { spec }));
    const bound = { policyName: name, validationActions: actions };
    await client.create(
      make('ValidatingAdmissionPolicyBinding', `${name}-b`, 'admissionregistration.k8s.io/v1', { spec: bound }),
    );
  };
  await policy('a', 'false', ['Deny']);
  await policy('b', 'false', ['Warn', 'Audit']);
  await policy('c', 'object.data.none == "x"', ['Deny'], 'Ignore');
  await policy('d', 'object.data.none == "x"', ['Warn']);
  await policy('e', 'true', ['Deny']);
  await expect(client.create(secret('x'))).rejects.toThrow("ValidatingAdmissionPolicy 'a' with binding 'a-b' denied");
  const of = (policyName: string, fault: string, action: string) =>
    `{policy="${policyName}",policy_binding="${policyName}-b",error_type="${fault}",enforcement_action="${action}"} 1`;
  const expected = [
    of('a', 'no_error', 'deny'),
    of('b', 'no_error', 'audit'),
    of('b', 'no_error', 'warn'),
    of('c', 'invalid_error', 'allow'),
    of('d', 'invalid_error', 'warn'),
  ];
  expect([...(await series('apiserver_validating_admission_policy_check_total'))].sort()).toEqual(expected);
  expect([...(await series('apiserver_validating_admission_policy_check_duration_seconds_count'))].sort()).toEqual(
    expected,
  );
});

it('tells how large the file of the store is, where there is one', async () => {
  const { series } = await server();
  expect(await series('apiserver_storage_size_bytes')).toEqual([]);
  const world = virtualWorld();
  const backend = { ...memoryStore<StoredObject>({ world }), sizeBytes: async () => 4096 };
  const onDisk = await server({ world, backend });
  expect(await onDisk.series('apiserver_storage_size_bytes')).toEqual(['{storage_cluster_id="etcd-0"} 4096']);
});
