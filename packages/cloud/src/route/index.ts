/** The route controller: the cloud's network learns which node has which pods, and nodes are told when it has. */
import { Node } from '@pintle/api/core/v1';
import type { CloudRoutes } from '@pintle/contracts';
import type { Runnable } from '@pintle/controller-runtime';
import { findCondition, formatTime, setCondition, sleep } from '@pintle/machinery';
import { ignoreNotFound } from '../ignore-not-found.js';
import { planRoutes } from './plan-routes.js';

export * from './plan-routes.js';

/** Upstream's route-reconciliation-period. */
const periodMs = 10_000;

export interface RouteControllerOptions {
  readonly routes: CloudRoutes;
  /** The ranges that pods' addresses are from. */
  readonly clusterCidrs: readonly string[];
  /** Default `kubernetes`. */
  readonly clusterName?: string;
}

/** It looks at all nodes at once, as the cloud tells of all routes at once, and so it is no controller of one object. */
export function routeController({
  routes,
  clusterCidrs,
  clusterName = 'kubernetes',
}: RouteControllerOptions): Runnable {
  return {
    name: 'route',
    async start({ client, informers, world, signal }) {
      const nodes = informers.informer(Node);
      await nodes.whenSynced(signal);
      while (!signal.aborted) {
        try {
          const plan = planRoutes(nodes.lister.list(), await routes.list(clusterName), clusterCidrs);
          for (const route of plan.remove) await routes.delete(clusterName, route);
          for (const route of plan.create) await routes.create(clusterName, route);
          const reached = new Set([...plan.reached, ...plan.create.map(({ nodeName }) => nodeName)]);
          for (const node of nodes.lister.list()) {
            const isReached = reached.has(node.metadata.name ?? '');
            const present = findCondition(node.status?.conditions, 'NetworkUnavailable');
            if (present?.status === (isReached ? 'False' : 'True')) continue;
            const now = formatTime(world.clock.now());
            const conditions = setCondition(
              node.status?.conditions ?? [],
              {
                type: 'NetworkUnavailable',
                status: isReached ? 'False' : 'True',
                reason: isReached ? 'RouteCreated' : 'NoRouteCreated',
                message: isReached ? 'RouteController created a route' : 'RouteController failed to create a route',
              },
              now,
            );
            await client
              .update({ ...node, status: { ...node.status, conditions } }, { subresource: 'status' })
              .catch(ignoreNotFound);
          }
        } catch (error) {
          world.logger.log('warn', 'routes could not be brought up to date; it is tried again', { error });
        }
        await sleep(world.clock, periodMs, signal).catch(() => {});
      }
    },
  };
}
