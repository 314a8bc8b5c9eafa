/**
 * Keeps a dataplane in step with the Services of the API: plans routes from what the informers hold, applies
 * them, again after every change. Changes that come together are applied together.
 */
import { Service } from '@pintle/api/core/v1';
import { EndpointSlice } from '@pintle/api/discovery/v1';
import type { RouteFault, ServiceDataplane } from '@pintle/contracts';
import { type EventRecorder, silentRecorder } from '@pintle/controller-runtime';
import type { World } from '@pintle/machinery';
import type { Informers } from '@pintle/watch';
import { merge, type Subscription } from 'rxjs';
import { planRoutes, type RouteOptions } from './service-routes.js';

export interface ServiceProxyOptions extends RouteOptions {
  readonly world: World;
  readonly informers: Informers;
  readonly dataplane: ServiceDataplane;
  /** Told where a route could not be opened. Nobody is unless given. */
  readonly events?: EventRecorder;
}

export interface ServiceProxy {
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** How long a route that could not be opened waits for the next try. */
const retryMs = 5_000;

export function createServiceProxy(options: ServiceProxyOptions): ServiceProxy {
  const { world, informers, dataplane, nodeIps, events = silentRecorder } = options;
  const { bridgesFamilies = false } = dataplane;
  const services = informers.informer(Service);
  const slices = informers.informer(EndpointSlice);
  const subscriptions: Subscription[] = [];
  const reported = new Set<string>();
  let dirty = false;
  let running: Promise<void> | undefined;
  let stopped = false;
  let cancelRetry = () => {};

  const tell = ({ route: { name, ip, port }, error }: RouteFault) => {
    world.logger.log('warn', 'a service route could not be opened', { service: name, ip, port, error });
    const [namespace = '', service = ''] = name.slice(0, name.indexOf(':')).split('/');
    const object = services.lister.get({ namespace, name: service });
    if (object !== undefined)
      events.record(object, 'Warning', 'FailedToOpenRoute', `${ip} port ${port}: ${error.message}`);
  };
  const apply = async () => {
    while (dirty && !stopped) {
      dirty = false;
      const routes = planRoutes(services.lister.list(), slices.lister.list(), { nodeIps, bridgesFamilies });
      const faults = await dataplane.apply(routes);
      for (const fault of faults) {
        // Told once: the next try comes soon, and again.
        const id = `${fault.route.name} ${fault.route.ip}:${fault.route.port}`;
        if (!reported.has(id)) tell(fault);
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
