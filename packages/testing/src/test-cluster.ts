/**
 * A whole cluster on virtual time, for tests: every built-in controller runs, nodes are simulated, and nothing
 * moves until the test says so. The same seed gives the same run.
 */

import type { Client } from '@pintle/client';
import { type SimulatedCloudOptions, simulatedCloud } from '@pintle/cloud';
import {
  type Cluster,
  type ClusterParts,
  createCluster,
  type SimulatedNodeOptions,
  simulatedNodes,
} from '@pintle/cluster';
import {
  consoleLogger,
  type Duration,
  type Kind,
  type Logger,
  type VirtualWorld,
  virtualWorld,
  type World,
} from '@pintle/machinery';
import { type SimulatedVolumesOptions, simulatedVolumes } from '@pintle/volumes';

export interface TestClusterOptions extends Omit<ClusterParts, 'world' | 'nodes' | 'kinds'> {
  /** Custom kinds, as `defineKind` makes them. */
  readonly crds?: readonly Kind[];
  /** How many simulated nodes, or which. Default 1. */
  readonly nodes?: number | ClusterParts['nodes'];
  /** What the simulated containers do, by image. */
  readonly images?: SimulatedNodeOptions['images'];
  /** A cloud that is data, of these properties; none unless given. */
  readonly cloud?: Omit<SimulatedCloudOptions, 'world'>;
  /** A driver of volumes that are data, of these properties; none unless given. */
  readonly volumes?: Omit<SimulatedVolumesOptions, 'world'>;
  /** Default 1. */
  readonly seed?: number;
  /** Default: warnings and errors, at their virtual time, on the console; `silentLogger` for none. */
  readonly logger?: Logger;
}

export interface TestCluster extends Omit<Cluster, 'world'> {
  readonly client: Client;
  readonly world: VirtualWorld;
  /**
   * Runs until nothing is runnable. Retries count as runnable: timers due within the next second are followed, so
   * that a conflict and its back-off of some milliseconds do not show. What waits longer waits for `advance`.
   */
  settle(): Promise<void>;
  /** Moves time, running everything that falls due on the way. */
  advance(duration: Duration): Promise<void>;
}

const retriesWithinMs = 1_000;

/** Resolves when every part runs and nothing is left to do. */
export async function testCluster(options: TestClusterOptions = {}): Promise<TestCluster> {
  const { crds = [], nodes = 1, images, volumes, cloud, seed = 1, logger: given, ...rest } = options;
  const logger = given ?? consoleLogger('warn', { now: () => world.clock.now() });
  const world: VirtualWorld = virtualWorld({ seed, logger });
  const simulated = typeof nodes === 'number' ? simulatedNodes(nodes, images === undefined ? {} : { images }) : nodes;
  const volumeDrivers = (of: World) => [simulatedVolumes({ ...volumes, world: of })];
  const cloudProvider = (of: World) => simulatedCloud({ ...cloud, world: of });
  const parts = {
    ...(volumes === undefined ? {} : { volumeDrivers }),
    ...(cloud === undefined ? {} : { cloudProvider }),
    ...rest,
  };
  const cluster = await driven(world, createCluster({ ...parts, world, kinds: crds, nodes: simulated }));
  await world.settle({ withinMs: retriesWithinMs });
  return {
    ...cluster,
    world,
    settle: () => world.settle({ withinMs: retriesWithinMs }),
    advance: (duration) => world.advance(duration),
    stopNode: (name) => driven(world, cluster.stopNode(name)),
    stop: () => driven(world, cluster.stop()),
  };
}

/** Awaits work that needs the world to move: what is due is run until the work is done. */
async function driven<T>(world: VirtualWorld, work: Promise<T>): Promise<T> {
  let done = false;
  const finished = work.finally(() => {
    done = true;
  });
  finished.catch(() => {});
  await world.settle();
  while (!done) {
    const due = world.nextTimerAt();
    if (due === undefined) break;
    await world.advance(Math.max(0, due - world.clock.now()));
  }
  return finished;
}
