import { describe, expect, it } from '@jest/globals';
import type { Container, EphemeralContainer, Pod, PodSpec } from '../core/v1/index.js';
import { podStrategy } from './pod.js';
import { podSubresources } from './pod-subresources.js';
import { decoded, type Written } from './served.fixture.js';

const container = (name: string, more: Partial<Container> = {}): Container => ({ name, image: 'i', ...more });
const pod = (spec: Partial<PodSpec> = {}, more: Partial<Pod> = {}): Pod =>
  decoded<Pod>({
    apiVersion: 'v1',
    kind: 'Pod',
    ...more,
    metadata: { name: 'p', namespace: 'default', ...more.metadata },
    spec: { restartPolicy: 'Always', containers: [container('main')], ...spec },
  } as Written);
const context = { user: { name: 'jane', groups: [] }, nowMs: 0 };
const mirror = { metadata: { name: 'p', annotations: { 'kubernetes.io/config.mirror': 'x' } } };

function change(subresource: 'ephemeralcontainers' | 'resize', old: Pod, wished: Pod) {
  const { prepareForUpdate, validateUpdate } = podSubresources[subresource]!;
  const object = prepareForUpdate(wished, old, context);
  return { object, faults: validateUpdate!(object, old).map(({ field, detail }) => `${field}: ${detail}`) };
}

describe('ephemeral containers', () => {
  const debug = (name: string, more: Partial<EphemeralContainer> = {}): EphemeralContainer => ({
    name,
    image: 'tools',
    ...more,
  });
  const withDebug = (...ephemeralContainers: readonly EphemeralContainer[]) => pod({ ephemeralContainers });
  const cannot = 'cannot be set for an Ephemeral Container';

  it.each<readonly [Pod, Pod, readonly string[]]>([
    [pod(), withDebug(debug('a')), []],
    [pod(), withDebug(debug('a', { targetContainerName: 'main', stdin: true, tty: true })), []],
    [withDebug(debug('a')), withDebug(debug('b'), debug('a')), []],
    [pod(), withDebug(debug('main')), ['spec.ephemeralContainers[0].name: ']],
    [
      pod(),
      withDebug(debug('a', { targetContainerName: 'none' })),
      ['spec.ephemeralContainers[0].targetContainerName: '],
    ],
    [pod(), withDebug(debug('a', { image: '' })), ['spec.ephemeralContainers[0].image: ']],
    [
      pod(),
      withDebug(
        debug('a', {
          ports: [{ containerPort: 80 }],
          livenessProbe: { exec: { command: ['x'] }, successThreshold: 1 },
          resources: { requests: { cpu: '1' } },
          lifecycle: { preStop: { exec: { command: ['x'] } } },
        }),
      ),
      ['lifecycle', 'livenessProbe', 'ports', 'resources'].map(
        (field) => `spec.ephemeralContainers[0].${field}: ${cannot}`,
      ),
    ],
    [
      pod(),
      withDebug(debug('a', { resources: {}, lifecycle: {} })),
      [`spec.ephemeralContainers[0].lifecycle: ${cannot}`],
    ],
    [
      withDebug(debug('a')),
      withDebug(),
      ['spec.ephemeralContainers: existing ephemeral containers "a" may not be removed\n'],
    ],
    [
      withDebug(debug('a')),
      withDebug(debug('a', { command: ['sh'] })),
      ['spec.ephemeralContainers: existing ephemeral containers "a" may not be changed\n'],
    ],
    [pod({}, mirror), withDebug(debug('a')), ['[]: static pods do not support ephemeral containers']],
  ])('%#', (old, wished, faults) => {
    expect([...change('ephemeralcontainers', old, wished).faults].sort()).toEqual([...faults].sort());
  });

  it('may not use parts of volumes', () => {
    const old = pod({ volumes: [{ name: 'v', emptyDir: {} }] });
    const mounted = { volumeMounts: [{ name: 'v', mountPath: '/v', subPath: 'x' }] };
    const { faults } = change('ephemeralcontainers', old, pod({ ephemeralContainers: [debug('a', mounted)] }));
    expect(faults).toEqual([`spec.ephemeralContainers[0].volumeMounts[0].subPath: ${cannot}`]);
  });

  it('change nothing else of a pod', () => {
    const wished = pod(
      { ephemeralContainers: [debug('a')], hostNetwork: true },
      { metadata: { name: 'p', labels: {} } },
    );
    const { object } = change('ephemeralcontainers', pod(), wished);
    expect(object).toEqual({
      ...pod(),
      spec: { ...pod().spec, ephemeralContainers: wished.spec!.ephemeralContainers },
    });
  });

  it('come later than their pod', () => {
    const faults = podStrategy.validateCreate!(withDebug(debug('a')));
    expect(faults).toMatchObject([{ field: 'spec.ephemeralContainers', detail: 'cannot be set on create' }]);
  });
});

