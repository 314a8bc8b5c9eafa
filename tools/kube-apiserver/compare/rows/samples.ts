/** One object of every built-in kind: the least that is accepted. Rows of every kind, and others, start from these. */

export interface Sample {
  /** The collection; with `NS` where the kind is in namespaces. */
  readonly path: string;
  readonly object: { readonly apiVersion: string; readonly kind: string; readonly [field: string]: unknown };
  readonly subresources?: readonly ('status' | 'scale')[];
}

const container = { name: 'c', image: 'registry.example/app:1' };
const podTemplate = (labels: object) => ({ metadata: { labels }, spec: { containers: [container] } });
const app = { app: 'a' };
const selector = { matchLabels: app };

const sample = (path: string, kind: string, rest: object = {}, subresources: Sample['subresources'] = []): Sample => {
  const [, root, ...parts] = path.split('/');
  const apiVersion = root === 'api' ? parts[0]! : `${parts[0]}/${parts[1]}`;
  const { metadata = {}, ...others } = rest as { metadata?: object };
  return { path, object: { apiVersion, kind, metadata: { name: 'x', ...metadata }, ...others }, subresources };
};

const core = '/api/v1/namespaces/NS';
const apps = '/apis/apps/v1/namespaces/NS';
const rbac = '/apis/rbac.authorization.k8s.io/v1';
const admission = '/apis/admissionregistration.k8s.io';
const clientConfig = { url: 'https://hooks.example/check' };
const webhook = { name: 'a.hooks.example', clientConfig, sideEffects: 'None', admissionReviewVersions: ['v1'] };
const deviceRequests = (request: object) => ({ devices: { requests: [request] } });

/** Of cluster-wide kinds the name is `NS-x`, so that groups do not meet. */
const wide = (name = 'NS-x') => ({ metadata: { name } });

