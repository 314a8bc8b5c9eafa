/**
 * A cluster some of whose controllers meet faults, for tests of convergence: requests and answers are lost, writes are
 * refused, events come late and twice, all drawn from the seed; once it is healed, everything must be as it was asked for.
 */
import { type ClientRequest, type FaultOptions, faults, intercept } from '@pintle/client/interceptor';
import { type Controller, createManager, type Manager, type Runnable } from '@pintle/controller-runtime';
import { silentLogger, type World } from '@pintle/machinery';
import { type TestCluster, type TestClusterOptions, testCluster } from './test-cluster.js';

/** Nothing is logged unless a `logger` is given: faults are wanted here. */
export interface FaultyClusterOptions extends TestClusterOptions {
  /** The controllers that meet faults, made for the cluster's world. */
  readonly underFaults: readonly Controller[] | ((world: World) => readonly Controller[]);
  readonly runnablesUnderFaults?: readonly Runnable[];
  /** Built-in ones that run beside them and meet none. Default: what simulated pods need to run. */
  readonly builtinControllers?: readonly string[];
  /** Other chances. Default: a tenth for each request to meet each of the faults. */
  readonly faults?: Partial<Omit<FaultOptions, 'world'>>;
}

export interface FaultyCluster extends TestCluster {
  /** The one whose controllers meet faults. */
  readonly manager: Manager;
  /** Ends the faults. */
  heal(): void;
}

const besidePods = ['serviceaccount', 'root-ca-certificate-publisher', 'node-lifecycle'];

export async function faultyCluster(options: FaultyClusterOptions): Promise<FaultyCluster> {
  const { underFaults, runnablesUnderFaults = [], builtinControllers = besidePods, faults: chances, ...rest } = options;
  const cluster = await testCluster({ logger: silentLogger, ...rest, builtinControllers });
  const { world } = cluster;
  const only = chances?.only ?? (({ verb }: ClientRequest) => verb !== 'list' && verb !== 'get');
  let isHealed = false;
  const client = intercept(
    cluster.apiServer.client({ fieldManager: 'kube-controller-manager' }),
    faults({
      world,
      lostRequest: 0.1,
      lostAnswer: 0.1,
      conflict: 0.1,
      serverError: 0.1,
      delayMaxMs: 50,
      repeatedEvent: 0.1,
      ...chances,
      only: (request) => !isHealed && only(request),
    }),
  );
  const controllers = typeof underFaults === 'function' ? underFaults(world) : underFaults;
  const manager = createManager({ client, world, controllers, runnables: runnablesUnderFaults });
  const started = manager.start();
  await cluster.settle();
  await started;
  return {
    ...cluster,
    manager,
    heal() {
      isHealed = true;
    },
    async stop() {
      isHealed = true;
      const stopping = manager.stop({ drainMs: 0 });
      await cluster.settle();
      await stopping;
      await cluster.stop();
    },
  };
}
