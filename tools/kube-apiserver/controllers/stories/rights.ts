/** Certificates that are asked for wrongly, quotas with scopes, tokens that let clusters be joined, ranges of Services. */
import { canonicalJson } from '@pintle/machinery';
import { condition, type Loose, type Stage, type Story } from '../stage.js';
import { podSpec } from './pods-of.js';
import { signingRequest } from './signing-request.js';

async function signersStory(stage: Stage): Promise<void> {
  const ask = async (
    name: string,
    signerName: string,
    usages: readonly string[],
    subject: readonly [string, string?],
  ) => {
    const request = Buffer.from(signingRequest(...subject)).toString('base64');
    const full = `${stage.namespace}-${name}`;
    const spec = { request, signerName, usages };
    return stage.make('certificates.k8s.io/v1', 'CertificateSigningRequest', full, { spec });
  };
  const decide = (asked: Loose, type: 'Approved' | 'Denied') => {
    const decided = { type, status: 'True', reason: 'ByHand', message: 'for a story' };
    return stage.client.update({ ...asked, status: { conditions: [decided] } }, { subresource: 'approval' });
  };
  const client = 'kubernetes.io/kube-apiserver-client';
  const node = 'system:node:story';
  await decide(await ask('denied', client, ['client auth'], ['ann']), 'Denied');
  await decide(await ask('elsewhere', 'example.com/signer', ['client auth'], ['ann']), 'Approved');
  await decide(await ask('wrong-usage', client, ['server auth'], ['ann']), 'Approved');
  await decide(
    await ask('wrong-name', 'kubernetes.io/kubelet-serving', ['server auth'], ['ann', 'system:nodes']),
    'Approved',
  );
  await ask('waiting', client, ['client auth'], ['ann']);
  // Approved by itself.
  const kubelet = 'kubernetes.io/kube-apiserver-client-kubelet';
  await ask('kubelet', kubelet, ['client auth', 'digital signature'], [node, 'system:nodes']);
  await ask('no-kubelet', kubelet, ['client auth', 'digital signature'], ['ann', 'system:nodes']);
  for (const name of ['wrong-usage', 'wrong-name'])
    await stage.object('CertificateSigningRequest', `${stage.namespace}-${name}`, (it) => condition(it, 'Failed'));
  await stage.object('CertificateSigningRequest', `${stage.namespace}-kubelet`, (it) => it.status?.certificate);
}

