/** What is refused of the smaller kinds of the core, in which words (cases of upstream's core validation). */
import { describe, expect, it } from '@jest/globals';
import type { PersistentVolume, PersistentVolumeClaim } from '../core/v1/index.js';
import { created, createFaults, createWarnings, statusFaults, updateFaults, type Written } from './served.fixture.js';

const v1 = (kind: string, fields: object, metadata: object = {}): Written => ({
  apiVersion: 'v1',
  kind,
  metadata,
  ...fields,
});
const node = (spec: object, status: object = {}) => v1('Node', { spec, status });
const map = (fields: object) => v1('ConfigMap', fields);
const base64 = (text: string) => Buffer.from(text).toString('base64');
const secret = (type: string, data: Readonly<Record<string, string>>, more: object = {}) =>
  v1('Secret', {
    type,
    data: Object.fromEntries(Object.entries(data).map(([key, text]) => [key, base64(text)])),
    ...more,
  });
const volume = (spec: object, metadata: object = {}) =>
  v1(
    'PersistentVolume',
    { spec: { capacity: { storage: '10G' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/foo' }, ...spec } },
    metadata,
  );
const claim = (spec: object, more: object = {}) =>
  v1('PersistentVolumeClaim', {
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '10G' } }, ...spec },
    ...more,
  });
const endpoints = (subset: object) => v1('Endpoints', { subsets: [subset] });
const event = (fields: object, metadata: object = {}) =>
  v1('Event', { involvedObject: { namespace: 'default' }, ...fields }, metadata);
const once = 'field is immutable when `immutable` is set';
const local = { hostPath: undefined, local: { path: '/d' } };
const affinity = (key: string) => ({
  nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [{ key, operator: 'Exists' }] }] } },
});
const ip = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';
const newEvent = {
  eventTime: '2025-01-01T00:00:00.000000Z',
  reportingComponent: 'a/b',
  reportingInstance: 'i',
  action: 'a',
  reason: 'r',
};

