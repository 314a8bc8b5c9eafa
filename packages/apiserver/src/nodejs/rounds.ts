/**
 * When requests begin, and when what was said to clients is written. A server goes in rounds: requests that have come
 * begin one after the other, each when all is done that the one before could do without waiting; then watchers get
 * the events of the round, and then its answers leave. A write wakes who waits for it, which costs the system more than
 * many a request: so what is written is written together.
 *
 * Invariants:
 * 1. Requests begin in the order of their coming.
 * 2. A round with nobody waiting behind it ends at once; no round begins another request after `roundMsMax`.
 * 3. Events are handed to sockets before answers of the same round.
 */

/** What was said first in a round waits no longer than this, and the request that is then under way, for the others. */
const roundMsMax = 2;

export class Rounds {
  private readonly waiting: (() => void)[] = [];
  private readonly events = new Gate();
  private readonly answers = new Gate();
  private isUnderWay = false;
  private endMs = 0;

  take(begin: () => void): void {
    this.waiting.push(begin);
    this.start();
  }

  /** Resolves when watchers are written to. */
  readonly eventsDue = (): Promise<void> => {
    this.start();
    return this.events.opened();
  };

  /** Resolves when answers are. */
  readonly answersDue = (): Promise<void> => {
    this.start();
    return this.answers.opened();
  };

  private start(): void {
    if (this.isUnderWay) return;
    this.isUnderWay = true;
    setImmediate(this.round);
  }

  private readonly round = (): void => {
    this.endMs = performance.now() + roundMsMax;
    this.step();
  };

  private readonly step = (): void => {
    const begin = performance.now() < this.endMs ? this.waiting.shift() : undefined;
    if (begin === undefined) {
      this.events.open();
      afterMicrotasks(this.finish);
    } else {
      begin();
      afterMicrotasks(this.step);
    }
  };

  private readonly finish = (): void => {
    this.answers.open();
    this.isUnderWay = false;
    if (this.waiting.length > 0 || this.events.isAwaited) this.start();
  };
}

/** Opens for all who wait at it, and is closed again. */
class Gate {
  private next: Promise<void> | undefined;
  private letThrough: (() => void) | undefined;

  get isAwaited(): boolean {
    return this.next !== undefined;
  }

  opened(): Promise<void> {
    this.next ??= new Promise((resolve) => {
      this.letThrough = resolve;
    });
    return this.next;
  }

  open(): void {
    this.letThrough?.();
    this.next = undefined;
    this.letThrough = undefined;
  }
}

/** When every promise has gone on that can. */
const afterMicrotasks = (work: () => void): void => queueMicrotask(() => process.nextTick(work));
