import { beforeEach, describe, expect, it } from '@jest/globals';
import { Deployment } from '@pintle/api/apps/v1';
import { type Container, Namespace, Pod, type PodSpec } from '@pintle/api/core/v1';
import type { Client } from '@pintle/client';
import { virtualWorld } from '@pintle/machinery';
import type { AuditEvent } from '../../audit/audit.js';
import { ask } from '../../http/asking.fixture.js';
import { createApiServer } from '../../server.js';

let client: Client;
let warnings: string[];

beforeEach(async () => {
  warnings = [];
  const logger = { log: (_level: string, text: string) => void warnings.push(text), with: () => logger };
  client = (await createApiServer({ world: virtualWorld({ seed: 1, logger }) })).client();
});

const namespace = (labels: Record<string, string>): Namespace => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: {
    name: 'test',
    labels: Object.fromEntries(
      Object.entries(labels).map(([mode, value]) => [`pod-security.kubernetes.io/${mode}`, value]),
    ),
  },
});
const relabel = (labels: Record<string, string | null>) =>
  client.patch(
    Namespace,
    { name: 'test' },
    {
      type: 'merge',
      body: {
        metadata: {
          labels: Object.fromEntries(
            Object.entries(labels).map(([mode, value]) => [`pod-security.kubernetes.io/${mode}`, value]),
          ),
        },
      },
    },
  );
const spec = (securityContext: Container['securityContext'] & {} = {}, more: Partial<PodSpec> = {}): PodSpec => ({
  containers: [{ name: 'c', image: 'i', securityContext }],
  ...more,
});
const pod = (name: string, given: PodSpec, owner?: string): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name,
    namespace: 'test',
    ...(owner === undefined
      ? {}
      : {
          ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: owner, uid: owner, controller: true }],
        }),
  },
  spec: given,
});
const deployment = (given: PodSpec): Deployment =>
  ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'test' },
    spec: { selector: { matchLabels: { a: 'b' } }, template: { metadata: { labels: { a: 'b' } }, spec: given } },
  }) as Deployment;
const privileged = { privileged: true };

describe('pods', () => {
  it('are refused beyond what is enforced', async () => {
    await client.create(namespace({ enforce: 'baseline', 'enforce-version': 'v1.30' }));
    await expect(client.create(pod('bad', spec(privileged)))).rejects.toMatchObject({
      code: 403,
      message:
        'pods "bad" is forbidden: violates PodSecurity "baseline:v1.30": privileged (container "c" must not set securityContext.privileged=true)',
    });
    await client.create(pod('good', spec()));
    expect(warnings).toEqual([]);
  });

  it('are warned of beyond what is warned at', async () => {
    await client.create(namespace({ enforce: 'privileged', warn: 'baseline' }));
    await client.create(pod('bad', spec(privileged)));
    expect(warnings).toEqual([
      'would violate PodSecurity "baseline:latest": privileged (container "c" must not set securityContext.privileged=true)',
    ]);
  });

  it('are left alone where nothing is said', async () => {
    await client.create(namespace({}));
    await client.create(pod('bad', spec(privileged)));
    await client.create(namespaceOf('quiet'));
    expect(warnings).toEqual([]);
  });

  it('that exist are judged by new images alone', async () => {
    await client.create(namespace({}));
    const made = await client.create(pod('bad', spec(privileged)));
    await relabel({ enforce: 'baseline' });
    const labelled = await client.update({ ...made, metadata: { ...made.metadata, labels: { a: 'b' } } });
    const [first] = labelled.spec!.containers;
    await expect(
      client.update({ ...labelled, spec: { ...labelled.spec!, containers: [{ ...first!, image: 'j' }] } }),
    ).rejects.toThrow('violates PodSecurity "baseline:latest"');
  });
});

const namespaceOf = (name: string): Namespace => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });

describe('workloads', () => {
  it('are warned of, and never refused', async () => {
    await client.create(namespace({ enforce: 'baseline' }));
    const made = await client.create(deployment(spec(privileged)));
    const warning =
      'would violate PodSecurity "baseline:latest": privileged (container "c" must not set securityContext.privileged=true)';
    expect(warnings).toEqual([warning]);
    await client.update({ ...made, metadata: { ...made.metadata, labels: { a: 'b' } } });
    expect(warnings).toEqual([warning, warning]);
    await client.patch(
      Deployment,
      made.metadata as { name: string; namespace: string },
      { type: 'merge', body: { spec: { replicas: 2 } } },
      { subresource: 'scale' },
    );
    expect(warnings).toHaveLength(2);
  });
});

