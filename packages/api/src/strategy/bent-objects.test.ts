/** What is said of objects that are bent: rows that `tools/kube-apiserver/fuzz.ts` found, with kube-apiserver's answers. */
import { describe, expect, it } from '@jest/globals';
import type { KubernetesObject } from '@pintle/machinery';
import {
  created,
  createFaults,
  createWarnings,
  statusFaults,
  updateFaults,
  updateWarnings,
  type Written,
} from './served.fixture.js';

const of =
  (apiVersion: string, kind: string) =>
  (fields: object, metadata: object = {}): Written => ({ apiVersion, kind, metadata, ...fields });
const storageClass = of('storage.k8s.io/v1', 'StorageClass');
const runtimeClass = of('node.k8s.io/v1', 'RuntimeClass');
const revision = of('apps/v1', 'ControllerRevision');
const slice = of('discovery.k8s.io/v1', 'EndpointSlice');
const attributes = of('storage.k8s.io/v1beta1', 'VolumeAttributesClass');
const node = of('v1', 'Node');
const namespace = of('v1', 'Namespace');
const account = of('v1', 'ServiceAccount');
const claim = (spec: object) =>
  of('v1', 'PersistentVolumeClaim')({ spec: { accessModes: ['ReadWriteOnce'], ...spec } });
const controller = (spec: object) => of('v1', 'ReplicationController')({ spec });
const capacity = of('storage.k8s.io/v1', 'CSIStorageCapacity');
const template = (labels: object, spec: object = {}) => ({
  metadata: { labels },
  spec: { containers: [{ name: 'c', image: 'i' }], ...spec },
});
const workload = (kind: string) => (selector: object, more: object) =>
  of('apps/v1', kind)({ spec: { selector, template: more } });
const driver = of('storage.k8s.io/v1', 'CSIDriver');
const candidate = (spec: object) => of('coordination.k8s.io/v1beta1', 'LeaseCandidate')({ spec });
const bundle = of('certificates.k8s.io/v1beta1', 'ClusterTrustBundle');
const attachment = (source: object) =>
  of('storage.k8s.io/v1', 'VolumeAttachment')({ spec: { attacher: 'a', nodeName: 'n', source } });
const apiService = of('apiregistration.k8s.io/v1', 'APIService');
const quota = (spec: object) => of('v1', 'ResourceQuota')({ spec });
const volume = (spec: object) =>
  of(
    'v1',
    'PersistentVolume',
  )({
    spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/d' }, ...spec },
  });
const range = (...cidrs: readonly string[]) => of('networking.k8s.io/v1', 'ServiceCIDR')({ spec: { cidrs } });
const binding = (roleRef: object) => of('rbac.authorization.k8s.io/v1', 'RoleBinding')({ roleRef });
const webhook = (fields: object) =>
  of(
    'admissionregistration.k8s.io/v1',
    'MutatingWebhookConfiguration',
  )({
    webhooks: [
      {
        ...{ name: 'a.b.c', clientConfig: { url: 'https://a.example/' }, admissionReviewVersions: ['v1'] },
        ...fields,
      },
    ],
  });
const priority = (fields: object) => of('scheduling.k8s.io/v1', 'PriorityClass')({ value: 1, ...fields });
const pod = (status: object) => of('v1', 'Pod')({ spec: { containers: [{ name: 'c', image: 'i' }] }, status });
const service = (spec: object) => of('v1', 'Service')({ spec });
const daemons = (rollingUpdate: object) =>
  of(
    'apps/v1',
    'DaemonSet',
  )({
    spec: { selector: { matchLabels: { a: 'b' } }, template: template({ a: 'b' }), updateStrategy: { rollingUpdate } },
  });
const budget = (fields: object) => of('policy/v1', 'PodDisruptionBudget')({ spec: {}, ...fields });
const badLabel = { app: '-' };

const noEffect = 'operator must be Exists when `key` is empty, which means "match all values and all keys"';
const qualified =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const noLabel =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const noIp = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';

