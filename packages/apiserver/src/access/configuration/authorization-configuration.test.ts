/** AuthorizationConfiguration: what is refused, in upstream's words, and who is asked what. */
import { describe, expect, it } from '@jest/globals';
import { Namespace } from '@pintle/api/core/v1';
import { parseFieldSelector, virtualWorld } from '@pintle/machinery';
import { WebhookAnswerError } from '../../admission/webhook/webhook-caller.js';
import { createApiServer } from '../../server.js';
import type { AccessAttributes, Authorizer } from '../access.js';
import { configuredAuthorization } from './authorization-configuration.js';

const hook = (more: object = {}) => ({
  timeout: '3s',
  subjectAccessReviewVersion: 'v1',
  failurePolicy: 'NoOpinion',
  connectionInfo: { type: 'KubeConfigFile', kubeConfigFile: '/hook' },
  ...more,
});
const webhook = (more: object = {}, name = 'hook') => ({ type: 'Webhook', name, webhook: hook(more) });
const when = (...expressions: readonly string[]) => ({
  matchConditionSubjectAccessReviewVersion: 'v1',
  matchConditions: expressions.map((expression) => ({ expression })),
});
const rbac = { type: 'RBAC', name: 'rbac' };

// biome-ignore lint/suspicious/noExplicitAny: reviews of both versions.
type Review = any;

async function configured(
  authorizers: readonly object[],
  answer: (review: Review) => object = () => ({}),
  required: readonly string[] = [],
  apiVersion = 'apiserver.config.k8s.io/v1',
) {
  const world = virtualWorld();
  const asked: Review[] = [];
  const made = await configuredAuthorization(
    { apiVersion, kind: 'AuthorizationConfiguration', authorizers },
    {
      ...{ world, required },
      targetOf: async (file) => ({ url: `https://hooks${file}` }),
      async call(target, body, signal) {
        expect(target.url).toMatch(/^https:\/\/hooks\/hook\?timeout=\d+s$/);
        asked.push(body);
        const status = answer(body);
        if (status instanceof Error) throw status;
        if ('silent' in status) await new Promise((_, reject) => signal.addEventListener('abort', reject));
        return { status };
      },
    },
  );
  const [authorizer] = made.authorizers;
  return { ...made, world, asked, authorize: authorizer as Authorizer };
}
const faultsOf = (authorizers: readonly object[], required?: readonly string[], apiVersion?: string) =>
  configured(authorizers, undefined, required, apiVersion).then(
    () => 'none',
    (error: Error) => error.message.replace('invalid authorization configuration: ', ''),
  );

const list = (more: Partial<Extract<AccessAttributes, { type: 'resource' }>> = {}): AccessAttributes => ({
  ...{ type: 'resource', user: { name: 'ann', uid: '7', groups: ['cooks'], extra: { k: ['v'] } }, verb: 'list' },
  ...{ group: '', version: 'v1', resource: 'pods', namespace: 'kitchen' },
  ...more,
});

