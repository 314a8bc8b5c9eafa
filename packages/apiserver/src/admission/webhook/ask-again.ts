/** A webhook that fails for a moment is asked again, ever later: as upstream asks those that its configuration names. */
import { jitter, StatusError, sleep, type World } from '@pintle/machinery';
import { WebhookAnswerError } from './webhook-caller.js';

/** How long before it is asked the second time; half as long again each time after. */
export const retryBackoffDefaultMs = 500;
const attemptsMax = 5;
const backoffFactor = 1.5;
/** How much longer a wait may be by chance, of its length. */
const retryJitter = 0.2;

/** Errors: those of the last try, or of one that is no use to repeat. */
export async function askedAgain<T>(world: World, firstWaitMs: number, ask: () => Promise<T>): Promise<T> {
  let waitMs = firstWaitMs;
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      if (attempt === attemptsMax || !isPassing(error)) throw error;
      await sleep(world.clock, jitter(world.random.stream('webhook-retries'), waitMs, retryJitter));
      waitMs *= backoffFactor;
    }
  }
}

/** The server failed, was too busy or too slow, or the connection was torn. */
function isPassing(error: unknown): boolean {
  if (error instanceof WebhookAnswerError) return [429, 500, 504].includes(error.status ?? 0);
  if (StatusError.is(error)) return false;
  const { code, cause } = error as { readonly code?: unknown; readonly cause?: { readonly code?: unknown } };
  return code === 'ECONNRESET' || cause?.code === 'ECONNRESET';
}