describe('what is refused of a new object', () => {
  it.each<readonly [Written, readonly string[]]>([
    [
      storageClass({ provisioner: 'a', allowedTopologies: [{}] }),
      ['allowedTopologies[0].matchLabelExpressions: Duplicate value: ""'],
    ],
    [
      storageClass({
        provisioner: 'a',
        allowedTopologies: [
          { matchLabelExpressions: [{ key: 'k', values: ['a', 'b'] }] },
          { matchLabelExpressions: [{ key: 'k', values: ['b', 'a'] }] },
        ],
      }),
      ['allowedTopologies[1].matchLabelExpressions: Duplicate value: ""'],
    ],
    [
      storageClass({
        provisioner: 'a',
        allowedTopologies: [
          {
            matchLabelExpressions: [
              { key: 'k', values: ['a'] },
              { key: 'k', values: ['b'] },
            ],
          },
          { matchLabelExpressions: [{ key: 'k', values: ['b'] }] },
        ],
      }),
      [
        'allowedTopologies[0].matchLabelExpressions[1].key: Duplicate value: "k"',
        'allowedTopologies[1].matchLabelExpressions: Duplicate value: ""',
      ],
    ],
    [
      runtimeClass({ handler: 'a', scheduling: { tolerations: [{}] } }),
      [`scheduling.tolerations.tolerations[0].operator: Invalid value: "": ${noEffect}`],
    ],
    [revision({ revision: 1, data: [] }), ['data: Required value: data must be a valid JSON object']],
    [revision({ revision: 1, data: { a: 1 } }), []],
    [
      slice({ addressType: 'IPv6', endpoints: [{ addresses: ['1.2.3.4', 'x', '2001:DB8::1'] }] }),
      [
        'endpoints[0].addresses: Invalid value: "1.2.3.4": must be an IPv6 address',
        `endpoints[0].addresses[1]: Invalid value: "x": ${noIp}`,
        'endpoints[0].addresses[2]: Invalid value: "2001:DB8::1": must be in canonical form ("2001:db8::1")',
      ],
    ],
    [attributes({ driverName: 'a-', parameters: { a: 'b' } }), [`driverName: Invalid value: "a-": ${qualified}`]],
    [
      namespace({ spec: { finalizers: ['0'] } }),
      ['spec.finalizers: Invalid value: "0": name is neither a standard finalizer name nor is it fully qualified'],
    ],
    ...['Deployment', 'ReplicaSet'].map((kind): readonly [Written, readonly string[]] => [
      workload(kind)({ matchLabels: badLabel }, template({}, { containers: [] })),
      [
        `spec.selector.matchLabels: Invalid value: "-": ${noLabel}`,
        'spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string{"app":"-"}, MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: invalid label selector',
      ],
    ]),
    [
      workload('StatefulSet')({ matchLabels: badLabel }, template(badLabel)),
      [
        `spec.selector.matchLabels: Invalid value: "-": ${noLabel}`,
        'spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string{"app":"-"}, MatchExpressions:[]v1.LabelSelectorRequirement(nil)}',
      ],
    ],
    [
      workload('StatefulSet')({ matchLabels: { a: 'b' } }, template({ a: 'b', ...badLabel })),
      [`spec.template.labels: Invalid value: "-": ${noLabel}`],
    ],
    [
      workload('DaemonSet')({ matchLabels: badLabel }, template({}, { containers: [] })),
      [`spec.selector.matchLabels: Invalid value: "-": ${noLabel}`, 'spec.template.spec.containers: Required value'],
    ],
    [
      controller({ selector: badLabel, template: template(badLabel), replicas: -1 }),
      [
        `metadata.labels: Invalid value: "-": ${noLabel}`,
        'spec.replicas: Invalid value: -1: must be greater than or equal to 0',
        `spec.template.labels: Invalid value: "-": ${noLabel}`,
      ],
    ],
    [controller({ selector: {} }), ['spec.selector: Required value', 'spec.template: Required value']],
    [
      storageClass({ provisioner: 'a', volumeBindingMode: '' }),
      ['volumeBindingMode: Unsupported value: "": supported values: "Immediate", "WaitForFirstConsumer"'],
    ],
    [
      driver({ spec: { tokenRequests: [{ audience: 'a' }, { audience: 'a', expirationSeconds: 1 }] } }),
      ['spec.tokenRequests[1].audience: Duplicate value: "a"'],
    ],
    [
      node({ spec: { podCIDRs: ['10.0.0.0/8', 'x'] } }),
      [
        'spec.podCIDRs[1]: Invalid value: "x": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
        'spec.podCIDRs: Internal error: invalid PodCIDRs. failed to check with dual stack with error:invalid CIDR[1]: <nil> (invalid CIDR address: x)',
        'spec.podCIDRs: Invalid value: []string{"10.0.0.0/8", "x"}: may specify no more than one CIDR for each IP family',
      ],
    ],
    [
      candidate({ leaseName: 'l', binaryVersion: 'x', emulationVersion: '1.33.0', strategy: 'OldestEmulationVersion' }),
      [
        'spec.binaryVersion: Invalid value: "x": must be a valid semantic version',
        'spec.binaryVersion: Invalid value: "x": must be greater than or equal to `emulationVersion`',
      ],
    ],
    [
      bundle({ spec: { signerName: 'a.b/c', trustBundle: '' } }, { name: 'a.b:c:d', generateName: 'x' }),
      [
        'metadata.generateName: Invalid value: "x": ClusterTrustBundle for signerName a.b/c must be named with prefix a.b:c:',
        'spec.trustBundle: Invalid value: "<value omitted>": at least one trust anchor must be provided',
      ],
    ],
    [
      apiService(
        { spec: { group: 'a.b', version: 'v1', groupPriorityMinimum: 1, versionPriority: 1 } },
        { name: 'v1.a.b', generateName: 'x' },
      ),
      ['metadata.generateName: Invalid value: "x": must be `spec.version+"."+spec.group`: "v1.a.b"'],
    ],
    [
      quota({ scopeSelector: { matchExpressions: [{ scopeName: 'Terminating', operator: 'DoesNotExist' }] } }),
      [expect.stringContaining(`Invalid value: "DoesNotExist": must be 'Exists' when scope is any of`) as never],
    ],
    [
      webhook({ sideEffects: '' }),
      ['webhooks[0].sideEffects: Unsupported value: "": supported values: "None", "NoneOnDryRun"'],
    ],
    [webhook({}), ['webhooks[0].sideEffects: Required value: must specify one of None, NoneOnDryRun']],
    [
      of(
        'apps/v1',
        'StatefulSet',
      )({
        spec: { serviceName: 'A', selector: { matchLabels: { a: 'b' } }, template: template({ a: 'b' }) },
      }),
      [expect.stringContaining('spec.serviceName: Invalid value: "A": a lowercase RFC 1123 label must') as never],
    ],
    [slice({ addressType: 'IPv4', endpoints: [], ports: [{ port: 0 }] }), []],
    [account({}, { generation: -1 }), ['metadata.generation: Invalid value: -1: must be greater than or equal to 0']],
    [
      service({ ports: [], clusterIPs: ['x'] }),
      [
        'spec.clusterIPs: Invalid value: []string{"x"}: must be empty when `clusterIP` is not specified',
        `spec.clusterIPs[0]: Invalid value: "x": ${noIp}`,
      ],
    ],
    [
      daemons({ maxSurge: '25%', maxUnavailable: 'x' }),
      [
        expect.stringContaining(
          'spec.updateStrategy.rollingUpdate.maxUnavailable: Invalid value: "x": a valid',
        ) as never,
      ],
    ],
    [
      node({ status: { nodeInfo: { swap: { capacity: 0 } } } }),
      ['metadata.nodeSwapStatus.capacity: Invalid value: 0: must be greater than zero'],
    ],
    [
      of(
        'resource.k8s.io/v1beta2',
        'ResourceClaimTemplate',
      )({
        spec: {
          metadata: { uid: 'u' },
          spec: { devices: { requests: [{ name: 'r', exactly: { deviceClassName: 'c' } }] } },
        },
      }),
      ['spec.metadata.uID: Forbidden: cannot be set'],
    ],
    [
      of('networking.k8s.io/v1', 'NetworkPolicy')({ spec: { podSelector: {}, policyTypes: [''] } }),
      ['spec.policyTypes[0]: Unsupported value: "": supported values: "Ingress", "Egress"'],
    ],
    [volume({ local: {} }), ['spec.local: Forbidden: may not specify more than 1 volume type']],
    [
      range('x', 'y'),
      ['x', 'y'].map(
        (cidr, index) =>
          `spec.cidrs[${index}]: Invalid value: "${cidr}": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)`,
      ),
    ],
    [
      range('10.0.0.0/24', '10.0.1.0/24'),
      [
        'spec.cidrs: Invalid value: []string{"10.0.0.0/24", "10.0.1.0/24"}: may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64',
      ],
    ],
    [volume({ flexVolume: { driver: '' } }), ['spec.flexVolume.driver: Required value']],
    [
      account({}, { ownerReferences: [{ apiVersion: 'a/b/c', kind: 'K', name: 'n', uid: 'u' }] }),
      ['metadata.ownerReferences.apiVersion: Invalid value: "a/b/c": version must not be empty'],
    ],
    [
      account({}, { finalizers: ['foregroundDeletion', 'orphan'] }),
      [
        'metadata.finalizers: Invalid value: []string{"foregroundDeletion", "orphan"}: finalizer orphan and foregroundDeletion cannot be both set',
      ],
    ],
    [attributes({ driverName: '$(X)', parameters: { a: 'b' } }), [`driverName: Invalid value: "$(x)": ${qualified}`]],
    [slice({ addressType: 'IPv4', endpoints: [{ addresses: ['::ffff:1.2.3.4'] }] }), []],
    [
      slice({ addressType: 'IPv4', endpoints: [{ addresses: ['::1:1.2.3.4'], nodeName: '' }] }),
      [
        'endpoints[0].addresses: Invalid value: "::1:1.2.3.4": must be an IPv4 address',
        expect.stringMatching(/^endpoints\[0\]\.nodeName: Invalid value: "": a lowercase RFC 1123 subdomain/) as never,
      ],
    ],
    [
      attachment({ persistentVolumeName: '/', inlineVolumeSpec: {} }),
      [
        'spec.source: Forbidden: must specify exactly one of inlineVolumeSpec and persistentVolumeName',
        expect.stringMatching(
          /^spec\.source\.persistentVolumeName: Invalid value: "\/": a lowercase RFC 1123/,
        ) as never,
      ],
    ],
    [
      attachment({ inlineVolumeSpec: { volumeAttributesClassName: '/' } }),
      ['csi: Required value', 'accessModes: Required value', 'Required value: must specify a volume type'].map(
        (words) => expect.stringContaining(words) as never,
      ),
    ],
    [
      driver({ spec: { fsGroupPolicy: '' } }),
      ['spec.fsGroupPolicy: Unsupported value: "": supported values: "File", "None", "ReadWriteOnceWithFSType"'],
    ],
    [
      runtimeClass({
        handler: 'a',
        scheduling: { tolerations: [{ operator: 'Exists' }, { operator: 'Exists', tolerationSeconds: 0 }] },
      }),
      [
        expect.stringContaining('scheduling.tolerations.tolerations[1].effect') as never,
        expect.stringMatching(/^scheduling\.tolerations\[1\]: Duplicate value/) as never,
      ],
    ],
    [
      webhook({ sideEffects: 'None', clientConfig: { url: '::1' } }),
      [
        'webhooks[0].clientConfig.url: Required value: url must be a valid URL: parse "::1": missing protocol scheme; desired format: https://host[/path]',
      ],
    ],
    [
      webhook({ sideEffects: 'None', clientConfig: { url: '10.0.0.1:80/a#b' } }),
      [
        'webhooks[0].clientConfig.url: Required value: url must be a valid URL: parse "10.0.0.1:80/a": first path segment in URL cannot contain colon; desired format: https://host[/path]',
      ],
    ],
    [
      of('rbac.authorization.k8s.io/v1', 'Role')({}, { generateName: '.' }),
      [`metadata.generateName: Invalid value: ".": may not be '.'`],
    ],
    [
      apiService(
        { spec: { group: 'a.b', version: 'v1', groupPriorityMinimum: 1, versionPriority: 1 } },
        { name: '100%', generateName: '..' },
      ),
      [
        `metadata.generateName: Invalid value: "..": may not be '..'`,
        `metadata.name: Invalid value: "100%": may not contain '%'`,
      ],
    ],
    [
      of('resource.k8s.io/v1beta1', 'ResourceClaim')({ spec: { devices: { requests: [{ name: 'r', count: 1 }] } } }),
      [
        'spec.devices.requests[0].exactly.deviceClassName: Required value',
        'spec.devices.requests[0].exactly.allocationMode: Unsupported value: "": supported values: "All", "ExactCount"',
      ],
    ],
  ])('%j', (object, faults) => {
    expect(createFaults(object)).toEqual(faults);
  });
});

