/** Services, accounts, quotas, roles, policies and certificates: what controllers do without pods, or around them. */
import { condition, type Loose, type Stage, type Story } from '../stage.js';
import { measured, podSpec, template, workload } from './pods-of.js';
import { signingRequest } from './signing-request.js';

async function serviceStory(stage: Stage): Promise<void> {
  await stage.make('apps/v1', 'Deployment', 'web', workload('web', 'web:1', { replicas: 2 }));
  const ports = [{ name: 'http', port: 80, targetPort: 8080 }];
  await stage.make('v1', 'Service', 'web', { spec: { selector: { app: 'web' }, ports } });
  await stage.make('v1', 'Service', 'headless', { spec: { selector: { app: 'web' }, clusterIP: 'None' } });
  await stage.make('v1', 'Service', 'by-hand', { spec: { ports } });
  await stage.make('v1', 'Endpoints', 'by-hand', {
    subsets: [{ addresses: [{ ip: '192.0.2.7' }], ports: [{ name: 'http', port: 8080 }] }],
  });
  const ready = async (name: string, count: number) =>
    stage.until(`${count} ready endpoints of ${name}`, async () => {
      const slices = await stage.list('EndpointSlice', `kubernetes.io/service-name=${name}`);
      const endpoints = slices.flatMap((slice) => slice.endpoints ?? []);
      return endpoints.filter((each: Loose) => each.conditions.ready !== false).length === count;
    });
  await ready('web', 2);
  await ready('headless', 2);
  await ready('by-hand', 1);
  await stage.object('Endpoints', 'web', (it) => it.subsets?.[0]?.addresses?.length === 2);
  await stage.patch('Deployment', 'web', { spec: { replicas: 1 } });
  await ready('web', 1);
  await stage.object('Endpoints', 'web', (it) => it.subsets?.[0]?.addresses?.length === 1);
  await stage.object('Deployment', 'web', (it) => it.status.replicas === 1);
}

async function quotaStory(stage: Stage): Promise<void> {
  await stage.make('v1', 'ResourceQuota', 'few', { spec: { hard: { pods: '2', 'count/configmaps': '3' } } });
  await stage.object('ResourceQuota', 'few', (it) => it.status?.used?.pods === '0');
  for (const name of ['a', 'b']) await stage.make('v1', 'Pod', name, { spec: podSpec('web') });
  const refused = await stage.make('v1', 'Pod', 'c', { spec: podSpec('web') }).catch((error) => error.status?.code);
  if (refused !== 403) throw new Error(`a pod beyond the quota came to ${refused}`);
  await stage.remove('Pod', 'a');
  await stage.object('ResourceQuota', 'few', (it) => it.status.used.pods === '1');
}

async function accountStory(stage: Stage): Promise<void> {
  await stage.object('ConfigMap', 'kube-root-ca.crt', (it) => it.data['ca.crt'].includes('BEGIN CERTIFICATE'));
  await stage.make('v1', 'ServiceAccount', 'robot');
  const annotations = { 'kubernetes.io/service-account.name': 'robot' };
  await stage.make('v1', 'Secret', 'robot-token', {
    ...{ metadata: { annotations }, type: 'kubernetes.io/service-account-token' },
  });
  await stage.object('Secret', 'robot-token', (it) => it.data?.token !== undefined && it.data['ca.crt'] !== undefined);
  await stage.make('v1', 'ServiceAccount', 'leaver');
  await stage.make('v1', 'Secret', 'leaver-token', {
    metadata: { annotations: { 'kubernetes.io/service-account.name': 'leaver' } },
    type: 'kubernetes.io/service-account-token',
  });
  await stage.object('Secret', 'leaver-token', (it) => it.data?.token !== undefined);
  await stage.remove('ServiceAccount', 'leaver');
  await stage.gone('Secret', 'leaver-token');
  await stage.remove('ServiceAccount', 'default');
  await stage.until('another default account', async () => stage.get('ServiceAccount', 'default'));
}

