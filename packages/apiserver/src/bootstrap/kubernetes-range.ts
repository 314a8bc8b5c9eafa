/** What the addresses of Services are from, as the ServiceCIDR `kubernetes`. One that is there already stays. */
import type { ServiceCIDR } from '@pintle/api/networking/v1';
import { formatTime } from '@pintle/machinery';
import type { ApiCore } from '../verbs/api-core.js';
import { putObjects } from './put-objects.js';

/** Nothing where such objects are not served. */
export async function putKubernetesRange(core: ApiCore, cidrs: readonly string[]): Promise<void> {
  const ready = {
    type: 'Ready',
    status: 'True',
    reason: '',
    message: 'Kubernetes default Service CIDR is ready',
    lastTransitionTime: formatTime(core.world.clock.now()),
  } as const;
  const range: ServiceCIDR = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'ServiceCIDR',
    metadata: { name: 'kubernetes' },
    spec: { cidrs },
    status: { conditions: [ready] },
  };
  if (core.registry.byObject(range) === undefined) return;
  const { count } = await core.backend.range({
    start: '/registry/networking.k8s.io/servicecidrs/kubernetes',
    countOnly: true,
  });
  if (count === 0) await putObjects(core, [range]);
}
