/**
 * When events are written: in turns, each followed by a rest, so that telling of the work never holds up the work itself.
 * The rest is as long as the turn where the process has nothing else to do, and many times as long where it is busy, which
 * shows by timers that come late. Recorders of one process share a writer. How many may wait is each recorder's affair.
 */
import type { World } from '@pintle/machinery';

export interface EventWriter {
  /** Queues a write. It must not reject. */
  write(work: () => Promise<void>): void;
  /** Resolves when everything queued so far is written, without rests. */
  flush(): Promise<void>;
}

export interface EventWriterOptions {
  readonly world: World;
}

const turnMax = 32;
const restFactors = { idle: 1, busy: 29 };
const restMaxMs = 100;
/** By so much no timer is late in a process that has time. */
const lateMaxMs = 5;

export function createEventWriter({ world: { clock } }: EventWriterOptions): EventWriter {
  let waiting: (() => Promise<void>)[] = [];
  let next = 0;
  let hurried = 0;
  /** Set while a turn runs or is scheduled. */
  let resting = false;
  let turning: Promise<void> | undefined;
  let restFactor = restFactors.idle;

  const takeTurn = async (): Promise<void> => {
    const began = clock.monotonic();
    for (let written = 0; next < waiting.length && (written < turnMax || hurried > 0); written++)
      await waiting[next++]!();
    turning = undefined;
    if (next === waiting.length) {
      waiting = [];
      next = 0;
    } else rest((clock.monotonic() - began) * restFactor);
  };
  const rest = (ms: number): void => {
    resting = true;
    const forMs = Math.min(ms, restMaxMs);
    const overAtMs = clock.monotonic() + forMs;
    clock.schedule(forMs, () => {
      resting = false;
      restFactor = clock.monotonic() - overAtMs > lateMaxMs ? restFactors.busy : restFactors.idle;
      if (next < waiting.length) turning ??= takeTurn();
    });
  };

  return {
    write(work) {
      waiting.push(work);
      if (!resting && turning === undefined) rest(0);
    },
    async flush() {
      hurried++;
      try {
        while (next < waiting.length || turning !== undefined) await (turning ??= takeTurn());
      } finally {
        hurried--;
      }
    },
  };
}
