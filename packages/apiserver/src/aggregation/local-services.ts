/** The APIService objects of what this server serves itself, as kube-aggregator keeps them. Pure but for `bring`. */
import { APIService } from '@pintle/api/apiregistration/v1';
import type { Client } from '@pintle/client';
import { formatTime, parseApiVersion, StatusError } from '@pintle/machinery';
import { putObjects } from '../bootstrap/put-objects.js';
import type { ResourceRegistry } from '../registry/resource-registry.js';
import type { ApiCore } from '../verbs/api-core.js';
import { local } from './availability.js';
import { isBuiltinGroup, rankOf, serviceNameOf } from './group-order.js';

export const automanagedLabel = 'kube-aggregator.kubernetes.io/automanaged';

/** One for each group and version; `apiregistration.k8s.io` itself has none, as upstream. */
export function localServices(registry: ResourceRegistry, now: string): readonly APIService[] {
  const versions = [...new Set(registry.all().map(({ apiVersion }) => apiVersion))].map(parseApiVersion);
  return versions
    .filter(({ group }) => group !== 'apiregistration.k8s.io')
    .map(({ group, version }) => {
      const rank = rankOf({ group, version });
      return {
        apiVersion: 'apiregistration.k8s.io/v1',
        kind: 'APIService',
        metadata: {
          name: serviceNameOf(group, version),
          labels: { [automanagedLabel]: isBuiltinGroup(group) ? 'onstart' : 'true' },
        },
        spec: {
          ...(group === '' ? {} : { group }),
          version,
          groupPriorityMinimum: rank.group,
          versionPriority: rank.version,
        },
        status: {
          conditions: [
            {
              ...{ type: 'Available', ...local },
              lastTransitionTime: now,
            },
          ],
        },
      };
    });
}

/** Which are to be made and which to go: nobody else's are touched. */
export function planLocalServices(wanted: readonly APIService[], present: readonly APIService[]) {
  const names = new Set(present.map(({ metadata }) => metadata.name));
  const served = new Set(wanted.map(({ metadata }) => metadata.name));
  return {
    create: wanted.filter(({ metadata }) => !names.has(metadata.name)),
    remove: present.filter(
      ({ metadata, spec }) =>
        metadata.labels?.[automanagedLabel] !== undefined && spec?.service === undefined && !served.has(metadata.name),
    ),
  };
}

/** Carries it out. */
export async function bringLocalServices(core: ApiCore, client: Client): Promise<void> {
  const { registry, world } = core;
  const plan = planLocalServices(localServices(registry, formatTime(world.clock.now())), await client.list(APIService));
  await Promise.all([
    putObjects(core, plan.create),
    ...plan.remove.map(({ metadata }) =>
      client.delete(APIService, { name: metadata.name ?? '' }).catch((error: unknown) => {
        if (!StatusError.is(error, 'NotFound')) throw error;
      }),
    ),
  ]);
}

/** To be called when what is served has changed: it is listed after the turn, as several definitions may come in one. */
export function localServicesLister(core: ApiCore, client: Client): () => void {
  const { clock, logger } = core.world;
  let soon = false;
  return () => {
    if (soon) return;
    soon = true;
    clock.schedule(0, () => {
      soon = false;
      bringLocalServices(core, client).catch((error: unknown) =>
        logger.log('error', 'the APIServices could not be listed', { error }),
      );
    });
  };
}
