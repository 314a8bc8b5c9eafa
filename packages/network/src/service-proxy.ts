/**
 * Keeps a dataplane in step with the Services of the API: plans routes from what the informers hold, applies
 * them, again after every change. Changes that come together are applied together.
 */
import { Service } from '@pintle/api/core/v1';
import { EndpointSlice } from '@pintle/api/discovery/v1';
import type { ServiceDataplane } from '@pintle/contracts';
import type { World } from '@pintle/machinery';
import type { Informers } from '@pintle/watch';
import { merge, type Subscription } from 'rxjs';
import { planRoutes, type RouteOptions } from './service-routes.js';

export interface ServiceProxyOptions extends RouteOptions {
  readonly world: World;
  readonly informers: Informers;
  readonly dataplane: ServiceDataplane;
}

export interface ServiceProxy {
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** How long a route that could not be opened waits for the next try. */
const retryMs = 5_000;

export function createServiceProxy({ world, informers, dataplane, nodeIps }: ServiceProxyOptions): ServiceProxy {
  const services = informers.informer(Service);
  const slices = informers.informer(EndpointSlice);
  const subscriptions: Subscription[] = [];
  const reported = new Set<string>();
  let dirty = false;
  let running: Promise<void> | undefined;
  let stopped = false;
  let cancelRetry = () => {};

  const apply = async () => {
    while (dirty && !stopped) {
      dirty = false;
      const faults = await dataplane.apply(planRoutes(services.lister.list(), slices.lister.list(), { nodeIps }));
      for (const { route, error } of faults) {
        // Told once: the next try comes soon, and again.
        const id = `${route.name} ${route.ip}:${route.port}`;
        if (!reported.has(id))
          world.logger.log('warn', 'a service route could not be opened', {
            service: route.name,
            ip: route.ip,
            port: route.port,
            error: error.message,
          });
        reported.add(id);
      }
      cancelRetry();
      if (faults.length > 0) cancelRetry = world.clock.schedule(retryMs, touch);
    }
  };
  const touch = () => {
    dirty = true;
    if (running !== undefined || stopped) return;
    running = Promise.resolve()
      .then(apply)
      .catch((error: unknown) => world.logger.log('error', 'the service dataplane failed', { error }))
      .finally(() => {
        running = undefined;
        if (dirty && !stopped) touch();
      });
  };

  return {
    async start() {
      await Promise.all([services.whenSynced(), slices.whenSynced()]);
      subscriptions.push(merge(services.events, slices.events).subscribe(touch));
    },
    async stop() {
      stopped = true;
      cancelRetry();
      for (const subscription of subscriptions) subscription.unsubscribe();
      await running;
      await dataplane.close();
    },
  };
}
