import { describe, expect, it } from '@jest/globals';
import {
  ConfigMap,
  type Namespace,
  type Node,
  type PersistentVolume,
  Pod,
  type PodSpec,
  Secret,
} from '@pintle/api/core/v1';
import type { ResourceSlice } from '@pintle/api/resource/v1beta2';
import type { VolumeAttachment } from '@pintle/api/storage/v1';
import { parseFieldSelector, StatusError } from '@pintle/machinery';
import { createApiServer } from '../server.js';
import type { AccessAttributes } from './access.js';
import { nodeAuthorizer } from './node-authorizer.js';
import type { NodeRelations } from './node-relations.js';

const pod = (name: string, nodeName: string, spec: Partial<PodSpec> = {}, annotations = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'ns', annotations },
  spec: { nodeName, containers: [{ name: 'c', image: 'i' }], ...spec },
});
const secret = (secretName: string) => ({ volumes: [{ name: 'v', secret: { secretName } }] });
const volume = (name: string, claim: string): PersistentVolume => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name },
  spec: {
    claimRef: { namespace: 'ns', name: claim },
    csi: {
      driver: 'd',
      volumeHandle: 'h',
      nodeStageSecretRef: { name: 'staging', namespace: 'system' },
      controllerPublishSecretRef: { name: 'attaching', namespace: 'system' },
    },
    rbd: { monitors: [], image: 'i', secretRef: { name: 'rbd' } },
  },
});

const pods = [
  pod('own', 'n1', {
    serviceAccountName: 'robot',
    volumes: [
      { name: 'a', secret: { secretName: 'key' } },
      { name: 'b', configMap: { name: 'settings' } },
      { name: 'c', persistentVolumeClaim: { claimName: 'data' } },
    ],
  }),
  {
    ...pod('driven', 'n1', { resourceClaims: [{ name: 'a', resourceClaimName: 'device' }, { name: 'b' }] }),
    status: { resourceClaimStatuses: [{ name: 'b', resourceClaimName: 'made' }] },
  },
  pod('mirror', 'n1', secret('mirrored'), { 'kubernetes.io/config.mirror': 'x' }),
  pod('other', 'n2', { ...secret('foreign'), serviceAccountName: 'stranger' }),
];
const volumes = [volume('disk', 'data'), volume('spare', 'unused')];
const relations: NodeRelations = {
  podsOf: (node) => pods.filter(({ spec }) => spec?.nodeName === node),
  volume: (name) => volumes.find(({ metadata }) => metadata.name === name),
  volumesOf: (namespace, claim) =>
    volumes.filter(({ spec }) => spec?.claimRef?.namespace === namespace && spec.claimRef.name === claim),
  slice: (name) => ({ metadata: { name }, spec: { nodeName: name === 'slice1' ? 'n1' : 'n2' } }) as ResourceSlice,
  attachment: (name) => ({ metadata: { name }, spec: { nodeName: name === 'va1' ? 'n1' : 'n2' } }) as VolumeAttachment,
};
const authorize = nodeAuthorizer(relations);

/** `get secrets ns/key`, `update pods/status ns/own`, `list pods spec.nodeName=n1`; a group after the resource: `leases.coordination.k8s.io`. */
function asked(text: string): AccessAttributes {
  const [verb = '', what = '', ...rest] = text.split(' ');
  const [path = '', subresource] = what.split('/');
  const [resource = '', ...group] = path.split('.');
  const selector = rest.find((word) => word.includes('='));
  const [first, second] = (rest.find((word) => !word.includes('=')) ?? '').split('/');
  const [namespace, name] = second === undefined ? [undefined, first] : [first, second];
  return {
    type: 'resource',
    user: { name: 'system:node:n1', groups: ['system:nodes'] },
    verb,
    group: group.join('.'),
    version: 'v1',
    resource,
    ...(subresource === undefined ? {} : { subresource }),
    ...(namespace ? { namespace } : {}),
    ...(name ? { name } : {}),
    ...(selector === undefined ? {} : { fieldSelector: parseFieldSelector(selector) }),
  };
}
const unrelated = "no relationship found between node 'n1' and this object";

