import { describe, expect, it } from '@jest/globals';
import type { Container, PodSpec, Volume } from '@pintle/api/core/v1';
import { baselineChecks } from './baseline-checks.js';
import type { PodLike } from './check.js';
import { describeViolations, violationsOf } from './evaluate.js';
import { restrictedChecks } from './restricted-checks.js';

type Context = NonNullable<Container['securityContext']>;
type PodContext = NonNullable<PodSpec['securityContext']>;

const container = (name: string, securityContext?: Context, more: Partial<Container> = {}): Container =>
  ({ name, image: 'i', ...(securityContext === undefined ? {} : { securityContext }), ...more }) as Container;
const pod = (spec: Partial<PodSpec>, annotations?: Record<string, string>): PodLike => ({
  metadata: annotations === undefined ? {} : { annotations },
  spec: { containers: [], ...spec } as PodSpec,
});
const containers = (...list: readonly Container[]) => pod({ containers: list });
const context = (securityContext: PodContext, ...list: readonly Container[]) =>
  pod({ securityContext, containers: list });
const profile = (type: 'Unconfined' | 'RuntimeDefault' | 'Localhost') => ({ seccompProfile: { type } });

interface CheckCase {
  readonly check: string;
  readonly version?: number;
  readonly pod: PodLike;
  /** `reason: detail`; undefined: allowed. */
  readonly fault?: string;
}
const appArmor = 'container.apparmor.security.beta.kubernetes.io/';
const seccompPod = 'seccomp.security.alpha.kubernetes.io/pod';
const seccompOf = (name: string) => `container.seccomp.security.alpha.kubernetes.io/${name}`;
const windows: Partial<PodSpec> = { os: { name: 'windows' }, containers: [container('a')] };