describe('a new object', () => {
  it.each<readonly [Written, readonly string[]]>([
    [
      node({
        taints: [
          { key: 'a', effect: 'NoSchedule' },
          { key: 'a', effect: 'NoExecute' },
        ],
        podCIDRs: ['10.0.0.0/24', 'fd00::/64'],
      }),
      [],
    ],
    [
      node({
        taints: [
          { key: 'a', value: 'b c', effect: 'Never' },
          { key: 'b', effect: 'NoSchedule' },
          { key: 'b', effect: 'NoSchedule' },
        ],
      }),
      [
        expect.stringContaining('metadata.taints[0].value: Invalid value: "b c"') as never,
        'metadata.taints[0].effect: Unsupported value: "Never": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"',
        'metadata.taints[2]: Duplicate value: core.Taint{Key:"b", Value:"", Effect:"NoSchedule", TimeAdded:<nil>}: taints must be unique by key and effect pair',
      ],
    ],
    [
      node({ podCIDRs: ['10.0.0.0/24', '10.0.0.0/24', 'x'] }, { capacity: { 'example.com/gpu': '500m' } }),
      [
        'status.capacity.example.com/gpu: Invalid value: "500m": must be an integer',
        'status.allocatable.example.com/gpu: Invalid value: "500m": must be an integer',
        'spec.podCIDRs[2]: Invalid value: "x": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
        'spec.podCIDRs: Internal error: invalid PodCIDRs. failed to check with dual stack with error:invalid CIDR[2]: <nil> (invalid CIDR address: x)',
        'spec.podCIDRs: Invalid value: []string{"10.0.0.0/24", "10.0.0.0/24", "x"}: may specify no more than one CIDR for each IP family',
      ],
    ],
    [v1('Namespace', {}, { name: 'a.b' }), ['metadata.name: Invalid value: "a.b": must not contain dots']],
    [map({ data: { 'a.b_c-D': 'v' }, binaryData: { bin: 'AAA=' } }), []],
    [
      map({ data: { '..x': 'v', both: 'v' }, binaryData: { both: 'AA==' } }),
      [
        'data[..x]: Invalid value: "..x": must not start with \'..\'',
        'data[both]: Invalid value: "both": duplicate of key present in binaryData',
      ],
    ],
    [map({ data: { a: 'é'.repeat(524_289) } }), ['[]: Too long: may not be more than 1048576 bytes']],
    [map({ data: { a: 'x'.repeat(1_048_576) } }), []],
    [secret('Opaque', { a: 'x'.repeat(1_048_577) }), ['data: Too long: may not be more than 1048576 bytes']],
    [secret('kubernetes.io/tls', { 'tls.crt': '' }), ['data[tls.key]: Required value']],
    [secret('kubernetes.io/basic-auth', { password: '' }), []],
    [secret('kubernetes.io/basic-auth', {}), ['data[username]: Required value', 'data[password]: Required value']],
    [secret('kubernetes.io/ssh-auth', { 'ssh-privatekey': '' }), ['data[ssh-privatekey]: Required value']],
    [secret('kubernetes.io/dockerconfigjson', {}), ['data[.dockerconfigjson]: Required value']],
    [secret('kubernetes.io/dockerconfigjson', { '.dockerconfigjson': '{}' }), []],
    [
      secret('kubernetes.io/dockercfg', { '.dockercfg': 'bad' }),
      [
        'data[.dockercfg]: Invalid value: "<secret contents redacted>": invalid character \'b\' looking for beginning of value',
      ],
    ],
    [
      secret('kubernetes.io/service-account-token', {}),
      ['metadata.annotations[kubernetes.io/service-account.name]: Required value'],
    ],
    [volume({}), []],
    [volume({ ...local, ...affinity('a') }), []],
    [volume(local), ['spec.nodeAffinity: Required value: Local volume requires node affinity']],
    [
      volume({ accessModes: [], capacity: { cpu: '1', storage: '-1' }, hostPath: undefined }),
      [
        'spec.accessModes: Required value',
        'spec.capacity: Unsupported value: {"cpu":"1","storage":"-1"}: supported values: "storage"',
        'spec.capacity[storage]: Invalid value: -1: must be a valid resource quantity',
        'spec.capacity[storage]: Invalid value: "-1": must be greater than zero',
        'spec: Required value: must specify a volume type',
      ],
    ],
    [
      volume({
        accessModes: ['ReadWriteOncePod', 'ReadWriteOnce', 'Odd'],
        persistentVolumeReclaimPolicy: 'Keep',
        volumeMode: 'Odd',
      }),
      [
        'spec.accessModes: Unsupported value: "Odd": supported values: "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"',
        'spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes',
        'spec.persistentVolumeReclaimPolicy: Unsupported value: "Keep": supported values: "Delete", "Recycle", "Retain"',
        'spec.volumeMode: Unsupported value: "Odd": supported values: "Block", "Filesystem"',
      ],
    ],
    [
      volume({ hostPath: { path: '/' }, persistentVolumeReclaimPolicy: 'Recycle', nfs: { server: 's', path: '/p' } }),
      [
        'spec.nfs: Forbidden: may not specify more than 1 volume type',
        "spec.persistentVolumeReclaimPolicy: Forbidden: may not be 'recycle' for a hostPath mount of '/'",
      ],
    ],
    [
      volume({
        hostPath: undefined,
        csi: { driver: 'd', volumeHandle: '', nodePublishSecretRef: { name: 's' } },
        volumeAttributesClassName: '',
      }),
      [
        'spec.csi.volumeHandle: Required value',
        'spec.csi.nodePublishSecretRef.namespace: Required value',
        'spec.volumeAttributesClassName: Required value: an empty string is disallowed',
      ],
    ],
    [claim({ dataSourceRef: { kind: 'PersistentVolumeClaim', name: 'c' } }), []],
    [
      claim({ accessModes: [], resources: { requests: { storage: '0' } }, volumeMode: 'Odd', storageClassName: 'A' }),
      [
        'spec.accessModes: Required value: at least 1 access mode is required',
        'spec.resources[storage]: Invalid value: "0": must be greater than zero',
        expect.stringContaining('spec.storageClassName: Invalid value: "A"') as never,
        'spec.volumeMode: Unsupported value: "Odd": supported values: "Block", "Filesystem"',
      ],
    ],
    [
      claim({
        selector: { matchExpressions: [{ key: 'a', operator: 'InvalidOp' }] },
        dataSourceRef: { kind: 'Pod', name: '' },
      }),
      [
        'spec.selector.matchExpressions[0].operator: Invalid value: "InvalidOp": not a valid selector operator',
        'spec.dataSource.name: Required value',
        'spec.dataSource: Invalid value: "Pod": must be \'PersistentVolumeClaim\' when referencing the default apiGroup',
        'spec.dataSourceRef.name: Required value',
        'spec.dataSourceRef: Invalid value: "Pod": must be \'PersistentVolumeClaim\' when referencing the default apiGroup',
      ],
    ],
    [
      claim({
        dataSource: { kind: 'PersistentVolumeClaim', name: 'a' },
        dataSourceRef: { kind: 'PersistentVolumeClaim', name: 'b' },
      }),
      ['spec: Invalid value: "spec.dataSource": must match dataSourceRef'],
    ],
    [endpoints({ addresses: [{ ip: '10.10.1.1' }], ports: [{ port: 8675 }] }), []],
    [endpoints({ addresses: [{ ip: '127.64.0.1' }], ports: [{ port: 8675 }] }), []],
    [endpoints({}), ['subsets[0]: Required value: must specify `addresses` or `notReadyAddresses`']],
    [
      endpoints({
        addresses: [{ ip: '169.254.0.1', hostname: 'A' }, { ip: 'x' }],
        ports: [
          { port: 66_000, protocol: 'P' },
          { port: 1, name: 'p' },
        ],
      }),
      [
        expect.stringContaining('subsets[0].addresses[0].hostname: Invalid value: "A"') as never,
        'subsets[0].addresses[0].ip: Invalid value: "169.254.0.1": may not be in the link-local range (169.254.0.0/16, fe80::/10)',
        `subsets[0].addresses[1].ip: Invalid value: "x": ${ip}`,
        'subsets[0].addresses[1].ip: Invalid value: "x": must be a valid IP address',
        'subsets[0].ports[0].name: Required value',
        'subsets[0].ports[0].port: Invalid value: 66000: must be between 1 and 65535, inclusive',
        'subsets[0].ports[0].protocol: Unsupported value: "P": supported values: "SCTP", "TCP", "UDP"',
      ],
    ],
    [event({}), []],
    [event({ involvedObject: {} }), []],
    [
      event({ involvedObject: { namespace: 'other' } }),
      ['involvedObject.namespace: Invalid value: "other": does not match event.namespace'],
    ],
    [event(newEvent), []],
    [
      event({ eventTime: '2025-01-01T00:00:00.000000Z', action: 'a'.repeat(129), message: 'm'.repeat(1025) }),
      [
        'reportingComponent: Required value',
        'reportingComponent: Invalid value: "": name part must be non-empty',
        expect.stringContaining('reportingComponent: Invalid value: "": name part must consist of') as never,
        'reportingInstance: Required value',
        'action: Invalid value: "": can have at most 128 characters',
        'reason: Required value',
        'message: Invalid value: "": can have at most 1024 characters',
      ],
    ],
    [v1('PodTemplate', { template: { spec: { containers: [{ name: 'a', image: ' i' }] } } }), []],
    [
      v1('PodTemplate', {
        template: {
          metadata: { labels: { a: 'b c' } },
          spec: { containers: [], ephemeralContainers: [{ name: 'd', image: 'i' }] },
        },
      }),
      [
        expect.stringContaining('template.labels: Invalid value: "b c"') as never,
        'template.spec.containers: Required value',
        'template.spec.ephemeralContainers: Forbidden: ephemeral containers not allowed in pod template',
      ],
    ],
  ])('%#: %j', (object, faults) => expect(createFaults(object)).toEqual(faults));
});

