import { generateKeyPairSync } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { TokenRequest } from '@pintle/api/authentication/v1';
import type { CertificateSigningRequest } from '@pintle/api/certificates/v1';
import { Lease } from '@pintle/api/coordination/v1';
import {
  type Namespace,
  Node,
  type PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  type PodSpec,
  ServiceAccount,
} from '@pintle/api/core/v1';
import { referencesOf } from '@pintle/api/pod-spec';
import { ResourceSlice } from '@pintle/api/resource/v1beta2';
import type { CSIDriver, CSINode } from '@pintle/api/storage/v1';
import type { Client } from '@pintle/client';
import { realWorld, StatusError } from '@pintle/machinery';
import { serviceAccountTokens } from '../../access/tokens/service-account-tokens.js';
import { createApiServer } from '../../server.js';
import { sampleRequests } from '../certificates/sample-requests.fixture.js';
import { forbiddenLabels } from './node-labels.js';

let admin: Client;
/** Of the node n1. */
let node: Client;
let nodeUid: string;

const nodeUser = (name: string) => ({ name: `system:node:${name}`, groups: ['system:nodes', 'system:authenticated'] });
const pod = (name: string, spec: Partial<PodSpec> = {}, metadata: Partial<Pod['metadata']> = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default', ...metadata },
  spec: { containers: [{ name: 'c', image: 'i' }], ...spec },
});
const newNode = (name: string, more: Partial<Node> = {}): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  ...more,
  metadata: { name, ...more.metadata },
});

beforeEach(async () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const tokens = await serviceAccountTokens({
    world: realWorld(),
    issuer: 'https://issuer',
    privateKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }) as string,
  });
  const server = await createApiServer({
    tokens,
    authorizer: (asked) => {
      const isOther =
        asked.type === 'resource' &&
        asked.verb === 'request-serviceaccounts-token-audience' &&
        `${asked.resource} for ${asked.namespace}/${asked.name}` !== 'granted for default/a';
      return { decision: isOther ? 'deny' : 'allow' };
    },
  });
  admin = server.client();
  node = server.client({ user: nodeUser('n1') });
  for (const name of ['default', 'kube-node-lease'])
    await admin
      .create<Namespace>({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
      .catch((error: unknown) => {
        if (!StatusError.is(error, 'AlreadyExists')) throw error;
      });
  nodeUid = (await node.create(newNode('n1', { metadata: { labels: { 'kubernetes.io/os': 'linux' } } }))).metadata.uid!;
});

describe('the labels of a node', () => {
  it.each([
    ['kubernetes.io/hostname', true],
    ['topology.kubernetes.io/zone', true],
    ['kubelet.kubernetes.io/mine', true],
    ['sub.node.kubernetes.io/mine', true],
    ['example.com/mine', true],
    ['mine', true],
    ['node-role.kubernetes.io/master', false],
    ['kubernetes.io/mine', false],
    ['k8s.io/mine', false],
    ['other.k8s.io/mine', false],
    ['node-restriction.kubernetes.io/mine', false],
    ['foo.node-restriction.kubernetes.io/mine', false],
  ])('%s: %s', (label, may) => {
    expect(forbiddenLabels({ [label]: 'a' })).toEqual(may ? [] : [label]);
    expect(forbiddenLabels({}, { [label]: 'a' })).toEqual(may ? [] : [label]);
    expect(forbiddenLabels({ [label]: 'a' }, { [label]: 'a' })).toEqual([]);
  });
});

