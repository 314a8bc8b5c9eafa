/** The one place that makes the real world out of the host's clock, timers and randomness. */
import type { Clock } from './clock.js';
import { type Logger, silentLogger } from './logger.js';
import type { Random } from './random.js';
import type { World } from './world.js';

/** The longest delay that the host's timers hold: 2^31 - 1 ms, about 24.8 days. */
const delayMaxMs = 0x7fff_ffff;

export function realClock(): Clock {
  return {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    schedule(delayMs, callback) {
      const due = performance.now() + delayMs;
      let handle: ReturnType<typeof setTimeout>;
      const arm = (remainingMs: number) => {
        handle = setTimeout(
          () => {
            const left = due - performance.now();
            if (remainingMs > delayMaxMs && left > 0) arm(left);
            else callback();
          },
          Math.max(0, Math.min(remainingMs, delayMaxMs)),
        );
      };
      arm(delayMs);
      return () => clearTimeout(handle);
    },
  };
}

export function realRandom(): Random {
  const random: Random = { next: () => Math.random(), uuid: () => crypto.randomUUID(), stream: () => random };
  return random;
}

/** The real world: the host's clock and randomness, and the given logger (none unless given). */
export function realWorld(options: { logger?: Logger } = {}): World {
  return { clock: realClock(), random: realRandom(), logger: options.logger ?? silentLogger };
}
