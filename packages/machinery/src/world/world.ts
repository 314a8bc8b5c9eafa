import type { Clock } from './clock.js';
import type { Logger } from './logger.js';
import type { Random } from './random.js';

/** Everything that a part may not reach for by itself. It comes in by the constructor of each part. */
export interface World {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}