it('what a pod refers to', () => {
  const { secrets, configMaps, claims, serviceAccount } = referencesOf(
    pod('p', {
      serviceAccountName: 'sa',
      imagePullSecrets: [{ name: 's1' }],
      containers: [
        {
          name: 'c',
          image: 'i',
          envFrom: [{ secretRef: { name: 's2' } }, { configMapRef: { name: 'm1' } }],
          env: [
            { name: 'A', valueFrom: { secretKeyRef: { name: 's3', key: 'k' } } },
            { name: 'B', valueFrom: { configMapKeyRef: { name: 'm2', key: 'k' } } },
          ],
        },
      ],
      volumes: [
        { name: 'a', secret: { secretName: 's4' } },
        { name: 'b', configMap: { name: 'm3' } },
        { name: 'd', projected: { sources: [{ secret: { name: 's5' } }, { configMap: { name: 'm4' } }] } },
        { name: 'e', csi: { driver: 'd', nodePublishSecretRef: { name: 's6' } } },
        { name: 'f', persistentVolumeClaim: { claimName: 'v1' } },
        { name: 'g', ephemeral: { volumeClaimTemplate: { spec: {} } } },
      ],
    }),
  );
  expect([...secrets]).toEqual(['s1', 's2', 's3', 's4', 's5', 's6']);
  expect([...configMaps]).toEqual(['m1', 'm2', 'm3', 'm4']);
  expect([[...claims], serviceAccount]).toEqual([['v1', 'p-g'], 'sa']);
});

describe('pods', () => {
  const owner = () => ({ apiVersion: 'v1', kind: 'Node', name: 'n1', uid: nodeUid, controller: true });
  const mirror = (spec: Partial<PodSpec> = {}, metadata: Partial<Pod['metadata']> = {}) =>
    pod(
      'm',
      { nodeName: 'n1', ...spec },
      {
        annotations: { 'kubernetes.io/config.mirror': 'x' },
        ownerReferences: [owner()],
        ...metadata,
      },
    );

  it.each<readonly [string, () => Pod, string]>([
    [
      'that are no mirror pods',
      () => pod('p', { nodeName: 'n1' }),
      'pod does not have "kubernetes.io/config.mirror" annotation, node "n1" can only create mirror pods',
    ],
    [
      'of another node',
      () => mirror({ nodeName: 'n2' }),
      'node "n1" can only create pods with spec.nodeName set to itself',
    ],
    [
      'without an owner',
      () => mirror({}, { ownerReferences: [] }),
      'node "n1" can only create pods with an owner reference set to itself',
    ],
    [
      'of two owners',
      () => mirror({}, { ownerReferences: [owner(), { ...owner(), uid: 'x', controller: false }] }),
      'node "n1" can only create pods with a single owner reference set to itself',
    ],
    [
      'that the node does not control',
      () => mirror({}, { ownerReferences: [{ ...owner(), controller: false }] }),
      'node "n1" can only create pods with a controller owner reference set to itself',
    ],
    [
      'that hold the node',
      () => mirror({}, { ownerReferences: [{ ...owner(), blockOwnerDeletion: true }] }),
      'node "n1" must not set blockOwnerDeletion on an owner reference',
    ],
    [
      'of a node that was',
      () => mirror({}, { ownerReferences: [{ ...owner(), uid: 'x' }] }),
      'node n1 UID mismatch: expected x got',
    ],
    [
      'with secrets',
      () => mirror({ volumes: [{ name: 'v', secret: { secretName: 's' } }] }),
      'a mirror pod may not reference secrets',
    ],
    [
      'with config maps',
      () => mirror({ volumes: [{ name: 'v', configMap: { name: 's' } }] }),
      'node "n1" can not create pods that reference configmaps',
    ],
    [
      'with claims',
      () => mirror({ volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 's' } }] }),
      'node "n1" can not create pods that reference persistentvolumeclaims',
    ],
  ])('%s are not created', async (_what, make, message) => {
    await expect(node.create(make())).rejects.toThrow(message);
  });

  it('mirror pods are', async () => {
    await node.create(mirror());
    await node.delete(Pod, { name: 'm', namespace: 'default' });
  });

  it('report their status on their own node', async () => {
    const own = await admin.create(pod('own', { nodeName: 'n1' }));
    const other = await admin.create(pod('other', { nodeName: 'n2' }));
    const running = { status: { phase: 'Running' } } as const;
    const updated = await node.update({ ...own, ...running }, { subresource: 'status' });
    await expect(node.update({ ...other, ...running }, { subresource: 'status' })).rejects.toThrow(
      'node "n1" can only update pod status for pods with spec.nodeName set to itself',
    );
    const relabelled = { ...updated, metadata: { ...updated.metadata, labels: { a: 'b' } } };
    await expect(node.update(relabelled, { subresource: 'status' })).rejects.toThrow(
      'node "n1" cannot update labels through pod status',
    );
    const claimed = {
      ...updated,
      status: { ...updated.status, resourceClaimStatuses: [{ name: 'gpu', resourceClaimName: 'mine' }] },
    };
    await expect(node.update(claimed, { subresource: 'status' })).rejects.toThrow(
      'node "n1" cannot update resource claim statues',
    );
    await expect(node.update(relabelled)).rejects.toThrow(
      'unexpected operation "UPDATE", node "n1" can only create and delete mirror pods',
    );
    await expect(node.delete(Pod, { name: 'other', namespace: 'default' })).rejects.toThrow(
      'node "n1" can only delete pods with spec.nodeName set to itself',
    );
    await node.delete(Pod, { name: 'own', namespace: 'default' });
  });
});