export const samples: readonly Sample[] = [
  sample(`${core}/pods`, 'Pod', { spec: { containers: [container] } }, ['status']),
  sample(`${core}/configmaps`, 'ConfigMap', { data: { a: '1' } }),
  sample(`${core}/secrets`, 'Secret', { stringData: { a: '1' } }),
  sample(`${core}/services`, 'Service', { spec: { ports: [{ port: 80 }] } }, ['status']),
  sample(`${core}/endpoints`, 'Endpoints', { subsets: [{ addresses: [{ ip: '192.0.2.1' }], ports: [{ port: 80 }] }] }),
  sample(`${core}/events`, 'Event', { involvedObject: { namespace: 'NS' }, metadata: { name: 'x', namespace: 'NS' } }),
  sample(`${core}/limitranges`, 'LimitRange', { spec: { limits: [] } }),
  sample(
    `${core}/persistentvolumeclaims`,
    'PersistentVolumeClaim',
    {
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    },
    ['status'],
  ),
  sample(`${core}/podtemplates`, 'PodTemplate', { template: podTemplate({}) }),
  sample(
    `${core}/replicationcontrollers`,
    'ReplicationController',
    {
      spec: { selector: app, template: podTemplate(app) },
    },
    ['status', 'scale'],
  ),
  sample(`${core}/resourcequotas`, 'ResourceQuota', { spec: { hard: { 'count/widgets.example.com': '3' } } }, [
    'status',
  ]),
  sample(`${core}/serviceaccounts`, 'ServiceAccount'),
  sample('/api/v1/namespaces', 'Namespace', wide(), ['status']),
  sample('/api/v1/nodes', 'Node', wide(), ['status']),
  sample(
    '/api/v1/persistentvolumes',
    'PersistentVolume',
    {
      ...wide(),
      spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/data' } },
    },
    ['status'],
  ),
  sample(`${apps}/deployments`, 'Deployment', { spec: { selector, template: podTemplate(app) } }, ['status', 'scale']),
  sample(`${apps}/replicasets`, 'ReplicaSet', { spec: { selector, template: podTemplate(app) } }, ['status', 'scale']),
  sample(`${apps}/statefulsets`, 'StatefulSet', { spec: { selector, template: podTemplate(app), serviceName: 's' } }, [
    'status',
    'scale',
  ]),
  sample(`${apps}/daemonsets`, 'DaemonSet', { spec: { selector, template: podTemplate(app) } }, ['status']),
  sample(`${apps}/controllerrevisions`, 'ControllerRevision', { revision: 1, data: { a: 1 } }),
  sample(
    '/apis/batch/v1/namespaces/NS/jobs',
    'Job',
    {
      spec: { template: { spec: { containers: [container], restartPolicy: 'Never' } } },
    },
    ['status'],
  ),
  sample(
    '/apis/batch/v1/namespaces/NS/cronjobs',
    'CronJob',
    {
      spec: {
        schedule: '* * * * *',
        jobTemplate: { spec: { template: { spec: { containers: [container], restartPolicy: 'Never' } } } },
      },
    },
    ['status'],
  ),
  sample(
    '/apis/autoscaling/v1/namespaces/NS/horizontalpodautoscalers',
    'HorizontalPodAutoscaler',
    {
      metadata: { name: 'v1' },
      spec: { maxReplicas: 3, scaleTargetRef: { kind: 'Deployment', name: 'x', apiVersion: 'apps/v1' } },
    },
    ['status'],
  ),
  sample(
    '/apis/autoscaling/v2/namespaces/NS/horizontalpodautoscalers',
    'HorizontalPodAutoscaler',
    {
      spec: { maxReplicas: 3, scaleTargetRef: { kind: 'Deployment', name: 'x', apiVersion: 'apps/v1' } },
    },
    ['status'],
  ),
  sample(
    '/apis/policy/v1/namespaces/NS/poddisruptionbudgets',
    'PodDisruptionBudget',
    {
      spec: { minAvailable: 1, selector },
    },
    ['status'],
  ),
  sample(
    '/apis/networking.k8s.io/v1/namespaces/NS/ingresses',
    'Ingress',
    {
      spec: { defaultBackend: { service: { name: 's', port: { number: 80 } } } },
    },
    ['status'],
  ),
  sample('/apis/networking.k8s.io/v1/namespaces/NS/networkpolicies', 'NetworkPolicy', { spec: { podSelector: {} } }),
  sample('/apis/networking.k8s.io/v1/ingressclasses', 'IngressClass', {
    ...wide(),
    spec: { controller: 'example.com/c' },
  }),
  sample('/apis/networking.k8s.io/v1/ipaddresses', 'IPAddress', {
    metadata: { name: '192.0.2.7' },
    spec: { parentRef: { resource: 'services', name: 'x', namespace: 'NS' } },
  }),
  sample('/apis/networking.k8s.io/v1/servicecidrs', 'ServiceCIDR', { ...wide(), spec: { cidrs: ['10.99.0.0/24'] } }, [
    'status',
  ]),
  sample('/apis/discovery.k8s.io/v1/namespaces/NS/endpointslices', 'EndpointSlice', {
    addressType: 'IPv4',
    endpoints: [{ addresses: ['192.0.2.1'] }],
  }),
  sample('/apis/coordination.k8s.io/v1/namespaces/NS/leases', 'Lease', { spec: { holderIdentity: 'me' } }),
  sample('/apis/coordination.k8s.io/v1beta1/namespaces/NS/leasecandidates', 'LeaseCandidate', {
    spec: { leaseName: 'l', binaryVersion: '1.33.0', emulationVersion: '1.33.0', strategy: 'OldestEmulationVersion' },
  }),
  sample('/apis/events.k8s.io/v1/namespaces/NS/events', 'Event', {
    metadata: { name: 'new', namespace: 'NS' },
    ...{ eventTime: '2026-01-01T00:00:00.000000Z', action: 'Act', reason: 'Because', type: 'Normal' },
    ...{ reportingController: 'example.com/c', reportingInstance: 'c-1', regarding: { namespace: 'NS', kind: 'Pod' } },
  }),
  sample('/apis/node.k8s.io/v1/runtimeclasses', 'RuntimeClass', { ...wide(), handler: 'runc' }),
  sample('/apis/scheduling.k8s.io/v1/priorityclasses', 'PriorityClass', { ...wide(), value: 7 }),
  sample('/apis/storage.k8s.io/v1/storageclasses', 'StorageClass', { ...wide(), provisioner: 'example.com/p' }),
  sample('/apis/storage.k8s.io/v1/csidrivers', 'CSIDriver', wide()),
  sample('/apis/storage.k8s.io/v1/csinodes', 'CSINode', { ...wide(), spec: { drivers: [] } }),
  sample('/apis/storage.k8s.io/v1/namespaces/NS/csistoragecapacities', 'CSIStorageCapacity', { storageClassName: 's' }),
  sample(
    '/apis/storage.k8s.io/v1/volumeattachments',
    'VolumeAttachment',
    {
      ...wide(),
      spec: { attacher: 'example.com/p', nodeName: 'n', source: { persistentVolumeName: 'v' } },
    },
    ['status'],
  ),
  sample('/apis/storage.k8s.io/v1beta1/volumeattributesclasses', 'VolumeAttributesClass', {
    ...wide(),
    driverName: 'example.com',
    parameters: { a: 'b' },
  }),
  sample(`${rbac}/namespaces/NS/roles`, 'Role', { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] }),
  sample(`${rbac}/namespaces/NS/rolebindings`, 'RoleBinding', {
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'x' },
    subjects: [{ kind: 'User', name: 'ann' }],
  }),
  sample(`${rbac}/clusterroles`, 'ClusterRole', { ...wide(), rules: [{ nonResourceURLs: ['/x'], verbs: ['get'] }] }),
  sample(`${rbac}/clusterrolebindings`, 'ClusterRoleBinding', {
    ...wide(),
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'NS-x' },
    subjects: [{ kind: 'ServiceAccount', name: 'default', namespace: 'NS' }],
  }),
  sample(
    '/apis/certificates.k8s.io/v1/certificatesigningrequests',
    'CertificateSigningRequest',
    {
      ...wide(),
      spec: { request: 'bm90aGluZw==', signerName: 'example.com/signer', usages: ['client auth'] },
    },
    ['status'],
  ),
  sample('/apis/certificates.k8s.io/v1beta1/clustertrustbundles', 'ClusterTrustBundle', {
    ...wide(),
    spec: { trustBundle: 'x' },
  }),
  sample(`${admission}/v1/validatingwebhookconfigurations`, 'ValidatingWebhookConfiguration', {
    ...wide(),
    webhooks: [webhook],
  }),
  sample(`${admission}/v1/mutatingwebhookconfigurations`, 'MutatingWebhookConfiguration', {
    ...wide(),
    webhooks: [webhook],
  }),
  sample(
    `${admission}/v1/validatingadmissionpolicies`,
    'ValidatingAdmissionPolicy',
    {
      ...wide(),
      spec: {
        matchConstraints: {
          resourceRules: [
            { apiGroups: ['example.com'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['widgets'] },
          ],
        },
        validations: [{ expression: 'object.metadata.name != "x"' }],
      },
    },
    ['status'],
  ),
  sample(`${admission}/v1/validatingadmissionpolicybindings`, 'ValidatingAdmissionPolicyBinding', {
    ...wide(),
    spec: { policyName: 'NS-x', validationActions: ['Deny'] },
  }),
  sample(`${admission}/v1alpha1/mutatingadmissionpolicies`, 'MutatingAdmissionPolicy', {
    ...wide(),
    spec: {
      matchConstraints: {
        resourceRules: [
          { apiGroups: ['example.com'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['widgets'] },
        ],
      },
      reinvocationPolicy: 'Never',
      mutations: [
        { patchType: 'ApplyConfiguration', applyConfiguration: { expression: 'Object{metadata: Object.metadata{}}' } },
      ],
    },
  }),
  sample(`${admission}/v1alpha1/mutatingadmissionpolicybindings`, 'MutatingAdmissionPolicyBinding', {
    ...wide(),
    spec: { policyName: 'NS-x' },
  }),
  sample(
    '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
    'CustomResourceDefinition',
    {
      metadata: { name: 'things.NS.example.com' },
      spec: {
        group: 'NS.example.com',
        scope: 'Namespaced',
        names: { plural: 'things', kind: 'Thing' },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
      },
    },
    ['status'],
  ),
  sample(
    '/apis/apiregistration.k8s.io/v1/apiservices',
    'APIService',
    {
      metadata: { name: 'v1.NS.example.org' },
      spec: {
        ...{ group: 'NS.example.org', version: 'v1', groupPriorityMinimum: 100, versionPriority: 10 },
        service: { name: 's', namespace: 'NS' },
      },
    },
    ['status'],
  ),
  sample(
    '/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas',
    'FlowSchema',
    {
      ...wide(),
      spec: { priorityLevelConfiguration: { name: 'exempt' } },
    },
    ['status'],
  ),
  sample(
    '/apis/flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations',
    'PriorityLevelConfiguration',
    {
      ...wide(),
      spec: { type: 'Limited', limited: { limitResponse: { type: 'Reject' } } },
    },
    ['status'],
  ),
  sample('/apis/resource.k8s.io/v1beta2/deviceclasses', 'DeviceClass', { ...wide(), spec: {} }),
  sample(
    '/apis/resource.k8s.io/v1beta2/namespaces/NS/resourceclaims',
    'ResourceClaim',
    {
      spec: deviceRequests({ name: 'r', exactly: { deviceClassName: 'c' } }),
    },
    ['status'],
  ),
  sample(
    '/apis/resource.k8s.io/v1beta1/namespaces/NS/resourceclaims',
    'ResourceClaim',
    {
      metadata: { name: 'older' },
      spec: deviceRequests({ name: 'r', deviceClassName: 'c' }),
    },
    ['status'],
  ),
  sample('/apis/resource.k8s.io/v1beta2/namespaces/NS/resourceclaimtemplates', 'ResourceClaimTemplate', {
    spec: { spec: deviceRequests({ name: 'r', exactly: { deviceClassName: 'c' } }) },
  }),
  sample('/apis/resource.k8s.io/v1beta2/resourceslices', 'ResourceSlice', {
    ...wide(),
    spec: { driver: 'd.example', nodeName: 'n', pool: { name: 'p', resourceSliceCount: 1 }, devices: [{ name: 'd' }] },
  }),
];
