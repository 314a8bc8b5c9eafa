/**
 * Carries Services by listening on their addresses in this process. No root and no kernel tables; every byte
 * passes through here, which is what it costs.
 *
 * **Differs from Kubernetes**: a Service answers only on addresses that the machine has. Without root these are 127.0.0.0/8;
 * IPv6 has no such range, so it needs a route of the machine's loopback. A Service whose address is missing is told of in an
 * Event. Pods have IPv4 addresses: an IPv6 address of a dual-stack Service leads to these.
 */
import type { RouteFault, ServiceDataplane, ServiceRoute } from '@pintle/contracts';
import { type Clock, ipFamilyOf } from '@pintle/machinery';
import type { Forwarder } from './forwarder.js';
import { tcpForwarder } from './tcp-forwarder.js';
import { udpForwarder } from './udp-forwarder.js';

export interface UserspaceDataplaneOptions {
  readonly clock: Clock;
  /** Where routes listen in the place of their own address, for systems whose loopback has only one. */
  readonly listenIp?: string;
}

/** This machine does not have the address of the route. */
export class MissingAddressError extends Error {
  readonly code = 'PINTLE_MISSING_ADDRESS';
  constructor(
    readonly route: ServiceRoute,
    options: ErrorOptions,
  ) {
    const commands =
      ipFamilyOf(route.ip) === 'IPv6'
        ? 'sysctl net.ipv6.ip_nonlocal_bind=1; ip -6 route add local RANGE dev lo'
        : 'ip route add local RANGE dev lo';
    super(
      `service ${route.name.replace(/:$/, '')}: this machine has no address ${route.ip}, so nothing answers there; ` +
        `as root, give its loopback the range that Services have (${commands})`,
      options,
    );
    this.name = 'MissingAddressError';
  }
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
    const at = listenIp === undefined || ipFamilyOf(route.ip) === 'IPv6' ? route : { ...route, ip: listenIp };
    if (route.protocol === 'TCP') return tcpForwarder(clock, at);
    if (route.protocol === 'UDP') return udpForwarder(clock, at);
    return Promise.reject(new UnsupportedProtocolError(route));
  };

  return {
    bridgesFamilies: true,
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
          faults.push({
            route,
            error: isMissing(error) ? new MissingAddressError(route, { cause: error }) : (error as Error),
          });
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

const isMissing = (error: unknown): boolean =>
  ['EADDRNOTAVAIL', 'EAFNOSUPPORT'].includes((error as NodeJS.ErrnoException).code ?? '');