describe('nodes', () => {
  it('change themselves alone', async () => {
    const other = await admin.create(newNode('n2'));
    await expect(node.create(newNode('n3'))).rejects.toThrow('node "n1" is not allowed to modify node "n3"');
    await expect(node.update({ ...other, metadata: { ...other.metadata, labels: { a: 'b' } } })).rejects.toThrow(
      'node "n1" is not allowed to modify node "n2"',
    );
    await expect(node.delete(Node, { name: 'n2' })).rejects.toThrow('node "n1" is not allowed to modify node "n2"');
  });

  it('change neither taints, nor owners, nor the labels by which others choose them', async () => {
    const own = await admin.get(Node, { name: 'n1' });
    await expect(node.update<Node>({ ...own, spec: { taints: [] } })).rejects.toThrow(
      'node "n1" is not allowed to modify taints',
    );
    const labelled = (label: string) => ({
      ...own,
      metadata: { ...own.metadata, labels: { ...own.metadata.labels, [label]: 'x' } },
    });
    await expect(node.update(labelled('node-role.kubernetes.io/control-plane'))).rejects.toThrow(
      'is not allowed to modify labels: node-role.kubernetes.io/control-plane',
    );
    const owners = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'c', uid: 'u' }];
    await expect(node.update({ ...own, metadata: { ...own.metadata, ownerReferences: owners } })).rejects.toThrow(
      'node "n1" is not allowed to modify ownerReferences',
    );
    await node.update(labelled('example.com/mine'));
    const restricted = { labels: { 'node-restriction.kubernetes.io/a': 'b', 'kubernetes.io/c': 'd' } };
    await admin.delete(Node, { name: 'n1' });
    await expect(node.create(newNode('n1', { metadata: restricted }))).rejects.toThrow(
      'node "n1" is not allowed to set the following labels: kubernetes.io/c, node-restriction.kubernetes.io/a',
    );
  });
});

