/** The small plug-ins, as a client sees them. The larger ones have tests of their own. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  type Namespace,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  type PodSpec,
  type Toleration,
} from '@pintle/api/core/v1';
import type { Ingress, IngressClass } from '@pintle/api/networking/v1';
import type { RuntimeClass } from '@pintle/api/node/v1';
import type { StorageClass } from '@pintle/api/storage/v1';
import type { Client } from '@pintle/client';
import { type KubernetesObject, StatusError, type VirtualWorld, virtualWorld } from '@pintle/machinery';
import { type ApiServer, createApiServer } from '../server.js';
import type { ApiServerOptions } from '../server-options.js';
import type { AdmissionPlugin } from './admission.js';
import { optionalPlugins } from './default-plugins.js';

let world: VirtualWorld;
let server: ApiServer;
let client: Client;

beforeEach(async () => {
  world = virtualWorld({ seed: 1 });
  server = await createApiServer({ world });
  client = server.client();
  await client
    .create<Namespace>({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } })
    .catch((error: unknown) => {
      if (!StatusError.is(error, 'AlreadyExists')) throw error;
    });
});

it('the plug-ins are those of kube-apiserver, in its order', async () => {
  const upstream = [
    ...['AlwaysAdmit', 'NamespaceAutoProvision', 'NamespaceLifecycle', 'NamespaceExists'],
    ...['LimitPodHardAntiAffinityTopology', 'LimitRanger', 'ServiceAccount', 'NodeRestriction'],
    ...['TaintNodesByCondition', 'AlwaysPullImages', 'ImagePolicyWebhook', 'PodSecurity', 'PodNodeSelector'],
    ...['Priority', 'DefaultTolerationSeconds', 'PodTolerationRestriction', 'EventRateLimit'],
    ...['ExtendedResourceToleration', 'DefaultStorageClass', 'StorageObjectInUseProtection'],
    ...['OwnerReferencesPermissionEnforcement', 'PersistentVolumeClaimResize', 'RuntimeClass'],
    ...['CertificateApproval', 'CertificateSigning', 'ClusterTrustBundleAttest', 'CertificateSubjectRestriction'],
    ...['DefaultIngressClass', 'DenyServiceExternalIPs', 'PodTopologyLabels', 'MutatingAdmissionPolicy'],
    ...['MutatingAdmissionWebhook', 'ValidatingAdmissionPolicy', 'ValidatingAdmissionWebhook', 'ResourceQuota'],
    'AlwaysDeny',
  ];
  const namesOf = ({ core }: ApiServer) =>
    core.admission.plugins.map(({ name }) => name).filter((name) => upstream.includes(name));
  const off = new Set<string>([...optionalPlugins, 'PodTopologyLabels']);
  expect(namesOf(server)).toEqual(upstream.filter((name) => !off.has(name)));
  const { backend } = server.core;
  const all = await createApiServer({
    ...{ world, backend, enableAdmissionPlugins: optionalPlugins },
    featureGates: { PodTopologyLabelsAdmission: true },
    pluginConfigurations: {
      EventRateLimit: { limits: [{ type: 'Server', qps: 1, burst: 1 }] },
      ImagePolicyWebhook: { target: { url: 'https://images.example.com' } },
    },
  });
  expect(namesOf(all)).toEqual(upstream);
});

it.each([
  ['EventRateLimit', {}, 'limits: Invalid value: []eventratelimit.Limit(nil): must not be empty'],
  [
    'EventRateLimit',
    { EventRateLimit: { limits: [{ type: 'Pod', qps: 0, burst: -1, cacheSize: -1 }] } },
    'limits[0].type: Unsupported value: "Pod": supported values: "Server", "Namespace", "User", "SourceAndObject", ' +
      'limits[0].burst: Invalid value: -1: must be positive, limits[0].qps: Invalid value: 0: must be positive, ' +
      'limits[0].cacheSize: Invalid value: -1: must not be negative',
  ],
  ['ImagePolicyWebhook', {}, 'no config specified'],
])('%s is not to be had with %j', async (name, pluginConfigurations, why) => {
  const options = { enableAdmissionPlugins: [name], pluginConfigurations } as unknown as ApiServerOptions;
  await expect(createApiServer(options)).rejects.toThrow(
    `admission plug-in ${JSON.stringify(name)} cannot be configured: ${why}`,
  );
});

it('any of them can be left out', async () => {
  const open = (await createApiServer({ disableAdmissionPlugins: ['TaintNodesByCondition'] })).client();
  const made = await open.create<Node>({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' } });
  expect(made.spec?.taints).toBeUndefined();
});

it('pods stay on lost nodes as long as the server says', async () => {
  const other = (
    await createApiServer({
      world: virtualWorld(),
      disableAdmissionPlugins: ['ServiceAccount'],
      defaultTolerations: { notReadySeconds: 0, unreachableSeconds: 7 },
    })
  ).client();
  const { spec } = await other.create<Pod>({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'default' },
    spec: { containers: [{ name: 'main', image: 'x' }] },
  });
  expect(spec?.tolerations?.map(({ key, tolerationSeconds }) => [key, tolerationSeconds])).toEqual([
    ['node.kubernetes.io/not-ready', 0],
    ['node.kubernetes.io/unreachable', 7],
  ]);
});

it('what is to be in a namespace that is not there is told so before anything else', async () => {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'none' },
    spec: { serviceAccountName: 'some', priorityClassName: 'none', containers: [{ name: 'main', image: 'x' }] },
  } as Pod;
  await expect(client.create(pod)).rejects.toThrow('namespaces "none" not found');
});

describe('an object whose name the server gives', () => {
  const generated = (spec: Partial<PodSpec> = {}): Pod => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { generateName: 'gen-', namespace: 'default' },
    spec: { containers: [{ name: 'main', image: 'x' }], serviceAccountName: 'default', ...spec },
  });
  const witnessed = async (changed: (object: KubernetesObject) => KubernetesObject = (object) => object) => {
    const seen: (string | undefined)[][] = [];
    const witness: AdmissionPlugin = {
      name: 'Witness',
      concerns: ({ resource: { kind } }) => kind.plural === 'configmaps',
      mutate({ object, name }) {
        seen.push(['mutate', name, object?.metadata.name]);
        return changed(object!);
      },
      validate: ({ object, name }) => void seen.push(['validate', name, object?.metadata.name]),
    };
    const other = (await createApiServer({ world: virtualWorld(), admission: [witness] })).client();
    seen.length = 0;
    const metadata = { generateName: 'gen-', namespace: 'default' };
    const { name } = (await other.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata } as KubernetesObject))
      .metadata;
    return { seen, name, other };
  };

  it('has none for plug-ins that change it, and one for those that judge it', async () => {
    const { seen, name } = await witnessed();
    expect(name).toMatch(/^gen-.{5}$/);
    expect(seen).toEqual([
      ['mutate', '', undefined],
      ['validate', name, name],
    ]);
  });

  it('has the one that a plug-in gives it', async () => {
    const named = (object: KubernetesObject) => ({ ...object, metadata: { ...object.metadata, name: 'given' } });
    const { seen, name, other } = await witnessed(named);
    expect([name, seen[1]]).toEqual(['given', ['validate', 'given', 'given']]);
    const metadata = { generateName: 'gen-', namespace: 'default' };
    await expect(other.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata } as KubernetesObject)).rejects.toThrow(
      'configmaps "given" already exists',
    );
  });

  it('is refused by what its name would begin with', async () => {
    await expect(client.create(generated({ priorityClassName: 'none' }))).rejects.toThrow(
      'pods "gen-" is forbidden: no PriorityClass with name none was found',
    );
  });
});

const claim = (name: string, spec: PersistentVolumeClaim['spec'] = {}, annotations = {}): PersistentVolumeClaim => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name, namespace: 'default', annotations },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec },
});
const storageClass = (name: string, annotation?: string, more: Partial<StorageClass> = {}) =>
  client.create<StorageClass>({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name, ...(annotation === undefined ? {} : { annotations: { [annotation]: 'true' } }) },
    provisioner: 'example.com/disk',
    ...more,
  });
const isDefault = 'storageclass.kubernetes.io/is-default-class';

describe('DefaultStorageClass', () => {
  const classOf = async (given: PersistentVolumeClaim) => (await client.create(given)).spec?.storageClassName;

  it('does nothing without a default', async () => {
    await storageClass('plain');
    expect(await classOf(claim('a'))).toBeUndefined();
  });

  it('fills in the default, by either annotation, and nothing over what is said', async () => {
    await storageClass('fast', 'storageclass.beta.kubernetes.io/is-default-class');
    expect(await classOf(claim('a'))).toBe('fast');
    expect(await classOf(claim('b', { storageClassName: '' }))).toBe('');
    expect(await classOf(claim('c', { storageClassName: 'slow' }))).toBe('slow');
    expect(await classOf(claim('d', {}, { 'volume.beta.kubernetes.io/storage-class': 'slow' }))).toBeUndefined();
  });

  it('of several takes the newest, of equally new ones the first by name', async () => {
    await storageClass('old', isDefault);
    await world.advance({ minutes: 1 });
    await storageClass('new-b', isDefault);
    await storageClass('new-a', isDefault);
    expect(await classOf(claim('a'))).toBe('new-a');
  });
});

describe('DefaultIngressClass', () => {
  const ingress = (name: string, more: Partial<Ingress> = {}): Ingress => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name, namespace: 'default' },
    spec: { defaultBackend: { service: { name: 's', port: { number: 80 } } } },
    ...more,
  });

  it('fills in the default where no class is named', async () => {
    await client.create<IngressClass>({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'IngressClass',
      metadata: { name: 'edge', annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' } },
      spec: { controller: 'example.com/edge' },
    });
    const metadata = { name: 'b', namespace: 'default', annotations: { 'kubernetes.io/ingress.class': 'nginx' } };
    expect((await client.create(ingress('a'))).spec?.ingressClassName).toBe('edge');
    expect((await client.create(ingress('b', { metadata }))).spec?.ingressClassName).toBeUndefined();
    const { spec } = ingress('c');
    const own = await client.create(ingress('c', { spec: { ...spec, ingressClassName: 'own' } }));
    expect(own.spec?.ingressClassName).toBe('own');
  });
});

describe('StorageObjectInUseProtection', () => {
  it('holds classes of attributes by a finalizer', async () => {
    const { metadata } = await client.create({
      ...{ apiVersion: 'storage.k8s.io/v1beta1', kind: 'VolumeAttributesClass', metadata: { name: 'gold' } },
      ...{ driverName: 'disk.example.com', parameters: { iops: '100' } },
    } as KubernetesObject);
    expect(metadata.finalizers).toEqual(['kubernetes.io/vac-protection']);
  });

  it('holds claims and volumes by a finalizer', async () => {
    expect((await client.create(claim('a'))).metadata.finalizers).toEqual(['kubernetes.io/pvc-protection']);
    const volume = await client.create<PersistentVolume>({
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: 'v', finalizers: ['example.com/mine'] },
      spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/x' } },
    });
    expect(volume.metadata.finalizers).toEqual(['example.com/mine', 'kubernetes.io/pv-protection']);
    await client.delete(PersistentVolume, { name: 'v' });
    expect((await client.get(PersistentVolume, { name: 'v' })).metadata.deletionTimestamp).toBeDefined();
  });
});

describe('PersistentVolumeClaimResize', () => {
  const grow = (name: string) =>
    client.patch(
      PersistentVolumeClaim,
      { name, namespace: 'default' },
      { type: 'merge', body: { spec: { resources: { requests: { storage: '2Gi' } } } } },
    );
  const bound = async (name: string, storageClassName?: string) => {
    const made = await client.create(claim(name, storageClassName === undefined ? {} : { storageClassName }));
    await client.update({ ...made, status: { phase: 'Bound' } }, { subresource: 'status' });
  };

  it('lets only bound claims grow', async () => {
    await storageClass('elastic', isDefault, { allowVolumeExpansion: true });
    await client.create(claim('a'));
    await expect(grow('a')).rejects.toThrow(
      'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
    );
    await bound('b');
    expect((await grow('b')).spec?.resources?.requests).toEqual({ storage: '2Gi' });
  });

  it.each([['stiff'], [undefined]])('asks the storage class: %s', async (name) => {
    if (name !== undefined) await storageClass(name);
    await bound('a', name);
    await expect(grow('a')).rejects.toThrow(
      'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
    );
  });
});

describe('TaintNodesByCondition', () => {
  it('keeps pods from a new node', async () => {
    const made = await client.create<Node>({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' } });
    expect(made.spec?.taints).toEqual([{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }]);
    const kept = await client.update<Node>({ ...made, spec: {} });
    expect(kept.spec?.taints).toBeUndefined();
    expect(await client.list(Node)).toHaveLength(1);
  });
});

describe('RuntimeClass', () => {
  const pod = (name: string, spec: Partial<PodSpec>): Pod => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default' },
    spec: { containers: [{ name: 'c', image: 'i' }], ...spec },
  });
  beforeEach(() =>
    client.create<RuntimeClass>({
      apiVersion: 'node.k8s.io/v1',
      kind: 'RuntimeClass',
      metadata: { name: 'sandboxed' },
      handler: 'runsc',
      overhead: { podFixed: { cpu: '100m', memory: '1Mi' } },
      scheduling: { nodeSelector: { sandbox: 'yes' }, tolerations: [{ key: 'sandbox', operator: 'Exists' }] },
    }),
  );

  it('brings overhead and scheduling', async () => {
    const { spec } = await client.create(pod('a', { runtimeClassName: 'sandboxed', nodeSelector: { zone: 'a' } }));
    expect(spec?.overhead).toEqual({ cpu: '100m', memory: '1Mi' });
    expect(spec?.nodeSelector).toEqual({ zone: 'a', sandbox: 'yes' });
    expect(spec?.tolerations).toContainEqual({ key: 'sandbox', operator: 'Exists' });
  });

  it.each([
    [{ runtimeClassName: 'unknown' }, 'pod rejected: RuntimeClass "unknown" not found'],
    [
      { runtimeClassName: 'sandboxed', overhead: { cpu: '1' } },
      "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead",
    ],
    [{ overhead: { cpu: '1' } }, 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead'],
    [
      { runtimeClassName: 'sandboxed', nodeSelector: { sandbox: 'no' } },
      'conflict: runtimeClass.scheduling.nodeSelector[sandbox] = yes; pod.spec.nodeSelector[sandbox] = no',
    ],
  ])('refuses %j', async (spec, message) => {
    await expect(client.create(pod('a', spec))).rejects.toThrow(`pods "a" is forbidden: ${message}`);
  });

  it('of a pod without a class all tolerations are judged', async () => {
    const tolerations = [{ operator: 'Exists' }, { value: 'a' }] as Toleration[];
    await expect(client.create(pod('a', { tolerations }))).rejects.toThrow(
      'spec.tolerations[1].operator: Invalid value: ""',
    );
  });

  it('brings no tolerations that the pod has already, and takes the place of narrower ones', async () => {
    const tolerations: Toleration[] = [
      { key: 'sandbox', operator: 'Equal', value: 'yes', effect: 'NoSchedule' },
      { key: 'other', operator: 'Exists' },
    ];
    const { spec } = await client.create(pod('a', { runtimeClassName: 'sandboxed', tolerations }));
    const lasting = spec?.tolerations?.filter(({ tolerationSeconds }) => tolerationSeconds === undefined);
    expect(lasting).toEqual([
      { key: 'other', operator: 'Exists' },
      { key: 'sandbox', operator: 'Exists' },
    ]);
  });

  it('takes the same overhead written otherwise', async () => {
    await client.create(pod('a', { runtimeClassName: 'sandboxed', overhead: { cpu: '0.1', memory: '1024Ki' } }));
    expect(await client.list(Pod)).toHaveLength(1);
  });
});
