/**
 * Remembers for a moment whose a token was: checking a signature takes longer than all else that a small request needs.
 * Keyed by a digest, so that no token is kept, and none can be guessed by how long the look takes.
 */
import type { Clock } from '@pintle/machinery';
import type { TokenAuthenticator, TokenIdentity } from '../access.js';
import type { TokenCacheTimes } from '../access-metrics.js';

/** As kube-apiserver's; a token that is revoked works so much longer. */
const rememberedMs = 10_000;
const entriesMax = 4_096;

export function cachedTokens(
  clock: Clock,
  authenticate: TokenAuthenticator,
  { keptMs = rememberedMs, times }: { readonly keptMs?: number; readonly times?: TokenCacheTimes } = {},
): TokenAuthenticator {
  const known = new Map<string, { readonly identity: TokenIdentity; readonly untilMs: number }>();
  const checked: TokenAuthenticator = async (...asked) => {
    if (times === undefined) return authenticate(...asked);
    times.fetching();
    let outcome: 'ok' | 'error' = 'error';
    try {
      const identity = await authenticate(...asked);
      outcome = 'ok';
      return identity;
    } finally {
      times.fetched(outcome);
    }
  };
  return async (token, audiences) => {
    const startMs = times?.now() ?? 0;
    const key = await digestOf(JSON.stringify([token, audiences]));
    const found = known.get(key);
    if (found !== undefined && found.untilMs > clock.now()) {
      times?.looked('hit', times.now() - startMs);
      return found.identity;
    }
    const identity = await checked(token, audiences).finally(() => times?.looked('miss', times.now() - startMs));
    if (identity === undefined) return undefined;
    if (known.size >= entriesMax) known.clear();
    known.set(key, { identity, untilMs: clock.now() + keptMs });
    return identity;
  };
}

const encoder = new TextEncoder();

async function digestOf(text: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', encoder.encode(text)));
  return String.fromCharCode(...digest);
}
