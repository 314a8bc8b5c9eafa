/** Pods: what is filled in, what may change, what is refused; and what is done to them: bound, evicted, given resources. */
import { apply, del, type Group, get, merge, post, put, type Row, strategic, table } from '../row.js';

const pods = '/api/v1/namespaces/NS/pods';
const pod = (name: string, spec: object = {}, metadata: object = {}) => ({
  ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name, ...metadata } },
  spec: { containers: [{ name: 'c', image: 'i' }], ...spec },
});
const containers = (...each: readonly object[]) => ({
  containers: each.map((one, index) => ({ name: `c${index}`, image: 'i', ...one })),
});
const full = {
  ...containers({
    ...{
      command: ['a'],
      args: ['b', '$(X)'],
      workingDir: '/w',
      imagePullPolicy: 'IfNotPresent',
      tty: true,
      stdin: true,
    },
    ports: [
      { name: 'http', containerPort: 80, protocol: 'TCP' },
      { containerPort: 53, protocol: 'UDP' },
    ],
    env: [
      { name: 'A', value: 'b' },
      { name: 'N', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
      { name: 'R', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
      { name: 'M', valueFrom: { configMapKeyRef: { name: 'm', key: 'k', optional: true } } },
    ],
    envFrom: [{ prefix: 'P_', secretRef: { name: 's' } }],
    resources: {
      requests: { cpu: '100m', memory: '64Mi' },
      limits: { cpu: '0.5', memory: '128Mi', 'example.com/gpu': 1 },
    },
    livenessProbe: { httpGet: { path: '/live', port: 'http' } },
    readinessProbe: { tcpSocket: { port: 80 }, periodSeconds: 3 },
    startupProbe: { exec: { command: ['true'] }, failureThreshold: 30 },
    lifecycle: { preStop: { sleep: { seconds: 3 } }, postStart: { exec: { command: ['x'] } } },
    securityContext: { runAsUser: 1000, allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
    volumeMounts: [
      { name: 'e', mountPath: '/e' },
      { name: 'p', mountPath: '/p', readOnly: true },
    ],
  }),
  initContainers: [
    { name: 'i', image: 'i', restartPolicy: 'Always' },
    { name: 'j', image: 'registry.example/j:latest' },
  ],
  ...{
    nodeSelector: { a: 'b' },
    hostname: 'h',
    subdomain: 's',
    terminationGracePeriodSeconds: 5,
    priorityClassName: '',
  },
  ...{
    dnsConfig: { nameservers: ['192.0.2.1'], options: [{ name: 'ndots', value: '2' }] },
    shareProcessNamespace: true,
  },
  hostAliases: [{ ip: '192.0.2.1', hostnames: ['x'] }],
  tolerations: [{ key: 'a', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 9 }],
  topologySpreadConstraints: [
    {
      maxSkew: 1,
      topologyKey: 'zone',
      whenUnsatisfiable: 'ScheduleAnyway',
      labelSelector: { matchLabels: { a: 'b' } },
    },
  ],
  affinity: {
    nodeAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        { weight: 1, preference: { matchExpressions: [{ key: 'a', operator: 'Exists' }] } },
      ],
    },
    podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'zone', labelSelector: {} }] },
  },
  volumes: [
    { name: 'e', emptyDir: { sizeLimit: '1Gi' } },
    { name: 'h', hostPath: { path: '/x' } },
    { name: 'm', configMap: { name: 'm', items: [{ key: 'k', path: 'p' }] } },
    { name: 's', secret: { secretName: 's' } },
    { name: 'd', downwardAPI: { items: [{ path: 'l', fieldRef: { fieldPath: 'metadata.labels' } }] } },
    { name: 'p', projected: { sources: [{ serviceAccountToken: { path: 't' } }, { configMap: { name: 'm' } }] } },
    {
      name: 'c',
      ephemeral: {
        volumeClaimTemplate: { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
      },
    },
    { name: 'x', csi: { driver: 'example.com' } },
  ],
};

