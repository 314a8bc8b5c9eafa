/**
 * What goes wrong in one run of a controller, as data: each fault at the n-th write, the n-th event or the n-th step,
 * counted from 1. The same schedule gives the same run.
 */
import { integerBelow, type Random } from '@pintle/machinery';

export type WriteFault =
  /** Refused, as if another had been faster. */
  | 'conflict'
  /** The server says that it cannot (500). */
  | 'serverError'
  | 'lostRequest'
  /** The server does as asked, and nobody hears of it. */
  | 'lostAnswer'
  /** The process dies before the write, and another begins. */
  | 'crashBefore'
  /** The process dies when the write is done, before it hears of that. */
  | 'crashAfter';

export type EventFault =
  /** It and all after it come late: the cache is stale for so long. */
  | 'held'
  | 'repeated'
  /** The stream breaks before it. */
  | 'dropped';

export type Fault =
  | { readonly type: WriteFault; readonly write: number }
  | { readonly type: EventFault; readonly event: number; readonly holdMs?: number }
  /** The step comes before the controller has taken in the one before. */
  | { readonly type: 'early'; readonly step: number };

export interface Schedule {
  /** Of the world: names, ids, jitter. */
  readonly seed: number;
  readonly faults: readonly Fault[];
  /** Only so many of the steps are taken, so that no later one puts right what came of the faults. All unless given. */
  readonly steps?: number;
}

/** How much of everything there was in a run without faults. */
export interface Extent {
  readonly writes: number;
  readonly events: number;
  readonly steps: number;
  /** By step, the writes that there were before it. */
  readonly writesBefore: readonly number[];
}

const writeFaults: readonly WriteFault[] = [
  'crashAfter',
  'lostAnswer',
  'crashBefore',
  'conflict',
  'serverError',
  'lostRequest',
];
const holdsMs = [2_000, 20_000, 90_000];

/** Every fault that one run can have, the telling ones first. */
export function singleFaults({ writes, events, steps }: Extent): readonly Fault[] {
  const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
  return [
    ...writeFaults.flatMap((type) => upTo(writes).map((write): Fault => ({ type, write }))),
    ...upTo(steps)
      .slice(1)
      .map((step): Fault => ({ type: 'early', step })),
    ...upTo(events).flatMap((event): readonly Fault[] => [
      { type: 'held', event, holdMs: 20_000 },
      // Past the next step: what came of both is heard of at once.
      { type: 'held', event, holdMs: 90_000 },
      { type: 'dropped', event },
      { type: 'repeated', event },
    ]),
  ];
}

/** The step after which a fault strikes; undefined where that is not known, or the last one. */
export function lastStepBefore(fault: Fault, { steps, writesBefore }: Extent): number | undefined {
  if (!('write' in fault)) return undefined;
  const step = writesBefore.filter((before) => before < fault.write).length;
  return step >= 1 && step < steps ? step : undefined;
}

/** Two to five faults by chance; what they hit goes a little beyond what there was, for faults make more work. */
export function randomFaults(random: Random, { writes, events, steps }: Extent): readonly Fault[] {
  const pick = (bound: number) => 1 + integerBelow(random, Math.max(1, bound));
  return Array.from({ length: 2 + integerBelow(random, 4) }, (): Fault => {
    const roll = random.next();
    if (roll < 0.55) return { type: writeFaults[integerBelow(random, writeFaults.length)]!, write: pick(writes * 1.5) };
    if (roll < 0.75 && steps > 1) return { type: 'early', step: 1 + pick(steps - 1) };
    const event = pick(events * 1.5);
    if (roll < 0.9) return { type: 'held', event, holdMs: holdsMs[integerBelow(random, holdsMs.length)]! };
    return { type: roll < 0.95 ? 'dropped' : 'repeated', event };
  });
}

const saying: Readonly<Record<Fault['type'], string>> = {
  conflict: 'is refused with a conflict',
  serverError: 'is answered with an internal error',
  lostRequest: 'does not reach the server',
  lostAnswer: 'is done, and its answer is lost',
  crashBefore: 'does not happen: the process dies before it, and another begins',
  crashAfter: 'is done, and the process dies before it hears of it; another begins',
  held: 'comes late, and all after it',
  repeated: 'comes twice',
  dropped: 'does not come: the stream breaks before it',
  early: 'comes before the controller has taken in the one before',
};

/** As a line for people. `happened` says what the n-th write or event was. */
export function formatFault(fault: Fault, happened: { writes: readonly string[]; events: readonly string[] }): string {
  if (fault.type === 'early') return `step ${fault.step} ${saying.early}`;
  const [kind, at] = 'write' in fault ? (['write', fault.write] as const) : (['event', fault.event] as const);
  const what = happened[`${kind}s`][at - 1];
  const late = 'holdMs' in fault && fault.holdMs !== undefined ? ` (${fault.holdMs / 1000} s)` : '';
  return `${kind} ${at}${what === undefined ? '' : ` (${what})`} ${saying[fault.type]}${late}`;
}
