/**
 * The queues of one priority level: who may go on now, who waits, who is turned away. Pure in that it has no clock and
 * no promises: requests go in, and those whose turn it is come out. (API Priority and Fairness, KEP-1040.)
 *
 * Invariants:
 * 1. `seatsInUse` never grows beyond `seats`, but for one request that is wider than all of them.
 * 2. Nothing waits while a seat that it needs is free and nobody is before it.
 * 3. Between two flows that both always wait, the seats that each has been given differ by what one request takes
 *    (start-time fair queueing: a queue's turn comes by the virtual time at which its next request starts).
 */

export interface QueueSettings {
  /** How many requests may run at once, by their widths. */
  readonly seats: number;
  /** Absent: what cannot run at once is turned away. */
  readonly queuing?: { readonly queues: number; readonly handSize: number; readonly queueLengthMax: number };
}

/** A request as the queues know it: whose flow it is of, and how many seats it takes. */
export interface Waiting {
  readonly flowHash: number;
  readonly width: number;
}

/** Of one queue: those that wait in it, and the virtual time at which the first of them starts. */
export interface QueueState<W extends Waiting> {
  readonly waiting: readonly W[];
  readonly start: number;
}

interface Queue<W extends Waiting> extends QueueState<W> {
  readonly waiting: W[];
  start: number;
}

export type Entered = 'run' | 'wait' | 'full';

export class FairQueues<W extends Waiting> {
  private readonly queues: Queue<W>[];
  private virtualTime = 0;
  private inUse = 0;
  private count = 0;

  private seats: number;

  constructor(private readonly settings: QueueSettings) {
    this.seats = settings.seats;
    this.queues = Array.from({ length: settings.queuing?.queues ?? 0 }, () => ({ waiting: [], start: 0 }));
  }

  /** As many seats from now on; who has one already keeps it. */
  resize(seats: number): void {
    this.seats = seats;
  }

  get seatsInUse(): number {
    return this.inUse;
  }

  get waitingCount(): number {
    return this.count;
  }

  /** By the numbers that flows are dealt. */
  get states(): readonly QueueState<W>[] {
    return this.queues;
  }

  /** How many wait where this request does; 0 where it does not. */
  lengthAt(request: W): number {
    if (this.count === 0) return 0;
    return this.queues.find(({ waiting }) => waiting.includes(request))?.waiting.length ?? 0;
  }

  /** The number of the queue that a request belongs to which had not to wait; -1 where there are no queues. */
  queueOf({ flowHash }: W): number {
    const { queuing } = this.settings;
    return queuing === undefined ? -1 : (dealHand(flowHash, queuing.queues, 1)[0] ?? -1);
  }

  /** `run`: it holds its seats already. `wait`: `next` will give it back. `full`: there is no place for it. */
  enter(request: W): Entered {
    const { queuing } = this.settings;
    if (this.count === 0 && this.fits(request)) {
      this.inUse += request.width;
      return 'run';
    }
    if (queuing === undefined) return 'full';
    const queue = this.shortestOf(request.flowHash, queuing.queues, queuing.handSize);
    if (queue.waiting.length >= queuing.queueLengthMax) return 'full';
    if (queue.waiting.length === 0) queue.start = Math.max(queue.start, this.virtualTime);
    queue.waiting.push(request);
    this.count++;
    return 'wait';
  }

  /** Those whose turn it is now; they hold their seats. `hasNoRoom` is told of who would be next. */
  next(hasNoRoom?: (request: W) => void): readonly W[] {
    const turns: W[] = [];
    for (;;) {
      const queue = this.firstByStart();
      const request = queue?.waiting[0];
      if (queue === undefined || request === undefined) return turns;
      if (!this.fits(request)) {
        hasNoRoom?.(request);
        return turns;
      }
      queue.waiting.shift();
      this.count--;
      this.virtualTime = queue.start;
      queue.start += request.width;
      this.inUse += request.width;
      turns.push(request);
    }
  }

  /** One that ran is done. */
  leave(request: W): void {
    this.inUse -= request.width;
  }

  /** One that waited does so no more. */
  abandon(request: W): void {
    for (const { waiting } of this.queues) {
      const at = waiting.indexOf(request);
      if (at < 0) continue;
      waiting.splice(at, 1);
      this.count--;
      return;
    }
  }

  private fits({ width }: W): boolean {
    return this.inUse === 0 || this.inUse + width <= this.seats;
  }

  private firstByStart(): Queue<W> | undefined {
    let first: Queue<W> | undefined;
    for (const queue of this.queues)
      if (queue.waiting.length > 0 && (first === undefined || queue.start < first.start)) first = queue;
    return first;
  }

  /** Of the hand that the flow is dealt: so that a flow which fills its own queues leaves others most of theirs. */
  private shortestOf(flowHash: number, queues: number, handSize: number): Queue<W> {
    const [first = 0, ...rest] = dealHand(flowHash, queues, handSize);
    let best = this.queues[first]!;
    for (const index of rest) {
      const queue = this.queues[index]!;
      if (queue.waiting.length < best.waiting.length) best = queue;
    }
    return best;
  }
}

/** `handSize` different numbers below `deckSize`, the same for the same hash (shuffle sharding). */
export function dealHand(hash: number, deckSize: number, handSize: number): readonly number[] {
  const hand: number[] = [];
  let rest = hash;
  for (let i = 0; i < Math.min(handSize, deckSize); i++) {
    const remaining = deckSize - i;
    let card = rest % remaining;
    rest = Math.floor(rest / remaining);
    // What has been dealt is not in the deck any more: count past it.
    for (const dealt of [...hand].sort((a, b) => a - b)) if (card >= dealt) card++;
    hand.push(card);
  }
  return hand;
}

/** 52 bits of a text's hash (two rounds of FNV-1a). */
export function hashOf(text: string): number {
  const fnv = (seed: number) => {
    let hash = seed;
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
    return hash;
  };
  return fnv(0x811c9dc5) * 2 ** 20 + (fnv(0x9747b28c) & 0xfffff);
}
