/** What stands before the store: limits, quotas, levels of security, policies, service accounts, certificates, tokens. */
import { del, type Group, get, merge, post, put, type Row } from '../row.js';

const pods = '/api/v1/namespaces/NS/pods';
const pod = (name: string, spec: object = {}, metadata: object = {}) => ({
  ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name, ...metadata } },
  spec: { containers: [{ name: 'c', image: 'i' }], ...spec },
});
const configMap = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } });
const asking = (cpu: string, memory: string) => ({
  containers: [{ name: 'c', image: 'i', resources: { requests: { cpu, memory }, limits: { cpu, memory } } }],
});

const limits: readonly Row[] = [
  post('limits', '/api/v1/namespaces/NS/limitranges', {
    ...{ apiVersion: 'v1', kind: 'LimitRange', metadata: { name: 'l' } },
    spec: {
      limits: [
        {
          type: 'Container',
          default: { cpu: '500m' },
          defaultRequest: { cpu: '200m' },
          min: { cpu: '100m' },
          max: { cpu: '2', memory: '1Gi' },
          maxLimitRequestRatio: { cpu: '4' },
        },
        { type: 'Pod', max: { cpu: '3' } },
        { type: 'PersistentVolumeClaim', min: { storage: '1Gi' }, max: { storage: '5Gi' } },
      ],
    },
  }),
  post('a pod that says nothing', pods, pod('limited')),
  post('a pod that says too little', pods, pod('little', asking('50m', '1Mi'))),
  post('a pod that says too much', pods, pod('much', asking('5', '2Gi'))),
  post(
    'a pod of a bad ratio',
    pods,
    pod('ratio', {
      containers: [
        { name: 'c', image: 'i', resources: { requests: { cpu: '100m' }, limits: { cpu: '2', memory: '1Gi' } } },
      ],
    }),
  ),
  post('a claim too small', '/api/v1/namespaces/NS/persistentvolumeclaims', {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 's' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Mi' } } },
  }),
  post('limits that make no sense', '/api/v1/namespaces/NS/limitranges', {
    apiVersion: 'v1',
    kind: 'LimitRange',
    metadata: { name: 'bad' },
    spec: {
      limits: [
        { type: 'Container', min: { cpu: '2' }, max: { cpu: '1' }, default: { cpu: '3' } },
        { type: 'Container' },
        { type: 'Nonsense' },
      ],
    },
  }),
  del('no limits', '/api/v1/namespaces/NS/limitranges/l'),
];

const quotas: readonly Row[] = [
  post('a quota', '/api/v1/namespaces/NS/resourcequotas', {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'q' },
    spec: {
      hard: { pods: '3', 'requests.cpu': '1', 'count/configmaps': '1', services: '1', 'services.nodeports': '0' },
    },
  }),
  merge('its status, as a controller has it', '/api/v1/namespaces/NS/resourcequotas/q/status', {
    status: {
      hard: { pods: '3', 'requests.cpu': '1', 'count/configmaps': '1', services: '1', 'services.nodeports': '0' },
      used: { pods: '1', 'requests.cpu': '200m', 'count/configmaps': '0', services: '0', 'services.nodeports': '0' },
    },
  }),
  post('a pod that says nothing of what is counted', pods, pod('silent')),
  post('a pod that fits', pods, pod('fits', asking('500m', '1Mi'))),
  get('the quota after it', '/api/v1/namespaces/NS/resourcequotas/q'),
  get('the quota as table', '/api/v1/namespaces/NS/resourcequotas/q', {
    headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
  }),
  post('a pod that fits no more', pods, pod('too-much', asking('500m', '1Mi'))),
  post('a map that fits', '/api/v1/namespaces/NS/configmaps', configMap('one')),
  post('a map that fits no more', '/api/v1/namespaces/NS/configmaps', configMap('two')),
  post('a service of node ports', '/api/v1/namespaces/NS/services', {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 's' },
    spec: { type: 'NodePort', ports: [{ port: 80 }] },
  }),
  post('a quota with scopes', '/api/v1/namespaces/NS/resourcequotas', {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'scoped' },
    spec: { hard: { pods: '3' }, scopes: ['BestEffort', 'Terminating'] },
  }),
  post('a quota that makes no sense', '/api/v1/namespaces/NS/resourcequotas', {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'bad' },
    spec: {
      hard: { pods: '1.5', 'requests.cpu': '-1', nonsense: '1' },
      scopes: ['BestEffort', 'NotBestEffort', 'Nonsense'],
    },
  }),
  del('no quota', '/api/v1/namespaces/NS/resourcequotas/q'),
];