describe('what is made of a new object', () => {
  it.each<readonly [Written, object]>([
    [namespace({ spec: { finalizers: ['orphan'] } }), { spec: { finalizers: ['orphan', 'kubernetes'] } }],
    [namespace({ spec: { finalizers: ['kubernetes', 'orphan'] } }), { spec: { finalizers: ['kubernetes', 'orphan'] } }],
    [
      node({ spec: { configSource: {}, providerID: 'p' }, status: { config: {}, phase: 'Pending' } }),
      { spec: { providerID: 'p' }, status: expect.not.objectContaining({ config: {} }) },
    ],
    [account({ secrets: [{ name: 'a', kind: 'Secret' }, { uid: 'u' }] }), { secrets: [{ name: 'a' }, {}] }],
    [
      claim({ dataSource: { apiGroup: 'apps', kind: 'Pod', name: 'x' }, resources: { requests: { storage: '1n' } } }),
      {
        spec: {
          accessModes: ['ReadWriteOnce'],
          resources: { requests: { storage: '1m' } },
          volumeMode: 'Filesystem',
        },
      },
    ],
    [
      slice({ addressType: 'IPv4', endpoints: [{ addresses: ['192.0.2.1'], deprecatedTopology: { a: '-' } }] }),
      { endpoints: [{ addresses: ['192.0.2.1'], conditions: {} }] },
    ],
    [capacity({ storageClassName: 's', capacity: '9223372036854775808' }), { capacity: '9223372036854775808' }],
  ])('%j', (object, made) => {
    const is = created<KubernetesObject>(object);
    expect(Object.fromEntries(Object.keys(made).map((field) => [field, is[field as never]]))).toEqual(made);
  });
});

