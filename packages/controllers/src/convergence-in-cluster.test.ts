/**
 * Controllers that act on what every cluster has, or by the clock, in whole clusters whose requests and answers are lost:
 * once that is over, everything is as it was asked for.
 */
import { expect, it } from '@jest/globals';
import { Deployment } from '@pintle/api/apps/v1';
import { HorizontalPodAutoscaler } from '@pintle/api/autoscaling/v2';
import { CronJob, Job } from '@pintle/api/batch/v1';
import { CertificateSigningRequest } from '@pintle/api/certificates/v1';
import {
  ConfigMap,
  Namespace,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  Secret,
  ServiceAccount,
} from '@pintle/api/core/v1';
import { ResourceClaim, ResourceClaimTemplate } from '@pintle/api/resource/v1beta1';
import type { KubernetesObject } from '@pintle/machinery';
import { deployment, type FaultyCluster, type FaultyClusterOptions, faultyCluster } from '@pintle/testing';
import {
  cronJobController,
  csrApprovingController,
  csrCleanerController,
  horizontalPodAutoscalerController,
  legacyTokenCleanerController,
  namespaceController,
  podResourceClaimController,
  pvcProtectionController,
  pvProtectionController,
  resourceClaimController,
  rootCaController,
  serviceAccountController,
  serviceAccountTokenController,
  staleDisruptionController,
  tokenCleanerController,
} from './index.js';

/** What an autoscaler is told. */
const load = { milliValue: 0 };

interface Story extends Omit<FaultyClusterOptions, 'seed'> {
  story(cluster: FaultyCluster): Promise<void>;
}

/** Of node n1, and of somebody: PKCS #10 in PEM in base64. */
const kubeletRequest =
  'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIck1JR1NBZ0VBTURBeEZUQVRCZ05WQkFvTURITjVjM1JsYlRwdWIyUmxjekVYTUJVR0ExVUVBd3dPYzNsegpkR1Z0T201dlpHVTZiakV3V1RBVEJnY3Foa2pPUFFJQkJnZ3Foa2pPUFFNQkJ3TkNBQVFjYURGcGdKNzc2RU9hCmVxYW13TGovWlBJaHZGd0F4WkVmSDl3S2NBb0FiaFNMRmZ2N2s1ckJJbEJkdDdzRnZwUXRlN1k5T1ZaN1BINTcKWkZPaEg4WFhvQUF3Q2dZSUtvWkl6ajBFQXdJRFNBQXdSUUloQU43dEhmdGhOZm1uSG82dFJtdEtLR293T3VhSgpxZ1FxSDMrY05VaVYvbFpsQWlBa2kzZ2lZWTNpNU9IMEQzVjdnMjI2cmZIWWxRcU40b3VvUjVIT3RWQXVQUT09Ci0tLS0tRU5EIENFUlRJRklDQVRFIFJFUVVFU1QtLS0tLQo=';
const personRequest =
  'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIZU1JR0dBZ0VBTUNReEV6QVJCZ05WQkFvTUNtUmxkbVZzYjNCbGNuTXhEVEFMQmdOVkJBTU1CR3BoYm1VdwpXVEFUQmdjcWhrak9QUUlCQmdncWhrak9QUU1CQndOQ0FBVHVCQThLZnpsMmwxMElldkt2VS9pWUdTY1JlYktCCmtrMlhlZWQxSnB0Uys2NXpHWHcwMStCTHBOR3l2NnIrQ1VwL1FManQ1WVFrZzFsR1ZJRjRPbjg4b0FBd0NnWUkKS29aSXpqMEVBd0lEUndBd1JBSWdVM0ZEdlRYc3MyLzVZK0VqbDhPdlM2bUxTb0pSMnBMNjAydXA0cWRpYkxzQwpJQlJ0M3c2anJsOEZtOUd4QTVVbzdwdHE3YzJsaDRvNGN5WnRZT0FiZDQyNgotLS0tLUVORCBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0K';

const pod = (name: string, spec: object = {}, metadata: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default', ...metadata },
  spec: { containers: [{ name: 'main', image: 'web' }], ...spec },
});
const secret = (name: string, type: string, more: object, namespace = 'default') => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace, ...more },
  type,
});

