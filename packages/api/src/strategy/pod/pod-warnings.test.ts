/** What clients are warned of in pods (cases of upstream's `TestWarnings` of pkg/api/pod). */
import { expect, it } from '@jest/globals';
import { createWarnings } from '../served.fixture.js';

const main = { name: 'main', image: 'i' };
const warningsOf = (spec: object, metadata: object = {}) =>
  createWarnings({ apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [main], ...spec } } as never);
const env = (...variables: readonly object[]) => ({ containers: [{ ...main, env: variables }] });
const hides = (index: number) =>
  `spec.containers[0].env[${index}]: hides previous definition of "a", which may be dropped when using apply`;

it.each<readonly [object, readonly string[]]>([
  [{}, []],
  [
    {
      volumes: [
        { name: 'v', gitRepo: { repository: 'r' } },
        { name: 'w', rbd: { monitors: ['m'], image: 'i' } },
      ],
    },
    [
      'spec.volumes[0].gitRepo: deprecated in v1.11, and disabled by default in v1.33+',
      'spec.volumes[1].rbd: deprecated in v1.28, non-functional in v1.31+',
    ],
  ],
  [
    { hostAliases: [{ ip: '1.1.1.1' }, { ip: '1.1.1.1' }], imagePullSecrets: [{ name: 'a' }, { name: 'a' }, {}] },
    [
      'spec.hostAliases[1].ip: duplicate ip "1.1.1.1"',
      'spec.imagePullSecrets[1].name: duplicate name "a"',
      'spec.imagePullSecrets[2].name: invalid empty name ""',
    ],
  ],
  [env({ name: 'a', value: '1' }, { name: 'a', value: '$(a)2' }), []],
  [env({ name: 'a', value: '1' }, { name: 'a', value: '2' }, { name: 'a', value: '$(a)' }), [hides(1), hides(2)]],
  [
    { containers: [{ ...main, resources: { limits: { memory: '100m' }, requests: { memory: '1500m' } } }] },
    [
      'spec.containers[0].resources.limits[memory]: fractional byte value "100m" is invalid, must be an integer',
      'spec.containers[0].resources.requests[memory]: fractional byte value "1500m" is invalid, must be an integer',
    ],
  ],
  [
    { nodeSelector: { 'beta.kubernetes.io/arch': 'x', 'kubernetes.io/os': 'linux' } },
    ['spec.nodeSelector[beta.kubernetes.io/arch]: deprecated since v1.14; use "kubernetes.io/arch" instead'],
  ],
  [
    {
      topologySpreadConstraints: [
        { maxSkew: 1, topologyKey: 'failure-domain.beta.kubernetes.io/zone', whenUnsatisfiable: 'DoNotSchedule' },
      ],
    },
    [
      'spec.topologySpreadConstraints[0].topologyKey: failure-domain.beta.kubernetes.io/zone is deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
      'spec.topologySpreadConstraints[0].labelSelector: a null labelSelector results in matching no pod',
    ],
  ],
  [
    { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'z' }] } } },
    [
      'spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].labelSelector: a null labelSelector results in matching no pod',
    ],
  ],
  [
    {
      containers: [
        { ...main, ports: [{ containerPort: 80 }, { containerPort: 80, hostPort: 81 }] },
        { name: 'b', image: 'i', ports: [{ containerPort: 80 }] },
      ],
    },
    [
      'spec.containers[0].ports[1]: overlapping port definition with spec.containers[0].ports[0]',
      'spec.containers[1].ports[0]: duplicate port definition with spec.containers[0].ports[0]',
      'spec.containers[1].ports[0]: overlapping port definition with spec.containers[0].ports[1]',
    ],
  ],
  [
    // It is 1 before anybody is told; templates are told of it.
    { terminationGracePeriodSeconds: -1 },
    [],
  ],
  [
    {
      volumes: [
        {
          name: 'v',
          projected: {
            sources: [
              { serviceAccountToken: { path: 'token' } },
              { secret: { name: 's', items: [{ key: 'k', path: 'token' }] } },
            ],
          },
        },
      ],
    },
    ['spec.volumes[0].projected.sources.secrets[0]: has duplicated path with ServiceAccountToken "token"'],
  ],
])('%j', (spec, warnings) => expect(warningsOf(spec)).toEqual(warnings));

it('of a name that no host can have, and of annotations that nobody reads', () => {
  const annotations = {
    'scheduler.alpha.kubernetes.io/critical-pod': '',
    'seccomp.security.alpha.kubernetes.io/pod': 'runtime/default',
  };
  expect(warningsOf({}, { name: 'a.b', annotations })).toEqual([
    "metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: [must not contain dots]",
    'metadata.annotations[scheduler.alpha.kubernetes.io/critical-pod]: non-functional in v1.16+; use the "priorityClassName" field instead',
    'metadata.annotations[seccomp.security.alpha.kubernetes.io/pod]: non-functional in v1.27+; use the "seccompProfile" field instead',
  ]);
});
