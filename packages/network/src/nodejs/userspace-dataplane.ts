/**
 * Carries Services by listening on their addresses in this process. No root and no kernel tables; every byte
 * passes through here, which is what it costs.
 */
import type { RouteFault, ServiceDataplane, ServiceRoute } from '@pintle/contracts';
import type { Clock } from '@pintle/machinery';
import type { Forwarder } from './forwarder.js';
import { tcpForwarder } from './tcp-forwarder.js';
import { udpForwarder } from './udp-forwarder.js';

export interface UserspaceDataplaneOptions {
  readonly clock: Clock;
  /** Where routes listen in the place of their own address, for systems whose loopback has only one. */
  readonly listenIp?: string;
}

/** Userspace forwarding knows TCP and UDP. */
export class UnsupportedProtocolError extends Error {
  readonly code = 'PINTLE_UNSUPPORTED_PROTOCOL';
  constructor(readonly route: ServiceRoute) {
    super(`service ${route.name}: the userspace dataplane carries TCP and UDP, not ${route.protocol}`);
    this.name = 'UnsupportedProtocolError';
  }
}

export function userspaceDataplane({ clock, listenIp }: UserspaceDataplaneOptions): ServiceDataplane {
  const forwarders = new Map<string, Forwarder>();
  const idOf = ({ ip, port, protocol }: ServiceRoute) => `${protocol} ${ip}:${port}`;

  const open = (route: ServiceRoute): Promise<Forwarder> => {
    const at = listenIp === undefined ? route : { ...route, ip: listenIp };
    if (route.protocol === 'TCP') return tcpForwarder(clock, at);
    if (route.protocol === 'UDP') return udpForwarder(clock, at);
    return Promise.reject(new UnsupportedProtocolError(route));
  };

  return {
    async apply(routes) {
      const wanted = new Map(routes.map((route) => [idOf(route), route]));
      for (const [id, forwarder] of forwarders) {
        if (wanted.has(id)) continue;
        forwarders.delete(id);
        await forwarder.close();
      }
      const faults: RouteFault[] = [];
      for (const [id, route] of wanted) {
        const present = forwarders.get(id);
        if (present !== undefined) {
          present.update(route);
          continue;
        }
        try {
          forwarders.set(id, await open(route));
        } catch (error) {
          faults.push({ route, error: error as Error });
        }
      }
      return faults;
    },
    async close() {
      await Promise.all([...forwarders.values()].map((forwarder) => forwarder.close()));
      forwarders.clear();
    },
  };
}
