/** Something that runs beside controllers: a server, a loop. */
import type { Client } from '@pintle/client';
import type { Metrics, World } from '@pintle/machinery';
import type { Informers } from '@pintle/watch';

export interface RunnableContext {
  readonly client: Client;
  readonly informers: Informers;
  readonly world: World;
  /** The manager's. */
  readonly metrics: Metrics;
  /** Aborted when it is to end. */
  readonly signal: AbortSignal;
}

export interface Runnable {
  readonly name: string;
  /** Whether it runs on the leader alone, where managers elect one. Default true. */
  readonly leaderOnly?: boolean;
  /** Runs until it is done or its signal is aborted. One that rejects is reported. */
  start(context: RunnableContext): Promise<void>;
}
