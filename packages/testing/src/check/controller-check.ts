/** What `checkController` is told of the controllers that it runs. */
import type { Client } from '@pintle/client';
import type { Controller } from '@pintle/controller-runtime';
import type { Kind, LogFields } from '@pintle/machinery';
import type { Schedule } from './schedule.js';

export type Property = 'quiet' | 'convergence' | 'idempotence' | 'no orphans';

export interface ControllerCheck<O = undefined> {
  /** Made anew for each process: what a controller remembers dies with it. */
  controllers(outside: O): readonly Controller[];
  /** What users do, a step after the other. Their requests meet no faults. */
  readonly steps: readonly ((client: Client, outside: O) => Promise<unknown>)[];
  /** Custom kinds. */
  readonly kinds?: readonly Kind[];
  /** Built-in controllers that run beside, without faults. The garbage collector always does. */
  readonly builtinControllers?: readonly string[];
  /** What lives outside of the cluster and outlives processes, as a cloud; made anew for each run. */
  outside?(): O | Promise<O>;
  /** Rejects where what is to be is not, when all is quiet: for what a run without faults does not show. */
  holds?(client: Client, outside: O): Promise<void>;
  /** What is left outside when users have deleted everything. */
  leftovers?(outside: O): readonly string[] | Promise<readonly string[]>;
  /** Dotted paths of fields that may differ from run to run, as `status.checkedAt`. */
  readonly ignore?: readonly string[];
  /** Default 1. */
  readonly seed?: number;
  /** How many runs at most. Default 100. */
  readonly runsMax?: number;
  /** Only this one: what an earlier finding printed. */
  readonly replay?: Schedule;
  /** Told of warnings and errors that are logged. */
  onLog?(message: string, fields: LogFields): void;
}