/** Time with faults, then without. */
async function pass(cluster: FaultyCluster): Promise<void> {
  await cluster.advance({ minutes: 10 });
  cluster.heal();
  await cluster.advance({ minutes: 20 });
}

const stories: Readonly<Record<string, Story>> = {
  'every namespace has an account, a root certificate and, where they are asked for, tokens': {
    nodes: 0,
    builtinControllers: [],
    underFaults: [
      serviceAccountController(),
      rootCaController({ certificate: 'PEM' }),
      serviceAccountTokenController({ rootCertificate: 'PEM' }),
      legacyTokenCleanerController(),
    ],
    async story(cluster) {
      const { client } = cluster;
      const make = (object: object) => client.create(object as KubernetesObject);
      for (let i = 0; i < 5; i++) await make({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: `n${i}` } });
      await make({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'robot', namespace: 'n0' } });
      const annotations = (name: string) => ({ annotations: { 'kubernetes.io/service-account.name': name } });
      const type = 'kubernetes.io/service-account-token';
      // One that has its token already: who signs is not here.
      await make({ ...secret('token', type, annotations('robot'), 'n0'), data: { token: btoa('signed') } });
      await make(secret('nobodys', type, annotations('nobody'), 'n0'));
      await pass(cluster);
      for (const { metadata } of await client.list(Namespace)) {
        const namespace = metadata.name!;
        const names = (await client.list(ServiceAccount, { namespace })).map((each) => each.metadata.name);
        expect(names).toContain('default');
        const { data } = await client.get(ConfigMap, { name: 'kube-root-ca.crt', namespace });
        expect(data).toEqual({ 'ca.crt': 'PEM' });
      }
      const secrets = await client.list(Secret, { namespace: 'n0' });
      expect(secrets.map(({ metadata, data }) => [metadata.name, Object.keys(data ?? {}).sort()])).toEqual([
        ['token', ['ca.crt', 'namespace', 'token']],
      ]);
    },
  },
  'namespaces that go are emptied, and gone': {
    nodes: 1,
    underFaults: [namespaceController({ kinds: () => [ConfigMap, Pod, Secret] })],
    async story(cluster) {
      const { client } = cluster;
      for (const name of ['a', 'b', 'c']) {
        await client.create<Namespace>({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
        for (let i = 0; i < 5; i++)
          await client.create<ConfigMap>({
            apiVersion: 'v1',
            kind: 'ConfigMap',
            metadata: { name: `m${i}`, namespace: name },
          });
      }
      await cluster.settle();
      await client.create({ ...pod('p'), metadata: { name: 'p', namespace: 'a' } } as Pod);
      await cluster.settle();
      for (const name of ['a', 'b']) await client.delete(Namespace, { name });
      await pass(cluster);
      const names = (await client.list(Namespace)).map(({ metadata }) => metadata.name);
      expect(names.filter((name) => ['a', 'b', 'c'].includes(name ?? ''))).toEqual(['c']);
      expect((await client.list(ConfigMap)).filter(({ metadata }) => metadata.namespace === 'c')).toHaveLength(6);
    },
  },
  'claims and volumes in use stay, and go when they are not': {
    nodes: 1,
    underFaults: [pvcProtectionController(), pvProtectionController()],
    async story(cluster) {
      const { client } = cluster;
      for (const name of ['used', 'free'])
        await client.create({
          apiVersion: 'v1',
          kind: 'PersistentVolumeClaim',
          metadata: { name, namespace: 'default' },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, storageClassName: '' },
        } as PersistentVolumeClaim);
      await client.create({
        apiVersion: 'v1',
        kind: 'PersistentVolume',
        metadata: { name: 'v' },
        spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/v' } },
      } as PersistentVolume);
      await client.create(
        pod('user', {
          volumes: [{ name: 'd', persistentVolumeClaim: { claimName: 'used' } }],
          nodeName: 'node-0',
        }) as Pod,
      );
      await cluster.advance({ minutes: 2 });
      for (const name of ['used', 'free']) await client.delete(PersistentVolumeClaim, { name });
      await client.delete(PersistentVolume, { name: 'v' });
      await cluster.advance({ minutes: 20 });
      const claims = async () => (await client.list(PersistentVolumeClaim)).map(({ metadata }) => metadata.name);
      expect(await claims()).toEqual(['used']);
      await client.delete(Pod, { name: 'user' });
      await pass(cluster);
      expect([await claims(), (await client.list(PersistentVolume)).length]).toEqual([[], 0]);
    },
  },
  'a CronJob has one Job a minute, and keeps three': {
    nodes: 1,
    images: { ok: { runMs: 2_000 } },
    builtinControllers: [
      'job',
      'serviceaccount',
      'root-ca-certificate-publisher',
      'node-lifecycle',
      'garbage-collector',
    ],
    underFaults: [cronJobController()],
    async story(cluster) {
      const { client } = cluster;
      const spec = { restartPolicy: 'Never', containers: [{ name: 'main', image: 'ok' }] };
      await client.create({
        apiVersion: 'batch/v1',
        kind: 'CronJob',
        metadata: { name: 'tick', namespace: 'default' },
        spec: { schedule: '* * * * *', jobTemplate: { spec: { template: { spec } } } },
      } as CronJob);
      const seen = new Set<string>();
      const watching = client.watch<Job>(Job).subscribe(({ type, object }) => {
        if (type === 'ADDED') seen.add(object.metadata.name!);
      });
      await pass(cluster);
      await cluster.advance({ seconds: 30 });
      watching.unsubscribe();
      // Half an hour; a minute whose attempts all failed is made up for, or over.
      expect(seen.size).toBeGreaterThanOrEqual(28);
      expect(seen.size).toBeLessThanOrEqual(30);
      const jobs = (await client.list(Job)).map(({ metadata }) => metadata.name!).sort();
      expect(jobs).toEqual([...seen].sort().slice(-3));
      expect((await client.get(CronJob, { name: 'tick' })).status?.active).toBeUndefined();
    },
  },
  'certificate requests that are old go, and those of kubelets are approved': {
    nodes: 0,
    builtinControllers: [],
    underFaults: [csrApprovingController(), csrCleanerController()],
    async story(cluster) {
      const { client } = cluster;
      const make = (name: string, request: string, signerName: string) =>
        client.create<CertificateSigningRequest>({
          apiVersion: 'certificates.k8s.io/v1',
          kind: 'CertificateSigningRequest',
          metadata: { name },
          spec: { request, signerName, usages: ['digital signature', 'client auth'] },
        });
      await make('kubelet', kubeletRequest, 'kubernetes.io/kube-apiserver-client-kubelet');
      await make('person', personRequest, 'kubernetes.io/kube-apiserver-client');
      await cluster.advance({ hours: 23 });
      const left = async () =>
        (await client.list(CertificateSigningRequest)).map(({ metadata, status }) =>
          [metadata.name, ...(status?.conditions ?? []).map(({ type }) => type)].join(' '),
        );
      expect(await left()).toEqual(['kubelet Approved', 'person']);
      await pass(cluster);
      await cluster.advance({ hours: 2 });
      expect(await left()).toEqual(['kubelet Approved']);
    },
  },
  'a pod has its claims of devices, once each, and they go with its work': {
    nodes: 1,
    crds: [ResourceClaim, ResourceClaimTemplate],
    images: { work: { runMs: 300_000 } },
    underFaults: [podResourceClaimController(), resourceClaimController()],
    async story(cluster) {
      const { client } = cluster;
      await client.create({
        apiVersion: 'resource.k8s.io/v1beta1',
        kind: 'ResourceClaimTemplate',
        metadata: { name: 'gpu', namespace: 'default' },
        spec: { spec: { devices: { requests: [{ name: 'gpu', deviceClassName: 'gpu' }] } } },
      } as ResourceClaimTemplate);
      for (let i = 0; i < 5; i++)
        await client.create(
          pod(`work-${i}`, {
            restartPolicy: 'Never',
            containers: [{ name: 'main', image: 'work' }],
            resourceClaims: [{ name: 'device', resourceClaimTemplateName: 'gpu' }],
          }) as Pod,
        );
      await cluster.advance({ minutes: 2 });
      const pods = await client.list(Pod);
      const named = pods.map(({ status }) => status?.resourceClaimStatuses?.[0]?.resourceClaimName);
      expect(new Set(named).size).toBe(5);
      await pass(cluster);
      expect(await client.list(ResourceClaim)).toHaveLength(0);
    },
  },
  'a Deployment has as many replicas as its load asks for': {
    nodes: 2,
    builtinControllers: [
      'deployment',
      'replicaset',
      'serviceaccount',
      'root-ca-certificate-publisher',
      'node-lifecycle',
      'garbage-collector',
    ],
    underFaults: [
      horizontalPodAutoscalerController({
        kinds: () => [Deployment],
        metrics: { external: async () => [load.milliValue] },
      }),
    ],
    async story(cluster) {
      const { client } = cluster;
      load.milliValue = 60_000;
      await client.create(deployment('web', { replicas: 2 }));
      await client.create({
        apiVersion: 'autoscaling/v2',
        kind: 'HorizontalPodAutoscaler',
        metadata: { name: 'web', namespace: 'default' },
        spec: {
          scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
          maxReplicas: 8,
          metrics: [
            {
              type: 'External',
              external: { metric: { name: 'queue' }, target: { type: 'AverageValue', averageValue: '10' } },
            },
          ],
        },
      } as HorizontalPodAutoscaler);
      const replicas = async () => (await client.get(Deployment, { name: 'web' })).spec?.replicas;
      const seen: (number | undefined)[] = [];
      const watching = client.watch<Deployment>(Deployment).subscribe(({ type, object }) => {
        if (type === 'ADDED' || type === 'MODIFIED') seen.push(object.spec?.replicas);
      });
      await cluster.advance({ minutes: 5 });
      expect(await replicas()).toBe(6);
      load.milliValue = 25_000;
      await pass(cluster);
      watching.unsubscribe();
      // Twice as many at most, then six; down when it is sure, and never to and fro.
      expect(seen.filter((count, i) => count !== seen[i - 1])).toEqual([2, 4, 6, 3]);
      expect(await replicas()).toBe(3);
      const { status } = await client.get(HorizontalPodAutoscaler, { name: 'web' });
      expect(status).toMatchObject({ currentReplicas: 3, desiredReplicas: 3 });
    },
  },
  'tokens and disruptions that are over are taken back': {
    nodes: 1,
    underFaults: [tokenCleanerController(), staleDisruptionController()],
    async story(cluster) {
      const { client } = cluster;
      const until = (expiration: string) => ({ data: { expiration: btoa(expiration) } });
      const type = 'bootstrap.kubernetes.io/token';
      for (const [name, expiration] of [
        ['bootstrap-token-aaaaaa', '2025-01-01T00:05:00Z'],
        ['bootstrap-token-bbbbbb', '2025-02-01T00:00:00Z'],
      ])
        await client.create({ ...secret(name!, type, {}, 'kube-system'), ...until(expiration!) } as Secret);
      await client.create(pod('p') as Pod);
      await cluster.settle();
      const condition = { type: 'DisruptionTarget', status: 'True', reason: 'PreemptionByScheduler' };
      await client.patch(
        Pod,
        { name: 'p' },
        {
          type: 'strategic',
          body: { status: { conditions: [{ ...condition, lastTransitionTime: '2025-01-01T00:00:00Z' }] } },
        },
        { subresource: 'status' },
      );
      await pass(cluster);
      const secrets = await client.list(Secret, { namespace: 'kube-system' });
      expect(secrets.map(({ metadata }) => metadata.name)).toEqual(['bootstrap-token-bbbbbb']);
      const { status } = await client.get(Pod, { name: 'p' });
      expect(status?.conditions?.find((each) => each.type === 'DisruptionTarget')?.status).toBe('False');
    },
  },
};

for (const [name, { story, ...options }] of Object.entries(stories)) {
  it.each([1, 2, 3])(
    `${name}, seed %d`,
    async (seed) => {
      const cluster = await faultyCluster({ seed, ...options });
      await story(cluster);
      await cluster.stop();
    },
    60_000,
  );
}
