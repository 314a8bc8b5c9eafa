/** The plug-ins that ask something of an object's namespace, as a client sees them. */
import { describe, expect, it } from '@jest/globals';
import { ConfigMap, Namespace, Pod, type PodSpec, type Toleration } from '@pintle/api/core/v1';
import type { Client } from '@pintle/client';
import { StatusError, virtualWorld } from '@pintle/machinery';
import { createApiServer } from '../../server.js';
import type { ApiServerOptions } from '../../server-options.js';
import type { OptionalPlugin } from '../default-plugins.js';

async function served(enabled: OptionalPlugin, more: ApiServerOptions = {}): Promise<Client> {
  const server = await createApiServer({
    world: virtualWorld(),
    enableAdmissionPlugins: [enabled],
    disableAdmissionPlugins: ['ServiceAccount', 'DefaultTolerationSeconds'],
    ...more,
  });
  return server.client();
}
const namespace = (name: string, annotations: Record<string, string> = {}): Namespace => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, annotations },
});
const map = (name: string, within: string): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: within },
});
const pod = (spec: Partial<PodSpec> = {}, within = 'own', name = 'p'): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: within },
  spec: { containers: [{ name: 'c', image: 'i' }], ...spec },
});
const refusal = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => (StatusError.is(error) ? [error.code, error.reason, error.message] : error),
  );

describe('NamespaceAutoProvision', () => {
  it('makes the namespace of what is created, by the server’s own hand, and once', async () => {
    const client = await served('NamespaceAutoProvision');
    await Promise.all([client.create(map('a', 'new')), client.create(map('b', 'new'))]);
    const { metadata } = await client.get(Namespace, { name: 'new' });
    expect(metadata.managedFields?.map(({ manager }) => manager)).toEqual(['kube-apiserver']);
    expect((await client.list(ConfigMap, { namespace: 'new' })).map(({ metadata: { name } }) => name)).toEqual([
      'a',
      'b',
    ]);
  });

  it('makes none for a dry run, and none that cannot be', async () => {
    const client = await served('NamespaceAutoProvision');
    expect(await refusal(client.create(map('a', 'new'), { dryRun: true }))).toEqual([
      404,
      'NotFound',
      'namespaces "new" not found',
    ]);
    expect(await refusal(client.create(map('a', 'No')))).toEqual([
      403,
      'Forbidden',
      expect.stringMatching(/^configmaps "a" is forbidden: Namespace "No" is invalid: metadata\.name: Invalid value/),
    ]);
    expect((await client.list(Namespace)).map(({ metadata: { name } }) => name)).not.toContain('new');
  });
});

it('NamespaceExists refuses what is in no namespace that is there', async () => {
  const client = await served('NamespaceExists', { disableAdmissionPlugins: ['NamespaceLifecycle'] });
  const missing = [404, 'NotFound', 'namespaces "none" not found'];
  expect(await refusal(client.create(map('a', 'none')))).toEqual(missing);
  await client.create(map('a', 'default'));
  await client.create(namespace('own'));
  const open = await served('AlwaysAdmit', { disableAdmissionPlugins: ['NamespaceLifecycle'] });
  await open.create(map('a', 'none'));
});

describe('PodNodeSelector', () => {
  const annotated = (selector: string) => ({ 'scheduler.alpha.kubernetes.io/node-selector': selector });
  const configuration = { clusterDefaultNodeSelector: 'env=prod, tier = gold', bounded: 'env=prod,zone=a' };
  const selecting = async (annotations: Record<string, string> = {}, name = 'own') => {
    const client = await served('PodNodeSelector', { pluginConfigurations: { PodNodeSelector: configuration } });
    await client.create(namespace(name, annotations));
    return client;
  };
  const selectorOf = async (client: Client, nodeSelector?: Record<string, string>) =>
    (await client.create(pod(nodeSelector === undefined ? {} : { nodeSelector }))).spec?.nodeSelector;

  it('gives pods what their namespace says, beside what they say', async () => {
    const client = await selecting(annotated('infra=yes,env=test'));
    expect(await selectorOf(client, { disk: 'ssd', env: 'test' })).toEqual({ infra: 'yes', env: 'test', disk: 'ssd' });
  });

  it('else what the cluster says, and nothing where the namespace says so', async () => {
    expect(await selectorOf(await selecting())).toEqual({ env: 'prod', tier: 'gold' });
    expect(await selectorOf(await selecting(annotated('')))).toBeUndefined();
    expect(
      await selectorOf(
        await served('PodNodeSelector').then((client) => client.create(namespace('own')).then(() => client)),
      ),
    ).toBeUndefined();
  });

  it.each<readonly [string, Record<string, string>, string, Record<string, string>, readonly unknown[]]>([
    [
      'another word than the namespace’s',
      annotated('env=test'),
      'own',
      { env: 'prod' },
      [
        403,
        'Forbidden',
        'pods "p" is forbidden: pod node label selector conflicts with its namespace node label selector',
      ],
    ],
    [
      'what its namespace may not ask for',
      annotated('zone=a'),
      'bounded',
      { disk: 'ssd' },
      [403, 'Forbidden', 'pods "p" is forbidden: pod node label selector labels conflict with its namespace whitelist'],
    ],
    [
      'what its namespace may not give',
      annotated('zone=b'),
      'bounded',
      {},
      [403, 'Forbidden', 'pods "p" is forbidden: pod node label selector labels conflict with its namespace whitelist'],
    ],
    [
      'a key that is none',
      annotated('/=a'),
      'own',
      {},
      [500, 'Unknown', expect.stringMatching(/^<nil>: Invalid value: "\/": prefix part must be non-empty; name part/)],
    ],
    ['an annotation that is none', annotated('env'), 'own', {}, [500, 'Unknown', 'invalid selector: [env]']],
    [
      'a value that is none',
      annotated('env=a b'),
      'own',
      {},
      [500, 'Unknown', expect.stringMatching(/^\[env\]: Invalid value: "a b": a valid label must be/)],
    ],
  ])('refuses %s', async (_what, annotations, name, nodeSelector, expected) => {
    const client = await selecting(annotations, name);
    expect(await refusal(client.create(pod({ nodeSelector }, name)))).toEqual(expected);
  });
});

