/** The plug-ins for the asking, as a client sees them. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { ConfigMap, Namespace, type Pod, type PodSpec, type Service } from '@pintle/api/core/v1';
import type { Client } from '@pintle/client';
import { type OwnerReference, StatusError, virtualWorld } from '@pintle/machinery';
import type { AccessAttributes } from '../../access/access.js';
import { createApiServer } from '../../server.js';
import type { AdmissionPlugin } from '../admission.js';
import { optionalPlugins } from '../default-plugins.js';
import { alwaysPullImages } from './always-pull-images.js';

let allowed: (asked: AccessAttributes) => boolean;

async function served(...more: readonly AdmissionPlugin[]) {
  const server = await createApiServer({
    world: virtualWorld(),
    authorizer: (asked) => (allowed(asked) ? { decision: 'allow' } : { decision: 'deny', reason: 'no' }),
    enableAdmissionPlugins: [
      ...(['AlwaysAdmit', 'AlwaysPullImages', 'DenyServiceExternalIPs', 'ExtendedResourceToleration'] as const),
      ...(['LimitPodHardAntiAffinityTopology', 'OwnerReferencesPermissionEnforcement'] as const),
    ],
    disableAdmissionPlugins: ['ServiceAccount'],
    admission: more,
  });
  await server
    .client()
    .create<Namespace>({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } })
    .catch((error: unknown) => {
      if (!StatusError.is(error, 'AlreadyExists')) throw error;
    });
  return server;
}

let client: Client;
let ann: Client;

beforeEach(async () => {
  allowed = () => true;
  const server = await served();
  client = server.client();
  ann = server.client({ user: { name: 'ann', groups: ['system:authenticated'] } });
});

const pod = (spec: Partial<PodSpec>, name = 'p'): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default' },
  spec: { containers: [{ name: 'c', image: 'i' }], ...spec },
});

it('none is there that was not asked for', async () => {
  const { core } = await createApiServer();
  const names = core.admission.plugins.map(({ name }) => name);
  expect(names.filter((name) => (optionalPlugins as readonly string[]).includes(name))).toEqual([]);
});

it('AlwaysDeny lets nothing be changed, and everything be read', async () => {
  const { backend } = (await createApiServer({ world: virtualWorld() })).core;
  const world = virtualWorld();
  const frozen = await createApiServer({ world, backend, enableAdmissionPlugins: ['AlwaysDeny'] });
  const reader = frozen.client();
  const denied = 'admission control is denying all modifications';
  const map: ConfigMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c', namespace: 'default' } };
  await expect(reader.create(map)).rejects.toThrow(`configmaps "c" is forbidden: ${denied}`);
  const [one] = await reader.list(Namespace);
  const { name = '' } = one!.metadata;
  await expect(reader.update({ ...one!, metadata: { ...one!.metadata, labels: { a: 'b' } } })).rejects.toThrow(
    `namespaces "${name}" is forbidden: ${denied}`,
  );
  const tracking = { name: 'kube-apiserver-legacy-service-account-token-tracking', namespace: 'kube-system' };
  await expect(reader.delete(ConfigMap, tracking)).rejects.toThrow(
    `configmaps "${tracking.name}" is forbidden: ${denied}`,
  );
  expect(await reader.get(Namespace, { name })).toEqual(one);
});

describe('AlwaysPullImages', () => {
  it('lets every image be pulled', async () => {
    const { spec } = await client.create(
      pod({
        initContainers: [{ name: 'a', image: 'i:1', imagePullPolicy: 'Never' }],
        containers: [{ name: 'c', image: 'i:1', imagePullPolicy: 'IfNotPresent' }],
        volumes: [{ name: 'v', image: { reference: 'i:2', pullPolicy: 'Never' } }],
      }),
    );
    const policies = [...spec!.containers, ...spec!.initContainers!].map(({ imagePullPolicy }) => imagePullPolicy);
    expect([...policies, spec!.volumes?.[0]?.image?.pullPolicy ?? 'Always']).toEqual(['Always', 'Always', 'Always']);
  });

  it('refuses what a later plug-in makes of it', async () => {
    const contrary: AdmissionPlugin = {
      name: 'Contrary',
      concerns: ({ operation, resource }) => operation === 'CREATE' && resource.kind.plural === 'pods',
      mutate: ({ object }) => {
        const { spec, ...rest } = object as Pod;
        return {
          ...rest,
          spec: { ...spec, containers: [{ ...spec!.containers[0]!, imagePullPolicy: 'Never' }] },
        } as Pod;
      },
    };
    const other = (await served(contrary)).client();
    await expect(other.create(pod({}))).rejects.toThrow(
      'pods "p" is forbidden: spec.containers[0].imagePullPolicy: Unsupported value: "Never": supported values: "Always"',
    );
  });

  it.each([
    ['i:1', 'i:1', false],
    ['i:1', 'i:2', true],
    [undefined, 'i:1', true],
  ])('of a pod with %s that comes to %s it has a say: %s', (before, after, expected) => {
    const withImage = (image: string) => pod({ containers: [{ name: 'c', image }] });
    const request = { object: withImage(after), ...(before === undefined ? {} : { old: withImage(before) }) };
    expect(alwaysPullImages.handles?.(request as never)).toBe(expected);
  });
});

it('DenyServiceExternalIPs takes no new ones', async () => {
  const service = (name: string, ...externalIPs: string[]): Service => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'default' },
    spec: { ports: [{ port: 80 }], externalIPs },
  });
  const denied = 'Use of external IPs is denied by admission control';
  await expect(client.create(service('s', '192.0.2.1'))).rejects.toThrow(`services "s" is forbidden: ${denied}`);
  const made = await client.create(service('s'));
  await expect(client.update({ ...made, spec: { ...made.spec, externalIPs: ['192.0.2.1'] } })).rejects.toThrow(denied);
  await client.update({ ...made, metadata: { ...made.metadata, labels: { a: 'b' } } });
});

it('ExtendedResourceToleration lets pods onto nodes that are kept for their devices', async () => {
  const gpu = { key: 'example.com/gpu', operator: 'Exists', effect: 'NoSchedule' } as const;
  const resources = (...names: string[]) => {
    const amounts = Object.fromEntries(names.map((name) => [name, '1']));
    return { requests: amounts, limits: amounts };
  };
  const made = await client.create(
    pod({
      initContainers: [{ name: 'a', image: 'i', resources: resources('example.com/fpga') }],
      containers: [{ name: 'c', image: 'i', resources: resources('cpu', 'example.com/gpu') }],
      tolerations: [gpu],
    }),
  );
  const own = made.spec?.tolerations?.filter(({ effect }) => effect === 'NoSchedule');
  expect(own).toEqual([gpu, { ...gpu, key: 'example.com/fpga' }]);
});

it('LimitPodHardAntiAffinityTopology lets pods keep others off a node alone', async () => {
  const apart = (topologyKey: string): Partial<PodSpec> => ({
    affinity: {
      podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey, labelSelector: {} }] },
    },
  });
  await client.create(pod(apart('kubernetes.io/hostname')));
  await expect(client.create(pod(apart('zone'), 'q'))).rejects.toThrow(
    'affinity.PodAntiAffinity.RequiredDuringScheduling has TopologyKey zone but only key kubernetes.io/hostname is allowed',
  );
});

describe('OwnerReferencesPermissionEnforcement', () => {
  const owner = (more: Partial<OwnerReference> = {}): OwnerReference => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    name: 'o',
    uid: 'u',
    ...more,
  });
  const owned = (...ownerReferences: OwnerReference[]): ConfigMap => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'c', namespace: 'default', ownerReferences },
  });
  const forbid = (...texts: readonly string[]) => {
    allowed = (asked) => {
      if (asked.type === 'path') return true;
      const { verb, resource, subresource, namespace, name } = asked;
      return !texts.includes(
        `${verb} ${namespace ?? ''}/${resource}/${name ?? ''}${subresource ? `/${subresource}` : ''}`,
      );
    };
  };
  const anything = 'update /*/*/finalizers';

  it.each<readonly [string, OwnerReference, readonly string[], string | undefined]>([
    ['an owner by who may not delete', owner(), ['delete default/configmaps/c', anything], undefined],
    [
      'a held owner by who may set finalizers of all',
      owner({ blockOwnerDeletion: true }),
      ['update default/configmaps/o/finalizers'],
      undefined,
    ],
    ['a held owner by who may set its finalizers', owner({ blockOwnerDeletion: true }), [anything], undefined],
    [
      'a held owner by who may not',
      owner({ blockOwnerDeletion: true }),
      [anything, 'update default/configmaps/o/finalizers'],
      "cannot set blockOwnerDeletion if an ownerReference refers to a resource you can't set finalizers on: no, <nil>",
    ],
    [
      'a held owner of the cluster',
      owner({ blockOwnerDeletion: true, kind: 'Node' }),
      [anything, 'update /nodes/o/finalizers'],
      "cannot set blockOwnerDeletion if an ownerReference refers to a resource you can't set finalizers on: no, <nil>",
    ],
    [
      'a held owner of an unknown kind',
      owner({ blockOwnerDeletion: true, apiVersion: 'a.com/v1', kind: 'Some' }),
      [anything],
      'cannot set blockOwnerDeletion in this case because cannot find RESTMapping for APIVersion a.com/v1 Kind Some: no matches for kind "Some" in version "a.com/v1"',
    ],
  ])('a new object has %s', async (_what, reference, forbidden, message) => {
    forbid(...forbidden);
    const made = ann.create(owned(reference));
    if (message === undefined) await made;
    else await expect(made).rejects.toThrow(`configmaps "c" is forbidden: ${message}`);
  });

  it('an object gets an owner by who may delete it', async () => {
    const made = await ann.create(owned());
    forbid('delete default/configmaps/c');
    await ann.update({ ...made, data: { a: 'b' } }, {});
    const { metadata, ...rest } = await ann.get(ConfigMap, { name: 'c', namespace: 'default' });
    const update = { ...rest, metadata: { ...metadata, ownerReferences: [owner()] } };
    await expect(ann.update(update)).rejects.toThrow(
      'configmaps "c" is forbidden: cannot set an ownerRef on a resource you can\'t delete: no, <nil>',
    );
    allowed = () => true;
    await ann.update(update);
  });

  it('an owner is held anew by who may set its finalizers, and stays so for all', async () => {
    const made = await ann.create(owned(owner()));
    forbid(anything, 'update default/configmaps/o/finalizers');
    const holding = { ...made, metadata: { ...made.metadata, ownerReferences: [owner({ blockOwnerDeletion: true })] } };
    await expect(ann.update(holding)).rejects.toThrow('cannot set blockOwnerDeletion');
    allowed = () => true;
    const held = await ann.update(holding);
    forbid(anything, 'update default/configmaps/o/finalizers');
    const two = [owner({ blockOwnerDeletion: true }), owner({ name: 'q', uid: 'v' })];
    await ann.update({ ...held, metadata: { ...held.metadata, ownerReferences: two } });
  });
});
