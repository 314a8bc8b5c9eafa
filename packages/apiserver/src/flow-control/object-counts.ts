/** How many objects of each resource are stored, as of a while ago: the width of a list is guessed by it. */
import type { Clock, Logger } from '@pintle/machinery';

/** So old a count may be. */
const ageMsMax = 60_000;

interface Counted {
  readonly count: number | undefined;
  readonly atMs: number;
}

export class ObjectCounts {
  private readonly counts = new Map<string, Counted>();

  constructor(
    private readonly clock: Clock,
    private readonly logger: Logger,
    /** Undefined where nothing of the kind is stored here. */
    private readonly count: (group: string, resource: string) => Promise<number> | undefined,
  ) {}

  /** Undefined where it is not known, or not known yet. Counted anew for the next who asks. */
  of(group: string, resource: string): number | undefined {
    const key = `${group}/${resource}`;
    const known = this.counts.get(key);
    const now = this.clock.now();
    if (known !== undefined && now - known.atMs < ageMsMax) return known.count;
    const pending = this.count(group, resource);
    if (pending === undefined) return undefined;
    // Nobody else counts meanwhile.
    this.counts.set(key, { count: known?.count, atMs: now });
    void pending.then(
      (count) => this.counts.set(key, { count, atMs: now }),
      (error: unknown) => this.logger.log('warn', 'objects could not be counted', { resource: key, error }),
    );
    return known?.count;
  }
}
