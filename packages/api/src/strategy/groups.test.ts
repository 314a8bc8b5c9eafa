/** What is refused of the kinds of networking, discovery, node, scheduling, coordination, storage and apiregistration. */
import { describe, expect, it } from '@jest/globals';
import type { NetworkPolicy } from '../networking/v1/index.js';
import { createFaults, createWarnings, decoded, updateFaults, type Written } from './served.fixture.js';

const of =
  (apiVersion: string, kind: string) =>
  (fields: object, metadata: object = {}): Written => ({ apiVersion, kind, metadata, ...fields });
const networking =
  (kind: string) =>
  (spec: object, metadata: object = {}) =>
    of('networking.k8s.io/v1', kind)({ spec }, metadata);
const ingress = networking('Ingress');
const ingressClass = networking('IngressClass');
const policy = networking('NetworkPolicy');
const address = networking('IPAddress');
const range = networking('ServiceCIDR');
const slice = of('discovery.k8s.io/v1', 'EndpointSlice');
const priority = of('scheduling.k8s.io/v1', 'PriorityClass');
const runtime = of('node.k8s.io/v1', 'RuntimeClass');
const lease = (spec: object) => of('coordination.k8s.io/v1', 'Lease')({ spec });
const candidate = (spec: object) => of('coordination.k8s.io/v1beta1', 'LeaseCandidate')({ spec });
const storage = (kind: string) => of('storage.k8s.io/v1', kind);
const storageClass = (fields: object) => storage('StorageClass')({ provisioner: 'example.com/p', ...fields });
const driver = (spec: object, name = 'd.example.com') => storage('CSIDriver')({ spec }, { name });
const csiNode = (...drivers: readonly object[]) => storage('CSINode')({ spec: { drivers } });
const capacity = (fields: object) => storage('CSIStorageCapacity')({ storageClassName: 'fast', ...fields });
const attachment = (spec: object) =>
  storage('VolumeAttachment')({
    spec: { attacher: 'd', nodeName: 'n', source: { persistentVolumeName: 'v' }, ...spec },
  });
const attributes = (fields: object) => of('storage.k8s.io/v1beta1', 'VolumeAttributesClass')(fields);
const apiService = (spec: object, name = 'v1.example.com') =>
  of('apiregistration.k8s.io/v1', 'APIService')(
    { spec: { group: 'example.com', version: 'v1', groupPriorityMinimum: 1000, versionPriority: 15, ...spec } },
    { name },
  );
const bundle = (spec: object, name: string) =>
  of('certificates.k8s.io/v1beta1', 'ClusterTrustBundle')({ spec }, { name });

const backend = { service: { name: 'web', port: { number: 80 } } };
const path = (more: object) => ({
  rules: [{ http: { paths: [{ path: '/', pathType: 'Prefix', backend, ...more }] } }],
});
const at = 'spec.rules[0].http.paths[0]';
const block = (ipBlock: object) => ({ podSelector: {}, ingress: [{ from: [{ ipBlock }] }] });
const port = (one: object) => ({ podSelector: {}, egress: [{ ports: [one] }] });
const endpoint = (more: object, fields: object = {}) =>
  slice({ addressType: 'IPv4', endpoints: [{ addresses: ['10.0.0.1'], ...more }], ...fields });
const parentRef = { group: '', resource: 'services', namespace: 'default', name: 'web' };
const pem = (body: string) => `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`;