describe('what is refused', () => {
  it.each<readonly [string, readonly object[], string]>([
    ['nobody', [], 'authorizers: Required value: at least one authorization mode must be defined'],
    ['no type', [{ name: 'a' }], 'authorizers[0].type: Required value'],
    [
      'a type that there is not',
      [{ type: 'Luck', name: 'luck' }],
      'authorizers[0].type: Unsupported value: "Luck": supported values: "AlwaysAllow", "AlwaysDeny", "Node", "RBAC", "Webhook"',
    ],
    ['a type twice', [rbac, rbac], 'authorizers[1].type: Duplicate value: "RBAC"'],
    ['no name', [webhook({}, '')], 'authorizers[0].name: Required value'],
    ['a name twice', [webhook(), webhook()], 'authorizers[1].name: Duplicate value: "hook"'],
    [
      'another name than its type’s',
      [{ ...rbac, name: 'roles' }],
      'expected name rbac for authorizer RBAC instead of roles',
    ],
    [
      'no webhook',
      [{ type: 'Webhook', name: 'a' }],
      'authorizers[0].webhook: Required value: required when type=Webhook',
    ],
    [
      'a webhook of roles',
      [{ ...rbac, webhook: hook() }],
      'authorizers[0].webhook: Invalid value: "non-null": may only be specified when type=Webhook',
    ],
    ['no timeout', [webhook({ timeout: '0s' })], 'authorizers[0].timeout: Required value'],
    [
      'a long timeout',
      [webhook({ timeout: '31s' })],
      'authorizers[0].timeout: Invalid value: "31s": must be > 0s and <= 30s',
    ],
    [
      'a memory of the future',
      [webhook({ authorizedTTL: '-1s' })],
      'authorizers[0].authorizedTTL: Invalid value: "-1s": must be > 0s',
    ],
    [
      'a version that there is not',
      [webhook({ subjectAccessReviewVersion: 'v2' })],
      'authorizers[0].subjectAccessReviewVersion: Unsupported value: "v2": supported values: "v1", "v1beta1"',
    ],
    ['no failure policy', [webhook({ failurePolicy: '' })], 'authorizers[0].failurePolicy: Required value'],
    [
      'a kubeconfig from here on',
      [webhook({ connectionInfo: { type: 'KubeConfigFile', kubeConfigFile: 'hook' } })],
      'authorizers[0].connectionInfo.kubeConfigFile: Invalid value: "hook": must be an absolute path',
    ],
    [
      'conditions without a version',
      [webhook({ matchConditions: [{ expression: 'true' }] })],
      'authorizers[0].matchConditionSubjectAccessReviewVersion: Required value: required if match conditions are specified',
    ],
    ['an empty condition', [webhook(when(' '))], 'authorizers[0].matchConditions[0].expression: Required value'],
    [
      'a condition twice',
      [webhook(when('true', 'true'))],
      'authorizers[0].matchConditions[1].expression: Duplicate value: "true"',
    ],
    [
      'a condition that is a text',
      [webhook(when('request.user'))],
      'authorizers[0].matchConditions[0].expression: Invalid value: "request.user": must evaluate to bool but got string',
    ],
    [
      'a condition that is a point in time',
      [webhook(when('timestamp(0)'))],
      'authorizers[0].matchConditions[0].expression: Invalid value: "timestamp(0)": must evaluate to bool but got google.protobuf.Timestamp',
    ],
    [
      'a condition with a pattern that is none',
      [webhook(when("request.user.find('(') == ''"))],
      'authorizers[0].matchConditions[0].expression: Internal error: program instantiation failed: error parsing regexp: missing closing ): `(`',
    ],
    [
      'too many conditions',
      [webhook(when(...Array.from({ length: 65 }, (_, i) => `${i} == ${i}`)))],
      'authorizers[0].matchConditions: Too many: 65: must have at most 64 items',
    ],
  ])('%s', async (_what, authorizers, fault) => {
    expect(await faultsOf(authorizers)).toBe(fault);
  });

  it('a condition about a field that there is not', async () => {
    expect(await faultsOf([webhook(when('request.colour == "red"'))])).toMatch(
      /^authorizers\[0\]\.matchConditions\[0\]\.expression: Invalid value: .*: compilation failed: ERROR/,
    );
  });

  it('what must stay and is gone, and another kind', async () => {
    expect(await faultsOf([webhook()], ['RBAC', 'Node'])).toBe('missing required types: [Node RBAC]');
    expect(await faultsOf([rbac], ['RBAC'])).toBe('none');
    expect(await faultsOf([rbac], [], 'v1')).toMatch(/^apiVersion: Invalid value/);
  });
});

describe('a webhook', () => {
  it.each([
    ['v1', { groups: ['cooks'] }],
    ['v1beta1', { group: ['cooks'] }],
  ])('is asked in %s', async (version, groups) => {
    const { asked, authorize } = await configured([webhook({ subjectAccessReviewVersion: version })], () => ({
      allowed: true,
      reason: 'hungry',
    }));
    expect(await authorize(list({ fieldSelector: parseFieldSelector('spec.nodeName=n,metadata.name!=p') }))).toEqual({
      decision: 'allow',
      reason: 'hungry',
    });
    const requirements = [
      { key: 'metadata.name', operator: 'NotIn', values: ['p'] },
      { key: 'spec.nodeName', operator: 'In', values: ['n'] },
    ];
    expect(asked).toEqual([
      {
        apiVersion: `authorization.k8s.io/${version}`,
        kind: 'SubjectAccessReview',
        spec: {
          ...{ user: 'ann', uid: '7', extra: { k: ['v'] }, ...groups },
          resourceAttributes: {
            ...{ verb: 'list', version: 'v1', resource: 'pods', namespace: 'kitchen' },
            fieldSelector: { requirements },
          },
        },
      },
    ]);
  });

  it.each([
    [{ allowed: true, denied: true }, 'deny'],
    [{ denied: true }, 'deny'],
    [{ allowed: false }, 'noOpinion'],
  ])('that says %j: %s', async (status, decision) => {
    const { authorize } = await configured([webhook()], () => status);
    expect(await authorize(list())).toMatchObject({ decision });
  });

  it.each([
    ['allows', true, {}, [299_000, 2_000]],
    ['refuses', false, {}, [29_000, 2_000]],
    ['allows', true, { authorizedTTL: '10s' }, [9_000, 2_000]],
    ['refuses', false, { unauthorizedTTL: '1m' }, [59_000, 2_000]],
  ])('that %s (%s) is not asked again for a while: %j', async (_what, allowed, more, [within, after]) => {
    const { world, asked, authorize } = await configured([webhook(more)], () => ({ allowed }));
    await authorize(list());
    await world.advance(within!);
    await authorize(list());
    expect(asked).toHaveLength(1);
    await world.advance(after!);
    await authorize(list());
    expect(asked).toHaveLength(2);
  });

  it('is asked each time where nothing is to be remembered, or the question is long', async () => {
    const none = { cacheAuthorizedRequests: false };
    const { asked, authorize } = await configured([webhook(none)], () => ({ allowed: true }));
    for (let i = 0; i < 2; i++) await authorize(list());
    expect(asked).toHaveLength(2);
    const long = await configured([webhook()], () => ({ allowed: true }));
    for (let i = 0; i < 2; i++) await long.authorize(list({ name: 'x'.repeat(10_000) }));
    expect(long.asked).toHaveLength(2);
  });

  it.each([
    ['NoOpinion', 'noOpinion'],
    ['Deny', 'deny'],
  ])('that does not answer comes to %s, once it was asked again', async (failurePolicy, decision) => {
    const failed = await configured([webhook({ failurePolicy })], () => new WebhookAnswerError('no', { status: 500 }));
    const verdict = failed.authorize(list());
    await failed.world.advance(60_000);
    expect(await verdict).toEqual({ decision, error: 'no' });
    expect(failed.asked).toHaveLength(5);
    const silent = await configured([webhook({ failurePolicy, timeout: '2s' })], () => ({ silent: true }));
    const late = silent.authorize(list());
    await silent.world.advance(2_000);
    expect(await late).toEqual({ decision, error: expect.stringMatching(/: context deadline exceeded$/) });
    expect(silent.asked).toHaveLength(1);
  });
});