describe('resize', () => {
  type Resources = NonNullable<Container['resources']>;
  const amounts = (cpu: string, memory: string) => ({ cpu, memory });
  const sized = (resources: Resources, more: Partial<Container> = {}) =>
    pod({ containers: [container('main', { resources, ...more })] });
  const withSidecar = (resources: Resources) =>
    pod({
      initContainers: [container('sidecar', { resources, restartPolicy: 'Always' })] as PodSpec['initContainers'] & {},
    });
  const burstable: Resources = { requests: amounts('1', '1Gi'), limits: amounts('2', '2Gi') };
  const running = (status: object) =>
    ({
      status: {
        containerStatuses: [
          { name: 'main', ready: true, restartCount: 0, image: '', imageID: '', state: { running: {} }, ...status },
        ],
      },
    }) as Partial<Pod>;
  const policy = (restartPolicy: string) => ({ resizePolicy: [{ resourceName: 'memory', restartPolicy }] });
  const resources = 'spec.containers[0].resources';
  const decreased = `${resources}.limits[memory]: memory limits cannot be decreased unless resizePolicy is RestartContainer`;
  const smaller: Resources = { requests: amounts('1', '1Gi'), limits: amounts('2', '1500Mi') };

  it.each<readonly [string, Pod, Pod, readonly string[]]>([
    ['more CPU', sized(burstable), sized({ ...burstable, requests: amounts('1500m', '1Gi') }), []],
    ['less memory asked for', sized(burstable), sized({ ...burstable, requests: amounts('1', '512Mi') }), []],
    [
      'more than the limit',
      sized(burstable),
      sized({ ...burstable, requests: amounts('3', '1Gi') }),
      [`${resources}.requests: must be less than or equal to cpu limit of 2`],
    ],
    [
      'another quality of service',
      sized(burstable),
      sized({ requests: amounts('2', '2Gi'), limits: amounts('2', '2Gi') }),
      ['spec: Pod QOS Class may not change as a result of resizing'],
    ],
    [
      'a request left out, which is then the limit',
      sized(burstable),
      sized({ ...burstable, requests: { cpu: '1' }, limits: burstable.limits! }),
      [],
    ],
    [
      'a limit taken away',
      sized(burstable),
      sized({ requests: burstable.requests!, limits: { cpu: '2' } }),
      [`${resources}.limits: resource limits cannot be removed`],
    ],
    ['less memory at most', sized(burstable), sized(smaller), [decreased]],
    [
      'less memory, without a restart',
      sized(burstable, policy('NotRequired')),
      sized(smaller, policy('NotRequired')),
      [decreased],
    ],
    [
      'less memory, with a restart',
      sized(burstable, policy('RestartContainer')),
      sized(smaller, policy('RestartContainer')),
      [],
    ],
    [
      'other resources',
      sized(burstable),
      sized({ requests: { ...burstable.requests, 'ephemeral-storage': '1Gi' }, limits: burstable.limits! }),
      ['spec: only cpu and memory resources are mutable'],
    ],
    [
      'other resources, where there were no limits before',
      pod({ containers: [container('main', { resources: burstable }), container('b')] }),
      pod({
        containers: [
          container('main', { resources: burstable }),
          container('b', { resources: { limits: { 'example.com/a': '1' } } }),
        ],
      }),
      [],
    ],
    [
      'other resources of a sidecar',
      withSidecar({ requests: { cpu: '1' } }),
      withSidecar({ requests: { cpu: '1', 'ephemeral-storage': '1Gi' } }),
      ['spec: only cpu and memory resources for sidecar containers are mutable'],
    ],
    [
      'another order',
      pod({ containers: [container('a'), container('b')] }),
      pod({ containers: [container('b'), container('a')] }),
      [0, 1].map((i) => `spec.containers[${i}].name: containers may not be renamed or reordered on resize`),
    ],
    [
      'more containers',
      pod(),
      pod({ containers: [container('main'), container('b')] }),
      ['spec.containers: containers may not be added or removed on resize'],
    ],
    [
      'init containers',
      pod({ initContainers: [container('init')] as PodSpec['initContainers'] & {} }),
      pod({
        initContainers: [
          container('init', { resources: { requests: { cpu: '1' } } }),
        ] as PodSpec['initContainers'] & {},
      }),
      [
        'spec: Pod QOS Class may not change as a result of resizing',
        'spec: resources for non-sidecar init containers are immutable',
      ],
    ],
    [
      'a node that cannot',
      { ...sized(burstable), ...running({}) },
      sized(burstable),
      ['spec: Pod running on node without support for resize'],
    ],
    ['a node that can', { ...sized(burstable), ...running({ resources: burstable }) }, sized(burstable), []],
    ['a static pod', pod({}, mirror), pod(), ['[]: static pods cannot be resized']],
    ['a Windows pod', pod({ os: { name: 'windows' } }), pod(), ['[]: windows pods cannot be resized']],
  ])('%s', (_what, old, wished, faults) => {
    expect(change('resize', old, wished).faults).toEqual(faults);
  });

  it('changes nothing else of a pod', () => {
    const wished = sized({ ...burstable, requests: amounts('2', '1Gi') }, { image: 'other', command: ['x'] });
    expect(change('resize', sized(burstable), wished).object).toEqual(
      sized({ ...burstable, requests: amounts('2', '1Gi') }),
    );
  });
});