describe('a changed object', () => {
  const bound = { status: { phase: 'Bound', capacity: { storage: '10G' } } };
  it.each<readonly [Written, Written, readonly string[]]>([
    [node({}), node({ podCIDRs: ['10.0.0.0/24'], providerID: 'p' }), []],
    [
      node({ podCIDRs: ['10.0.0.0/24'], providerID: 'p' }),
      node({ podCIDRs: ['10.0.1.0/24'], providerID: 'q' }),
      [
        'spec.podCIDRs: Forbidden: node updates may not change podCIDR except from "" to valid',
        'spec.providerID: Forbidden: node updates may not change providerID except from "" to valid',
      ],
    ],
    [map({ data: { a: 'b' } }), map({ data: { a: 'c' }, immutable: true }), []],
    [
      map({ data: { a: 'b' }, immutable: true }),
      map({ data: { a: 'c' }, binaryData: { b: 'AA==' } }),
      ['immutable', 'data', 'binaryData'].map((field) => `${field}: Forbidden: ${once}`),
    ],
    [
      secret('Opaque', { a: 'b' }, { immutable: true }),
      secret('other', { a: 'c' }, { immutable: true }),
      ['type: Invalid value: "other": field is immutable', `data: Forbidden: ${once}`],
    ],
    [volume({}), volume({ storageClassName: 'a', capacity: { storage: '20G' } }), []],
    [
      volume({}),
      volume({ hostPath: { path: '/bar' }, volumeMode: 'Block' }),
      [
        'spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation\n',
        'volumeMode: Invalid value: "Block": field is immutable',
      ],
    ],
    [volume(affinity('failure-domain.beta.kubernetes.io/zone')), volume(affinity('topology.kubernetes.io/zone')), []],
    [
      volume(affinity('a')),
      volume(affinity('b')),
      [
        expect.stringMatching(
          /^nodeAffinity: Invalid value: .*: field is immutable, except for updating from beta label to GA$/,
        ) as never,
      ],
    ],
    [claim({}), claim({ volumeName: 'v', storageClassName: 'a' }), []],
    [
      claim({ storageClassName: 'a' }),
      claim({ storageClassName: 'b', volumeMode: 'Block' }),
      [
        'spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n',
        'volumeMode: Invalid value: "Block": field is immutable',
      ],
    ],
    [
      claim({}, bound),
      claim({ resources: { requests: { storage: '20G' } } }),
      [
        'spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n',
      ],
    ],
    [
      claim({}),
      claim({ resources: { requests: { storage: '5G' } } }),
      [
        'spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n',
      ],
    ],
    [
      claim({ volumeAttributesClassName: 'a' }),
      claim({}),
      [
        'spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n',
        'spec.volumeAttributesClassName: Forbidden: update from non-nil value to nil is forbidden',
      ],
    ],
  ])('%#', (before, after, faults) => expect(updateFaults(after, before)).toEqual(faults));

  it('of a bound claim, its size', async () => {
    const { persistentVolumeClaimStrategy: strategy } = await import('./persistent-volume-claim.js');
    const sized = (storage: string) =>
      ({
        ...created<PersistentVolumeClaim>(claim({ resources: { requests: { storage } } })),
        status: { phase: 'Bound', capacity: { storage: '10G' } },
      }) as PersistentVolumeClaim;
    const faults = (now: string, before: string) =>
      strategy.validateUpdate!(sized(now), sized(before)).map(({ field }) => field);
    expect([faults('20G', '10G'), faults('15G', '20G'), faults('10G', '20G')]).toEqual([
      [],
      [],
      ['spec.resources.requests.storage'],
    ]);
  });
});