describe('what is refused of a change', () => {
  const gigabyte = claim({ resources: { requests: { storage: '1Gi' } } });
  const fixed =
    'spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n';
  it.each<readonly [Written, Written, readonly string[]]>([
    [range('10.0.0.0/24'), range('x'), ['spec.cidrs[0]: Invalid value: "x": field is immutable']],
    [range('10.0.0.0/24'), range(), ['spec.cidrs: Invalid value: []string{}: field is immutable']],
    [
      range('10.0.0.0/24', 'fd00::/64'),
      range('10.0.0.0/24'),
      ['spec.cidrs: Invalid value: []string{"10.0.0.0/24"}: field is immutable'],
    ],
    [driver({}), driver({ spec: { fsGroupPolicy: 'None' } }), []],
    [
      node({}),
      node({ spec: { podCIDRs: ['x'] } }),
      ['spec.podCIDRs[0]: Invalid value: "x": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'],
    ],
    [
      binding({ apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'x' }),
      binding({ kind: 'Role', name: 'x' }),
      [],
    ],
    [
      priority({ preemptionPolicy: 'Never' }),
      priority({ preemptionPolicy: 'Odd' }),
      ['preemptionPolicy: Invalid value: "Odd": field is immutable'],
    ],
    [gigabyte, claim({ resources: { requests: { storage: '3' } } }), [fixed]],
    [
      gigabyte,
      claim({}),
      [
        'spec.resources[storage]: Required value',
        fixed,
        'spec.resources.requests.storage: Forbidden: field can not be less than status.capacity',
      ],
    ],
  ])('%j to %j', (old, object, faults) => {
    expect(updateFaults(object, old)).toEqual(faults);
  });
});