async function scopesStory(stage: Stage): Promise<void> {
  const priority = `${stage.namespace}-high`;
  await stage.make('scheduling.k8s.io/v1', 'PriorityClass', priority, { value: 7 });
  const quota = (name: string, hard: object, more: object = {}) =>
    stage.make('v1', 'ResourceQuota', name, { spec: { hard, ...more } });
  await quota('best-effort', { pods: '10' }, { scopes: ['BestEffort'] });
  await quota(
    'not-best-effort',
    { pods: '10', 'requests.cpu': '4', 'limits.memory': '8Gi' },
    { scopes: ['NotBestEffort'] },
  );
  await quota('terminating', { pods: '10' }, { scopes: ['Terminating'] });
  await quota('not-terminating', { pods: '10' }, { scopes: ['NotTerminating'] });
  const inClass = { scopeName: 'PriorityClass', operator: 'In', values: [priority] };
  await quota('high', { pods: '10', cpu: '3' }, { scopeSelector: { matchExpressions: [inClass] } });
  const some = { scopeName: 'CrossNamespacePodAffinity', operator: 'Exists' };
  await quota('affine', { pods: '10' }, { scopeSelector: { matchExpressions: [some] } });
  await quota('objects', {
    ...{ services: '9', 'services.nodeports': '9', 'services.loadbalancers': '9', secrets: '9', configmaps: '9' },
    ...{ persistentvolumeclaims: '9', 'requests.storage': '90Gi', 'count/deployments.apps': '9' },
    ...{
      'gold.storageclass.storage.k8s.io/requests.storage': '90Gi',
      'count/jobs.batch': '3',
      replicationcontrollers: '1',
    },
    ...{ 'gold.storageclass.storage.k8s.io/persistentvolumeclaims': '5', 'requests.example.com/gpu': '4' },
  });
  const names = ['best-effort', 'not-best-effort', 'terminating', 'not-terminating', 'high', 'affine', 'objects'];
  for (const name of names) await stage.object('ResourceQuota', name, (it) => it.status?.used !== undefined);
  const resources = { requests: { cpu: '250m' }, limits: { cpu: '500m', memory: '64Mi' } };
  await stage.make('v1', 'Pod', 'plain', { spec: podSpec('web') });
  await stage.make('v1', 'Pod', 'sized', { spec: podSpec('web', { resources }) });
  await stage.make('v1', 'Pod', 'brief', { spec: { ...podSpec('web'), activeDeadlineSeconds: 3600 } });
  await stage.make('v1', 'Pod', 'high', { spec: { ...podSpec('web', { resources }), priorityClassName: priority } });
  await stage.make('v1', 'Pod', 'ended', { spec: { ...podSpec('quick', { resources }), restartPolicy: 'Never' } });
  await stage.make('v1', 'Service', 'open', {
    spec: { type: 'NodePort', ports: [{ port: 80 }, { name: 'b', port: 81 }].map((it) => ({ name: 'a', ...it })) },
  });
  await stage.make('v1', 'Service', 'wide', { spec: { type: 'LoadBalancer', ports: [{ port: 80 }] } });
  await stage.make('v1', 'PersistentVolumeClaim', 'gold', {
    spec: { storageClassName: 'gold', accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '3Gi' } } },
  });
  await stage.make('v1', 'Secret', 'one');
  await stage.object('Pod', 'ended', (it) => it.status.phase === 'Succeeded');
  await stage.object('ResourceQuota', 'not-best-effort', (it) => it.status.used.pods === '2');
  await stage.object('ResourceQuota', 'objects', (it) => it.status.used.persistentvolumeclaims === '1');
}