describe('PodTolerationRestriction', () => {
  const of = (key: string, more: Partial<Toleration> = {}): Toleration => ({ key, operator: 'Exists', ...more });
  const annotated = (said: { default?: unknown; whitelist?: unknown }) => ({
    ...(said.default === undefined
      ? {}
      : { 'scheduler.alpha.kubernetes.io/defaultTolerations': JSON.stringify(said.default) }),
    ...(said.whitelist === undefined
      ? {}
      : { 'scheduler.alpha.kubernetes.io/tolerationsWhitelist': JSON.stringify(said.whitelist) }),
  });
  const restricted = async (
    annotations: Record<string, string>,
    configuration: { default?: Toleration[]; whitelist?: Toleration[] } = {},
  ) => {
    const PodTolerationRestriction = configuration;
    const client = await served('PodTolerationRestriction', { pluginConfigurations: { PodTolerationRestriction } });
    await client.create(namespace('own', annotations));
    return client;
  };
  const memory = { key: 'node.kubernetes.io/memory-pressure', operator: 'Exists', effect: 'NoSchedule' };

  it('gives pods what their namespace says, else what the cluster says', async () => {
    const cluster = { default: [of('cluster')] };
    const made = async (annotations: Record<string, string>) =>
      (await (await restricted(annotations, cluster)).create(pod({ tolerations: [of('own')] }))).spec?.tolerations;
    expect(await made(annotated({ default: [of('namespace')] }))).toEqual([of('own'), of('namespace')]);
    expect(await made({})).toEqual([of('own'), of('cluster')]);
    expect(await made({ 'scheduler.alpha.kubernetes.io/defaultTolerations': '' })).toEqual([of('own')]);
  });

  it('lets who asked for memory or processor onto nodes that are short of memory, and gives defaults once', async () => {
    const client = await restricted(annotated({ default: [of('namespace')] }));
    const resources = { requests: { cpu: '1' } };
    const made = await client.create(pod({ containers: [{ name: 'c', image: 'i', resources }] }));
    expect(made.spec?.tolerations).toEqual([of('namespace'), memory]);
    const namespaceNow = await client.get(Namespace, { name: 'own' });
    await client.update({
      ...namespaceNow,
      metadata: { ...namespaceNow.metadata, annotations: annotated({ default: [of('later')] }) },
    });
    const labelled = { ...made, metadata: { ...made.metadata, labels: { a: 'b' } } };
    expect((await client.update(labelled)).spec?.tolerations).toEqual([of('namespace'), memory]);
  });

  const conflict = (whose: string) => [
    500,
    'Unknown',
    `pod tolerations (possibly merged with namespace default tolerations) conflict with its ${whose} whitelist`,
  ];
  it.each([
    ['its namespace', annotated({ whitelist: [of('other')] }), {}, conflict('namespace')],
    ['the cluster', {}, { whitelist: [of('other')] }, conflict('cluster')],
    [
      'a namespace that allows more than the cluster',
      annotated({ whitelist: [of('own')] }),
      { whitelist: [of('other')] },
      undefined,
    ],
    ['a namespace that allows everything', annotated({ whitelist: [] }), { whitelist: [of('other')] }, undefined],
    [
      'its namespace, by what that gives it',
      annotated({ whitelist: [of('own')], default: [of('x')] }),
      {},
      conflict('namespace'),
    ],
    [
      'no list',
      annotated({ whitelist: {} }),
      {},
      [500, 'Unknown', 'json: cannot unmarshal object into Go value of type []v1.Toleration'],
    ],
    [
      'no tolerations',
      annotated({ whitelist: [{ key: 1 }] }),
      {},
      [500, 'Unknown', 'json: cannot unmarshal number into Go struct field Toleration.key of type string'],
    ],
  ])('holds pods to what is allowed by %s', async (_whom, annotations, configuration, expected) => {
    const client = await restricted(annotations, configuration);
    expect(await refusal(client.create(pod({ tolerations: [of('own', { effect: 'NoSchedule' })] })))).toEqual(expected);
    expect(await client.list(Pod)).toHaveLength(expected === undefined ? 1 : 0);
  });
});
