/** The rows of services, volumes, roles, and of what else a cluster is made of, by value. */
import { describe, expect, it } from '@jest/globals';
import { type ColumnCase, condition, inNamespace, metadata, row, selector } from './columns.fixture.js';

const cases: readonly ColumnCase[] = [
  [
    'a service within the cluster',
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: inNamespace(),
      spec: {
        type: 'ClusterIP',
        clusterIP: '10.0.0.9',
        clusterIPs: ['10.0.0.9'],
        ports: [{ port: 80 }, { port: 53, protocol: 'UDP' }],
        selector: { b: '2', a: '1' },
      },
    },
    'Name=a | Type=ClusterIP | Cluster-IP=10.0.0.9 | External-IP=<none> | Port(s)=80/TCP,53/UDP | Age=5s',
    'Selector=a=1,b=2',
  ],
  [
    'a balanced service',
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: inNamespace(),
      spec: {
        type: 'LoadBalancer',
        clusterIPs: ['10.0.0.9'],
        externalIPs: ['1.1.1.1'],
        ports: [{ port: 80, nodePort: 30080 }],
      },
      status: { loadBalancer: { ingress: [{ ip: '2.2.2.2' }, { hostname: 'a.example' }, { ip: '2.2.2.2' }] } },
    },
    'Name=a | Type=LoadBalancer | Cluster-IP=10.0.0.9 | External-IP=2.2.2.2,a.example,1.1.1.1 | Port(s)=80:30080/TCP | Age=5s',
    'Selector=<none>',
  ],
  [
    'a service that waits for its balancer',
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: inNamespace(),
      spec: { type: 'LoadBalancer', clusterIPs: ['None'] },
    },
    'Name=a | Type=LoadBalancer | Cluster-IP=None | External-IP=<pending> | Port(s)=<none> | Age=5s',
    'Selector=<none>',
  ],
  [
    'a name elsewhere',
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: inNamespace(),
      spec: { type: 'ExternalName', externalName: 'my.example' },
    },
    'Name=a | Type=ExternalName | Cluster-IP=<none> | External-IP=my.example | Port(s)=<none> | Age=5s',
    'Selector=<none>',
  ],
  [
    'endpoints',
    {
      apiVersion: 'v1',
      kind: 'Endpoints',
      metadata: inNamespace(),
      subsets: [
        { addresses: [{ ip: '1.2.3.4' }, { ip: 'fd00::1' }], ports: [{ port: 8001 }, { port: 8002 }] },
        { addresses: [{ ip: '5.6.7.8' }] },
      ],
    },
    'Name=a | Endpoints=1.2.3.4:8001,[fd00::1]:8001,1.2.3.4:8002 + 2 more... | Age=5s',
  ],
  [
    'no endpoints',
    { apiVersion: 'v1', kind: 'Endpoints', metadata: inNamespace() },
    'Name=a | Endpoints=<none> | Age=5s',
  ],
  [
    'a slice of endpoints',
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: inNamespace(),
      addressType: 'IPv4',
      ports: [
        { name: 'http', port: 80 },
        { name: 'any' },
        { name: '', protocol: 'UDP', port: 3 },
        { name: 'x', port: 4 },
      ],
      endpoints: [{ addresses: ['10.1.2.3', '10.2.3.4'] }],
    },
    'Name=a | AddressType=IPv4 | Ports=80,any,3 + 1 more... | Endpoints=10.1.2.3,10.2.3.4 | Age=5s',
  ],
  [
    'an empty slice',
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: inNamespace(),
      addressType: 'IPv6',
      endpoints: [],
    },
    'Name=a | AddressType=IPv6 | Ports=<unset> | Endpoints=<unset> | Age=5s',
  ],
  [
    'a way in',
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: inNamespace(),
      spec: {
        ingressClassName: 'c',
        tls: [{}],
        rules: [{ host: 'one' }, { host: 'two' }, {}, { host: 'three' }, { host: 'four' }],
      },
      status: { loadBalancer: { ingress: [{ hostname: 'balancer' }, { ip: '2.2.2.2' }] } },
    },
    'Name=a | Class=c | Hosts=one,two,three + 2 more... | Address=2.2.2.2,balancer | Ports=80, 443 | Age=5s',
  ],
  [
    'a way in for all hosts',
    { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: inNamespace(), spec: { rules: [{}] } },
    'Name=a | Class=<none> | Hosts=* | Address= | Ports=80 | Age=5s',
  ],
  [
    'a class of ways in',
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'IngressClass',
      metadata: metadata(),
      spec: { controller: 'example.com/c', parameters: { apiGroup: 'example.com', kind: 'Config', name: 'p' } },
    },
    'Name=a | Controller=example.com/c | Parameters=Config.example.com/p | Age=5s',
  ],
  [
    'a policy of networks',
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: inNamespace(),
      spec: { podSelector: selector },
    },
    'Name=a | Pod-Selector=a=1 | Age=5s',
  ],
  [
    'a policy of networks for all pods',
    { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: inNamespace(), spec: { podSelector: {} } },
    'Name=a | Pod-Selector=<none> | Age=5s',
  ],
  [
    'ranges of services',
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'ServiceCIDR',
      metadata: metadata(),
      spec: { cidrs: ['10.1.0.0/16', 'fd00:1::/64'] },
    },
    'Name=a | CIDRs=10.1.0.0/16,fd00:1::/64 | Age=5s',
  ],
  [
    'an address',
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'IPAddress',
      metadata: metadata(),
      spec: { parentRef: { group: 'mygroup', resource: 'Things', namespace: 'n', name: 't' } },
    },
    'Name=a | ParentRef=things.mygroup/n/t',
  ],
  [
    'a volume',
    {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: metadata(),
      spec: {
        accessModes: ['ReadWriteOncePod', 'ReadOnlyMany', 'ReadOnlyMany'],
        capacity: { storage: '4Gi' },
        claimRef: { namespace: 'n', name: 'c' },
        storageClassName: 'fast',
        volumeMode: 'Block',
        hostPath: { path: '/' },
      },
      status: { phase: 'Bound' },
    },
    'Name=a | Capacity=4Gi | Access Modes=ROX,RWOP | Reclaim Policy=Retain | Status=Bound | Claim=n/c | StorageClass=fast | VolumeAttributesClass=<unset> | Reason= | Age=5s',
    'VolumeMode=Block',
  ],
  [
    'a claim',
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: inNamespace({ deletionTimestamp: '2025-01-01T00:59:59Z' }),
      spec: { volumeName: 'v', storageClassName: 'fast', volumeAttributesClassName: 'gold' },
      status: { phase: 'Bound', accessModes: ['ReadWriteOnce'], capacity: { storage: '10Gi' } },
    },
    'Name=a | Status=Terminating | Volume=v | Capacity=10Gi | Access Modes=RWO | StorageClass=fast | VolumeAttributesClass=gold | Age=5s',
    'VolumeMode=Filesystem',
  ],
  [
    'a claim without a volume',
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: inNamespace(),
      spec: {},
      status: { phase: 'Pending', capacity: { storage: '1' } },
    },
    'Name=a | Status=Pending | Volume= | Capacity= | Access Modes= | StorageClass= | VolumeAttributesClass=<unset> | Age=5s',
    'VolumeMode=Filesystem',
  ],
  [
    'the class of volumes by default',
    {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: metadata({ annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } }),
      provisioner: 'example.com/p',
      allowVolumeExpansion: true,
    },
    'Name=a (default) | Provisioner=example.com/p | ReclaimPolicy=Delete | VolumeBindingMode=Immediate | AllowVolumeExpansion=true | Age=5s',
  ],
  [
    'a class of attributes',
    { apiVersion: 'storage.k8s.io/v1beta1', kind: 'VolumeAttributesClass', metadata: metadata(), driverName: 'd' },
    'Name=a | DriverName=d | Age=5s',
  ],
  [
    'an attachment',
    {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'VolumeAttachment',
      metadata: metadata(),
      spec: { attacher: 'at', nodeName: 'n', source: { persistentVolumeName: 'v' } },
      status: { attached: true },
    },
    'Name=a | Attacher=at | PV=v | Node=n | Attached=true | Age=5s',
  ],
  [
    'the drivers of a node',
    {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'CSINode',
      metadata: metadata(),
      spec: { drivers: [{ name: 'd', nodeID: 'n' }] },
    },
    'Name=a | Drivers=1 | Age=5s',
  ],
  [
    'a driver',
    { apiVersion: 'storage.k8s.io/v1', kind: 'CSIDriver', metadata: metadata(), spec: {} },
    'Name=a | AttachRequired=true | PodInfoOnMount=false | StorageCapacity=false | TokenRequests=<unset> | RequiresRepublish=false | Modes=Persistent | Age=5s',
  ],
  [
    'a driver that wants more',
    {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'CSIDriver',
      metadata: metadata(),
      spec: {
        attachRequired: false,
        podInfoOnMount: true,
        storageCapacity: true,
        requiresRepublish: true,
        tokenRequests: [{ audience: 'one' }, { audience: 'two' }],
        volumeLifecycleModes: ['Persistent', 'Ephemeral'],
      },
    },
    'Name=a | AttachRequired=false | PodInfoOnMount=true | StorageCapacity=true | TokenRequests=one,two | RequiresRepublish=true | Modes=Persistent,Ephemeral | Age=5s',
  ],
  [
    'a role',
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: inNamespace(), rules: [] },
    'Name=a | Created At=2025-01-01T00:59:55Z',
  ],
  [
    'a binding of a role',
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: inNamespace(),
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'r' },
      subjects: [
        { kind: 'User', name: 'u1' },
        { kind: 'User', name: 'u2' },
        { kind: 'Group', name: 'g' },
        { kind: 'ServiceAccount', name: 's', namespace: 'n' },
        { kind: 'ServiceAccount', name: 'homeless' },
      ],
    },
    'Name=a | Role=Role/r | Age=5s',
    'Users=u1, u2 | Groups=g | ServiceAccounts=n/s, /homeless',
  ],
  [
    'a request for a certificate',
    {
      apiVersion: 'certificates.k8s.io/v1',
      kind: 'CertificateSigningRequest',
      metadata: metadata(),
      spec: { signerName: 'example.com/s', username: 'u', request: '', expirationSeconds: 7200, usages: [] },
      status: { conditions: [condition('Approved', 'True')], certificate: 'eA==' },
    },
    'Name=a | Age=5s | SignerName=example.com/s | Requestor=u | RequestedDuration=120m | Condition=Approved,Issued',
  ],
  [
    'a bundle of trust',
    {
      apiVersion: 'certificates.k8s.io/v1beta1',
      kind: 'ClusterTrustBundle',
      metadata: metadata(),
      spec: { trustBundle: '' },
    },
    'Name=a | SignerName=<none>',
  ],
  [
    'webhooks',
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: metadata(),
      webhooks: [{ name: 'w.example.com' }],
    },
    'Name=a | Webhooks=1 | Age=5s',
  ],
  [
    'a policy',
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata: metadata(),
      spec: { paramKind: { apiVersion: 'v1', kind: 'ConfigMap' }, validations: [{ expression: 'true' }] },
    },
    'Name=a | Validations=1 | ParamKind=v1/ConfigMap | Age=5s',
  ],
  [
    'a binding of a policy',
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: metadata(),
      spec: { policyName: 'p', paramRef: { name: 'x' } },
    },
    'Name=a | PolicyName=p | ParamRef=*/x | Age=5s',
  ],
  [
    'a policy that changes objects',
    {
      apiVersion: 'admissionregistration.k8s.io/v1alpha1',
      kind: 'MutatingAdmissionPolicy',
      metadata: metadata(),
      spec: { mutations: [{ patchType: 'JSONPatch' }, { patchType: 'JSONPatch' }] },
    },
    'Name=a | Mutations=2 | ParamKind=<unset> | Age=5s',
  ],
  [
    'a flow',
    {
      apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
      kind: 'FlowSchema',
      metadata: metadata(),
      spec: {
        priorityLevelConfiguration: { name: 'l' },
        matchingPrecedence: 42,
        distinguisherMethod: { type: 'ByUser' },
      },
      status: { conditions: [condition('Dangling', 'False')] },
    },
    'Name=a | PriorityLevel=l | MatchingPrecedence=42 | DistinguisherMethod=ByUser | Age=5s | MissingPL=False',
  ],
  [
    'a level without limits',
    {
      apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
      kind: 'PriorityLevelConfiguration',
      metadata: metadata(),
      spec: { type: 'Exempt' },
    },
    'Name=a | Type=Exempt | NominalConcurrencyShares=<none> | Queues=<none> | HandSize=<none> | QueueLengthLimit=<none> | Age=5s',
  ],
  [
    'a level with queues',
    {
      apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
      kind: 'PriorityLevelConfiguration',
      metadata: metadata(),
      spec: {
        type: 'Limited',
        limited: {
          nominalConcurrencyShares: 47,
          limitResponse: { type: 'Queue', queuing: { queues: 64, handSize: 6, queueLengthLimit: 50 } },
        },
      },
    },
    'Name=a | Type=Limited | NominalConcurrencyShares=47 | Queues=64 | HandSize=6 | QueueLengthLimit=50 | Age=5s',
  ],
  [
    'a service of an API',
    {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: metadata(),
      spec: { service: { namespace: 'n', name: 's' } },
      status: { conditions: [condition('Available', 'False', { reason: 'ServiceNotFound' })] },
    },
    'Name=a | Service=n/s | Available=False (ServiceNotFound) | Age=5s',
  ],
  [
    'a claim on a device',
    {
      apiVersion: 'resource.k8s.io/v1beta2',
      kind: 'ResourceClaim',
      metadata: inNamespace({ deletionTimestamp: '2025-01-01T00:59:59Z' }),
      spec: { devices: {} },
      status: { allocation: {}, reservedFor: [{ resource: 'pods', name: 'p', uid: 'u' }] },
    },
    'Name=a | State=deleted,allocated,reserved | Age=5s',
  ],
  [
    'a slice of devices',
    {
      apiVersion: 'resource.k8s.io/v1beta2',
      kind: 'ResourceSlice',
      metadata: metadata(),
      spec: { driver: 'd', nodeName: 'n', pool: { name: 'p', generation: 1, resourceSliceCount: 1 } },
    },
    'Name=a | Node=n | Driver=d | Pool=p | Age=5s',
  ],
  [
    'a class of runtimes',
    { apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', metadata: metadata(), handler: 'h' },
    'Name=a | Handler=h | Age=5s',
  ],
  [
    'a priority',
    { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: metadata(), value: 5 },
    'Name=a | Value=5 | Global-Default=false | Age=5s | PreemptionPolicy=PreemptLowerPriority',
  ],
  [
    'a lease',
    { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: inNamespace(), spec: { holderIdentity: 'me' } },
    'Name=a | Holder=me | Age=5s',
  ],
  [
    'a candidate',
    {
      apiVersion: 'coordination.k8s.io/v1beta1',
      kind: 'LeaseCandidate',
      metadata: inNamespace(),
      spec: { leaseName: 'l', binaryVersion: '1.33.0', emulationVersion: '1.32.0' },
    },
    'Name=a | LeaseName=l | BinaryVersion=1.33.0 | EmulationVersion=1.32.0 | Age=5s',
  ],
];

describe('the columns of', () => {
  it.each(cases)('%s', (_what, object, narrow, wide = '') => {
    expect(row(object)).toEqual({ narrow, wide });
  });
});
