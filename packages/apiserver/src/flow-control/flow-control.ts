/**
 * API Priority and Fairness: every request by HTTP takes seats of its priority level while it is answered, a watch while it
 * begins, waits for them in a queue of its flow, or is told to come again. Levels lend and borrow seats; what is exempt never
 * waits, but the seats that it takes are missing to the others. Streams have no part in it, and callers in process are the
 * host's own.
 */
import type { FlowSchema, PriorityLevelConfiguration } from '@pintle/api/flowcontrol/v1';
import type { StoreBackend } from '@pintle/contracts';
import { type CancelTimer, type Clock, type Logger, type Metrics, statusError } from '@pintle/machinery';
import type { UserInfo } from '../access/access.js';
import type { HttpRequest } from '../http/message.js';
import { isLongRunning, type RequestInfo } from '../requests/request-info.js';
import { ObjectCache } from '../storage/object-cache.js';
import type { StoredObject } from '../storage/stored-object.js';
import { type FairQueues, hashOf } from './fair-queues.js';
import { flowDump } from './flow-dump.js';
import { type FlowSeries, flowMetrics } from './flow-metrics.js';
import type { FlowRequest, Refusal } from './flow-request.js';
import type { FlowTeller } from './flow-status.js';
import { distinguisherOf, inMatchingOrder, schemaMatches } from './match-flow.js';
import { ObjectCounts } from './object-counts.js';
import { type PriorityLevel, PriorityLevels } from './priority-levels.js';
import { type Width, widthOf } from './request-width.js';
import { WatchCounts } from './watch-counts.js';

/** As `--max-requests-inflight` and `--max-mutating-requests-inflight` together. */
export const seatsDefault = 600;
/** A request that has waited for so long is told to come again. */
const waitMsMax = 15_000;

/** Levels lend and borrow anew so often. */
const adjustmentMs = 10_000;

/** A request that may be answered now. */
export interface Place {
  /** Of the answer: which schema and level it fell under. */
  readonly headers: Readonly<Record<string, string>>;
  leave(): void;
}

export interface FlowControl {
  start(): Promise<void>;
  stop(): void;
  /** A promise only where the request has to wait for its turn. Errors: `StatusError` TooManyRequests. */
  enter(user: UserInfo, info: RequestInfo, request: Pick<HttpRequest, 'query' | 'signal'>): Place | Promise<Place>;
  /** What there is at the moment, as a table; undefined where there is none of this name. `details`: of requests. */
  dump(name: string, details: boolean): string | undefined;
}

export interface FlowControlOptions {
  readonly clock: Clock;
  readonly backend: StoreBackend<StoredObject>;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** How many objects of a resource are stored; undefined where it is not stored here. */
  readonly countObjects: (group: string, resource: string) => Promise<number> | undefined;
  /** Told of every change of flow schemas and priority levels. */
  readonly teller?: FlowTeller;
  /** Default 600. */
  readonly seats?: number;
}

interface Request extends FlowRequest {
  readonly flow: Flow;
  /** Called when its turn has come, where it had to wait. */
  go: () => void;
}

const prefix = (plural: string) => `/registry/flowcontrol.apiserver.k8s.io/${plural}/`;