describe('a new object', () => {
  it.each<readonly [Written, readonly string[]]>([
    [
      ingress({
        ...path({}),
        defaultBackend: backend,
        tls: [{ hosts: ['*.a.b'], secretName: 's' }],
        ingressClassName: 'c',
      }),
      [],
    ],
    [
      ingress(path({ path: '', pathType: 'ImplementationSpecific', backend: { resource: { kind: 'K', name: 'n' } } })),
      [],
    ],
    [ingress({}), [expect.stringContaining('either `defaultBackend` or `rules` must be specified') as never]],
    [
      ingress({ rules: [{ host: '1.2.3.4' }, { host: '*.*.b' }, { host: 'A' }], tls: [{ hosts: ['a b'] }] }),
      [
        'spec.rules[0].host: Invalid value: "1.2.3.4": must be a DNS name, not an IP address',
        expect.stringContaining('spec.rules[1].host: Invalid value: "*.*.b": a wildcard DNS-1123 subdomain') as never,
        expect.stringContaining('spec.rules[2].host: Invalid value: "A"') as never,
        expect.stringContaining('spec.tls[0].hosts[0]: Invalid value: "a b"') as never,
      ],
    ],
    [ingress(path({ pathType: undefined })), [`${at}.pathType: Required value: pathType must be specified`]],
    [
      ingress(path({ pathType: '' })),
      [`${at}.pathType: Unsupported value: "": supported values: "Exact", "ImplementationSpecific", "Prefix"`],
    ],
    [
      ingress(path({ pathType: 'Regex' })),
      [`${at}.pathType: Unsupported value: "Regex": supported values: "Exact", "ImplementationSpecific", "Prefix"`],
    ],
    [
      ingress(path({ path: 'a//b/..' })),
      [
        `${at}.path: Invalid value: "a//b/..": must be an absolute path`,
        `${at}.path: Invalid value: "a//b/..": must not contain '//'`,
        `${at}.path: Invalid value: "a//b/..": cannot end with '/..'`,
      ],
    ],
    [ingress({ rules: [{ http: { paths: [] } }] }), ['spec.rules[0].http.paths: Required value']],
    [ingress(path({ backend: {} })), [`${at}.backend: Invalid value: "": resource or service backend is required`]],
    [
      ingress(path({ backend: { ...backend, resource: { kind: 'K', name: 'n' } } })),
      [`${at}.backend: Invalid value: "": cannot set both resource and service backends`],
    ],
    [
      ingress(path({ backend: { service: { name: '', port: { number: 1, name: 'p' } } } })),
      [
        `${at}.backend.service.name: Required value`,
        `${at}.backend: Invalid value: "": cannot set both port name & port number`,
      ],
    ],
    [
      ingress(path({ backend: { service: { name: 'web' } } })),
      [`${at}.backend: Required value: port name or number is required`],
    ],
    [
      ingress({ ...path({}), ingressClassName: 'a' }, { annotations: { 'kubernetes.io/ingress.class': 'b' } }),
      [
        'annotations.kubernetes.io/ingress.class: Invalid value: "b": must match `ingressClassName` when both are specified',
      ],
    ],
    [ingressClass({ controller: 'foo.co/bar', parameters: { kind: 'K', name: 'n' } }), []],
    [ingressClass({}), ['spec.controller: Required value']],
    [
      ingressClass({ controller: 'bar', parameters: { kind: '', name: 'a/b', scope: 'Namespace' } }),
      [
        'spec.controller: Invalid value: "bar": must be a domain-prefixed path (such as "acme.io/foo")',
        'spec.parameters.kind: Required value',
        'spec.parameters.name: Invalid value: "a/b": may not contain \'/\'',
        "spec.parameters.namespace: Required value: `parameters.scope` is set to 'Namespace'",
      ],
    ],
    [
      ingressClass({ controller: 'a.b/c', parameters: { kind: 'K', name: 'n', scope: 'Cluster', namespace: 'x' } }),
      ["spec.parameters.namespace: Forbidden: `parameters.scope` is set to 'Cluster'"],
    ],
    [policy(block({ cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] })), []],
    [policy(port({ port: 80, endPort: 90 })), []],
    [
      policy(block({ cidr: '10.0.0.0/8', except: ['10.0.0.0/8', '11.0.0.0/16', 'x'] })),
      [
        'spec.ingress[0].from[0].ipBlock.except[0]: Invalid value: "10.0.0.0/8": must be a strict subset of `cidr`',
        'spec.ingress[0].from[0].ipBlock.except[1]: Invalid value: "11.0.0.0/16": must be a strict subset of `cidr`',
        'spec.ingress[0].from[0].ipBlock.except[2]: Invalid value: "x": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
      ],
    ],
    [
      policy({ podSelector: {}, ingress: [{ from: [{}, { podSelector: {}, ipBlock: { cidr: '' } }] }] }),
      [
        'spec.ingress[0].from[0]: Required value: must specify a peer',
        'spec.ingress[0].from[1].ipBlock.cidr: Required value',
        'spec.ingress[0].from[1]: Forbidden: may not specify both ipBlock and another peer',
      ],
    ],
    [
      policy(port({ port: 'web', endPort: 1, protocol: 'ICMP' })),
      [
        'spec.egress[0].ports[0].protocol: Unsupported value: "ICMP": supported values: "TCP", "UDP", "SCTP"',
        'spec.egress[0].ports[0].endPort: Invalid value: 1: may not be specified when `port` is non-numeric',
      ],
    ],
    [
      policy(port({ port: 80, endPort: 70 })),
      ['spec.egress[0].ports[0].endPort: Invalid value: 80: must be greater than or equal to `port`'],
    ],
    [
      policy({ podSelector: {}, policyTypes: ['Both'] }),
      ['spec.policyTypes[0]: Unsupported value: "Both": supported values: "Ingress", "Egress"'],
    ],
    [address({ parentRef }, { name: '192.168.1.1' }), []],
    [address({ parentRef }, { name: '2001:4860:4860::8888' }), []],
    [
      address({ parentRef: { name: '' } }, { name: '2001:4860:4860:0::8888' }),
      [
        'metadata.name: Invalid value: "2001:4860:4860:0::8888": must be in canonical form ("2001:4860:4860::8888")',
        'spec.parentRef.resource: Required value',
        'spec.parentRef.name: Required value',
      ],
    ],
    [
      address({ parentRef }, { name: '::ffff:192.0.2.1' }),
      ['metadata.name: Invalid value: "::ffff:192.0.2.1": must not be an IPv4-mapped IPv6 address'],
    ],
    [range({ cidrs: ['192.168.0.0/24', 'fd00::/64'] }), []],
    [range({}), ['spec.cidrs: Required value: at least one CIDR required']],
    [
      range({ cidrs: ['192.168.0.1/24'] }),
      ['spec.cidrs[0]: Invalid value: "192.168.0.1/24": must not have bits set beyond the prefix length'],
    ],
    [
      endpoint(
        { nodeName: 'n', hints: { forZones: [{ name: 'a' }] } },
        { ports: [{ name: 'p', port: 80 }, { name: 'q' }] },
      ),
      [],
    ],
    [slice({ addressType: 'FQDN', endpoints: [{ addresses: ['a.example.com'] }] }), []],
    [
      slice({ addressType: 'IPX', endpoints: [] }),
      ['addressType: Unsupported value: "IPX": supported values: "FQDN", "IPv4", "IPv6"'],
    ],
    [
      endpoint({ addresses: ['169.254.0.1', 'ff02::1', 'x'], hostname: '--' }),
      [
        'endpoints[0].addresses[0]: Invalid value: "169.254.0.1": may not be in the link-local range (169.254.0.0/16, fe80::/10)',
        'endpoints[0].addresses: Invalid value: "ff02::1": must be an IPv4 address',
        'endpoints[0].addresses[1]: Invalid value: "ff02::1": may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)',
        'endpoints[0].addresses[2]: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
        expect.stringContaining('endpoints[0].hostname: Invalid value: "--"') as never,
      ],
    ],
    [endpoint({ addresses: [] }), ['endpoints[0].addresses: Required value: must contain at least 1 address']],
    [
      endpoint({ addresses: Array.from({ length: 101 }, (_, index) => `10.0.1.${index}`) }),
      ['endpoints[0].addresses: Too many: 101: must have at most 100 items'],
    ],
    [
      endpoint({ hints: { forZones: [{ name: 'a' }, { name: 'a' }] } }, { ports: [{ protocol: 'X' }, {}] }),
      [
        'endpoints[0].hints.forZones[1].name: Duplicate value: "a"',
        'ports[0].protocol: Unsupported value: "X": supported values: "SCTP", "TCP", "UDP"',
        'ports[1].name: Duplicate value: ""',
      ],
    ],
    [priority({ value: 1_000_000_000 }), []],
    [priority({ value: 2_000_001_000 }, { name: 'system-node-critical' }), []],
    [
      priority({ value: 1_000_000_001, preemptionPolicy: 'Now' }),
      [
        'value: Forbidden: maximum allowed value of a user defined priority is 1000000000',
        'preemptionPolicy: Unsupported value: "Now": supported values: "PreemptLowerPriority", "Never"',
      ],
    ],
    [
      priority({ value: 1 }, { name: 'system-mine' }),
      [
        "metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only. error: system-mine is not a known system priority class",
      ],
    ],
    [runtime({ handler: 'kata', overhead: { podFixed: { cpu: '1' } } }), []],
    [
      runtime({ handler: '&', scheduling: { tolerations: [{ operator: 'Exists' }, { operator: 'Exists' }] } }),
      [
        expect.stringContaining('handler: Invalid value: "&"') as never,
        'scheduling.tolerations[1]: Duplicate value: {"operator":"Exists"}',
      ],
    ],
    [lease({ leaseDurationSeconds: 1, holderIdentity: 'a' }), []],
    // So a leader lets its lease go.
    [lease({ leaseDurationSeconds: 1, holderIdentity: '' }), []],
    [
      lease({ leaseDurationSeconds: 0, leaseTransitions: -1, preferredHolder: 'b' }),
      [
        'spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0',
        'spec.leaseTransitions: Invalid value: -1: must be greater than or equal to 0',
        'spec.preferredHolder: Forbidden: may only be specified if `strategy` is defined',
      ],
    ],
    [
      candidate({
        leaseName: 'l',
        binaryVersion: '1.33.0',
        emulationVersion: '1.32.0',
        strategy: 'OldestEmulationVersion',
      }),
      [],
    ],
    [
      candidate({ leaseName: '', binaryVersion: 'x', strategy: '' }),
      [
        'spec.leaseName: Required value',
        'spec.binaryVersion: Invalid value: "x": must be a valid semantic version',
        'spec.strategy: Required value',
      ],
    ],
    [
      candidate({ leaseName: 'l', binaryVersion: '1.9.0', emulationVersion: '1.33.0', strategy: 'Mine' }),
      [
        'spec.binaryVersion: Invalid value: "1.9.0": must be greater than or equal to `emulationVersion`',
        'spec.strategy.strategy: Unsupported value: "Mine": supported values: "OldestEmulationVersion"',
      ],
    ],
    [
      of('coordination.k8s.io/v1beta1', 'LeaseCandidate')(
        { spec: { leaseName: 'l', binaryVersion: '1.33.0', strategy: 'OldestEmulationVersion' } },
        { name: 'A B' },
      ),
      [
        expect.stringContaining('metadata.name: Invalid value: "A B": a valid config key must') as never,
        "spec.emulationVersion: Required value: must be specified when `strategy` is 'OldestEmulationVersion'",
      ],
    ],
    [
      address({ parentRef }, { name: 'x' }),
      ['metadata.name: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'],
    ],
    [
      storageClass({
        parameters: { a: 'b' },
        allowedTopologies: [{ matchLabelExpressions: [{ key: 'zone', values: ['a'] }] }],
      }),
      [],
    ],
    [
      storageClass({
        provisioner: 'kubernetes.io/a/b',
        reclaimPolicy: 'Recycle',
        volumeBindingMode: 'Late',
        parameters: { '': 'x' },
      }),
      [
        expect.stringContaining('provisioner: Invalid value: "kubernetes.io/a/b"') as never,
        'parameters: Invalid value: "": field can not be empty.',
        'reclaimPolicy: Unsupported value: "Recycle": supported values: "Delete", "Retain"',
        'volumeBindingMode: Unsupported value: "Late": supported values: "Immediate", "WaitForFirstConsumer"',
      ],
    ],
    [
      storageClass({
        allowedTopologies: [1, 2].map(() => ({
          matchLabelExpressions: [
            { key: 'z', values: ['a', 'a'] },
            { key: 'z', values: [] },
          ],
        })),
      }),
      [0, 1].flatMap((index) => [
        `allowedTopologies[${index}].matchLabelExpressions[0].values[1]: Duplicate value: "a"`,
        `allowedTopologies[${index}].matchLabelExpressions[1].values: Required value`,
        `allowedTopologies[${index}].matchLabelExpressions[1].key: Duplicate value: "z"`,
        ...(index === 1 ? ['allowedTopologies[1].matchLabelExpressions: Duplicate value: ""'] : []),
      ]),
    ],
    [driver({ tokenRequests: [{ audience: 'a', expirationSeconds: 600 }] }), []],
    [
      driver({
        fsGroupPolicy: 'Odd',
        volumeLifecycleModes: ['Odd'],
        tokenRequests: [{ audience: 'a' }, { audience: 'a', expirationSeconds: 1 }],
      }),
      [
        'spec.fsGroupPolicy: Unsupported value: "Odd": supported values: "File", "None", "ReadWriteOnceWithFSType"',
        'spec.tokenRequests[1].audience: Duplicate value: "a"',
        'spec.volumeLifecycleModes: Unsupported value: "Odd": supported values: "Persistent", "Ephemeral"',
      ],
    ],
    [csiNode({ name: 'd', nodeID: 'n', topologyKeys: ['a/b'], allocatable: { count: 10 } }), []],
    [
      csiNode(
        { name: 'd', nodeID: '', topologyKeys: ['a', 'a'], allocatable: { count: -1 } },
        { name: 'd', nodeID: 'n'.repeat(257) },
      ),
      [
        'spec.drivers[0].nodeID: Required value',
        'spec.drivers[0].allocatable.count: Invalid value: -1: must be greater than or equal to 0',
        'spec.drivers[0]: Duplicate value: "a"',
        'spec.drivers[1].name: Duplicate value: "d"',
        expect.stringContaining('must be 256 characters or less') as never,
      ],
    ],
    [capacity({ capacity: '1Gi' }), []],
    [capacity({ capacity: '-1Gi' }), ['capacity: Invalid value: "-1Gi": must be greater than or equal to 0']],
    [attachment({}), []],
    [
      attachment({ source: {} }),
      ['spec.source: Required value: must specify exactly one of inlineVolumeSpec and persistentVolumeName'],
    ],
    [
      attachment({
        attacher: '',
        nodeName: '',
        source: {
          inlineVolumeSpec: {
            accessModes: ['ReadWriteOnce'],
            capacity: { storage: '1' },
            nfs: { server: 's', path: '/p' },
          },
        },
      }),
      [
        'spec.attacher: Required value',
        'spec.source.inlineVolumeSpec.capacity: Forbidden: may not be specified in the context of inline volumes',
        'spec.source.inlineVolumeSpec.csi: Required value: has to be specified in the context of inline volumes',
        expect.stringContaining('spec.nodeName: Invalid value: ""') as never,
        'spec.attacher: Required value',
        expect.stringContaining('spec.attacher: Invalid value: ""') as never,
      ],
    ],
    [attributes({ driverName: 'd', parameters: { a: 'b' } }), []],
    [attributes({ driverName: 'd' }), ['parameters: Required value: must contain at least one key/value pair']],
    [apiService({ service: { name: 'n', namespace: 'ns' }, insecureSkipTLSVerify: true }), []],
    [
      apiService({ groupPriorityMinimum: 0, versionPriority: 1001, insecureSkipTLSVerify: true }, 'other'),
      [
        'metadata.name: Invalid value: "other": must be `spec.version+"."+spec.group`: "v1.example.com"',
        'spec.groupPriorityMinimum: Invalid value: 0: must be positive and less than 20000',
        'spec.versionPriority: Invalid value: 1001: must be positive and less than 1000',
        'spec.insecureSkipTLSVerify: Invalid value: true: local APIServices may not have insecureSkipTLSVerify',
      ],
    ],
    [bundle({ signerName: 'example.com/s', trustBundle: pem('AAAA') }, 'example.com:s:one'), []],
    [
      bundle({ signerName: 'example.com/s', trustBundle: '' }, 'one'),
      [
        'metadata.name: Invalid value: "one": ClusterTrustBundle for signerName example.com/s must be named with prefix example.com:s:',
        'spec.trustBundle: Invalid value: "<value omitted>": at least one trust anchor must be provided',
      ],
    ],
    [
      bundle({ trustBundle: pem('AAAA') + pem('AA\nAA') }, 'one'),
      ['spec.trustBundle: Invalid value: "<value omitted>": duplicate trust anchor (indices [0 1])'],
    ],
  ])('%#: %j', (object, faults) => expect(createFaults(object)).toEqual(faults));
});

