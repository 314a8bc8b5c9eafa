/**
 * The priority levels of a server, with their queues and the seats that they have for now. What changes in a level's
 * configuration leaves who waits or is answered where they are, but where the shape of its queues changes.
 */
import type { PriorityLevelConfiguration } from '@pintle/api/flowcontrol/v1';
import type { Clock, Family, Gauge, Metrics } from '@pintle/machinery';
import { FairQueues, type QueueSettings, type Waiting } from './fair-queues.js';
import type { Refusal } from './flow-request.js';
import { limitsOf, planSeats, type SeatLimits, targetOf } from './seat-allocation.js';
import { SeatDemand } from './seat-demand.js';

export interface PriorityLevel<W extends Waiting> {
  configuration: PriorityLevelConfiguration;
  queues: FairQueues<W>;
  readonly demand: SeatDemand;
  limits: SeatLimits;
  /** Those that have their seats, also those that hold them yet after their answer. */
  readonly executing: Set<W>;
  /** What became of requests, since the level is there. */
  readonly tally: Record<Refusal | 'dispatched', number>;
}

const nothingYet = (): PriorityLevel<Waiting>['tally'] => ({
  dispatched: 0,
  'queue-full': 0,
  'concurrency-limit': 0,
  'time-out': 0,
  cancelled: 0,
});

type Queuing = QueueSettings['queuing'];

function queuingOf({ spec }: PriorityLevelConfiguration): Queuing {
  const { limitResponse } = spec?.limited ?? {};
  if (limitResponse?.type !== 'Queue') return undefined;
  const { queues = 64, handSize = 8, queueLengthLimit = 50 } = limitResponse.queuing ?? {};
  return { queues, handSize, queueLengthMax: queueLengthLimit };
}

const isExempt = ({ spec }: PriorityLevelConfiguration): boolean => spec?.type === 'Exempt';
const sameQueuing = (a: Queuing, b: Queuing): boolean =>
  a?.queues === b?.queues && a?.handSize === b?.handSize && a?.queueLengthMax === b?.queueLengthMax;

export class PriorityLevels<W extends Waiting> {
  private levels = new Map<string, PriorityLevel<W>>();
  private readonly gauges: Readonly<
    Record<
      'nominal' | 'lower' | 'upper' | 'current' | 'highest' | 'average' | 'deviation' | 'smoothed' | 'target',
      Family<Gauge>
    >
  >;

  constructor(
    private readonly serverSeats: number,
    private readonly clock: Clock,
    metrics: Metrics,
  ) {
    const gauge = (name: string, help: string) =>
      metrics.gauge({ name: `apiserver_flowcontrol_${name}`, help, labels: ['priority_level'] });
    this.gauges = {
      nominal: gauge('nominal_limit_seats', 'Seats that the shares of a level make.'),
      lower: gauge('lower_limit_seats', 'Seats of a level that are not lent.'),
      upper: gauge('upper_limit_seats', 'Seats of a level when all is borrowed that may be.'),
      current: gauge('current_limit_seats', 'Seats that a level has for now.'),
      highest: gauge('demand_seats_high_watermark', 'The most seats that were wanted at once lately.'),
      average: gauge('demand_seats_average', 'Seats that were wanted lately, on average over time.'),
      deviation: gauge('demand_seats_stdev', 'How far the seats that were wanted lately were from their average.'),
      target: gauge('target_seats', 'Seats that a level would have if there were enough of them.'),
      smoothed: gauge('demand_seats_smoothed', 'How many seats have been wanted lately, forgotten slowly.'),
    };
  }

  all(): readonly PriorityLevel<W>[] {
    return [...this.levels.values()];
  }

  get(name: string): PriorityLevel<W> | undefined {
    return this.levels.get(name);
  }

  /** Takes over what is configured now. */
  configure(configurations: readonly PriorityLevelConfiguration[]): void {
    const before = this.levels;
    this.levels = new Map(
      configurations.map((configuration) => {
        const name = configuration.metadata.name ?? '';
        const limits = limitsOf(configuration, configurations, this.serverSeats);
        this.gauges.nominal.with(name).set(limits.nominal);
        this.gauges.lower.with(name).set(limits.min);
        this.gauges.upper.with(name).set(limits.max);
        return [name, this.level(configuration, limits, before.get(name))] as const;
      }),
    );
    this.adjust();
  }

  /** Lends and borrows by what was wanted since the last time. Returns the levels whose requests may have a turn now. */
  adjust(): readonly PriorityLevel<W>[] {
    const now = this.clock.now();
    const levels = [...this.levels];
    const demands = levels.map(([name, { configuration, limits, demand }]) => {
      const wanted = demand.take(now);
      this.gauges.highest.with(name).set(wanted.highest);
      this.gauges.smoothed.with(name).set(wanted.smoothed);
      this.gauges.average.with(name).set(wanted.average);
      this.gauges.deviation.with(name).set(wanted.deviation);
      const demanded = { limits, isExempt: isExempt(configuration), ...wanted };
      this.gauges.target.with(name).set(targetOf(demanded));
      return demanded;
    });
    const seats = planSeats(demands);
    for (const [index, [name, { configuration, queues }]] of levels.entries()) {
      if (!isExempt(configuration)) queues.resize(seats[index]!);
      this.gauges.current.with(name).set(seats[index]!);
    }
    return levels.map(([, level]) => level);
  }

  private level(
    configuration: PriorityLevelConfiguration,
    limits: SeatLimits,
    known: PriorityLevel<W> | undefined,
  ): PriorityLevel<W> {
    const queuing = queuingOf(configuration);
    // What is exempt never waits, but takes seats: the others have to do without them.
    const seats = isExempt(configuration) ? Number.POSITIVE_INFINITY : limits.nominal;
    const fresh = () => new FairQueues<W>({ seats, ...(queuing === undefined ? {} : { queuing }) });
    if (known === undefined)
      return {
        ...{ configuration, limits, queues: fresh(), demand: new SeatDemand(this.clock.now()) },
        ...{ executing: new Set(), tally: nothingYet() },
      };
    if (!sameQueuing(queuing, queuingOf(known.configuration))) known.queues = fresh();
    known.configuration = configuration;
    known.limits = limits;
    return known;
  }
}