it('conditions of pods are told of in the status', () => {
  expect(statusFaults(pod({ conditions: [{ type: 'a b', status: 'True' }] }), pod({}))).toEqual([
    expect.stringContaining('status.conditions[0].Type: Invalid value: "a b": name part must consist of') as never,
  ]);
});

it('of the status of a pod, addresses and users are told of at their places', () => {
  const bent = pod({
    podIPs: [{ ip: '192.0.2.1' }, { ip: '192.0.2.1' }],
    containerStatuses: [
      {
        ...{ name: 'c', image: 'i', imageID: 'd', ready: true, restartCount: 0 },
        user: { linux: { uid: -1, gid: 0 } },
      },
    ],
  });
  expect(statusFaults(bent, pod({}))).toEqual([
    'status.podIPs: Invalid value: []core.PodIP{core.PodIP{IP:"192.0.2.1"}, core.PodIP{IP:"192.0.2.1"}}: may specify no more than one IP for each IP family',
    'status.containerStatuses[0].user.linux.uid: Invalid value: -1: must be between 0 and 2147483647, inclusive',
  ]);
});

it('of addresses that are none the family is not told', () => {
  expect(statusFaults(pod({ podIPs: [{ ip: '192.0.2.1' }, { ip: 'a,b' }] }), pod({}))).toEqual(
    expect.arrayContaining([
      'status.podIPs: Internal error: failed to check for dual stack with error:invalid IP[1]: a,b',
      expect.stringContaining('status.podIPs: Invalid value: ') as never,
    ]),
  );
});

it('a new pod is of the class that it says', () => {
  const { status } = created(
    pod({ qosClass: 'Guaranteed', phase: 'Running', podIP: '192.0.2.1' }),
  ) as KubernetesObject & {
    readonly status: object;
  };
  expect(status).toEqual({ phase: 'Pending', qosClass: 'Guaranteed' });
});

