/**
 * Leases for objects that end by themselves, as Events do: what is written within a minute shares one, so that there are
 * few of them however many objects there are. An object lives for its time, and up to that minute longer.
 */
import type { StoreBackend } from '@pintle/contracts';
import type { Clock } from '@pintle/machinery';

/** How long a lease is given to further objects. */
const sharedForMs = 60_000;
/** Objects of one lease, so that its end is no flood. */
const objectsMax = 1_000;

interface Shared {
  readonly lease: Promise<number>;
  readonly untilMs: number;
  objects: number;
}

export class SharedLeases {
  private readonly byTtl = new Map<number, Shared>();

  constructor(
    private readonly backend: Pick<StoreBackend<unknown>, 'grantLease'>,
    private readonly clock: Clock,
  ) {}

  /** The lease for an object that is written now and is to live so long. */
  leaseFor(ttlSeconds: number): Promise<number> {
    const nowMs = this.clock.now();
    let shared = this.byTtl.get(ttlSeconds);
    if (shared === undefined || shared.untilMs <= nowMs || shared.objects >= objectsMax) {
      const lease = this.backend.grantLease(ttlSeconds + sharedForMs / 1000).then(({ id }) => id);
      shared = { lease, untilMs: nowMs + sharedForMs, objects: 0 };
      this.byTtl.set(ttlSeconds, shared);
      // One that could not be had is asked for again.
      lease.catch(() => this.byTtl.delete(ttlSeconds));
    }
    shared.objects++;
    return shared.lease;
  }
}
