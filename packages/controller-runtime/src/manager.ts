/** Runs controllers over shared informers: ordered start and stop, leader election, health. */
import type { Client } from '@pintle/client';
import type { World } from '@pintle/machinery';
import type { Informers } from '@pintle/watch';
import type { Controller } from './controller.js';

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
  readonly leaderElection?: LeaderElection;
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