const level = (mode: string, name: string) => ({
  metadata: { labels: { [`pod-security.kubernetes.io/${mode}`]: name } },
});
const security: readonly Row[] = [
  merge('a level that is none', '/api/v1/namespaces/NS', level('enforce', 'nonsense')),
  merge('warn of what is not restricted', '/api/v1/namespaces/NS', level('warn', 'restricted')),
  post('a pod that is warned of', pods, pod('warned', { hostNetwork: true })),
  post('a workload that is warned of', '/apis/apps/v1/namespaces/NS/deployments', {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'warned' },
    spec: {
      selector: { matchLabels: { a: 'b' } },
      template: {
        metadata: { labels: { a: 'b' } },
        spec: { containers: [{ name: 'c', image: 'i', securityContext: { privileged: true } }] },
      },
    },
  }),
  merge('enforce the baseline', '/api/v1/namespaces/NS', level('enforce', 'baseline')),
  ...[
    ['of a host', { hostNetwork: true, hostPID: true, hostIPC: true }],
    ['privileged', { containers: [{ name: 'c', image: 'i', securityContext: { privileged: true } }] }],
    [
      'with capabilities',
      { containers: [{ name: 'c', image: 'i', securityContext: { capabilities: { add: ['NET_ADMIN', 'CHOWN'] } } }] },
    ],
    ['with a path of the host', { volumes: [{ name: 'h', hostPath: { path: '/' } }] }],
    [
      'with a port of the host',
      { containers: [{ name: 'c', image: 'i', ports: [{ containerPort: 80, hostPort: 80 }] }] },
    ],
    [
      'with a profile',
      {
        securityContext: {
          seccompProfile: { type: 'Unconfined' },
          seLinuxOptions: { user: 'x' },
          sysctls: [{ name: 'kernel.msgmax', value: '1' }],
        },
      },
    ],
    [
      'with odd mounts',
      { containers: [{ name: 'c', image: 'i', securityContext: { procMount: 'Unmasked' } }], hostUsers: false },
    ],
  ].map(([name, spec]) => post(`a pod ${name}`, pods, pod('baseline', spec as object))),
  post('a pod that fits', pods, pod('fits-baseline')),
  merge('enforce what is restricted', '/api/v1/namespaces/NS', level('enforce', 'restricted')),
  post('a pod that no longer fits', pods, pod('restricted')),
  post(
    'a pod that fits all',
    pods,
    pod('restricted', {
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: 'c',
          image: 'i',
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        },
      ],
    }),
  ),
  merge('of a version', '/api/v1/namespaces/NS', {
    metadata: {
      labels: {
        'pod-security.kubernetes.io/enforce-version': 'v1.0',
        'pod-security.kubernetes.io/enforce': 'baseline',
      },
    },
  }),
  merge('of a version that is none', '/api/v1/namespaces/NS', {
    metadata: { labels: { 'pod-security.kubernetes.io/enforce-version': 'nonsense' } },
  }),
];