describe('conditions', () => {
  const path: AccessAttributes = { type: 'path', user: { name: 'ann', groups: [] }, verb: 'get', path: '/metrics' };
  it.each<readonly [string, AccessAttributes, boolean]>([
    ['has(request.resourceAttributes)', list(), true],
    ['has(request.resourceAttributes)', path, false],
    ['request.nonResourceAttributes.path == "/metrics"', path, true],
    ['request.resourceAttributes.namespace == "kitchen"', list(), true],
    ['request.resourceAttributes.subresource == "" && request.resourceAttributes.name == ""', list(), true],
    ['!("system:serviceaccounts" in request.groups)', list(), true],
    ['request.user == "bob" || request.uid == "8"', list(), false],
    ['request.extra["k"] == ["v"]', list(), true],
    [
      'request.resourceAttributes.fieldSelector.requirements.exists(r, r.key == "spec.nodeName")',
      list({ fieldSelector: parseFieldSelector('spec.nodeName=n') }),
      true,
    ],
  ])('%s', async (expression, attributes, isAsked) => {
    const { asked, authorize } = await configured([webhook(when(expression))], () => ({ allowed: true }));
    expect(await authorize(attributes)).toEqual({ decision: isAsked ? 'allow' : 'noOpinion' });
    expect(asked).toHaveLength(isAsked ? 1 : 0);
  });

  it.each([
    ['Deny', 'deny'],
    ['NoOpinion', 'noOpinion'],
  ])('without a value come to %s, unless another says no', async (failurePolicy, decision) => {
    const none = 'request.nonResourceAttributes.path == "/"';
    const failing = await configured([webhook({ failurePolicy, ...when(none, 'true') })], () => ({ allowed: true }));
    expect(await failing.authorize(list())).toEqual({ decision, error: 'no such key: nonResourceAttributes' });
    const refused = await configured([webhook({ failurePolicy, ...when(none, 'false') })], () => ({ allowed: true }));
    expect(await refused.authorize(list())).toEqual({ decision: 'noOpinion' });
    expect([...failing.asked, ...refused.asked]).toEqual([]);
  });
});

it('a server goes by the authorizers of its source as they are, and ends the watches that they end', async () => {
  const world = virtualWorld();
  const allow: Authorizer = () => ({ decision: 'allow' });
  let current: readonly Authorizer[] = [allow];
  let told = () => {};
  const server = await createApiServer({
    world,
    authorizer: {
      current: () => current,
      onChange(listener) {
        told = listener;
      },
    },
  });
  const client = server.client({ user: { name: 'ann', groups: [] } });
  const seen: string[] = [];
  client.watch(Namespace).subscribe({ error: (error: Error) => seen.push(error.message) });
  await world.settle();
  expect((await client.list(Namespace)).length).toBeGreaterThan(0);
  current = [() => ({ decision: 'noOpinion', reason: 'not any more' })];
  told();
  await world.settle();
  expect(seen).toEqual([expect.stringContaining('not any more')]);
  await expect(client.list(Namespace)).rejects.toThrow('not any more');
});
