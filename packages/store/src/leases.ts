/** Leases: keys that go when nobody keeps them alive. On the clock of the world. */
import { type Lease, LeaseNotFoundError } from '@pintle/contracts';
import type { CancelTimer, Clock } from '@pintle/machinery';

interface Running extends Lease {
  readonly keys: Set<string>;
  cancel: CancelTimer;
}

export class Leases {
  private readonly running = new Map<number, Running>();
  private nextId = 1;

  constructor(
    private readonly clock: Clock,
    private readonly onExpired: (keys: readonly string[], id: number) => void,
  ) {}

  grant(ttlSeconds: number, id = this.nextId): Lease {
    if (!(ttlSeconds > 0)) throw new RangeError(`a lease must last more than 0 seconds, not ${ttlSeconds}`);
    this.nextId = Math.max(this.nextId, id + 1);
    const lease: Running = { id, ttlSeconds, keys: new Set(), cancel: () => {} };
    this.running.set(id, lease);
    this.arm(lease);
    return { id, ttlSeconds };
  }

  keepAlive(id: number): Lease {
    const lease = this.get(id);
    lease.cancel();
    this.arm(lease);
    return { id, ttlSeconds: lease.ttlSeconds };
  }

  /** The keys that lived under it. */
  revoke(id: number): readonly string[] {
    const lease = this.get(id);
    lease.cancel();
    this.running.delete(id);
    return [...lease.keys];
  }

  /** Errors: `LeaseNotFoundError`. */
  check(id: number): void {
    if (id !== 0) this.get(id);
  }

  /** A key moved from one lease to another; 0 is none. */
  move(key: string, from: number, to: number): void {
    if (from === to) return;
    this.running.get(from)?.keys.delete(key);
    this.running.get(to)?.keys.add(key);
  }

  list(): readonly Lease[] {
    return [...this.running.values()].map(({ id, ttlSeconds }) => ({ id, ttlSeconds }));
  }

  stop(): void {
    for (const lease of this.running.values()) lease.cancel();
  }

  private get(id: number): Running {
    const lease = this.running.get(id);
    if (lease === undefined) throw new LeaseNotFoundError(id);
    return lease;
  }

  private arm(lease: Running): void {
    lease.cancel = this.clock.schedule(lease.ttlSeconds * 1000, () => {
      this.running.delete(lease.id);
      this.onExpired([...lease.keys], lease.id);
    });
  }
}
