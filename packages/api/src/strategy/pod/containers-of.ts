/** The containers of a pod, of all three kinds, each with its place. */
import type { Container } from '../../core/v1/container.js';
import type { PodSpec } from '../../core/v1/pod.js';

export interface PlacedContainer {
  readonly container: Container;
  /** As `spec.initContainers[0]`. */
  readonly path: string;
}

/** In the order in which Kubernetes visits them: those that initialize, those that run, those that look into it. */
export function containersOf(spec: PodSpec | undefined, path = 'spec'): readonly PlacedContainer[] {
  if (spec === undefined) return [];
  return (['initContainers', 'containers', 'ephemeralContainers'] as const).flatMap((list) =>
    (spec[list] ?? []).map((container, index) => ({
      container: container as Container,
      path: `${path}.${list}[${index}]`,
    })),
  );
}
