/** Finds out whether the other side of a long-lived connection is still there, by asking it when it is quiet. */
import type { StreamLimits } from './limits.js';

export interface WatchedClient {
  ping(): void;
  /** Whether silence says nothing: we read no further for now, or it still has to take what we sent. */
  isExcused(): boolean;
  /** It is gone, or has nothing to do here any more. */
  cut(why: 'silent' | 'idle'): void;
}

export interface ClientWatch {
  /** Anything came, an answer to a ping included. */
  heard(): void;
  /** Bytes went either way. */
  moved(): void;
  stop(): void;
}

export function watchClient(client: WatchedClient, limits: StreamLimits): ClientWatch {
  let heardAtMs = performance.now();
  let movedAtMs = heardAtMs;
  const timer = setInterval(() => {
    const nowMs = performance.now();
    if (client.isExcused()) heardAtMs = nowMs;
    if (nowMs - movedAtMs >= limits.idleMs) client.cut('idle');
    else if (nowMs - heardAtMs >= limits.silenceMs) client.cut('silent');
    else client.ping();
  }, limits.pingMs);
  timer.unref();
  return {
    heard() {
      heardAtMs = performance.now();
    },
    moved() {
      heardAtMs = performance.now();
      movedAtMs = heardAtMs;
    },
    stop: () => clearInterval(timer),
  };
}
