/**
 * Permissions that are used for long, as a watch's: asked again when roles change, and now and then, since an authorizer
 * of the host application does not say when it changes its mind.
 */
import type { CancelTimer, Clock } from '@pintle/machinery';

export const recheckPeriodMs = 10_000;

/** Rejects when the permission is gone. */
export type Recheck = () => Promise<void>;

export interface HeldPermissions {
  /** Calls `lost` once, with what `recheck` rejects with. Returns how to let go. */
  hold(recheck: Recheck, lost: (error: unknown) => void): () => void;
  /** Asks for all again, soon. */
  recheckAll(): void;
}

interface Held {
  readonly recheck: Recheck;
  readonly lost: (error: unknown) => void;
}

export function heldPermissions(clock: Clock): HeldPermissions {
  const all = new Set<Held>();
  let cancel: CancelTimer | undefined;
  let soon = false;

  const ask = () => {
    for (const held of all)
      held.recheck().catch((error: unknown) => {
        if (all.delete(held)) held.lost(error);
      });
  };
  const askPeriodically = () => {
    cancel = clock.schedule(recheckPeriodMs, () => {
      ask();
      if (all.size > 0) askPeriodically();
      else cancel = undefined;
    });
  };
  return {
    hold(recheck, lost) {
      const held = { recheck, lost };
      all.add(held);
      if (cancel === undefined) askPeriodically();
      return () => {
        all.delete(held);
        if (all.size > 0) return;
        cancel?.();
        cancel = undefined;
      };
    },
    recheckAll() {
      // Many roles may change in one turn; one look at the end of it is enough.
      if (soon || all.size === 0) return;
      soon = true;
      clock.schedule(0, () => {
        soon = false;
        ask();
      });
    },
  };
}