it('conditions of budgets are held to their rules', () => {
  expect(statusFaults(budget({ status: { conditions: [{ type: 'A', status: 'Odd' }] } }), budget({}))).toEqual([
    'status.conditions[0].status: Unsupported value: "Odd": supported values: "False", "True", "Unknown"',
    'status.conditions[0].lastTransitionTime: Required value: must be set',
    'status.conditions[0].reason: Required value: must be set',
  ]);
});

it.each([
  ['/abs/..', 'IfNotPresent'],
  ['Upper', 'IfNotPresent'],
  ['a b', 'IfNotPresent'],
  ['Registry.example:5000/a/b__c', 'Always'],
  ['a/b:latest', 'Always'],
  ['a/b:v1', 'IfNotPresent'],
  ['x'.repeat(247), 'Always'],
  ['x'.repeat(248), 'IfNotPresent'],
  [`a.example/${'x'.repeat(255)}`, 'Always'],
  [`a.example/${'x'.repeat(256)}`, 'IfNotPresent'],
])('the image %s is pulled %s', (image, imagePullPolicy) => {
  const { spec } = created(of('v1', 'Pod')({ spec: { containers: [{ name: 'c', image }] } })) as KubernetesObject & {
    readonly spec: object;
  };
  expect(spec).toMatchObject({ containers: [{ imagePullPolicy }] });
});

it.each([
  ['Deployment', 1],
  ['ReplicaSet', 1],
  ['DaemonSet', 0],
  ['StatefulSet', 0],
])('a %s whose name has dots is warned of so often: %d', (kind, times) => {
  const named = of('apps/v1', kind)(
    { spec: { selector: { matchLabels: { a: 'b' } }, template: template({ a: 'b' }) } },
    { name: 'a.b' },
  );
  expect(createWarnings(named)).toHaveLength(times);
});

it.each([
  [{}, { type: 'RollingUpdate', rollingUpdate: { partition: 0 } }],
  [{ type: 'RollingUpdate' }, { type: 'RollingUpdate' }],
  [
    { type: 'RollingUpdate', rollingUpdate: {} },
    { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
  ],
  [{ type: 'OnDelete' }, { type: 'OnDelete' }],
])('the update strategy %j of a StatefulSet is %j', (updateStrategy, whole) => {
  const set = of(
    'apps/v1',
    'StatefulSet',
  )({
    spec: { selector: { matchLabels: { a: 'b' } }, template: template({ a: 'b' }), updateStrategy },
  });
  expect(created(set)).toHaveProperty('spec.updateStrategy', whole);
});

it('of a changed controller the old template is told of', () => {
  const [whole, half] = ['1', '500m'].map((memory) =>
    controller({
      template: template({ a: 'b' }, { containers: [{ name: 'c', image: 'i', resources: { limits: { memory } } }] }),
    }),
  ) as [Written, Written];
  expect(updateWarnings(half, whole)).toEqual([]);
  expect(updateWarnings(whole, half)).toEqual([expect.stringContaining('fractional byte value "500m"') as never]);
});

it('a node is warned of each time', () => {
  const external = node({ spec: { externalID: 'a' } });
  const warned = ['spec.externalID: this field is deprecated, and is unused by Kubernetes'];
  expect([createWarnings(external), updateWarnings(external, external)]).toEqual([warned, warned]);
});

it('an address of IPv4 within IPv6 is warned of', () => {
  expect(createWarnings(service({ ports: [{ port: 1 }], externalIPs: ['::ffff:1.2.3.4'] }))).toEqual([
    'spec.externalIPs[0]: non-standard IP address "::ffff:1.2.3.4" will be considered invalid in a future Kubernetes release: use "1.2.3.4"',
  ]);
});

it('of endpoints that were there before nothing is told', () => {
  const endpoints = [{ addresses: ['192.0.2.1'] }];
  const [old, other] = [slice({ addressType: 'IPv4', endpoints }), slice({ addressType: 'IPv6', endpoints })];
  expect(updateFaults(other, old)).toEqual(['addressType: Invalid value: "IPv6": field is immutable']);
});

it.each([
  [runtimeClass({ handler: 'h', overhead: { podFixed: { cpu: '1n' } } }), 'overhead.podFixed.cpu', '1n'],
  [quota({ hard: { cpu: '1n' } }), 'spec.hard.cpu', '1m'],
])('amounts of resources are rounded up where Go knows them as such: %j', (object, place, amount) => {
  expect(created(object)).toHaveProperty(place, amount);
});
