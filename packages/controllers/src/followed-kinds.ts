/**
 * The kinds that a controller of many kinds has caches of, which come and go with definitions of custom resources: the
 * garbage collector's and the quota controller's. Who follows a kind gets a signal for how long; the caches end with it.
 *
 * A kind is gone when it was missing at two looks in a row: the server may fail to tell of a group for a moment, and what
 * happened to the last objects of the kind may be on its way.
 */
import { apiVersionOf, type KindRef } from '@pintle/machinery';

interface Followed<T> {
  readonly value: T;
  readonly wanted: AbortController;
  missing: boolean;
}

export class FollowedKinds<T> {
  private readonly followed = new Map<string, Followed<T>>();
  private looked: readonly KindRef[] | undefined;
  private someMissing = false;

  /** `follow` begins to follow a kind that nobody asked for before, until its signal is aborted. */
  constructor(private readonly follow: (kind: KindRef, signal: AbortSignal) => T) {}

  /** What `follow` returned for the kind. */
  of(kind: KindRef): T {
    const known = this.followed.get(idOf(kind));
    if (known !== undefined) return known.value;
    const wanted = new AbortController();
    const value = this.follow(kind, wanted.signal);
    this.followed.set(idOf(kind), { value, wanted, missing: false });
    return value;
  }

  /** Whether the same kinds were looked at last, and none of those followed is missing among them. */
  knows(kinds: readonly KindRef[]): boolean {
    return kinds === this.looked && !this.someMissing;
  }

  /** Ends following those that are gone. To be asked every so often with all that there are. */
  look(kinds: readonly KindRef[]): void {
    if (this.knows(kinds)) return;
    this.looked = kinds;
    this.someMissing = false;
    const present = new Set(kinds.map(idOf));
    for (const [id, followed] of this.followed) {
      if (followed.missing && !present.has(id)) this.end(id, followed);
      else {
        followed.missing = !present.has(id);
        this.someMissing ||= followed.missing;
      }
    }
  }

  endAll(): void {
    for (const [id, followed] of this.followed) this.end(id, followed);
  }

  private end(id: string, { wanted }: Followed<T>): void {
    this.followed.delete(id);
    wanted.abort();
  }
}

const idOf = (kind: KindRef) => `${apiVersionOf(kind)} ${kind.plural}`;