describe('a changed object', () => {
  it.each<readonly [Written, Written, readonly string[]]>([
    [
      ingressClass({ controller: 'a.b/c' }),
      ingressClass({ controller: 'a.b/d' }),
      ['spec.controller: Invalid value: "a.b/d": field is immutable'],
    ],
    [
      address({ parentRef }, { name: '1.2.3.4' }),
      address({ parentRef: { ...parentRef, name: 'other' } }, { name: '1.2.3.4' }),
      [expect.stringMatching(/^spec\.parentRef: Invalid value: .*: field is immutable$/) as never],
    ],
    [range({ cidrs: ['10.0.0.0/24'] }), range({ cidrs: ['10.0.0.0/24', 'fd00::/64'] }), []],
    [
      range({ cidrs: ['10.0.0.0/24'] }),
      range({ cidrs: ['10.0.1.0/24'] }),
      ['spec.cidrs[0]: Invalid value: "10.0.1.0/24": field is immutable'],
    ],
    [
      endpoint({}),
      slice({ addressType: 'IPv6', endpoints: [] }),
      ['addressType: Invalid value: "IPv6": field is immutable'],
    ],
    [priority({ value: 1 }), priority({ value: 2 }), ['value: Forbidden: may not be changed in an update.']],
    [runtime({ handler: 'a' }), runtime({ handler: 'b' }), ['handler: Invalid value: "b": field is immutable']],
    [
      storageClass({}),
      storageClass({
        provisioner: 'other',
        parameters: { a: 'b' },
        reclaimPolicy: 'Retain',
        volumeBindingMode: 'WaitForFirstConsumer',
      }),
      [
        'parameters: Forbidden: updates to parameters are forbidden.',
        'provisioner: Forbidden: updates to provisioner are forbidden.',
        'reclaimPolicy: Forbidden: updates to reclaimPolicy are forbidden.',
        'volumeBindingMode: Invalid value: "WaitForFirstConsumer": field is immutable',
      ],
    ],
    [
      driver({}),
      driver({ attachRequired: false, podInfoOnMount: true }),
      ['spec.attachedRequired: Invalid value: false: field is immutable'],
    ],
    [
      attachment({}),
      attachment({ nodeName: 'm' }),
      [expect.stringMatching(/^spec: Invalid value: .*: field is immutable$/) as never],
    ],
    [
      capacity({}),
      capacity({ storageClassName: 'slow' }),
      ['storageClassName: Invalid value: "slow": field is immutable'],
    ],
    [csiNode({ name: 'd', nodeID: 'n' }), csiNode({ name: 'd', nodeID: 'n', topologyKeys: [] }), []],
    [
      csiNode({ name: 'd', nodeID: 'n' }),
      csiNode({ name: 'd', nodeID: 'm' }),
      ['spec.drivers: Invalid value: {"name":"d","nodeID":"m"}: field is immutable'],
    ],
  ])('%#', (before, after, faults) => expect(updateFaults(after, before)).toEqual(faults));
});

it('a policy is of the directions that it has rules for', () => {
  const types = (spec: object) => decoded<NetworkPolicy>(policy({ podSelector: {}, ...spec })).spec?.policyTypes;
  expect([types({}), types({ egress: [{}] }), types({ policyTypes: ['Egress'] })]).toEqual([
    ['Ingress'],
    ['Ingress', 'Egress'],
    ['Egress'],
  ]);
});

it('warns of annotations and labels of old', () => {
  expect(createWarnings(ingress(path({}), { annotations: { 'kubernetes.io/ingress.class': 'a' } }))).toEqual([
    'annotation "kubernetes.io/ingress.class" is deprecated, please use \'spec.ingressClassName\' instead',
  ]);
  const key = 'failure-domain.beta.kubernetes.io/zone';
  expect(
    createWarnings(storageClass({ allowedTopologies: [{ matchLabelExpressions: [{ key, values: ['a'] }] }] })),
  ).toEqual([
    `allowedTopologies[0].matchLabelExpressions[0].key: ${key} is deprecated since v1.17; use "topology.kubernetes.io/zone" instead`,
  ]);
});