describe('a node', () => {
  it.each([
    ['get secrets ns/key', true],
    ['list secrets ns/key', true],
    ['watch secrets ns/key', true],
    ['get secrets ns/foreign', unrelated],
    ['get secrets other/key', unrelated],
    ['get secrets ns/mirrored', unrelated],
    ['get secrets system/staging', true],
    ['get secrets system/attaching', unrelated],
    ['get secrets ns/rbd', true],
    ['list secrets ns/', 'No Object name found'],
    ['list secrets', 'can only read namespaced object of this type'],
    ['update secrets ns/key', 'can only read resources of this type'],
    ['get configmaps ns/settings', true],
    ['get configmaps ns/others', unrelated],
    ['get persistentvolumeclaims ns/data', true],
    ['get persistentvolumeclaims ns/unused', unrelated],
    ['list persistentvolumeclaims ns/data', 'can only get individual resources of this type'],
    ['patch persistentvolumeclaims/status ns/data', true],
    ['get persistentvolumeclaims/status ns/data', 'can only get/update/patch this type'],
    ['get persistentvolumes disk', true],
    ['get persistentvolumes spare', unrelated],
    ['get volumeattachments.storage.k8s.io va1', true],
    ['get volumeattachments.storage.k8s.io va2', unrelated],
    ['create serviceaccounts/token ns/robot', true],
    ['create serviceaccounts/token ns/stranger', unrelated],
    ['create serviceaccounts ns/robot', 'can only create token subresource of service account'],
    ['get serviceaccounts ns/robot', 'can only create tokens for individual service accounts'],
    ['get leases.coordination.k8s.io kube-node-lease/n1', true],
    ['create leases.coordination.k8s.io kube-node-lease/', true],
    [
      'update leases.coordination.k8s.io kube-node-lease/n2',
      'can only access node lease with the same name as the requesting node',
    ],
    ['get leases.coordination.k8s.io ns/n1', 'can only access leases in the "kube-node-lease" system namespace'],
    ['list leases.coordination.k8s.io kube-node-lease/', 'can only get, create, update, patch, or delete a node lease'],
    ['get resourceclaims.resource.k8s.io ns/device', true],
    ['get resourceclaims.resource.k8s.io ns/made', true],
    ['get resourceclaims.resource.k8s.io ns/foreign', unrelated],
    ['list resourceclaims.resource.k8s.io ns/device', 'can only get individual resources of this type'],
    ['create resourceslices.resource.k8s.io', true],
    ['delete resourceslices.resource.k8s.io slice1', true],
    ['update resourceslices.resource.k8s.io slice2', unrelated],
    ['deletecollection resourceslices.resource.k8s.io spec.nodeName=n1', true],
    [
      'list resourceslices.resource.k8s.io',
      'can only list/watch/deletecollection resourceslices with nodeName field selector',
    ],
    ['watch clustertrustbundles.certificates.k8s.io', true],
    ['delete csinodes.storage.k8s.io n1', true],
    ['get csinodes.storage.k8s.io n2', 'can only access CSINode with the same name as the requesting node'],
    ['create nodes', true],
    ['patch nodes n1', true],
    ['patch nodes/status n1', true],
    ['get nodes n1', true],
    ['watch nodes n1', true],
    ['get nodes n2', "node 'n1' cannot read 'n2', only its own Node object"],
    ['list nodes', "node 'n1' cannot read all nodes, only its own Node object"],
    ['delete nodes n1', undefined],
    ['get pods ns/own', true],
    ['get pods ns/other', unrelated],
    ['list pods spec.nodeName=n1', true],
    ['watch pods spec.nodeName=n1', true],
    ['list pods spec.nodeName=n2', 'can only list/watch pods with spec.nodeName field selector'],
    ['list pods spec.nodeName!=n1', 'can only list/watch pods with spec.nodeName field selector'],
    ['list pods', 'can only list/watch pods with spec.nodeName field selector'],
    ['watch pods ns/own', true],
    ['create pods ns/', true],
    ['delete pods ns/own', true],
    ['update pods ns/own', undefined],
    ['update pods/status ns/own', true],
    ['create pods/eviction ns/own', true],
    ['create pods/exec ns/own', undefined],
    ['list services', true],
    ['create services ns/a', undefined],
    ['create events ns/', true],
    ['create certificatesigningrequests.certificates.k8s.io', true],
    ['list runtimeclasses.node.k8s.io', true],
    ['create subjectaccessreviews.authorization.k8s.io', true],
    ['list deployments.apps ns/', undefined],
  ] as const)('%s: %s', (text, verdict) => {
    expect(authorize(asked(text))).toEqual(
      verdict === true
        ? { decision: 'allow' }
        : { decision: 'noOpinion', ...(verdict === undefined ? {} : { reason: verdict }) },
    );
  });

  it.each([
    [{ name: 'jane', groups: ['system:nodes'] }, undefined],
    [{ name: 'system:node:n1', groups: ['developers'] }, undefined],
    [{ name: 'system:node:', groups: ['system:nodes'] }, 'unknown node for user "system:node:"'],
  ])('is known by name and group: %j', (user, reason) => {
    expect(authorize({ ...asked('get nodes n1'), user })).toEqual({
      decision: 'noOpinion',
      ...(reason === undefined ? {} : { reason }),
    });
  });
});

it('what is bound to a node follows the store', async () => {
  const server = await createApiServer({ authorizer: ['node', 'rbac'] });
  const admin = server.client();
  const node = server.client({ user: { name: 'system:node:n1', groups: ['system:nodes', 'system:authenticated'] } });
  await admin
    .create<Namespace>({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ns' } })
    .catch((error: unknown) => {
      if (!StatusError.is(error, 'AlreadyExists')) throw error;
    });
  const metadata = { name: 'key', namespace: 'ns' };
  await admin.create<Secret>({ apiVersion: 'v1', kind: 'Secret', metadata });
  await admin.create<Node>({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' } });
  await expect(node.get(Secret, metadata)).rejects.toThrow(
    `secrets "key" is forbidden: User "system:node:n1" cannot get resource "secrets" in API group "" in the namespace "ns": ${unrelated}`,
  );
  await admin.create(pod('user', 'n1', secret('key')));
  expect((await node.get(Secret, metadata)).metadata.name).toBe('key');
  const selected = await node.list(Secret, { namespace: 'ns', fieldSelector: 'metadata.name=key' });
  expect(selected).toHaveLength(1);
  expect(await node.list(Pod, { fieldSelector: 'spec.nodeName=n1' })).toHaveLength(1);
  await expect(node.list(Pod)).rejects.toThrow('can only list/watch pods with spec.nodeName field selector');
  await expect(node.list(ConfigMap)).rejects.toThrow('can only read namespaced object of this type');
  await admin.delete(Pod, { name: 'user', namespace: 'ns' }, { gracePeriodSeconds: 0 });
  await expect(node.get(Secret, metadata)).rejects.toThrow(unrelated);
  await server.stop();
});