const policies = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies';
const policyBindings = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings';
const policy = (name: string, spec: object) => ({
  ...{ apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicy', metadata: { name } },
  spec: {
    matchConstraints: {
      resourceRules: [
        { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['configmaps'] },
      ],
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'NS' } },
    },
    ...spec,
  },
});
const policyRows: readonly Row[] = [
  post(
    'a policy',
    policies,
    policy('NS-p', {
      variables: [{ name: 'n', expression: 'object.metadata.name' }],
      validations: [
        {
          expression: "!variables.n.startsWith('bad')",
          messageExpression: "'the name ' + variables.n + ' is bad'",
          reason: 'Forbidden',
        },
        { expression: 'size(object.metadata.name) < 20', message: 'long' },
      ],
      auditAnnotations: [{ key: 'k', valueExpression: "'v'" }],
      matchConditions: [{ name: 'm', expression: "request.userInfo.username != 'nobody'" }],
    }),
  ),
  post('its binding', policyBindings, {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name: 'NS-p' },
    spec: { policyName: 'NS-p', validationActions: ['Deny'] },
  }),
  ...[
    'bad:x',
    'bad:y + z',
    'object.nothing == 1',
    'request.nonsense',
    'params.x == 1',
    'authorizer.group("").resource("pods").check("get").allowed()',
    '1 + 1',
    'size(object.data) > 0',
    'namespaceObject.metadata.name == "x"',
    'object.metadata.name.matches("[")',
    'has(object.data) && object.data.all(k, k.size() > 1)',
  ].map((expression, index) =>
    post(`a policy of ${expression}`, policies, policy(`NS-e${index}`, { validations: [{ expression }] })),
  ),
  post('a policy of nothing', policies, policy('NS-none', {})),
  post(
    'a policy of bad words',
    policies,
    policy('NS-words', {
      failurePolicy: 'Nonsense',
      validations: [{ expression: 'true', message: 'a\nb', reason: 'Nonsense' }, { expression: '' }],
      variables: [{ name: '1', expression: 'x' }],
      matchConditions: [{ name: 'a b', expression: '' }],
    }),
  ),
  post('a binding of bad words', policyBindings, {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name: 'NS-bad' },
    spec: { policyName: 'NS p', validationActions: ['Deny', 'Warn', 'Nonsense'] },
  }),
];
const policyEffects: readonly Row[] = [
  ...['one', 'two', 'three'].map((name) =>
    post(`a map ${name}`, '/api/v1/namespaces/NS/configmaps?dryRun=All', configMap(`wait-${name}`)),
  ),
  {
    name: 'time passes',
    method: 'GET',
    path: '/api/v1/namespaces/NS/configmaps?watch=true',
    stream: { lines: 99, waitMs: 1_500 },
    counts: 'status',
  },
  post('a map of a bad name', '/api/v1/namespaces/NS/configmaps', configMap('bad-one')),
  post('a map of a long name', '/api/v1/namespaces/NS/configmaps', configMap('a-name-that-is-far-too-long')),
  post('a map of both', '/api/v1/namespaces/NS/configmaps', configMap('bad-name-that-is-far-too-long')),
  post('a map of a good name', '/api/v1/namespaces/NS/configmaps', configMap('good')),
  get('the policy', `${policies}/NS-p`),
];

const accounts = '/api/v1/namespaces/NS/serviceaccounts';
const tokenRequest = (spec: object) => ({ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec });
const tokens: readonly Row[] = [
  post('a token', `${accounts}/default/token`, tokenRequest({}), { save: 'token' }),
  post('what the token is of', '/apis/authentication.k8s.io/v1/tokenreviews', {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenReview',
    spec: { token: '{token.status.token}' },
  }),
  post(
    'who comes with it',
    '/apis/authentication.k8s.io/v1/selfsubjectreviews',
    { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
    { as: 'nobody', headers: { authorization: 'Bearer {token.status.token}' } },
  ),
  post(
    'a token for others',
    `${accounts}/default/token`,
    tokenRequest({ audiences: ['elsewhere'], expirationSeconds: 700 }),
  ),
  post('a token that is too short', `${accounts}/default/token`, tokenRequest({ expirationSeconds: 1 })),
  post('a token that is too long', `${accounts}/default/token`, tokenRequest({ expirationSeconds: 5_000_000_000 })),
  post('a token of nobody', `${accounts}/absent/token`, tokenRequest({})),
  post(
    'a token bound to nothing',
    `${accounts}/default/token`,
    tokenRequest({ boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'absent' } }),
  ),
  post(
    'a token bound to what it cannot',
    `${accounts}/default/token`,
    tokenRequest({ boundObjectRef: { kind: 'ConfigMap', apiVersion: 'v1', name: 'x' } }),
  ),
  get('a token cannot be read', `${accounts}/default/token`),
];