const cases: readonly CheckCase[] = [
  {
    check: 'allowPrivilegeEscalation',
    pod: containers(
      container('a'),
      container('b', { allowPrivilegeEscalation: true }),
      container('c', {}),
      container('d', { allowPrivilegeEscalation: false }),
    ),
    fault:
      'allowPrivilegeEscalation != false: containers "a", "b", "c" must set securityContext.allowPrivilegeEscalation=false',
  },
  { check: 'allowPrivilegeEscalation', version: 7, pod: containers(container('a')) },
  { check: 'allowPrivilegeEscalation', pod: pod(windows) },
  {
    check: 'allowPrivilegeEscalation',
    version: 24,
    pod: pod(windows),
    fault: 'allowPrivilegeEscalation != false: container "a" must set securityContext.allowPrivilegeEscalation=false',
  },
  {
    check: 'appArmorProfile',
    pod: pod({ securityContext: { appArmorProfile: { type: 'Unconfined' } } }),
    fault: 'forbidden AppArmor profile: pod must not set AppArmor profile type to "Unconfined"',
  },
  {
    check: 'appArmorProfile',
    pod: pod({
      containers: [container('foo')],
      initContainers: [container('bar', { appArmorProfile: { type: 'Unconfined' } })] as PodSpec['initContainers'] & {},
    }),
    fault: 'forbidden AppArmor profile: container "bar" must not set AppArmor profile type to "Unconfined"',
  },
  {
    check: 'appArmorProfile',
    pod: pod(
      {},
      {
        [appArmor]: 'bogus',
        [`${appArmor}a`]: '',
        [`${appArmor}b`]: 'runtime/default',
        [`${appArmor}c`]: 'localhost/',
        [`${appArmor}e`]: 'unconfined',
        env: 'prod',
      },
    ),
    fault: `forbidden AppArmor profiles: annotations must not set AppArmor profile type to "${appArmor}="bogus"", "${appArmor}e="unconfined""`,
  },
  {
    check: 'capabilities_baseline',
    pod: containers(
      container('a', { capabilities: { add: ['FOO', 'BAR'] } }),
      container('b', { capabilities: { add: ['FOO', 'BAZ'] } }),
      container('c', { capabilities: { add: ['NET_BIND_SERVICE', 'CHOWN'] } }),
    ),
    fault:
      'non-default capabilities: containers "a", "b" must not include "BAR", "BAZ", "FOO" in securityContext.capabilities.add',
  },
  {
    check: 'capabilities_restricted',
    pod: containers(
      container('a', { capabilities: { add: ['FOO', 'BAR'] } }),
      container('b', { capabilities: { add: ['BAR', 'BAZ'] } }),
      container('c', { capabilities: { add: ['NET_BIND_SERVICE', 'CHOWN'], drop: ['ALL', 'FOO'] } }),
    ),
    fault:
      'unrestricted capabilities: containers "a", "b" must set securityContext.capabilities.drop=["ALL"]; containers "a", "b", "c" must not include "BAR", "BAZ", "CHOWN", "FOO" in securityContext.capabilities.add',
  },
  { check: 'capabilities_restricted', pod: pod(windows) },
  {
    check: 'hostNamespaces',
    pod: pod({ hostNetwork: true, hostPID: true, hostIPC: true }),
    fault: 'host namespaces: hostNetwork=true, hostPID=true, hostIPC=true',
  },
  {
    check: 'hostPathVolumes',
    pod: pod({
      volumes: [
        { name: 'a', hostPath: { path: '/' } },
        { name: 'b', hostPath: { path: '/' } },
        { name: 'c', emptyDir: {} },
      ],
    }),
    fault: 'hostPath volumes: volumes "a", "b"',
  },
  {
    check: 'hostPorts',
    pod: containers(
      container('a'),
      container('b', undefined, {
        ports: [
          { containerPort: 1, hostPort: 0 },
          { containerPort: 2, hostPort: 20 },
        ],
      }),
    ),
    fault: 'hostPort: container "b" uses hostPort 20',
  },
  {
    check: 'hostPorts',
    pod: containers(
      container('b', undefined, {
        ports: [
          { containerPort: 1, hostPort: 10 },
          { containerPort: 2, hostPort: 20 },
        ],
      }),
      container('c', undefined, {
        ports: [
          { containerPort: 1, hostPort: 10 },
          { containerPort: 2, hostPort: 30 },
        ],
      }),
    ),
    fault: 'hostPort: containers "b", "c" use hostPorts 10, 20, 30',
  },
  {
    check: 'privileged',
    pod: containers(
      container('b', {}),
      container('c', { privileged: false }),
      container('d', { privileged: true }),
      container('e', { privileged: true }),
    ),
    fault: 'privileged: containers "d", "e" must not set securityContext.privileged=true',
  },
  {
    check: 'procMount',
    pod: containers(
      container('c', { procMount: 'Default' }),
      container('d', { procMount: 'Unmasked' }),
      container('e', { procMount: 'other' }),
    ),
    fault: 'procMount: containers "d", "e" must not set securityContext.procMount to "Unmasked", "other"',
  },
  {
    check: 'restrictedVolumes',
    pod: pod({
      volumes: [
        { name: 'a', hostPath: { path: '/' } },
        { name: 'b', nfs: { server: 's', path: '/' } },
        { name: 'c', emptyDir: {} },
        { name: 'd' } as Volume,
      ],
    }),
    fault: 'restricted volume types: volumes "a", "b", "d" use restricted volume types "hostPath", "nfs", "unknown"',
  },
  {
    check: 'runAsNonRoot',
    pod: containers(container('a')),
    fault: 'runAsNonRoot != true: pod or container "a" must set securityContext.runAsNonRoot=true',
  },
  {
    check: 'runAsNonRoot',
    pod: context({ runAsNonRoot: false }, container('a')),
    fault: 'runAsNonRoot != true: pod must not set securityContext.runAsNonRoot=false',
  },
  {
    check: 'runAsNonRoot',
    pod: context(
      { runAsNonRoot: true },
      container('a'),
      container('c', { runAsNonRoot: false }),
      container('d', { runAsNonRoot: false }),
    ),
    fault: 'runAsNonRoot != true: containers "c", "d" must not set securityContext.runAsNonRoot=false',
  },
  {
    check: 'runAsNonRoot',
    pod: containers(container('a'), container('b', {}), container('d', { runAsNonRoot: true })),
    fault: 'runAsNonRoot != true: pod or containers "a", "b" must set securityContext.runAsNonRoot=true',
  },
  { check: 'runAsNonRoot', pod: context({ runAsNonRoot: true }, container('a')) },
  {
    check: 'runAsUser',
    pod: context({ runAsUser: 0 }, container('a')),
    fault: 'runAsUser=0: pod must not set runAsUser=0',
  },
  {
    check: 'runAsUser',
    pod: context(
      { runAsUser: 1000 },
      container('a'),
      container('c', { runAsUser: 0 }),
      container('d', { runAsUser: 0 }),
    ),
    fault: 'runAsUser=0: containers "c", "d" must not set runAsUser=0',
  },
  { check: 'runAsUser', version: 22, pod: context({ runAsUser: 0 }) },
  { check: 'runAsUser', pod: containers(container('a', { runAsUser: 1 })) },
  {
    check: 'seLinuxOptions',
    pod: context(
      { seLinuxOptions: { type: 'foo', user: 'bar', role: 'baz' } },
      container('a'),
      container('d', { seLinuxOptions: { type: 'container_t', level: 'l' } }),
      container('e', { seLinuxOptions: { type: 'bar' } }),
      container('f', { seLinuxOptions: { user: 'u' } }),
      container('g', { seLinuxOptions: { role: 'r' } }),
    ),
    fault:
      'seLinuxOptions: pod and containers "e", "f", "g" set forbidden securityContext.seLinuxOptions: types "bar", "foo"; user may not be set; role may not be set',
  },
  {
    check: 'seLinuxOptions',
    version: 30,
    pod: context({ seLinuxOptions: { type: 'container_engine_t' } }),
    fault: 'seLinuxOptions: pod set forbidden securityContext.seLinuxOptions: type "container_engine_t"',
  },
  { check: 'seLinuxOptions', version: 31, pod: context({ seLinuxOptions: { type: 'container_engine_t' } }) },
  {
    check: 'seccompProfile_baseline',
    version: 18,
    pod: pod(
      { containers: [container('a'), container('b'), container('c')] },
      {
        [seccompPod]: 'unconfined',
        [seccompOf('a')]: 'unconfined',
        [seccompOf('b')]: 'unknown',
        [seccompOf('c')]: 'docker/default',
      },
    ),
    fault: `seccompProfile: forbidden annotations ${seccompOf('a')}="unconfined", ${seccompOf('b')}="unknown", ${seccompPod}="unconfined"`,
  },
  { check: 'seccompProfile_baseline', pod: pod({}, { [seccompPod]: 'unconfined' }) },
  {
    check: 'seccompProfile_baseline',
    pod: context(
      profile('Unconfined'),
      container('a'),
      container('c', profile('Unconfined')),
      container('e', profile('Localhost')),
    ),
    fault: 'seccompProfile: pod and container "c" must not set securityContext.seccompProfile.type to "Unconfined"',
  },
  {
    check: 'seccompProfile_restricted',
    pod: containers(container('a'), container('b', {}), container('d', profile('RuntimeDefault'))),
    fault:
      'seccompProfile: pod or containers "a", "b" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"',
  },
  {
    check: 'seccompProfile_restricted',
    pod: context(profile('RuntimeDefault'), container('a'), container('c', profile('Unconfined'))),
    fault: 'seccompProfile: container "c" must not set securityContext.seccompProfile.type to "Unconfined"',
  },
  { check: 'seccompProfile_restricted', pod: context(profile('Localhost'), container('a')) },
  { check: 'seccompProfile_restricted', pod: pod(windows) },
  {
    check: 'sysctls',
    pod: context({
      sysctls: [
        { name: 'a', value: '' },
        { name: 'b', value: '' },
        { name: 'net.ipv4.tcp_rmem', value: '' },
      ],
    }),
    fault: 'forbidden sysctls: a, b',
  },
  ...(
    [
      ['net.ipv4.ip_local_reserved_ports', 27],
      ['net.ipv4.tcp_fin_timeout', 29],
      ['net.ipv4.tcp_wmem', 32],
    ] as const
  ).flatMap(([name, since]): readonly CheckCase[] => [
    {
      check: 'sysctls',
      version: since - 1,
      pod: context({ sysctls: [{ name, value: '' }] }),
      fault: `forbidden sysctls: ${name}`,
    },
    { check: 'sysctls', version: since, pod: context({ sysctls: [{ name, value: '' }] }) },
  ]),
  {
    check: 'windowsHostProcess',
    pod: context(
      { windowsOptions: { hostProcess: true } },
      container('d', { windowsOptions: { hostProcess: false } }),
      container('e', { windowsOptions: { hostProcess: true } }),
      container('f', { windowsOptions: { hostProcess: true } }),
    ),
    fault: 'hostProcess: pod and containers "e", "f" must not set securityContext.windowsOptions.hostProcess=true',
  },
];

