/** Values for a place of a schema: such as are likely to be taken, by the field's name, and such as are at the edge of it or beyond. */
import { integerBelow, type Random, resolve, type SchemaNode } from '@pintle/machinery';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** What is taken somewhere by fields of these names. */
/** Of the range of Services. */
export const namedAddress = '10.96.0.77';

const words: Readonly<Record<string, readonly Json[]>> = {
  accessModes: ['ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOncePod'],
  addressType: ['IPv4', 'IPv6', 'FQDN'],
  apiGroup: ['apps', '', 'rbac.authorization.k8s.io', 'storage.k8s.io'],
  apiVersion: ['v1', 'apps/v1', 'example.com/v1'],
  apiVersions: ['v1', '*'],
  appProtocol: ['http', 'kubernetes.io/h2c', 'example.com/own'],
  cidr: ['10.0.0.0/8', 'fd00::/8', '10.1.2.0/24'],
  cidrs: ['10.0.0.0/8', 'fd00::/64'],
  clusterIP: ['None', '', namedAddress],
  completionMode: ['Indexed', 'NonIndexed'],
  concurrencyPolicy: ['Allow', 'Forbid', 'Replace'],
  containerPort: [80, 8080],
  dnsPolicy: ['ClusterFirst', 'Default', 'None', 'ClusterFirstWithHostNet'],
  effect: ['NoSchedule', 'NoExecute', 'PreferNoSchedule', ''],
  except: ['10.1.0.0/16', '10.1.2.128/25'],
  externalIPs: ['192.0.2.9'],
  externalTrafficPolicy: ['Cluster', 'Local'],
  failurePolicy: ['Fail', 'Ignore'],
  finalizers: ['example.com/a', 'orphan', 'foregroundDeletion', 'kubernetes'],
  fsGroupChangePolicy: ['Always', 'OnRootMismatch'],
  fsType: ['ext4', 'xfs'],
  image: ['registry.example/app:1'],
  imagePullPolicy: ['Always', 'Never', 'IfNotPresent'],
  internalTrafficPolicy: ['Cluster', 'Local'],
  ip: ['192.0.2.1', '2001:db8::1', '10.0.0.3'],
  ipFamilies: ['IPv4', 'IPv6'],
  ipFamilyPolicy: ['SingleStack', 'PreferDualStack', 'RequireDualStack'],
  key: ['a', 'example.com/a', 'kubernetes.io/os'],
  kind: [
    'Deployment',
    'Pod',
    'User',
    'Group',
    'ServiceAccount',
    'Role',
    'ClusterRole',
    'Service',
    'PersistentVolumeClaim',
  ],
  matchPolicy: ['Exact', 'Equivalent'],
  mountPath: ['/data', '/var/run', 'relative'],
  mountPropagation: ['None', 'HostToContainer', 'Bidirectional'],
  name: ['a', 'b', 'c', 'x', 'cpu', 'memory', 'http', 'example.com/a'],
  namespace: ['NS', 'default', 'kube-system'],
  nominatedNodeName: ['n'],
  operations: ['CREATE', 'UPDATE', 'DELETE', 'CONNECT', '*'],
  operator: ['In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt', 'Equal'],
  path: ['/a', 'a', 'a/b', '/metrics', '../a', 'metadata.name'],
  pathType: ['Exact', 'Prefix', 'ImplementationSpecific'],
  persistentVolumeReclaimPolicy: ['Retain', 'Delete', 'Recycle'],
  podManagementPolicy: ['OrderedReady', 'Parallel'],
  podReplacementPolicy: ['TerminatingOrFailed', 'Failed'],
  policy: ['AlwaysAllow'],
  policyTypes: ['Ingress', 'Egress'],
  port: [80, 'http', 0, 443],
  preemptionPolicy: ['Never', 'PreemptLowerPriority'],
  procMount: ['Default', 'Unmasked'],
  protocol: ['TCP', 'UDP', 'SCTP'],
  provisioner: ['example.com/p', 'kubernetes.io/no-provisioner'],
  reclaimPolicy: ['Retain', 'Delete'],
  resources: ['pods', '*', 'pods/log', '*/*', '*/scale'],
  restartPolicy: ['Always', 'OnFailure', 'Never'],
  schedule: ['* * * * *', '@hourly', '@every 1h', 'TZ=UTC * * * * *'],
  scheme: ['HTTP', 'HTTPS'],
  scope: ['Namespaced', 'Cluster', '*'],
  scopeName: ['Terminating', 'BestEffort', 'PriorityClass', 'CrossNamespacePodAffinity'],
  scopes: ['Terminating', 'NotTerminating', 'BestEffort', 'NotBestEffort', 'PriorityClass'],
  selectPolicy: ['Max', 'Min', 'Disabled'],
  sessionAffinity: ['None', 'ClientIP'],
  sideEffects: ['None', 'NoneOnDryRun', 'Some', 'Unknown'],
  signerName: ['example.com/signer', 'kubernetes.io/kube-apiserver-client'],
  status: ['True', 'False', 'Unknown'],
  phase: ['Pending', 'Running', 'Active', 'Bound', 'Available', 'Terminating'],
  storageClassName: ['', 's'],
  terminationMessagePolicy: ['File', 'FallbackToLogsOnError'],
  timeZone: ['Etc/UTC', 'Europe/Paris', 'Nowhere', 'Local'],
  topologyKey: ['kubernetes.io/hostname', 'zone'],
  type: [
    ...[
      'ClusterIP',
      'NodePort',
      'LoadBalancer',
      'ExternalName',
      'RollingUpdate',
      'OnDelete',
      'Recreate',
      'RuntimeDefault',
    ],
    ...['Localhost', 'Unconfined', 'Utilization', 'Value', 'AverageValue', 'Resource', 'Pods', 'Object', 'External'],
    ...[
      'Directory',
      'File',
      'Ready',
      'Limited',
      'Exempt',
      'Queue',
      'Reject',
      'Container',
      'Pod',
      'PersistentVolumeClaim',
    ],
    ...['ContainerResource', 'Percent', 'Opaque', 'kubernetes.io/tls', 'Normal', 'Warning', 'InternalIP', 'Complete'],
  ],
  unhealthyPodEvictionPolicy: ['IfHealthyBudget', 'AlwaysAllow'],
  uid: ['0a1b2c3d-0000-4000-8000-000000000000'],
  usages: ['client auth', 'server auth', 'digital signature', 'key encipherment'],
  values: ['a', 'b', '3'],
  verbs: ['get', 'list', '*'],
  volumeBindingMode: ['Immediate', 'WaitForFirstConsumer'],
  volumeMode: ['Filesystem', 'Block'],
  whenDeleted: ['Retain', 'Delete'],
  whenScaled: ['Retain', 'Delete'],
  whenUnsatisfiable: ['DoNotSchedule', 'ScheduleAnyway'],
};

