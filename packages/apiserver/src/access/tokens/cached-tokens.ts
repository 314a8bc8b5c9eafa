/**
 * Remembers for a moment whose a token was: checking a signature takes longer than all else that a small request needs.
 * Keyed by a digest, so that no token is kept, and none can be guessed by how long the look takes.
 */
import type { Clock } from '@pintle/machinery';
import type { TokenAuthenticator, TokenIdentity } from '../access.js';

/** As kube-apiserver's; a token that is revoked works so much longer. */
const rememberedMs = 10_000;
const entriesMax = 4_096;

export function cachedTokens(
  clock: Clock,
  authenticate: TokenAuthenticator,
  keptMs: number = rememberedMs,
): TokenAuthenticator {
  const known = new Map<string, { readonly identity: TokenIdentity; readonly untilMs: number }>();
  return async (token, audiences) => {
    const key = await digestOf(JSON.stringify([token, audiences]));
    const found = known.get(key);
    if (found !== undefined && found.untilMs > clock.now()) return found.identity;
    const identity = await authenticate(token, audiences);
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
