/** PodTopologyLabels: how a pod comes to say where its node is. */
import { describe, expect, it } from '@jest/globals';
import { type Node, Pod } from '@pintle/api/core/v1';
import type { KubernetesObject } from '@pintle/machinery';
import { virtualWorld } from '@pintle/machinery';
import { createApiServer } from '../server.js';
import type { AdmissionPlugin } from './admission.js';

const zone = { 'topology.kubernetes.io/zone': 'a', 'topology.kubernetes.io/region': 'north' };

async function served(isOn: boolean, ...admission: readonly AdmissionPlugin[]) {
  const server = await createApiServer({
    world: virtualWorld(),
    admission,
    disableAdmissionPlugins: ['ServiceAccount'],
    featureGates: { PodTopologyLabelsAdmission: isOn },
  });
  const client = server.client();
  const labels = { ...zone, 'topology.kubernetes.io/rack': '7', 'kubernetes.io/hostname': 'n' };
  await client.create<Node>({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'n', labels } });
  await client.create<Node>({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'plain' } });
  const create = (name: string, nodeName?: string) =>
    client.create<Pod>({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'default', labels: { app: 'web', 'topology.kubernetes.io/zone': 'own' } },
      spec: { containers: [{ name: 'c', image: 'i' }], ...(nodeName === undefined ? {} : { nodeName }) },
    });
  const bind = (name: string, node: string, metadata: KubernetesObject['metadata'] = {}) =>
    client.createSubresource(Pod, { name, namespace: 'default' }, 'binding', {
      ...{ apiVersion: 'v1', kind: 'Binding', metadata: { name, ...metadata } },
      target: { kind: 'Node', name: node },
    } as unknown as KubernetesObject);
  const labelsOf = async (name: string) => (await client.get(Pod, { name })).metadata.labels;
  return { client, create, bind, labelsOf };
}

describe('a pod says where its node is', () => {
  it('once it is bound, whatever it said before', async () => {
    const { create, bind, labelsOf } = await served(true);
    await create('p');
    await bind('p', 'n');
    expect(await labelsOf('p')).toEqual({ app: 'web', ...zone });
  });

  it('from the first where it is made on one', async () => {
    const { create, labelsOf } = await served(true);
    await create('p', 'n');
    await create('q', 'plain');
    await create('r', 'none');
    expect(await labelsOf('p')).toEqual({ app: 'web', ...zone });
    const own = { app: 'web', 'topology.kubernetes.io/zone': 'own' };
    expect([await labelsOf('q'), await labelsOf('r')]).toEqual([own, own]);
  });

  it('and gets other labels of its Binding as well, where the gate is on', async () => {
    for (const isOn of [true, false]) {
      const { create, bind, labelsOf } = await served(isOn);
      await create('p');
      await bind('p', 'n', { labels: { scheduled: 'by-me' }, annotations: {} });
      const own = { app: 'web', 'topology.kubernetes.io/zone': 'own' };
      expect(await labelsOf('p')).toEqual(isOn ? { app: 'web', ...zone, scheduled: 'by-me' } : own);
    }
  });
});

it('what is admitted of a binding is the Binding, once, and not the pod', async () => {
  const seen: unknown[] = [];
  const witness: AdmissionPlugin = {
    name: 'Witness',
    concerns: ({ resource: { kind } }) => kind.plural === 'pods' || kind.plural === 'bindings',
    validate: ({ operation, resource, subresource, name, object }) =>
      void seen.push([operation, resource.kind.plural, subresource, name, object?.kind]),
  };
  const { client, create, bind } = await served(false, witness);
  await create('p');
  await create('q');
  seen.length = 0;
  await bind('p', 'n');
  await client.create({
    ...{ apiVersion: 'v1', kind: 'Binding', metadata: { name: 'q', namespace: 'default' } },
    target: { kind: 'Node', name: 'n' },
  } as unknown as KubernetesObject);
  expect(seen).toEqual([
    ['CREATE', 'pods', 'binding', 'p', 'Binding'],
    ['CREATE', 'bindings', undefined, 'q', 'Binding'],
  ]);
});