describe('namespaces', () => {
  it('may not carry labels that make no sense', async () => {
    await expect(client.create(namespace({ enforce: 'unknown' }))).rejects.toMatchObject({
      code: 422,
      message:
        'Namespace "test" is invalid: metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: "unknown": must be one of privileged, baseline, restricted',
    });
    await client.create(namespace({ enforce: 'restricted' }));
    await expect(relabel({ 'warn-version': 'unknown' })).rejects.toThrow('must be "latest" or "v1.x"');
  });

  it('are told which pods a stricter level would have refused', async () => {
    await client.create(namespace({ enforce: 'privileged' }));
    await client.create(pod('host', spec({}, { hostNetwork: true })));
    await client.create(pod('web-2', spec(privileged), 'web'));
    await client.create(pod('web-1', spec(privileged), 'web'));
    await client.create(pod('lone', spec(privileged)));
    await client.create(pod('good', spec()));
    await relabel({ enforce: 'baseline' });
    expect(warnings).toEqual([
      'existing pods in namespace "test" violate the new PodSecurity enforce level "baseline:latest"',
      'host: host namespaces',
      'lone (and 2 other pods): privileged',
    ]);
  });

  it.each([
    ['nothing changed', { enforce: 'restricted' }, {}],
    ['a more lenient level', { enforce: 'restricted', 'enforce-version': 'v1.0' }, { enforce: 'baseline' }],
    [
      'privileged',
      { enforce: 'restricted', 'enforce-version': 'v1.0' },
      { enforce: 'privileged', 'enforce-version': null },
    ],
    ['the label taken away', { enforce: 'restricted' }, { enforce: null }],
  ])('are told nothing for %s', async (_what, before, after) => {
    await client.create(namespace({}));
    await client.create(pod('bad', spec(privileged)));
    await relabel(before);
    warnings.length = 0;
    await relabel(after);
    expect(warnings).toEqual([]);
  });
});

it('a pod that all levels take can be made', async () => {
  await client.create(namespace({ enforce: 'restricted' }));
  const strict = spec({
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
    runAsNonRoot: true,
    seccompProfile: { type: 'RuntimeDefault' },
  });
  await client.create(pod('good', strict));
  expect(await client.list(Pod, { namespace: 'test' })).toHaveLength(1);
});

describe('exemptions and the audit', () => {
  it('ask nothing of some users, namespaces and runtime classes, and say so; violations are noted', async () => {
    const events: AuditEvent[] = [];
    const api = await createApiServer({
      world: virtualWorld(),
      podSecurityExemptions: { usernames: ['trusted'], runtimeClasses: ['sandboxed'] },
      audit: { policy: { rules: [{ level: 'Metadata' }] }, sink: (event) => events.push(event) },
      authenticators: [async (request) => ({ name: request.header('x-user') ?? '', groups: [] })],
    });
    await api.client().create(namespace({ enforce: 'baseline', audit: 'restricted' }));
    await api.client().create({
      apiVersion: 'node.k8s.io/v1',
      kind: 'RuntimeClass',
      metadata: { name: 'sandboxed' },
      handler: 'sandboxed',
    } as unknown as Namespace);
    const create = async (user: string, spec: object) => {
      const body = {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { generateName: 'p-' },
        spec: { containers: [{ name: 'c', image: 'i' }], ...spec },
      };
      const { status } = await ask(api.handle, 'POST /api/v1/namespaces/test/pods', {
        headers: { 'x-user': user },
        body,
      });
      const annotations = Object.entries(events.at(-1)?.annotations ?? {}).flatMap(([key, value]) =>
        key.startsWith('pod-security.kubernetes.io/') ? [`${key.slice(27)}: ${value}`] : [],
      );
      return [status, ...annotations];
    };
    expect(await create('ann', { hostNetwork: true })).toEqual([
      403,
      'enforce-policy: baseline:latest',
      expect.stringMatching(/^audit-violations: would violate PodSecurity "restricted:latest": host namespaces /),
    ]);
    expect(await create('trusted', { hostNetwork: true })).toEqual([201, 'exempt: user']);
    expect(await create('ann', { hostNetwork: true, runtimeClassName: 'sandboxed' })).toEqual([
      201,
      'exempt: runtimeClass',
    ]);
    expect(await create('ann', {})).toEqual([
      201,
      'enforce-policy: baseline:latest',
      expect.stringMatching(
        /^audit-violations: would violate PodSecurity "restricted:latest": allowPrivilegeEscalation/,
      ),
    ]);
  });
});
