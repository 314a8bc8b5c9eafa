/** What is refused of a pod as a whole, in which words (cases of upstream's `TestValidatePodSpec`, `TestValidatePod`). */
import { describe, expect, it } from '@jest/globals';
import type { Deployment } from '../../apps/v1/index.js';
import type { Pod } from '../../core/v1/pod.js';
import { created, createFaults, decoded } from '../served.fixture.js';

const main = { name: 'main', image: 'i' };
const podOf = (spec: object, metadata: object = {}) =>
  ({ apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [main], ...spec } }) as never;
const term = (more: object) => ({ topologyKey: 'zone', labelSelector: { matchLabels: { a: 'b' } }, ...more });
const required = 'requiredDuringSchedulingIgnoredDuringExecution';
const preferred = 'preferredDuringSchedulingIgnoredDuringExecution';
const nodes = (...requirements: readonly object[]) => ({
  affinity: { nodeAffinity: { [required]: { nodeSelectorTerms: [{ matchExpressions: requirements }] } } },
});
const spread = (more: object) => ({
  topologySpreadConstraints: [
    { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule', labelSelector: {}, ...more },
  ],
});
const sc = 'spec.securityContext';
const windows = 'Forbidden: cannot be set for a windows pod';

describe('a pod is taken', () => {
  it.each<readonly object[]>([
    [{ restartPolicy: 'OnFailure', dnsPolicy: 'Default', nodeName: 'n', serviceAccountName: 'acct' }],
    [{ securityContext: { runAsUser: 2147483647, supplementalGroups: [0], fsGroupChangePolicy: 'Always' } }],
    [{ hostAliases: [{ ip: '12.34.56.78', hostnames: ['a.b'] }] }],
    [{ dnsPolicy: 'None', dnsConfig: { nameservers: ['fe80::1'], searches: ['_tcp.a_b.c.', '.'] } }],
    [{ tolerations: [{ operator: 'Exists' }, { key: 'k', effect: 'NoExecute', tolerationSeconds: -2 }] }],
    [nodes({ key: 'a', operator: 'In', values: ['b'] }, { key: 'a', operator: 'Gt', values: ['1'] })],
    [
      {
        affinity: {
          podAntiAffinity: { [preferred]: [{ weight: 100, podAffinityTerm: term({ namespaces: ['ns'] }) }] },
        },
      },
    ],
    [spread({ minDomains: 2, nodeAffinityPolicy: 'Honor' })],
    [{ readinessGates: [{ conditionType: 'example.com/ready' }], schedulingGates: [{ name: 'example.com/gate' }] }],
    [{ hostUsers: false, containers: [{ ...main, securityContext: { procMount: 'Unmasked' } }] }],
    [{ overhead: { cpu: '1m' }, runtimeClassName: 'kata', preemptionPolicy: 'Never', priorityClassName: 'high' }],
    [{ os: { name: 'windows' } }],
    [
      {
        resourceClaims: [{ name: 'gpu', resourceClaimTemplateName: 't' }],
        containers: [{ ...main, resources: { claims: [{ name: 'gpu', request: 'a' }] } }],
      },
    ],
  ])('%j', (spec) => expect(createFaults(podOf(spec))).toEqual([]));
});

describe('a pod is refused', () => {
  it.each<readonly [object, readonly string[]]>([
    [
      { restartPolicy: 'Maybe' },
      ['spec.restartPolicy: Unsupported value: "Maybe": supported values: "Always", "OnFailure", "Never"'],
    ],
    [
      { dnsPolicy: 'First' },
      [
        'spec.dnsPolicy: Unsupported value: "First": supported values: "ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"',
      ],
    ],
    [
      { activeDeadlineSeconds: 0 },
      ['spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive'],
    ],
    [{ hostname: 'a.b' }, ['spec.hostname: Invalid value: "a.b": must not contain dots']],
    [
      { nodeSelector: { 'a/b/c': 'd' } },
      [expect.stringContaining('spec.nodeSelector: Invalid value: "a/b/c"') as never],
    ],
    [
      { securityContext: { fsGroup: -1, supplementalGroups: [2147483648], fsGroupChangePolicy: 'Never' } },
      [
        `${sc}.fsGroup: Invalid value: -1: must be between 0 and 2147483647, inclusive`,
        `${sc}.supplementalGroups[0]: Invalid value: 2147483648: must be between 0 and 2147483647, inclusive`,
        `${sc}.fsGroupChangePolicy: Unsupported value: "Never": supported values: "Always", "OnRootMismatch"`,
      ],
    ],
    [
      {
        securityContext: {
          sysctls: [
            { name: 'kernel..x', value: '1' },
            { name: 'net.a', value: '1' },
            { name: 'net.a', value: '1' },
          ],
        },
        hostNetwork: true,
      },
      [
        `${sc}.sysctls[0].name: Invalid value: "kernel..x": must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$`,
        `${sc}.sysctls[1].name: Invalid value: "net.a": may not be specified when 'hostNetwork' is true`,
        `${sc}.sysctls[2].name: Duplicate value: "net.a"`,
        `${sc}.sysctls[2].name: Invalid value: "net.a": may not be specified when 'hostNetwork' is true`,
      ],
    ],
    [
      { securityContext: { sysctls: [{ name: 'kernel/shm_x', value: '1' }] }, hostIPC: true },
      [`${sc}.sysctls[0].name: Invalid value: "kernel/shm_x": may not be specified when 'hostIPC' is true`],
    ],
    [
      { shareProcessNamespace: true, hostPID: true },
      [`${sc}.shareProcessNamespace: Invalid value: true: ShareProcessNamespace and HostPID cannot both be enabled`],
    ],
    [
      {
        securityContext: {
          seccompProfile: { type: '' },
          appArmorProfile: { type: 'Odd' },
          seLinuxChangePolicy: 'MountOption',
        },
      },
      [
        `${sc}.seccompProfile.type: Required value: type is required when seccompProfile is set`,
        `${sc}.appArmorProfile.type: Unsupported value: "Odd": supported values: "Localhost", "RuntimeDefault", "Unconfined"`,
        `${sc}.seLinuxChangePolicy: Unsupported value: "MountOption": supported values: "Recursive"`,
      ],
    ],
    [
      { hostUsers: false, hostNetwork: true, hostPID: true, hostIPC: true },
      ['hostNetwork', 'HostPID', 'HostIPC'].map(
        (field) => `spec.${field}: Forbidden: when \`pod.Spec.HostUsers\` is false`,
      ),
    ],
    [
      { hostAliases: [{ ip: '999.1.1.1', hostnames: ['@'] }] },
      [
        'spec.hostAliases[0].ip: Invalid value: "999.1.1.1": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
        expect.stringContaining('spec.hostAliases[0].hostnames[0]: Invalid value: "@"') as never,
      ],
    ],
    [{ dnsPolicy: 'None' }, ['spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None']],
    [
      { dnsPolicy: 'None', dnsConfig: {} },
      ['spec.dnsConfig.nameservers: Required value: must provide at least one DNS nameserver when `dnsPolicy` is None'],
    ],
    [
      { dnsConfig: { nameservers: ['1.1.1.1', '1.1.1.2', '1.1.1.3', 'x'], options: [{ value: 'v' }] } },
      [
        'spec.dnsConfig.nameservers: Invalid value: []string{"1.1.1.1", "1.1.1.2", "1.1.1.3", "x"}: must not have more than 3 nameservers',
        'spec.dnsConfig.nameservers[3]: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
        'spec.dnsConfig.options[0]: Required value: must not be empty',
      ],
    ],
    [
      {
        tolerations: [
          { key: 'k', operator: 'Exists', value: 'v' },
          { operator: 'Equal' },
          { key: 'k', tolerationSeconds: 1 },
          { key: 'k', operator: 'In', effect: 'No' },
        ],
      },
      [
        'spec.tolerations[0].operator: Invalid value: "v": value must be empty when `operator` is \'Exists\'',
        'spec.tolerations[1].operator: Invalid value: "Equal": operator must be Exists when `key` is empty, which means "match all values and all keys"',
        'spec.tolerations[2].effect: Invalid value: "": effect must be \'NoExecute\' when `tolerationSeconds` is set',
        'spec.tolerations[3].operator: Unsupported value: "In": supported values: "Equal", "Exists"',
        'spec.tolerations[3].effect: Unsupported value: "No": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"',
      ],
    ],
    [
      { affinity: { nodeAffinity: { [required]: { nodeSelectorTerms: [] } } } },
      [
        `spec.affinity.nodeAffinity.${required}.nodeSelectorTerms: Required value: must have at least one node selector term`,
      ],
    ],
    [
      nodes(
        { key: 'a', operator: 'In' },
        { key: 'a', operator: 'Exists', values: ['b'] },
        { key: 'a', operator: 'Lt', values: ['1', '2'] },
        { key: '', operator: 'Is' },
      ),
      [
        "[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
        "[1].values: Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
        "[2].values: Required value: must be specified single value when `operator` is 'Lt' or 'Gt'",
        '[3].operator: Invalid value: "Is": not a valid selector operator',
        '[3].key: Invalid value: "": name part must be non-empty',
        expect.stringContaining('[3].key: Invalid value: "": name part must consist of') as never,
      ].map((text) =>
        typeof text === 'string'
          ? `spec.affinity.nodeAffinity.${required}.nodeSelectorTerms[0].matchExpressions${text}`
          : text,
      ),
    ],
    [
      {
        affinity: {
          nodeAffinity: {
            [preferred]: [
              {
                weight: 101,
                preference: { matchFields: [{ key: 'metadata.uid', operator: 'In', values: ['a', 'b'] }] },
              },
            ],
          },
        },
      },
      [
        `spec.affinity.nodeAffinity.${preferred}[0].weight: Invalid value: 101: must be in the range 1-100`,
        `spec.affinity.nodeAffinity.${preferred}[0].preference.matchFields[0].values: Required value: must be only one value when \`operator\` is 'In' or 'NotIn' for node field selector`,
        `spec.affinity.nodeAffinity.${preferred}[0].preference.matchFields[0].key: Invalid value: "metadata.uid": not a valid field selector key`,
      ],
    ],
    [
      {
        affinity: {
          podAffinity: { [required]: [term({ topologyKey: '', matchLabelKeys: ['a b'], namespaces: ['N'] })] },
        },
      },
      [
        expect.stringContaining(`spec.affinity.podAffinity.${required}[0].namespace: Invalid value: "N"`) as never,
        expect.stringContaining(
          `spec.affinity.podAffinity.${required}[0].matchLabelKeys[0]: Invalid value: "a b"`,
        ) as never,
        `spec.affinity.podAffinity.${required}[0].topologyKey: Required value: can not be empty`,
        `spec.affinity.podAffinity.${required}[0].topologyKey: Invalid value: "": name part must be non-empty`,
        expect.stringContaining(`spec.affinity.podAffinity.${required}[0].topologyKey: Invalid value: ""`) as never,
      ],
    ],
    [
      {
        affinity: {
          podAffinity: {
            [required]: [
              { topologyKey: 'z', matchLabelKeys: ['a'] },
              term({ matchLabelKeys: ['a'], mismatchLabelKeys: ['a'] }),
            ],
          },
        },
      },
      [
        `spec.affinity.podAffinity.${required}[0].matchLabelKeys: Forbidden: must not be specified when labelSelector is not set`,
        `spec.affinity.podAffinity.${required}[1].matchLabelKeys[0]: Invalid value: "a": exists in both matchLabelKeys and mismatchLabelKeys`,
      ],
    ],
    [
      {
        affinity: {
          podAffinity: { [required]: [term({ labelSelector: { matchExpressions: [{ key: 'a', operator: 'In' }] } })] },
        },
      },
      [
        `spec.affinity.podAffinity.${required}[0].labelSelector.matchExpressions[0].values: Required value: must be specified when \`operator\` is 'In' or 'NotIn'`,
      ],
    ],
    [
      spread({
        maxSkew: 0,
        topologyKey: '',
        whenUnsatisfiable: 'Never',
        minDomains: 0,
        nodeTaintsPolicy: 'No',
        matchLabelKeys: ['a'],
        labelSelector: { matchLabels: { a: 'b' } },
      }),
      [
        'maxSkew: Invalid value: 0: must be greater than zero',
        'topologyKey: Required value: can not be empty',
        'whenUnsatisfiable: Unsupported value: "Never": supported values: "DoNotSchedule", "ScheduleAnyway"',
        'minDomains: Invalid value: 0: must be greater than zero',
        'minDomains: Invalid value: 0: can only use minDomains if whenUnsatisfiable=DoNotSchedule, not Never',
        'nodeTaintsPolicy: Unsupported value: "No": supported values: "Honor", "Ignore"',
        'matchLabelKeys[0]: Invalid value: "a": exists in both matchLabelKeys and labelSelector',
      ].map((text) => `spec.topologySpreadConstraints[0].${text}`),
    ],
    [
      {
        topologySpreadConstraints: [1, 2].map((maxSkew) => ({
          maxSkew,
          topologyKey: 'z',
          whenUnsatisfiable: 'DoNotSchedule',
        })),
      },
      ['spec.topologySpreadConstraints[0].{topologyKey, whenUnsatisfiable}: Duplicate value: "{z, DoNotSchedule}"'],
    ],
    [
      { schedulingGates: [{ name: 'a' }, { name: 'a' }], nodeName: 'n' },
      [
        'spec.schedulingGates[1]: Duplicate value: "a"',
        'spec.nodeName: Forbidden: cannot be set until all schedulingGates have been cleared',
      ],
    ],
    [
      { resourceClaims: [{ name: 'a' }, { name: 'a', resourceClaimName: 'c', resourceClaimTemplateName: 't' }] },
      [
        'spec.resourceClaims[0]: Invalid value: {"name":"a"}: must specify one of: `resourceClaimName`, `resourceClaimTemplateName`',
        'spec.resourceClaims[1].name: Duplicate value: "a"',
        'spec.resourceClaims[1]: Invalid value: {"name":"a","resourceClaimName":"c","resourceClaimTemplateName":"t"}: at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified',
      ],
    ],
    [
      { overhead: { 'example.com/x': '1m' } },
      ['spec.overhead.limits[example.com/x]: Invalid value: "1m": must be an integer'],
    ],
    [
      { preemptionPolicy: 'Now' },
      ['spec.preemptionPolicy: Unsupported value: "Now": supported values: "PreemptLowerPriority", "Never"'],
    ],
    [{ os: { name: 'dos' } }, ['spec.os: Unsupported value: "dos": supported values: "linux", "windows"']],
    [{ os: { name: '' } }, ['spec.os.name: Required value: cannot be empty']],
    [
      {
        os: { name: 'linux' },
        securityContext: { windowsOptions: {} },
        containers: [{ ...main, securityContext: { windowsOptions: {} } }],
      },
      ['spec.securityContext', 'spec.containers[0].securityContext'].map(
        (at) => `${at}.windowsOptions: Forbidden: windows options cannot be set for a linux pod`,
      ),
    ],
    [
      {
        os: { name: 'windows' },
        hostPID: true,
        hostIPC: false,
        securityContext: { runAsUser: 1 },
        containers: [{ ...main, securityContext: { privileged: false } }],
      },
      [
        `spec.hostPID: ${windows}`,
        `${sc}.runAsUser: ${windows}`,
        `spec.containers[0].securityContext.privileged: ${windows}`,
      ],
    ],
    [
      {
        securityContext: { windowsOptions: { hostProcess: true } },
        containers: [
          { ...main, securityContext: { windowsOptions: { hostProcess: false } } },
          { name: 'b', image: 'i' },
        ],
      },
      [
        'spec.containers[0].securityContext.windowsOptions.hostProcess: Invalid value: false: pod hostProcess value must be identical if both are specified, was true',
        'spec: Invalid value: "": If pod contains any hostProcess containers then all containers must be HostProcess containers',
        'spec.hostNetwork: Invalid value: false: hostNetwork must be true if pod contains any hostProcess containers',
      ],
    ],
    [
      { ephemeralContainers: [{ name: 'debug', image: 'i' }] },
      ['spec.ephemeralContainers: Forbidden: cannot be set on create'],
    ],
  ])('%j', (spec, faults) => expect(createFaults(podOf(spec))).toEqual(faults));

  it.each<readonly [Readonly<Record<string, string>>, object, readonly string[]]>([
    [
      { 'kubernetes.io/config.mirror': 'x' },
      {},
      ['[kubernetes.io/config.mirror]: Invalid value: "x": must set spec.nodeName if mirror pod annotation is set'],
    ],
    [
      { 'controller.kubernetes.io/pod-deletion-cost': '+1' },
      {},
      ['[controller.kubernetes.io/pod-deletion-cost]: Invalid value: "+1": must be a 32bit integer'],
    ],
    // What strconv.ParseInt reads behind a minus.
    [{ 'controller.kubernetes.io/pod-deletion-cost': '-010' }, {}, []],
    [{ 'controller.kubernetes.io/pod-deletion-cost': '-2147483648' }, {}, []],
    [
      { 'controller.kubernetes.io/pod-deletion-cost': '2147483648' },
      {},
      ['[controller.kubernetes.io/pod-deletion-cost]: Invalid value: "2147483648": must be a 32bit integer'],
    ],
    [
      { 'seccomp.security.alpha.kubernetes.io/pod': 'other' },
      {},
      ['.seccomp.security.alpha.kubernetes.io/pod: Invalid value: "other": must be a valid seccomp profile'],
    ],
    [
      { 'container.apparmor.security.beta.kubernetes.io/none': 'bad' },
      {},
      [
        '[container.apparmor.security.beta.kubernetes.io/none]: Invalid value: "none": container not found',
        '[container.apparmor.security.beta.kubernetes.io/none]: Invalid value: "bad": invalid AppArmor profile name: "bad"',
      ],
    ],
  ])('for its annotations %j', (annotations, spec, faults) =>
    expect(createFaults(podOf(spec, { annotations }))).toEqual(faults.map((text) => `metadata.annotations${text}`)),
  );

  it('where annotation and field disagree', () => {
    const annotations = {
      'seccomp.security.alpha.kubernetes.io/pod': 'localhost/a',
      'container.apparmor.security.beta.kubernetes.io/main': 'runtime/default',
    };
    const securityContext = {
      seccompProfile: { type: 'Localhost', localhostProfile: 'b' },
      appArmorProfile: { type: 'Unconfined' },
    };
    expect(createFaults(podOf({ securityContext }, { annotations }))).toEqual([
      'spec.securityContext.seccompProfile.localhostProfile: Forbidden: seccomp profile in annotation and field must match',
      'spec.containers[0].securityContext.appArmorProfile.type: Forbidden: apparmor type in annotation and field must match',
    ]);
  });
});

describe('what the server says of a new pod', () => {
  it('is there where nothing is said', () => {
    expect(created<Pod>(podOf({}))).toMatchObject({
      spec: {
        containers: [
          {
            imagePullPolicy: 'Always',
            terminationMessagePath: '/dev/termination-log',
            terminationMessagePolicy: 'File',
            resources: {},
          },
        ],
        restartPolicy: 'Always',
        dnsPolicy: 'ClusterFirst',
        enableServiceLinks: true,
        schedulerName: 'default-scheduler',
        securityContext: {},
        terminationGracePeriodSeconds: 30,
      },
      status: { phase: 'Pending', qosClass: 'BestEffort' },
    });
  });

  it.each([
    ['i', 'Always'],
    ['i:latest', 'Always'],
    ['host:5000/i', 'Always'],
    ['host:5000/i:1', 'IfNotPresent'],
    ['i@sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae', 'IfNotPresent'],
  ])('fetches %s %s', (image, policy) => {
    expect(decoded<Pod>(podOf({ containers: [{ name: 'm', image }] })).spec?.containers[0]?.imagePullPolicy).toBe(
      policy,
    );
  });

  it('asks for what is limited, and gives the ports of the node: to pods, not to templates', () => {
    const spec = {
      hostNetwork: true,
      containers: [{ ...main, ports: [{ containerPort: 80 }], resources: { limits: { cpu: '1' } } }],
    };
    const [ofPod] = decoded<Pod>(podOf(spec)).spec!.containers;
    expect(ofPod).toMatchObject({ ports: [{ hostPort: 80 }], resources: { requests: { cpu: '1' } } });
    const { template } = decoded<Deployment>({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      spec: { selector: {}, template: { spec } },
    } as never).spec!;
    expect(template.spec).not.toHaveProperty('enableServiceLinks');
    expect(template.spec!.containers[0]).toEqual({
      ...ofPod,
      ports: [{ containerPort: 80, protocol: 'TCP' }],
      resources: { limits: { cpu: '1' } },
    });
  });

  it('that a gated pod is not scheduled', () => {
    expect(created<Pod>(podOf({ schedulingGates: [{ name: 'a' }] })).status?.conditions).toMatchObject([
      { type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' },
    ]);
  });

  it('that an affinity by keys of labels means the values of the pod', () => {
    const affinity = {
      podAntiAffinity: { [required]: [term({ matchLabelKeys: ['app', 'none'], mismatchLabelKeys: ['tenant'] })] },
    };
    const pod = created<Pod>(podOf({ affinity }, { labels: { app: 'web', tenant: 't' } }));
    expect(pod.spec?.affinity?.podAntiAffinity?.[required]?.[0]?.labelSelector?.matchExpressions).toEqual([
      { key: 'app', operator: 'In', values: ['web'] },
      { key: 'tenant', operator: 'NotIn', values: ['t'] },
    ]);
  });
});