const all = [...baselineChecks, ...restrictedChecks];

describe('each check', () => {
  it.each(cases.map((one) => [one.check, one.version ?? 'latest', one.fault ?? 'allows it', one] as const))(
    '%s at %s: %s',
    (id, _version, _fault, { version = 99, pod: given, fault }) => {
      const { since } = all.find((check) => check.id === id)!;
      const newest = Math.max(
        ...Object.keys(since)
          .map(Number)
          .filter((minor) => minor <= version),
      );
      const violation = since[newest]?.(given);
      expect(violation === undefined ? undefined : `${violation.reason}: ${violation.detail}`).toBe(fault);
    },
  );

  it('is tried by this table', () => {
    expect(new Set(cases.map(({ check }) => check))).toEqual(new Set(all.map(({ id }) => id)));
  });
});

describe('a level', () => {
  const latest = Number.POSITIVE_INFINITY;
  const bare = containers(container('a'));
  it.each([
    ['privileged', latest, containers(container('a', { privileged: true })), ''],
    ['baseline', latest, bare, ''],
    [
      'restricted',
      latest,
      bare,
      'allowPrivilegeEscalation != false (container "a" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container "a" must set securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true (pod or container "a" must set securityContext.runAsNonRoot=true), seccompProfile (pod or container "a" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
    ],
    ['restricted', 0, bare, 'runAsNonRoot != true (pod or container "a" must set securityContext.runAsNonRoot=true)'],
    [
      'restricted',
      7,
      pod({
        hostNetwork: true,
        securityContext: { runAsNonRoot: true },
        volumes: [{ name: 'v', hostPath: { path: '/' } }],
      }),
      'host namespaces (hostNetwork=true), restricted volume types (volume "v" uses restricted volume type "hostPath")',
    ],
    [
      'restricted',
      21,
      containers(
        container('a', {
          allowPrivilegeEscalation: false,
          runAsNonRoot: true,
          capabilities: { add: ['FOO'] },
          ...profile('Localhost'),
        }),
      ),
      'non-default capabilities (container "a" must not include "FOO" in securityContext.capabilities.add)',
    ],
  ] as const)('%s at 1.%s', (level, version, given, expected) => {
    expect(describeViolations(violationsOf(given, { level, version }))).toBe(expected);
  });
});