describe('a status', () => {
  it.each<readonly [Written, readonly string[]]>([
    [v1('Namespace', { status: { phase: 'Active' } }), []],
    [
      v1('Namespace', { status: { phase: 'Terminating' } }),
      ['status.Phase: Invalid value: "Terminating": may only be \'Active\' if `deletionTimestamp` is empty'],
    ],
    [
      node(
        {},
        {
          addresses: [
            { type: 'Hostname', address: 'a' },
            { type: 'Hostname', address: 'a' },
          ],
        },
      ),
      ['status.addresses[1]: Duplicate value: core.NodeAddress{Type:"Hostname", Address:"a"}'],
    ],
    [
      claim({}, { status: { capacity: { storage: '-1' }, allocatedResourceStatuses: { cpu: 'Odd' } } }),
      [
        'status.capacity[storage]: Invalid value: -1: must be a valid resource quantity',
        'status.allocatedResourceStatus: Unsupported value: "cpu": supported values: "storage"',
        'status.allocatedResourceStatus: Unsupported value: "cpu": supported values: "ControllerResizeInProgress", "ControllerResizeInfeasible", "NodeResizeInProgress", "NodeResizeInfeasible", "NodeResizePending"',
      ],
    ],
  ])('%#', (object, faults) => expect(statusFaults(object)).toEqual(faults));

  it('of a new volume says since when', () => {
    expect(created<PersistentVolume>(volume({})).status).toEqual({
      phase: 'Pending',
      lastPhaseTransitionTime: '1970-01-01T00:00:00Z',
    });
  });

  it('of a claim has its source in both fields', () => {
    const source = { kind: 'PersistentVolumeClaim', name: 'c' };
    expect(created<PersistentVolumeClaim>(claim({ dataSource: source })).spec).toMatchObject({ dataSourceRef: source });
  });
});

it.each<readonly [Written, readonly string[]]>([
  [node({ externalID: 'x' }), ['spec.externalID: this field is deprecated, and is unused by Kubernetes']],
  [
    volume({ persistentVolumeReclaimPolicy: 'Recycle', hostPath: undefined, rbd: { monitors: ['m'], image: 'i' } }),
    [
      'spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.',
      'spec.rbd: deprecated in v1.28, non-functional in v1.31+',
    ],
  ],
  [
    claim({ resources: { requests: { storage: '1500m' } } }),
    ['spec.resources.requests[storage]: fractional byte value "1500m" is invalid, must be an integer'],
  ],
])('warns of %#', (object, warnings) => expect(createWarnings(object)).toEqual(warnings));
