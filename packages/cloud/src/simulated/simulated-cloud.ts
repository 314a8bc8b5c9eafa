/**
 * A cloud that is data on the world's clock: machines by node name, routes, and load balancers with addresses of a
 * range for documentation. It passes the conformance kit.
 */
import type { CloudNode, CloudProvider, CloudRoute, InstanceFacts, LoadBalancerIngress } from '@pintle/contracts';
import { sleep, type World } from '@pintle/machinery';

export interface SimulatedMachine {
  /** Default `simulated`. */
  readonly instanceType?: string;
  readonly zone?: string;
  readonly region?: string;
  readonly addresses?: InstanceFacts['addresses'];
  readonly isShutDown?: boolean;
}

export interface SimulatedCloudOptions {
  readonly world: World;
  /** Default `simulated`. */
  readonly name?: string;
  /** Machines by the name of their node; every node has one unless given. */
  readonly machines?: Readonly<Record<string, SimulatedMachine>>;
  /** How long each piece of work takes, in ms. Default 0. */
  readonly delayMs?: number;
}

export interface SimulatedCloud extends Required<CloudProvider> {
  /** What the machine is from now on; undefined: it is gone. */
  setMachine(nodeName: string, machine: SimulatedMachine | undefined): void;
  /** The nodes behind a load balancer; undefined: there is none of that name. */
  nodesOf(loadBalancer: string): readonly string[] | undefined;
}

/** TEST-NET-3 (RFC 5737). */
const addressPrefix = '203.0.113.';
const addressesMax = 254;

interface Balancer {
  readonly ingress: readonly LoadBalancerIngress[];
  readonly nodes: readonly string[];
}

export function simulatedCloud(options: SimulatedCloudOptions): SimulatedCloud {
  const { world, name = 'simulated', machines, delayMs = 0 } = options;
  const known = new Map<string, SimulatedMachine | undefined>(Object.entries(machines ?? {}));
  const routesByCluster = new Map<string, Map<string, CloudRoute>>();
  const balancers = new Map<string, Balancer>();
  const taken = new Set<number>();
  const pause = () => (delayMs === 0 ? Promise.resolve() : sleep(world.clock, delayMs));
  const idOf = (nodeName: string) => `${name}://${nodeName}`;

  const machineOf = ({ name: nodeName, providerId }: CloudNode): [string, SimulatedMachine | undefined] => {
    const own = providerId?.startsWith(`${name}://`) ? providerId.slice(name.length + 3) : nodeName;
    return [own, known.has(own) ? known.get(own) : machines === undefined ? {} : undefined];
  };
  const routesOf = (clusterName: string) => {
    const present = routesByCluster.get(clusterName) ?? new Map<string, CloudRoute>();
    routesByCluster.set(clusterName, present);
    return present;
  };
  const freeAddress = (): number => {
    for (let last = 1; last <= addressesMax; last++) if (!taken.has(last)) return last;
    throw new Error(`all ${addressesMax} addresses of load balancers are taken`);
  };

  return {
    name,
    setMachine: (nodeName, machine) => void known.set(nodeName, machine),
    nodesOf: (loadBalancer) => balancers.get(loadBalancer)?.nodes,
    instances: {
      async facts(node) {
        await pause();
        const [own, machine] = machineOf(node);
        if (machine === undefined) return undefined;
        const { instanceType = name, zone, region, addresses = [{ type: 'Hostname', address: own }] } = machine;
        return {
          providerId: idOf(own),
          instanceType,
          addresses,
          ...(zone === undefined ? {} : { zone }),
          ...(region === undefined ? {} : { region }),
        };
      },
      async isShutDown(node) {
        await pause();
        return machineOf(node)[1]?.isShutDown ?? false;
      },
    },
    routes: {
      async list(clusterName) {
        await pause();
        return [...routesOf(clusterName).values()];
      },
      async create(clusterName, route) {
        await pause();
        routesOf(clusterName).set(route.name, route);
      },
      async delete(clusterName, route) {
        await pause();
        routesOf(clusterName).delete(route.name);
      },
    },
    loadBalancers: {
      async get(balancer) {
        await pause();
        return balancers.get(balancer)?.ingress;
      },
      async ensure({ name: balancer, nodes }) {
        await pause();
        const present = balancers.get(balancer)?.ingress;
        const last = present === undefined ? freeAddress() : 0;
        if (present === undefined) taken.add(last);
        const ingress = present ?? [{ ip: `${addressPrefix}${last}` }];
        balancers.set(balancer, { ingress, nodes });
        return ingress;
      },
      async updateNodes(balancer, nodes) {
        await pause();
        const present = balancers.get(balancer);
        if (present !== undefined) balancers.set(balancer, { ...present, nodes });
      },
      async delete(balancer) {
        await pause();
        const [place] = balancers.get(balancer)?.ingress ?? [];
        if (place?.ip !== undefined) taken.delete(Number(place.ip.slice(addressPrefix.length)));
        balancers.delete(balancer);
      },
    },
  };
}
