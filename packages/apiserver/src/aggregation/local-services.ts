/** The APIService objects of what this server serves itself, as kube-aggregator keeps them. Pure but for `bring`. */
import { APIService } from '@pintle/api/apiregistration/v1';
import type { Client } from '@pintle/client';
import { formatTime, parseApiVersion, StatusError } from '@pintle/machinery';
import { putObjects } from '../bootstrap/put-objects.js';
import { compareVersions, type ResourceRegistry } from '../registry/resource-registry.js';
import type { ApiCore } from '../verbs/api-core.js';

export const automanagedLabel = 'kube-aggregator.kubernetes.io/automanaged';

/** How upstream ranks the groups; a higher one comes first. */
const groupPriority: Readonly<Record<string, number>> = {
  '': 18_000,
  apps: 17_800,
  'events.k8s.io': 17_750,
  'authentication.k8s.io': 17_700,
  'authorization.k8s.io': 17_600,
  autoscaling: 17_500,
  batch: 17_400,
  'certificates.k8s.io': 17_300,
  'networking.k8s.io': 17_200,
  policy: 17_100,
  'rbac.authorization.k8s.io': 17_000,
  'storage.k8s.io': 16_800,
  'apiextensions.k8s.io': 16_700,
  'admissionregistration.k8s.io': 16_700,
  'scheduling.k8s.io': 16_600,
  'coordination.k8s.io': 16_500,
  'node.k8s.io': 16_300,
  'discovery.k8s.io': 16_200,
  'flowcontrol.apiserver.k8s.io': 16_100,
  'internal.apiserver.k8s.io': 16_000,
  'resource.k8s.io': 15_900,
};
const customPriority = { group: 1_000, version: 100 };

const isCustom = (group: string) => groupPriority[group] === undefined;

export const serviceNameOf = (group: string, version: string): string => `${version}.${group}`;

/** One for each group and version; `apiregistration.k8s.io` itself has none, as upstream. */
export function localServices(registry: ResourceRegistry, now: string): readonly APIService[] {
  const versions = [...new Set(registry.all().map(({ apiVersion }) => apiVersion))].map(parseApiVersion);
  return versions
    .filter(({ group }) => group !== 'apiregistration.k8s.io')
    .map(({ group, version }) => {
      const lower = versions.filter((other) => other.group === group && compareVersions(version, other.version) < 0);
      const rank = 15 + lower.length;
      return {
        apiVersion: 'apiregistration.k8s.io/v1',
        kind: 'APIService',
        metadata: {
          name: serviceNameOf(group, version),
          labels: { [automanagedLabel]: isCustom(group) ? 'true' : 'onstart' },
        },
        spec: {
          ...(group === '' ? {} : { group }),
          version,
          groupPriorityMinimum: groupPriority[group] ?? customPriority.group,
          versionPriority: isCustom(group) ? customPriority.version : group === '' ? 1 : rank,
        },
        status: {
          conditions: [
            {
              type: 'Available',
              status: 'True',
              reason: 'Local',
              message: 'Local APIServices are always available',
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