const refused: readonly (readonly [string, object, object?])[] = [
  ['a container without a name', { containers: [{ image: 'i' }] }],
  ['a container without an image', { containers: [{ name: 'c' }] }],
  ['a bad name of a container', { containers: [{ name: 'C_', image: 'i' }] }],
  ['a space before an image', { containers: [{ name: 'c', image: ' i' }] }],
  ['a restart policy that is none', { restartPolicy: 'Sometimes' }],
  ['a DNS policy that is none', { dnsPolicy: 'Nonsense' }],
  ['no DNS', { dnsPolicy: 'None' }],
  ['a negative grace', { terminationGracePeriodSeconds: -1 }],
  ['a service account that is not', { serviceAccountName: 'absent' }],
  ['a priority class that is not', { priorityClassName: 'absent' }],
  ['a priority of one’s own', { priority: 9 }],
  ['a runtime class that is not', { runtimeClassName: 'absent' }],
  [
    'a volume twice',
    {
      volumes: [
        { name: 'a', emptyDir: {} },
        { name: 'a', emptyDir: {} },
      ],
    },
  ],
  ['a volume of nothing', { volumes: [{ name: 'a' }] }],
  ['a volume of two', { volumes: [{ name: 'a', emptyDir: {}, hostPath: { path: '/' } }] }],
  ['a mount of nothing', containers({ volumeMounts: [{ name: 'absent', mountPath: '/x' }] })],
  [
    'two mounts in a place',
    {
      ...containers({
        volumeMounts: [
          { name: 'a', mountPath: '/x' },
          { name: 'a', mountPath: '/x' },
        ],
      }),
      volumes: [{ name: 'a', emptyDir: {} }],
    },
  ],
  ['a probe of nothing', containers({ livenessProbe: {} })],
  ['a probe of two', containers({ livenessProbe: { tcpSocket: { port: 1 }, exec: { command: ['a'] } } })],
  ['a port out of range', containers({ ports: [{ containerPort: 70_000 }] })],
  ['a protocol that is none', containers({ ports: [{ containerPort: 80, protocol: 'tcp' }] })],
  [
    'a host port twice',
    containers({ ports: [{ containerPort: 80, hostPort: 8 }] }, { ports: [{ containerPort: 81, hostPort: 8 }] }),
  ],
  [
    'an environment of two',
    containers({ env: [{ name: 'A', value: 'x', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }] }),
  ],
  [
    'an environment of a field that is none',
    containers({ env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.nonsense' } } }] }),
  ],
  ['a resource that is none', containers({ resources: { requests: { 'bad name': '1' } } })],
  ['a fraction of a device', containers({ resources: { limits: { 'example.com/gpu': '500m' } } })],
  ['a device without a limit', containers({ resources: { requests: { 'example.com/gpu': 1 } } })],
  [
    'a toleration that is none',
    {
      tolerations: [
        { operator: 'Equal', value: 'x' },
        { key: 'a', operator: 'Exists', value: 'x' },
      ],
    },
  ],
  ['a node selector that is none', { nodeSelector: { 'a b': 'c d' } }],
  [
    'affinity without a topology',
    { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ labelSelector: {} }] } } },
  ],
  [
    'a spread that is none',
    { topologySpreadConstraints: [{ maxSkew: 0, topologyKey: '', whenUnsatisfiable: 'Nonsense' }] },
  ],
  ['a user below zero', { securityContext: { runAsUser: -1, sysctls: [{ name: 'a b', value: '' }] } }],
  ['a system that does not fit', { os: { name: 'windows' }, securityContext: { runAsUser: 1 } }],
  ['a host with ports', { hostNetwork: true, ...containers({ ports: [{ containerPort: 80, hostPort: 81 }] }) }],
  ['a node and gates', { nodeName: 'n', schedulingGates: [{ name: 'g' }] }],
  ['an init container that is a container', { initContainers: [{ name: 'c', image: 'i' }] }],
  [
    'an init container with a probe',
    { initContainers: [{ name: 'i', image: 'i', livenessProbe: { exec: { command: ['x'] } } }] },
  ],
  ['ephemeral containers', { ephemeralContainers: [{ name: 'e', image: 'i' }] }],
  [
    'an AppArmor profile that is none',
    { securityContext: { appArmorProfile: { type: 'Localhost' }, seccompProfile: { type: 'Nonsense' } } },
  ],
  ['a hostname that is none', { hostname: 'A.b', subdomain: '-' }],
  [
    'resource claims that are none',
    { resourceClaims: [{ name: 'a' }, { name: 'a', resourceClaimName: 'x', resourceClaimTemplateName: 'y' }] },
  ],
  ['resources of a pod', { resources: { limits: { cpu: '1' } } }],
  ['an old annotation', {}, { annotations: { 'seccomp.security.alpha.kubernetes.io/pod': 'runtime/default' } }],
];

