/** Pods for property tests, in terms that `arbitraryNodes()` has to do with. */
import type { Pod, PodSpec } from '@pintle/api/core/v1';
import * as fc from 'fast-check';
import { pod } from '../builders.js';

export interface ArbitraryPodsOptions {
  /** Default 1. */
  readonly minLength?: number;
  /** Default 12. */
  readonly maxLength?: number;
}

const sometimes = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 });
const app = () => fc.constantFrom('web', 'db', 'job');
const topologyKey = () => fc.constantFrom('kubernetes.io/hostname', 'topology.kubernetes.io/zone');

const arbitraryToleration = () =>
  fc.record({
    key: fc.constantFrom('gpu', 'dedicated'),
    operator: fc.constantFrom('Exists', 'Equal'),
    effect: fc.constantFrom('NoSchedule', 'NoExecute'),
  });

const arbitrarySpread = () =>
  fc.record({
    maxSkew: fc.integer({ min: 1, max: 2 }),
    topologyKey: topologyKey(),
    whenUnsatisfiable: fc.constantFrom('DoNotSchedule', 'ScheduleAnyway'),
    labelSelector: fc.record({ matchLabels: fc.record({ app: app() }) }),
  });

const arbitraryAntiAffinity = () =>
  fc.record({ labelSelector: fc.record({ matchLabels: fc.record({ app: app() }) }), topologyKey: topologyKey() });

/**
 * Pods `pod-0`, `pod-1`… without a node: of several sizes and priorities, some with a node selector, tolerations, a
 * spread constraint, required anti-affinity, or a host port.
 */
export function arbitraryPods({
  minLength = 1,
  maxLength = 12,
}: ArbitraryPodsOptions = {}): fc.Arbitrary<readonly Pod[]> {
  const one = fc.record({
    app: app(),
    cpu: sometimes(fc.constantFrom('100m', '500m', '1', '3')),
    memory: sometimes(fc.constantFrom('128Mi', '1Gi', '6Gi')),
    priority: fc.constantFrom(0, 0, 0, 10, 1000),
    disk: sometimes(fc.constantFrom('ssd', 'hdd')),
    tolerations: sometimes(fc.array(arbitraryToleration(), { minLength: 1, maxLength: 2 })),
    spread: sometimes(arbitrarySpread()),
    apart: sometimes(arbitraryAntiAffinity()),
    hostPort: sometimes(fc.constantFrom(80, 443)),
  });
  return fc.array(one, { minLength, maxLength }).map((shapes) =>
    shapes.map(({ app: own, cpu, memory, priority, disk, tolerations, spread, apart, hostPort }, at) => {
      const requests = { ...(cpu === undefined ? {} : { cpu }), ...(memory === undefined ? {} : { memory }) };
      const ports = hostPort === undefined ? {} : { ports: [{ containerPort: hostPort, hostPort }] };
      const spec = {
        priority,
        ...(disk === undefined ? {} : { nodeSelector: { disk } }),
        ...(tolerations === undefined ? {} : { tolerations }),
        ...(spread === undefined ? {} : { topologySpreadConstraints: [spread] }),
        ...(apart === undefined
          ? {}
          : { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [apart] } } }),
        containers: [{ name: 'main', image: own, resources: { requests }, ...ports }],
      } as Partial<PodSpec> & Pick<PodSpec, 'containers'>;
      return pod(`pod-${at}`, { labels: { app: own }, ...spec });
    }),
  );
}