describe('what belongs to a node', () => {
  it('its lease', async () => {
    const lease = (name: string, namespace: string): Lease => ({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name, namespace },
      spec: { holderIdentity: name },
    });
    await node.create(lease('n1', 'kube-node-lease'));
    await expect(node.create(lease('n2', 'kube-node-lease'))).rejects.toThrow(
      'can only access node lease with the same name as the requesting node',
    );
    await expect(node.create(lease('n1', 'default'))).rejects.toThrow(
      'can only access leases in the "kube-node-lease" system namespace',
    );
    await node.delete(Lease, { name: 'n1', namespace: 'kube-node-lease' });
  });

  it('its CSINode', async () => {
    const csiNode = (name: string): CSINode => ({
      apiVersion: 'storage.k8s.io/v1',
      kind: 'CSINode',
      metadata: { name },
      spec: { drivers: [] },
    });
    await node.create(csiNode('n1'));
    await expect(node.create(csiNode('n2'))).rejects.toThrow(
      'can only access CSINode with the same name as the requesting node',
    );
  });

  it('its ResourceSlices', async () => {
    const slice = (nodeName: string): ResourceSlice => ({
      apiVersion: 'resource.k8s.io/v1beta2',
      kind: 'ResourceSlice',
      metadata: { name: `of-${nodeName}` },
      spec: { driver: 'd.example', nodeName, pool: { name: nodeName, generation: 1, resourceSliceCount: 1 } },
    });
    await node.create(slice('n1'));
    await expect(node.create(slice('n2'))).rejects.toThrow(
      'can only create ResourceSlice with the same NodeName as the requesting node',
    );
    await admin.create(slice('n2'));
    await expect(node.deleteCollection(ResourceSlice)).rejects.toThrow(
      'can only delete ResourceSlice with the same NodeName as the requesting node',
    );
    await node.deleteCollection(ResourceSlice, { fieldSelector: 'spec.nodeName=n1' });
  });

  it('tokens for its pods', async () => {
    await admin.create<ServiceAccount>({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'a', namespace: 'default' },
    });
    const own = await admin.create(pod('own', { nodeName: 'n1', serviceAccountName: 'a' }));
    const other = await admin.create(pod('other', { nodeName: 'n2', serviceAccountName: 'a' }));
    const ask = (bound?: Pod, uid = bound?.metadata.uid) =>
      node.createSubresource(ServiceAccount, { name: 'a', namespace: 'default' }, 'token', {
        spec: {
          boundObjectRef:
            bound === undefined ? null : { apiVersion: 'v1', kind: 'Pod', name: bound.metadata.name, uid },
        },
      });
    expect(await ask(own)).toMatchObject({ status: { token: expect.stringMatching(/^eyJ/) } });
    await expect(ask()).rejects.toThrow('node requested token not bound to a pod');
    await expect(ask(own, '')).rejects.toThrow('node requested token with a pod binding without a uid');
    await expect(ask(own, 'x')).rejects.toThrow('the UID in the bound object reference (x) does not match');
    await expect(ask(other)).rejects.toThrow('node requested token bound to a pod scheduled on a different node');
  });

  describe('tokens for whom its pods want them:', () => {
    const asked = async (audiences: readonly string[], spec: Partial<PodSpec> = {}) => {
      await admin.create<ServiceAccount>({
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { name: 'a', namespace: 'default' },
      });
      const made = await admin.create(
        pod('p', { nodeName: 'n1', serviceAccountName: 'a', automountServiceAccountToken: false, ...spec }),
      );
      const boundObjectRef = { apiVersion: 'v1', kind: 'Pod', name: 'p', uid: made.metadata.uid };
      const answer = await node.createSubresource<TokenRequest>(
        ServiceAccount,
        { name: 'a', namespace: 'default' },
        'token',
        { spec: { audiences, boundObjectRef } },
      );
      return answer.spec.audiences;
    };
    const projected = (audience?: string): Partial<PodSpec> => ({
      volumes: [
        { name: 't', projected: { sources: [{ serviceAccountToken: { path: 't', ...(audience && { audience }) } }] } },
      ],
    });
    const driver = (...audiences: readonly string[]): CSIDriver => ({
      apiVersion: 'storage.k8s.io/v1',
      kind: 'CSIDriver',
      metadata: { name: 'disks' },
      spec: { tokenRequests: audiences.map((audience) => ({ audience })) },
    });
    const notFound = (audience: string) =>
      `audience "${audience}" not found in pod spec volume, system:node:n1 is not authorized to request tokens for this audience`;

    it('none is for the API server', async () => {
      await expect(asked([])).rejects.toThrow(notFound(''));
    });

    it.each<readonly [string, readonly string[], Partial<PodSpec>, readonly string[]]>([
      ['the mounted one', [], { automountServiceAccountToken: true }, ['https://issuer']],
      ['a projected one for the API server', [], projected(), ['https://issuer']],
      ['a projected one', ['vault'], projected('vault'), ['vault']],
      ['what the authorizer grants', ['granted'], {}, ['granted']],
    ])('%s', async (_what, audiences, spec, granted) => {
      expect(await asked(audiences, spec)).toEqual(granted);
    });

    it.each<readonly [string, readonly string[], Partial<PodSpec>, string]>([
      ['another one', ['bank'], projected('vault'), notFound('bank')],
      ['the API server', [], projected('vault'), notFound('')],
      ['two', ['vault', 'bank'], projected('vault'), 'node may only request 0 or 1 audiences'],
      [
        'a driver that is not there',
        ['vault'],
        { volumes: [{ name: 'v', csi: { driver: 'absent' } }] },
        'error validating audience "vault": csidrivers.storage.k8s.io "absent" not found',
      ],
    ])('not %s', async (_what, audiences, spec, message) => {
      await expect(asked(audiences, spec)).rejects.toThrow(message);
    });

    it.each<readonly [string, Partial<PodSpec>]>([
      ['inline', { volumes: [{ name: 'v', csi: { driver: 'disks' } }] }],
      ['by a claim', { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'p-v' } }] }],
      [
        'by a claim of its own',
        {
          volumes: [
            {
              name: 'v',
              ephemeral: {
                volumeClaimTemplate: {
                  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
                },
              },
            },
          ],
        },
      ],
    ])('those that the driver of a volume wants, %s', async (_what, spec) => {
      await admin.create(driver('vault'));
      await admin.create<PersistentVolume>({
        apiVersion: 'v1',
        kind: 'PersistentVolume',
        metadata: { name: 'v1' },
        spec: {
          accessModes: ['ReadWriteOnce'],
          capacity: { storage: '1Gi' },
          csi: { driver: 'disks', volumeHandle: 'h' },
        },
      });
      await admin.create<PersistentVolumeClaim>({
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name: 'p-v', namespace: 'default' },
        spec: {
          accessModes: ['ReadWriteOnce'],
          resources: { requests: { storage: '1Gi' } },
          volumeName: 'v1',
        },
      });
      expect(await asked(['vault'], spec)).toEqual(['vault']);
    });
  });

  it.each(['kubernetes.io/kube-apiserver-client-kubelet', 'kubernetes.io/kubelet-serving'])(
    'its certificate of %s',
    async (signerName) => {
      const csr = (name: string, request: string): CertificateSigningRequest => ({
        apiVersion: 'certificates.k8s.io/v1',
        kind: 'CertificateSigningRequest',
        metadata: { name },
        spec: { request: btoa(request), signerName, usages: ['client auth'] },
      });
      await node.create(csr('node', sampleRequests.node));
      await expect(node.create(csr('user', sampleRequests.user))).rejects.toThrow(
        'can only create a node CSR with CN=system:node:n1',
      );
      await expect(node.create(csr('none', 'x'))).rejects.toThrow(
        'unable to parse csr: PEM block type must be CERTIFICATE REQUEST',
      );
    },
  );

  it('the sizes of claims, and nothing else of them', async () => {
    const claim = await admin.create<PersistentVolumeClaim>({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'c', namespace: 'default' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    });
    await expect(node.update(claim)).rejects.toThrow('may only update PVC status');
    const bound = await admin.update({ ...claim, status: { phase: 'Bound' } }, { subresource: 'status' });
    const grown = await node.update(
      { ...bound, status: { ...bound.status, capacity: { storage: '1Gi' } } },
      { subresource: 'status' },
    );
    await expect(
      node.update({ ...grown, status: { ...grown.status, phase: 'Lost' } }, { subresource: 'status' }),
    ).rejects.toThrow('is not allowed to update fields other than status.quantity and status.conditions');
    expect(await admin.list(PersistentVolumeClaim)).toHaveLength(1);
  });
});

it('who is no node is not restricted', async () => {
  await admin.create<ServiceAccount>({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'a', namespace: 'default' },
  });
  await admin.create(newNode('n9', { metadata: { labels: { 'node-restriction.kubernetes.io/a': 'b' } } }));
  expect(await admin.list(ServiceAccount)).toHaveLength(1);
});