async function bootstrapStory(stage: Stage): Promise<void> {
  const token = (id: string, data: object) =>
    stage.client.create({
      ...{ apiVersion: 'v1', kind: 'Secret', type: 'bootstrap.kubernetes.io/token' },
      metadata: { name: `bootstrap-token-${id}`, namespace: 'kube-system' },
      stringData: { 'token-id': id, 'token-secret': '0123456789abcdef', 'usage-bootstrap-signing': 'true', ...data },
    } as Loose);
  const info = { name: 'cluster-info', namespace: 'kube-public' };
  await stage.client.create({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: info,
    data: { kubeconfig: 'a: b\n' },
  } as Loose);
  await token('abcdef', {});
  await token('unsaid', { 'usage-bootstrap-signing': 'false' });
  const inAMoment = `${new Date(Date.now() + 6_000).toISOString().slice(0, 19)}Z`;
  await token('ending', { expiration: inAMoment });
  const seen = () =>
    stage.client.get(
      { group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps', scope: 'Namespaced' } as Loose,
      info,
    ) as Promise<Loose>;
  await stage.until('a signature', async () => (await seen()).data['jws-kubeconfig-abcdef']);
  await stage.until('the signature of the ending one', async () => (await seen()).data['jws-kubeconfig-ending']);
  await stage.until('it to be withdrawn', async () => (await seen()).data['jws-kubeconfig-ending'] === undefined);
  await stage.make('v1', 'ConfigMap', 'seen', { data: (await seen()).data });
}

async function rangesStory(stage: Stage): Promise<void> {
  const name = `${stage.namespace}-more`;
  await stage.make('networking.k8s.io/v1', 'ServiceCIDR', name, { spec: { cidrs: ['10.97.3.0/24'] } });
  await stage.object('ServiceCIDR', name, (it) => condition(it, 'Ready')?.status === 'True');
  await stage.make('v1', 'Service', 'there', { spec: { ports: [{ port: 80 }], clusterIP: '10.97.3.7' } });
  await stage.remove('ServiceCIDR', name);
  await stage.object('ServiceCIDR', name, (it) => condition(it, 'Ready')?.status === 'False');
}

/** Who changes the certificate, or takes it away, finds it there again; what else was written on it stays. */
async function rootCaStory(stage: Stage): Promise<void> {
  const name = 'kube-root-ca.crt';
  const before = await stage.object('ConfigMap', name, ({ data }) => data['ca.crt']);
  const isBack = (it: Loose) => it.data['ca.crt'] === before.data['ca.crt'] && Object.keys(it.data).length === 1;
  await stage.patch('ConfigMap', name, {
    metadata: { annotations: { note: 'kept', 'kubernetes.io/description': null }, labels: { kept: 'too' } },
    data: { 'ca.crt': 'mine', other: 'gone' },
  });
  const again = await stage.object('ConfigMap', name, isBack);
  const { labels, annotations, managedFields } = again.metadata;
  await stage.remove('ConfigMap', name);
  await stage.object('ConfigMap', name, (it) => it.metadata.uid !== again.metadata.uid && isBack(it));
  const seen = {
    ...{ labels, annotations: Object.keys(annotations).sort() },
    managers: managedFields.map(({ manager, operation }: Loose) => `${manager} ${operation}`).sort(),
  };
  await stage.make('v1', 'ConfigMap', 'seen', { data: { again: canonicalJson(seen) } });
}

/** A quota of objects of a custom kind, which were there before it; one that is changed. */
async function customQuotaStory(stage: Stage): Promise<void> {
  const group = `${stage.namespace}.example.com`;
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  await stage.make('apiextensions.k8s.io/v1', 'CustomResourceDefinition', `shops.${group}`, {
    spec: {
      ...{ group, scope: 'Namespaced', names: { plural: 'shops', singular: 'shop', kind: 'Shop' } },
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  });
  const shop = (name: string): Promise<Loose> =>
    stage.client.create({ apiVersion: `${group}/v1`, kind: 'Shop', metadata: { name, namespace: stage.namespace } });
  await stage.until('custom objects can be made', () => shop('first'));
  await shop('second');
  const count = `count/shops.${group}`;
  const used = (name: string, wanted: string, key = count) =>
    stage.object('ResourceQuota', name, ({ status }) => status?.used?.[key] === wanted, 150_000);
  await stage.make('v1', 'ResourceQuota', 'shops', { spec: { hard: { [count]: '3', configmaps: '9' } } });
  await used('shops', '2');
  await shop('third');
  await used('shops', '3');
  const refused = await shop('fourth').catch(({ status }) => status);
  const kind = { group, version: 'v1', kind: 'Shop', plural: 'shops', scope: 'Namespaced' } as Loose;
  await stage.client.delete(kind, { name: 'first', namespace: stage.namespace });
  await used('shops', '2');
  await stage.patch('ResourceQuota', 'shops', { spec: { hard: { [count]: null, secrets: '5' } } });
  await used('shops', '0', 'secrets');
  await stage.object('ResourceQuota', 'shops', ({ status }) => status.used[count] === undefined);
  await stage.remove('CustomResourceDefinition', `shops.${group}`);
  await stage.make('v1', 'ConfigMap', 'seen', { data: { refused: canonicalJson(refused) } });
}

export const rightsStories: readonly Story[] = [
  { name: 'signers', play: signersStory },
  { name: 'quota-scopes', play: scopesStory },
  { name: 'bootstrap', play: bootstrapStory },
  { name: 'service-range', play: rangesStory },
  { name: 'root-ca', play: rootCaStory },
  { name: 'custom-quota', play: customQuotaStory },
];