const changes: readonly Row[] = [
  post('one', pods, pod('one')),
  strategic('another image', `${pods}/one`, { spec: { containers: [{ name: 'c', image: 'j' }] } }),
  strategic('another command', `${pods}/one`, { spec: { containers: [{ name: 'c', command: ['x'] }] } }),
  strategic('a second container', `${pods}/one`, { spec: { containers: [{ name: 'd', image: 'i' }] } }),
  merge('a deadline', `${pods}/one`, { spec: { activeDeadlineSeconds: 10 } }),
  merge('a later deadline', `${pods}/one`, { spec: { activeDeadlineSeconds: 20 } }),
  merge('a toleration more', `${pods}/one`, { spec: { tolerations: [{ key: 'a', operator: 'Exists' }] } }),
  merge('no grace', `${pods}/one`, { spec: { terminationGracePeriodSeconds: 1 } }),
  merge('a node', `${pods}/one`, { spec: { nodeName: 'n' } }),
  strategic('resources', `${pods}/one`, {
    spec: { containers: [{ name: 'c', resources: { requests: { cpu: '1' } } }] },
  }),
  strategic('resources where they belong', `${pods}/one/resize`, {
    spec: { containers: [{ name: 'c', resources: { requests: { cpu: '1' } } }] },
  }),
  strategic('an image where resources belong', `${pods}/one/resize`, {
    spec: { containers: [{ name: 'c', image: 'k' }] },
  }),
  strategic('an ephemeral container', `${pods}/one/ephemeralcontainers`, {
    spec: { ephemeralContainers: [{ name: 'e', image: 'i' }] },
  }),
  strategic('an ephemeral container again, different', `${pods}/one/ephemeralcontainers`, {
    spec: { ephemeralContainers: [{ name: 'e', image: 'j' }] },
  }),
  get('ephemeral containers', `${pods}/one/ephemeralcontainers`),
  strategic('an image where ephemeral containers belong', `${pods}/one/ephemeralcontainers`, {
    spec: { containers: [{ name: 'c', image: 'k' }] },
  }),
  strategic('a status', `${pods}/one/status`, {
    status: { phase: 'Running', podIP: '192.0.2.3', conditions: [{ type: 'Ready', status: 'True' }] },
  }),
  get('a status as table', `${pods}/one`, { headers: table }),
  strategic('a status of nonsense', `${pods}/one/status`, { status: { podIPs: [{ ip: 'x' }], hostIP: 'y' } }),
  apply('an applied label', `${pods}/one`, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'one', labels: { a: 'b' } },
  }),
  apply('an applied image', `${pods}/one`, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'one' },
    spec: { containers: [{ name: 'c', image: 'z' }] },
  }),
  get('its logs', `${pods}/one/log`),
  ...[
    'follow=True&previous=False&timestamps=1',
    'tailLines=-1&limitBytes=0&sinceSeconds=0',
    'tailLines=x',
    'limitBytes=99999999999999999999',
    'sinceSeconds=1&sinceTime=2026-01-01T00:00:00Z',
    'sinceTime=yesterday',
    'sinceTime=',
    'stream=Stdout',
    'container=other',
  ].map((query) => get(`its logs by ${query}`, `${pods}/one/log?${query}`)),
  get('logs of an absent one', `${pods}/absent/log?tailLines=-1`),
  get('attach', `${pods}/one/attach`),
  post('forward no port', `${pods}/one/portforward`, ''),
  post('run something', `${pods}/one/exec?command=x`, ''),
  get('through a proxy', `${pods}/one/proxy/`),
  post('bind it', `${pods}/one/binding`, {
    apiVersion: 'v1',
    kind: 'Binding',
    metadata: { name: 'one' },
    target: { kind: 'Node', name: 'node-1' },
  }),
  post('bind it again', `${pods}/one/binding`, {
    apiVersion: 'v1',
    kind: 'Binding',
    metadata: { name: 'one' },
    target: { kind: 'Node', name: 'node-2' },
  }),
  get('it is bound', `${pods}/one`),
  post('bind nothing', `${pods}/absent/binding`, {
    apiVersion: 'v1',
    kind: 'Binding',
    metadata: { name: 'absent' },
    target: { kind: 'Node', name: 'node-1' },
  }),
  post('bind to nothing', `${pods}/one/binding`, {
    apiVersion: 'v1',
    kind: 'Binding',
    metadata: { name: 'one' },
    target: {},
  }),
  post('bind by a binding', '/api/v1/namespaces/NS/bindings', {
    apiVersion: 'v1',
    kind: 'Binding',
    metadata: { name: 'two' },
    target: { kind: 'Node', name: 'node-1' },
  }),
  get('its logs when it is bound', `${pods}/one/log`),
  del('delete it with grace', `${pods}/one`),
  del('delete it sooner', `${pods}/one`, { gracePeriodSeconds: 5 }),
  del('delete it later', `${pods}/one`, { gracePeriodSeconds: 50 }),
  del('delete it now', `${pods}/one`, { gracePeriodSeconds: 0 }),
  get('it is gone', `${pods}/one`),
];

