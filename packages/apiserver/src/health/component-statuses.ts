/** ComponentStatuses: how the parts of a cluster are, asked when somebody reads them. Deprecated, and still shown by `kubectl get cs`. */
import { ComponentStatus } from '@pintle/api/core/v1';
import type { VirtualResource } from '../aggregation/virtual-resources.js';
import { type HealthCheck, runChecks } from './health-checks.js';

export const componentStatuses = (components: readonly HealthCheck[]): VirtualResource => ({
  kind: ComponentStatus,
  async list() {
    const results = await runChecks(components, new Set());
    return results.map(
      ({ name, failure }): ComponentStatus => ({
        apiVersion: 'v1',
        kind: 'ComponentStatus',
        metadata: { name },
        conditions: [{ type: 'Healthy', status: failure === undefined ? 'True' : 'False', message: failure ?? 'ok' }],
      }),
    );
  },
});