const long = (length: number) => 'x'.repeat(length);
const byFormat: Readonly<Record<string, readonly Json[]>> = {
  byte: ['', 'AAEC', 'bm90aGluZw==', 'no base64', 'AAE'],
  'date-time': ['2026-01-01T00:00:00Z', '2026-01-01T00:00:00+02:00', '2026-13-01T00:00:00Z', 'yesterday', '2026-01-01'],
  'micro-time': ['2026-01-01T00:00:00.000000Z', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00.1Z', 'yesterday'],
  duration: ['0s', '1h', '90s', '1h1x', '-5s', '5'],
};
const texts: readonly string[] = [
  ...[
    '',
    ' ',
    'UPPER',
    '-a',
    'a-',
    'a..b',
    'a_b',
    'a b',
    'a/b/c',
    '/abs/..',
    '..',
    '.',
    'é',
    '0',
    '-1',
    'a\nb',
    '*',
    'a:b',
  ],
  ...[
    long(16),
    long(64),
    long(254),
    '1.2.3.4',
    '010.0.0.1',
    '::1',
    '::ffff:1.2.3.4',
    '0.0.0.0',
    '127.0.0.1',
    '169.254.1.1',
  ],
  ...[
    '224.0.0.1',
    '10.0.0.0/33',
    '10.0.0.1/8',
    '::/0',
    '100%',
    'http://a',
    'https://a.example/b?c=d',
    'a=b',
    'a,b',
    '$(X)',
  ],
  ...[
    'example.com/a',
    'kubernetes.io/a',
    'Example.com/a',
    'a.example',
    'cpu',
    'memory',
    'storage',
    'requests.cpu',
    'hugepages-2Mi',
  ],
];
const quantities: readonly Json[] = [
  '1',
  '100m',
  '2Gi',
  '0',
  '-1',
  '0.0001',
  '1e3',
  '1.5',
  'many',
  '',
  3,
  '9223372036854775808',
  '1n',
];
const numbers: readonly Json[] = [
  ...[0, 1, 2, -1, 10, 80, 100, 101, 600, 1000, 65_535, 65_536, 2_147_483_647, 2_147_483_648, -2_147_483_649],
  ...[9_007_199_254_740_991, 1e19, 1.5, 2_000_000_001],
];
const intsOrTexts: readonly Json[] = [
  0,
  1,
  80,
  -1,
  65_536,
  '',
  '25%',
  '101%',
  '-5%',
  'http',
  'HTTP',
  'a--b',
  '5',
  'x%',
  long(16),
  1.5,
];
const mapKeys: readonly string[] = [
  ...[
    'a',
    'b',
    'app',
    'example.com/a',
    'kubernetes.io/os',
    'cpu',
    'memory',
    'ephemeral-storage',
    'storage',
    'pods',
    'example.com/gpu',
  ],
  ...[
    '',
    'a b',
    '-a',
    'UPPER',
    'Example.com/a',
    'a/b/c',
    '/a',
    'a/',
    long(64),
    `${long(254)}/a`,
    '..',
    '.',
    'a_b',
    'hugepages-2Mi',
    'requests.cpu',
  ],
];
const anything: readonly Json[] = [null, true, 7, 1.5, 'seven', '', [], {}, ['a'], [7], { a: 1 }];

export const pick = <T>(random: Random, from: readonly T[]): T => from[integerBelow(random, from.length)]!;
export const chance = (random: Random, share: number): boolean => random.next() < share;

/** Of the type that is asked for; at times at the edge of what is taken. */
export function scalarOf(random: Random, key: string, place: SchemaNode, badShare: number): Json {
  const node = resolve(place);
  const isBad = chance(random, badShare);
  switch (node.type) {
    case 'boolean':
      return chance(random, 0.5);
    case 'integer':
    case 'number':
      return isBad
        ? pick(random, numbers)
        : pick(random, [...(words[key] ?? []).filter((word) => typeof word === 'number'), 0, 1, 3, 10]);
    case 'quantity':
      return isBad ? pick(random, quantities) : pick(random, ['1', '500m', '2Gi']);
    case 'intOrString':
      return pick(random, isBad ? intsOrTexts : (words[key] ?? [1, '25%', 80]));
    case 'string': {
      const formatted = byFormat[place.format ?? ''];
      if (formatted !== undefined) return isBad ? pick(random, formatted) : formatted[1]!;
      if (isBad) return pick(random, texts);
      return pick(
        random,
        place.enum === undefined ? (words[key] ?? ['a', 'b']).map(String) : (place.enum as readonly Json[]),
      );
    }
    default:
      return pick(random, anything);
  }
}

export const keyOf = (random: Random, badShare: number): string =>
  chance(random, badShare) ? pick(random, mapKeys) : pick(random, mapKeys.slice(0, 3));
export const ofAnyType = (random: Random): Json => pick(random, anything);

const fieldCounts = [0, 1, 1, 1, 2, 3];
const depthMax = 6;

/** A value for a place: what is required, and few fields more. */
export function valueFor(random: Random, key: string, place: SchemaNode, badShare: number, depth = 0): Json {
  const node = resolve(place);
  const inner = (name: string, each: SchemaNode) => valueFor(random, name, each, badShare, depth + 1);
  if (node.type === 'array') return Array.from({ length: pick(random, [1, 1, 1, 2]) }, () => inner(key, node.items!));
  if (node.type === 'map') return { [keyOf(random, badShare)]: inner(key, node.values!) };
  if (node.type !== 'object') return scalarOf(random, key, place, badShare);
  const fields = Object.entries(node.properties ?? {});
  const optional = fields.filter(([, each]) => each.required !== true).map(([name]) => name);
  const chosen = new Set(
    depth >= depthMax || optional.length === 0
      ? []
      : Array.from({ length: pick(random, fieldCounts) }, () => pick(random, optional)),
  );
  return Object.fromEntries(
    fields
      .filter(([name, each]) => each.required === true || chosen.has(name))
      .map(([name, each]) => [name, inner(name, each)]),
  );
}