const evictions: readonly Row[] = [
  post('a budget', '/apis/policy/v1/namespaces/NS/poddisruptionbudgets', {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'b' },
    spec: { minAvailable: 1, selector: { matchLabels: { guard: 'yes' } } },
  }),
  post('guarded', pods, pod('guarded', { nodeName: 'node-1' }, { labels: { guard: 'yes' } })),
  strategic('guarded runs', `${pods}/guarded/status`, {
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
  }),
  post('evict guarded', `${pods}/guarded/eviction`, {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name: 'guarded' },
  }),
  merge('the budget is computed', '/apis/policy/v1/namespaces/NS/poddisruptionbudgets/b/status', {
    status: { observedGeneration: 1, disruptionsAllowed: 0, currentHealthy: 1, desiredHealthy: 1, expectedPods: 1 },
  }),
  post('evict guarded at its limit', `${pods}/guarded/eviction`, {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name: 'guarded' },
  }),
  merge('the budget has room', '/apis/policy/v1/namespaces/NS/poddisruptionbudgets/b/status', {
    status: { disruptionsAllowed: 1, currentHealthy: 2 },
  }),
  post('evict guarded dry', `${pods}/guarded/eviction?dryRun=All`, {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name: 'guarded' },
  }),
  post('evict another uid', `${pods}/guarded/eviction`, {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name: 'guarded' },
    deleteOptions: { preconditions: { uid: 'x' } },
  }),
  post('evict guarded with room', `${pods}/guarded/eviction`, {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name: 'guarded' },
  }),
  get('the budget after it', '/apis/policy/v1/namespaces/NS/poddisruptionbudgets/b'),
  get('guarded leaves', `${pods}/guarded`),
  post('evict by the older version', `${pods}/guarded/eviction?dryRun=All`, {
    ...{ apiVersion: 'policy/v1beta1', kind: 'Eviction', metadata: { name: 'guarded' } },
  }),
  post('evict with options that are none', `${pods}/guarded/eviction`, {
    ...{ apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'guarded' } },
    deleteOptions: { gracePeriodSeconds: 'x' },
  }),
  post('evict nothing', `${pods}/absent/eviction`, {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name: 'absent' },
  }),
  post('evict under another name', `${pods}/guarded/eviction`, {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name: 'other' },
  }),
  post('a second pod', pods, pod('free')),
  post('evict it', `${pods}/free/eviction`, { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'free' } }),
  get('it is gone at once', `${pods}/free`),
];

export const podsGroup: Group = {
  name: 'pods',
  rows: [
    post('the least', pods, pod('least')),
    post('all there is', pods, pod('all', full, { labels: { a: 'b' }, annotations: { c: 'd' } })),
    get('all there is as table', `${pods}/all`, { headers: table }),
    put('all there is, written back', `${pods}/all`, pod('all', full, { labels: { a: 'c' } })),
    post(
      'of a host',
      pods,
      pod('host', { hostNetwork: true, hostPID: true, ...containers({ ports: [{ containerPort: 80 }] }) }),
    ),
    post('of a class', pods, pod('critical', { priorityClassName: 'system-node-critical' })),
    post(
      'with a latest image',
      pods,
      pod(
        'latest',
        containers(
          { image: 'a:latest' },
          { image: 'a@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef' },
        ),
      ),
    ),
    post('without a token', pods, pod('tokenless', { automountServiceAccountToken: false })),
    post(
      'that asks by limits',
      pods,
      pod('limits', containers({ resources: { limits: { cpu: '1', memory: '1Gi' } } })),
    ),
    post('with gates', pods, pod('gated', { schedulingGates: [{ name: 'example.com/g' }] })),
    get('with gates as table', `${pods}/gated`, { headers: table }),
    post(
      'that warns',
      pods,
      pod('warns', {
        ...containers({
          env: [
            { name: 'A', value: '1' },
            { name: 'A', value: '2' },
          ],
        }),
        nodeSelector: { 'beta.kubernetes.io/os': 'linux' },
      }),
    ),
    ...refused.map(([name, spec, metadata]) => post(name, pods, pod('refused', spec, metadata))),
    ...changes,
    ...evictions,
    get('by node', `${pods}?fieldSelector=spec.nodeName%3D`),
    get('by phase', `${pods}?fieldSelector=status.phase%3DPending,spec.restartPolicy%3DAlways`),
    get('by what is no field', `${pods}?fieldSelector=spec.nonsense%3Dx`),
    del('delete all', pods, { gracePeriodSeconds: 0 }),
  ],
};