export function flowControl({
  clock,
  backend,
  logger,
  metrics,
  countObjects,
  teller,
  seats = seatsDefault,
}: FlowControlOptions): FlowControl {
  let order: readonly FlowSchema[] | undefined;
  const levels = new PriorityLevels<Request>(seats, clock, metrics);
  const watches = new WatchCounts();
  const objects = new ObjectCounts(clock, logger, countObjects);
  /** What is known of a schema, with its level as that is now. */
  let flows = new WeakMap<FlowSchema, Flow>();
  const schemas = new ObjectCache(backend, prefix('flowschemas'), logger, () => {
    order = undefined;
    teller?.tellSoon();
  });
  const configurations = new ObjectCache(backend, prefix('prioritylevelconfigurations'), logger, () => {
    isConfigured = false;
    flows = new WeakMap();
    teller?.tellSoon();
  });
  let isConfigured = false;
  const counted = flowMetrics(metrics);

  const configured = (): PriorityLevels<Request> => {
    if (!isConfigured) levels.configure([...configurations.values()] as readonly PriorityLevelConfiguration[]);
    isConfigured = true;
    return levels;
  };

  const flowOf = (schema: FlowSchema): Flow | undefined => {
    const known = flows.get(schema);
    if (known !== undefined) return known;
    const level = configured().get(schema.spec?.priorityLevelConfiguration.name ?? '');
    if (level === undefined) return undefined;
    const { metadata, spec } = level.configuration;
    const schemaName = schema.metadata.name ?? '';
    const headers = {
      'x-kubernetes-pf-flowschema-uid': schema.metadata.uid ?? '',
      'x-kubernetes-pf-prioritylevel-uid': metadata.uid ?? '',
    };
    const flow: Flow = {
      schemaName,
      isExempt: spec?.type === 'Exempt',
      isQueuing: spec?.limited?.limitResponse?.type === 'Queue',
      level,
      headers,
      series: counted.seriesOf([metadata.name ?? '', schemaName]),
    };
    flows.set(schema, flow);
    return flow;
  };

  const refuse = ({ series, level }: Flow, reason: Refusal) => {
    series.rejected(reason).increment();
    level.tally[reason]++;
    return statusError('TooManyRequests', 'too many requests, please try again later', {
      details: { retryAfterSeconds: 1 },
    });
  };
  const hasNoRoom = ({ flow }: Request) => flow.series.notAccommodated().increment();
  const pump = (queues: FairQueues<Request>) => {
    for (const { go } of queues.next(hasNoRoom)) go();
  };
  const placeOf = (queues: FairQueues<Request>, request: Request): Place => {
    const { flow, width } = request;
    const { series, level } = flow;
    request.startedMs = clock.monotonic();
    series.dispatched.increment();
    series.executing.add(1);
    series.executingSeats.add(width);
    level.tally.dispatched++;
    level.executing.add(request);
    return {
      headers: flow.headers,
      leave() {
        series.executing.add(-1);
        const isWatch = request.info.verb === 'watch';
        series.execution[isWatch ? 'watch' : 'regular'].observe((clock.monotonic() - request.startedMs) / 1000);
        const free = () => {
          queues.leave(request);
          series.executingSeats.add(-width);
          level.executing.delete(request);
          level.demand.add(-width, clock.now());
          pump(queues);
        };
        if (request.afterMs > 0) clock.schedule(request.afterMs, free);
        else free();
      },
    };
  };
  const turnOf = (request: Request, client: Pick<HttpRequest, 'signal'>): Place | Promise<Place> => {
    const { flow, width } = request;
    const { series } = flow;
    const { queues, demand } = flow.level;
    const entered = queues.enter(request);
    if (entered === 'full') throw refuse(flow, flow.isQueuing ? 'queue-full' : 'concurrency-limit');
    demand.add(width, clock.now());
    if (flow.isQueuing) series.queueLength.observe(queues.lengthAt(request) || 1);
    if (entered === 'run') {
      if (flow.isQueuing) series.waited.true.observe(0);
      return placeOf(queues, request);
    }
    // A signal costs: it is asked for by who has to wait alone.
    const { signal } = client;
    return new Promise((resolve, reject) => {
      let cancel: CancelTimer = () => {};
      const waits = (by: 1 | -1) => {
        series.waiting.add(by);
        series.waitingSeats.add(by * width);
        counted.waits(request.info, by);
      };
      const end = (isAnswered: 'true' | 'false') => {
        cancel();
        signal.removeEventListener('abort', giveUp);
        waits(-1);
        series.waited[isAnswered].observe((clock.monotonic() - request.arrivedMs) / 1000);
      };
      const abandon = (reason: Refusal) => {
        queues.abandon(request);
        demand.add(-width, clock.now());
        end('false');
        reject(refuse(flow, reason));
      };
      const giveUp = () => abandon('cancelled');
      request.go = () => {
        end('true');
        resolve(placeOf(queues, request));
      };
      waits(1);
      signal.addEventListener('abort', giveUp, { once: true });
      cancel = clock.schedule(waitMsMax, () => abandon('time-out'));
      pump(queues);
    });
  };

  let cancelAdjusting: CancelTimer = () => {};
  const adjust = () => {
    for (const { queues } of levels.adjust()) pump(queues);
    cancelAdjusting = clock.schedule(adjustmentMs, adjust);
  };

  return {
    async start() {
      await schemas.start();
      await configurations.start();
      cancelAdjusting = clock.schedule(adjustmentMs, adjust);
    },
    stop() {
      cancelAdjusting();
      teller?.stop();
      schemas.stop();
      configurations.stop();
    },
    enter(user, info, request) {
      const isWatch = info.type === 'resource' && info.verb === 'watch';
      if (!isWatch && isLongRunning(info)) return unknownPlace;
      order ??= inMatchingOrder(schemas.values() as Iterable<FlowSchema>);
      // A schema whose level is not there is passed over.
      const schema = order.find((each) => schemaMatches(each, user, info) && flowOf(each) !== undefined);
      const flow = schema === undefined ? undefined : flowOf(schema);
      if (schema === undefined || flow === undefined) return unknownPlace;
      if (isWatch) request.signal.addEventListener('abort', watches.add(info, request.query), { once: true });
      const distinguisher = distinguisherOf(schema, user, info);
      const flowHash = flow.isExempt ? 0 : hashOf(`${flow.schemaName}\n${distinguisher}`);
      const { seats: width, afterMs } = seatsFor(flow, info, request.query);
      flow.series.estimated.observe(width);
      const [arrivedMs, startedMs, go] = [clock.monotonic(), Number.NaN, idle];
      return turnOf({ flow, flowHash, distinguisher, user, info, width, afterMs, arrivedMs, startedMs, go }, request);
    },
    dump: (name, details) => flowDump(name, configured().all(), { details, epochMs: clock.now() - clock.monotonic() }),
  };

  function seatsFor({ level, series }: Flow, info: RequestInfo, query: URLSearchParams): Width {
    return widthOf(info, query, {
      stored: () => (info.type === 'resource' ? objects.of(info.group, info.resource) : undefined),
      watchers() {
        const count = info.type === 'resource' ? watches.interested(info) : 0;
        series.watchers.observe(count);
        return count;
      },
      seatsMax: level.limits.widthMax,
    });
  }
}

/** Of requests that no schema is for, and of streams. */
const unknownPlace: Place = { headers: {}, leave: () => {} };

const idle = () => {};

/** A schema with its level. */
interface Flow {
  readonly schemaName: string;
  readonly isExempt: boolean;
  /** Whether its requests wait where there is no seat. */
  readonly isQueuing: boolean;
  readonly level: PriorityLevel<Request>;
  /** Of an answer: its schema and its level. */
  readonly headers: Place['headers'];
  readonly series: FlowSeries;
}
