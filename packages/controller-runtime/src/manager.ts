/** Runs controllers over shared informers: ordered start and stop, leader election, health. */
import type { Client } from '@pintle/client';
import { type Metrics, realWorld, TimeoutError, type World, withTimeout } from '@pintle/machinery';
import { createInformers, type Informers } from '@pintle/watch';
import type { Controller } from './controller.js';
import { createEventWriter, type EventWriter } from './events/event-writer.js';
import { LeaderElector } from './leader-election.js';
import { RunningController } from './running-controller.js';

/** Something that runs beside controllers: a server, a loop. */
export interface Runnable {
  readonly name: string;
  start(context: {
    readonly client: Client;
    readonly informers: Informers;
    readonly world: World;
    readonly signal: AbortSignal;
  }): Promise<void>;
}

export interface LeaderElection {
  readonly leaseName: string;
  readonly leaseNamespace: string;
  readonly identity: string;
  /** Default 15,000. */
  readonly leaseDurationMs?: number;
  /** Default 10,000. */
  readonly renewDeadlineMs?: number;
  /** Default 2,000. */
  readonly retryPeriodMs?: number;
}

export interface ManagerOptions {
  readonly client: Client;
  readonly controllers?: readonly Controller[];
  readonly runnables?: readonly Runnable[];
  /** The real world unless given. */
  readonly world?: World;
  /** Its own unless given; given ones are neither started nor stopped. */
  readonly informers?: Informers;
  /** Its own unless given. */
  readonly eventWriter?: EventWriter;
  readonly leaderElection?: LeaderElection;
  /** Where work queues are counted; nowhere unless given. */
  readonly metrics?: Metrics;
}

export interface Manager {
  /** Resolves when caches are synced and every controller runs (as leader, where election is on). */
  start(): Promise<void>;
  /** Lets running reconciles end, at most `drainMs` (default 30,000), then ends everything. */
  stop(options?: { readonly drainMs?: number }): Promise<void>;
  readonly informers: Informers;
  /** Whether nothing is queued, delayed retries aside, and nothing runs. */
  readonly idle: boolean;
}

const drainDefaultMs = 30_000;

export function createManager(options: ManagerOptions): Manager {
  const world = options.world ?? realWorld();
  const { client, leaderElection } = options;
  const informers = options.informers ?? createInformers({ client, world });
  const eventWriter = options.eventWriter ?? createEventWriter({ world });
  const stopping = new AbortController();
  let running: readonly RunningController[] = [];
  let election: Promise<void> | undefined;

  const startControllers = async () => {
    running = (options.controllers ?? []).map(
      (controller) =>
        new RunningController({
          controller,
          client,
          informers,
          world,
          eventWriter,
          ...(options.metrics === undefined ? {} : { metrics: options.metrics }),
        }),
    );
    informers.start();
    await Promise.all(running.map((controller) => controller.start()));
    for (const runnable of options.runnables ?? []) {
      runnable
        .start({ client, informers, world, signal: stopping.signal })
        .catch((error: unknown) => world.logger.log('error', 'a runnable failed', { name: runnable.name, error }));
    }
  };
  const stopControllers = async (drainMs: number) => {
    const ending = running;
    running = [];
    try {
      await withTimeout(world.clock, drainMs, 'the end of running reconciles', async () => {
        await Promise.all(ending.map((controller) => controller.stop()));
      });
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error;
      world.logger.log('warn', error.message);
    } finally {
      for (const controller of ending) controller.abort();
    }
  };

  return {
    informers,
    get idle() {
      return running.every(({ queue }) => queue.idle);
    },
    async start() {
      if (leaderElection === undefined) return startControllers();
      await new Promise<void>((resolve, reject) => {
        const elector = new LeaderElector(world, client, leaderElection, {
          onElected: () => void startControllers().then(resolve, reject),
          onLost() {
            // What was begun as the leader may not be finished as one.
            for (const controller of running) controller.abort();
            void stopControllers(0);
          },
        });
        election = elector.run(stopping.signal);
        election.catch(reject);
      });
    },
    async stop({ drainMs = drainDefaultMs } = {}) {
      await stopControllers(drainMs);
      stopping.abort();
      await election;
      if (options.informers === undefined) await informers.stop();
    },
  };
}