async function aggregationStory(stage: Stage): Promise<void> {
  const name = (part: string) => `${stage.namespace}-${part}`;
  const labels = { [stage.namespace]: 'yes' };
  await stage.make('rbac.authorization.k8s.io/v1', 'ClusterRole', name('all'), {
    aggregationRule: { clusterRoleSelectors: [{ matchLabels: labels }] },
  });
  const part = (resource: string) => ({
    metadata: { labels },
    rules: [{ apiGroups: [''], resources: [resource], verbs: ['get'] }],
  });
  await stage.make('rbac.authorization.k8s.io/v1', 'ClusterRole', name('pods'), part('pods'));
  await stage.make('rbac.authorization.k8s.io/v1', 'ClusterRole', name('secrets'), part('secrets'));
  await stage.object('ClusterRole', name('all'), (it) => it.rules?.length === 2);
  await stage.remove('ClusterRole', name('pods'));
  await stage.object('ClusterRole', name('all'), (it) => it.rules?.length === 1);
}

async function policyStory(stage: Stage): Promise<void> {
  await stage.make('admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicy', stage.namespace, {
    spec: {
      matchConstraints: {
        resourceRules: [
          { apiGroups: ['apps'], apiVersions: ['v1'], resources: ['deployments'], operations: ['CREATE'] },
        ],
      },
      validations: [{ expression: 'object.spec.replicas > "few"' }, { expression: 'object.spec.replicaz > 1' }],
    },
  });
  await stage.object('ValidatingAdmissionPolicy', stage.namespace, (it) => it.status?.observedGeneration === 1);
}

async function certificateStory(stage: Stage): Promise<void> {
  const request = Buffer.from(signingRequest('ann')).toString('base64');
  const of = async (name: string, signerName: string, usages: readonly string[]) => {
    const full = `${stage.namespace}-${name}`;
    const spec = { request, signerName, usages };
    await stage.make('certificates.k8s.io/v1', 'CertificateSigningRequest', full, { spec });
    return stage.get('CertificateSigningRequest', full);
  };
  const asked = await of('client', 'kubernetes.io/kube-apiserver-client', ['client auth']);
  const approved = { type: 'Approved', status: 'True', reason: 'ByHand', message: 'for a story' };
  await stage.client.update({ ...asked, status: { conditions: [approved] } }, { subresource: 'approval' });
  const name = asked.metadata.name;
  await stage.object('CertificateSigningRequest', name, (it) => it.status?.certificate !== undefined);
}

async function unmeasuredStory(stage: Stage): Promise<void> {
  await stage.make('apps/v1', 'Deployment', 'idle', workload('idle', 'web', { replicas: 1 }));
  await stage.pods(1, 'app=idle');
  await measured();
  const target = { type: 'Utilization', averageUtilization: 50 };
  await stage.make('autoscaling/v2', 'HorizontalPodAutoscaler', 'idle', {
    spec: { ...scaling('idle'), metrics: [{ type: 'Resource', resource: { name: 'cpu', target } }] },
  });
  await stage.object('HorizontalPodAutoscaler', 'idle', (it) => condition(it, 'ScalingActive')?.status === 'False');
}

/** Each pod is as busy as one may be at the most: there are as many as there may be. */
async function horizontalStory(stage: Stage): Promise<void> {
  const containers = [{ name: 'main', image: 'busy', resources: { requests: { cpu: '100m' } } }];
  const busy = template('busy', 'busy', { containers });
  const metadata = { ...busy.metadata, annotations: { 'stories/cpu': '100m' } };
  const selector = { matchLabels: { app: 'busy' } };
  await stage.make('apps/v1', 'Deployment', 'busy', {
    spec: { replicas: 1, selector, template: { ...busy, metadata } },
  });
  await stage.pods(1, 'app=busy');
  await measured();
  const target = { type: 'Utilization', averageUtilization: 50 };
  await stage.make('autoscaling/v2', 'HorizontalPodAutoscaler', 'busy', {
    spec: { ...scaling('busy'), metrics: [{ type: 'Resource', resource: { name: 'cpu', target } }] },
  });
  await stage.object('HorizontalPodAutoscaler', 'busy', ({ status }) => status?.currentReplicas === 3);
  await stage.object('HorizontalPodAutoscaler', 'busy', (it) => condition(it, 'ScalingLimited')?.status === 'True');
  await stage.pods(3, 'app=busy');
}

const scaling = (name: string) => ({
  ...{ scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name }, minReplicas: 1, maxReplicas: 3 },
});

export const serviceStories: readonly Story[] = [
  { name: 'service', play: serviceStory },
  { name: 'quota', play: quotaStory },
  { name: 'account', play: accountStory },
  { name: 'role-aggregation', play: aggregationStory },
  { name: 'policy-status', play: policyStory },
  { name: 'certificate', play: certificateStory },
  { name: 'autoscaler', play: horizontalStory },
  { name: 'unmeasured', play: unmeasuredStory },
];