/** PKCS #10, of a P-256 key: `O=dev, CN=ann`. */
const request = [
  '-----BEGIN CERTIFICATE REQUEST-----',
  'MIHWMH4CAQAwHDEMMAoGA1UECgwDZGV2MQwwCgYDVQQDDANhbm4wWTATBgcqhkjO',
  'PQIBBggqhkjOPQMBBwNCAATnC5MTdoMXLSirR/dEAv9wV0zVHWtQWuv1YTGl40AS',
  'hHtaFzl/JiRoLPqihKWaDRh2yK20lqWFypu+r/F82WrXoAAwCgYIKoZIzj0EAwID',
  'SAAwRQIhALhu1TdDmuFR3TkaZ2A4HJ1DGGPbrYq9VztdXSYPxZygAiA1tnw6Lvjz',
  'eJpc+YZDJvMKWqHbKrNmt/5PieYzYK3iDg==',
  '-----END CERTIFICATE REQUEST-----',
  '',
].join('\n');
const requests = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
const signing = (name: string, spec: object) => ({
  ...{ apiVersion: 'certificates.k8s.io/v1', kind: 'CertificateSigningRequest', metadata: { name } },
  spec: {
    request: Buffer.from(request).toString('base64'),
    signerName: 'example.com/s',
    usages: ['client auth'],
    ...spec,
  },
});
const condition = (type: string) => ({ type, status: 'True', reason: 'r', message: 'm' });
const certificates: readonly Row[] = [
  post('a request', requests, signing('NS-r', {})),
  post('a request of masters', requests, signing('NS-m', { signerName: 'kubernetes.io/kube-apiserver-client' })),
  post(
    'a request of a kubelet',
    requests,
    signing('NS-k', { signerName: 'kubernetes.io/kube-apiserver-client-kubelet' }),
  ),
  post('a request of an old signer', requests, signing('NS-l', { signerName: 'kubernetes.io/legacy-unknown' })),
  post('a request of bad usages', requests, signing('NS-u', { usages: ['nonsense', 'client auth', 'client auth'] })),
  post('a request of a bad signer', requests, signing('NS-s', { signerName: 'nonsense', expirationSeconds: 1 })),
  put('approve it', `${requests}/NS-r/approval`, {
    ...signing('NS-r', {}),
    status: { conditions: [condition('Approved')] },
  }),
  put('deny it', `${requests}/NS-r/approval`, {
    ...signing('NS-r', {}),
    status: { conditions: [condition('Denied')] },
  }),
  put(
    'approve it by who may not',
    `${requests}/NS-r/approval`,
    { ...signing('NS-r', {}), status: { conditions: [condition('Approved')] } },
    { as: 'bob' },
  ),
  get('it is approved', `${requests}/NS-r`),
  get('as table', `${requests}/NS-r`, { headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' } }),
  merge('a certificate that is none', `${requests}/NS-r/status`, {
    status: { certificate: Buffer.from('x').toString('base64') },
  }),
];

export const admission: Group = {
  name: 'admission',
  rows: [...limits, ...quotas, ...tokens, ...certificates, ...policyRows, ...policyEffects],
};
export const podSecurity: Group = { name: 'pod-security', rows: security };
