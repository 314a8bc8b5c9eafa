/**
 * API Priority and Fairness: every request by HTTP takes seats of its priority level while it is answered, a watch while it
 * begins, waits for them in a queue of its flow, or is told to come again. Levels lend and borrow seats; what is exempt never
 * waits, but the seats that it takes are missing to the others. Streams have no part in it, and callers in process are the
 * host's own.
 */
import type { FlowSchema, PriorityLevelConfiguration } from '@pintle/api/flowcontrol/v1';
import type { StoreBackend } from '@pintle/contracts';
import {
  type CancelTimer,
  type Clock,
  type Counter,
  type Gauge,
  type Logger,
  type Metrics,
  statusError,
} from '@pintle/machinery';
import type { UserInfo } from '../access/access.js';
import type { HttpRequest } from '../http/message.js';
import { isLongRunning, type RequestInfo } from '../requests/request-info.js';
import { ObjectCache } from '../storage/object-cache.js';
import type { StoredObject } from '../storage/stored-object.js';
import { type FairQueues, hashOf, type Waiting } from './fair-queues.js';
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

interface Request extends Waiting {
  readonly afterMs: number;
  readonly go: () => void;
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
  const labels = ['priority_level', 'flow_schema'];
  const dispatched = metrics.counter({
    name: 'apiserver_flowcontrol_dispatched_requests_total',
    help: 'Requests that were let through.',
    labels,
  });
  const rejected = metrics.counter({
    name: 'apiserver_flowcontrol_rejected_requests_total',
    help: 'Requests that were told to come again.',
    labels: [...labels, 'reason'],
  });
  const waiting = metrics.gauge({
    name: 'apiserver_flowcontrol_current_inqueue_requests',
    help: 'Requests that wait for their turn.',
    labels,
  });
  const executing = metrics.gauge({
    name: 'apiserver_flowcontrol_current_executing_requests',
    help: 'Requests that are being answered.',
    labels,
  });

  const levelOf = (name: string): PriorityLevel<Request> | undefined => {
    if (!isConfigured) levels.configure([...configurations.values()] as readonly PriorityLevelConfiguration[]);
    isConfigured = true;
    return levels.get(name);
  };

  const flowOf = (schema: FlowSchema): Flow | undefined => {
    const known = flows.get(schema);
    if (known !== undefined) return known;
    const level = levelOf(schema.spec?.priorityLevelConfiguration.name ?? '');
    if (level === undefined) return undefined;
    const { metadata, spec } = level.configuration;
    const names = [metadata.name ?? '', schema.metadata.name ?? ''];
    const headers = {
      'x-kubernetes-pf-flowschema-uid': schema.metadata.uid ?? '',
      'x-kubernetes-pf-prioritylevel-uid': metadata.uid ?? '',
    };
    const flow: Flow = {
      names,
      isExempt: spec?.type === 'Exempt',
      refusal: spec?.limited?.limitResponse?.type === 'Queue' ? 'queue-full' : 'concurrency-limit',
      level,
      headers,
      dispatched: dispatched.with(...names),
      waiting: waiting.with(...names),
      executing: executing.with(...names),
    };
    flows.set(schema, flow);
    return flow;
  };

  const refuse = ({ names }: Flow, reason: string) => {
    rejected.with(...names, reason).increment();
    return statusError('TooManyRequests', 'too many requests, please try again later', {
      details: { retryAfterSeconds: 1 },
    });
  };
  const pump = (queues: FairQueues<Request>) => {
    for (const { go } of queues.next()) go();
  };
  const placeOf = (flow: Flow, queues: FairQueues<Request>, request: Request): Place => {
    flow.dispatched.increment();
    flow.executing.add(1);
    return {
      headers: flow.headers,
      leave() {
        flow.executing.add(-1);
        const free = () => {
          queues.leave(request);
          flow.level.demand.add(-request.width, clock.now());
          pump(queues);
        };
        if (request.afterMs > 0) clock.schedule(request.afterMs, free);
        else free();
      },
    };
  };
  const turnOf = (
    flow: Flow,
    asked: Omit<Request, 'go'>,
    client: Pick<HttpRequest, 'signal'>,
  ): Place | Promise<Place> => {
    let go = () => {};
    const request: Request = { ...asked, go: () => go() };
    const { queues, demand } = flow.level;
    const entered = queues.enter(request);
    if (entered === 'full') throw refuse(flow, flow.refusal);
    demand.add(request.width, clock.now());
    if (entered === 'run') return placeOf(flow, queues, request);
    // A signal costs: it is asked for by who has to wait alone.
    const { signal } = client;
    return new Promise((resolve, reject) => {
      let cancel: CancelTimer = () => {};
      const end = () => {
        cancel();
        signal.removeEventListener('abort', giveUp);
        flow.waiting.add(-1);
      };
      const abandon = (reason: string) => {
        queues.abandon(request);
        demand.add(-request.width, clock.now());
        end();
        reject(refuse(flow, reason));
      };
      const giveUp = () => abandon('cancelled');
      go = () => {
        end();
        resolve(placeOf(flow, queues, request));
      };
      flow.waiting.add(1);
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
      const flowHash = flow.isExempt ? 0 : hashOf(`${schema.metadata.name}\n${distinguisherOf(schema, user, info)}`);
      const { seats: width, afterMs } = seatsFor(info, request.query, flow.level.limits.widthMax);
      return turnOf(flow, { flowHash, width, afterMs }, request);
    },
  };

  function seatsFor(info: RequestInfo, query: URLSearchParams, seatsMax: number): Width {
    return widthOf(info, query, {
      stored: () => (info.type === 'resource' ? objects.of(info.group, info.resource) : undefined),
      watchers: () => (info.type === 'resource' ? watches.interested(info) : 0),
      seatsMax,
    });
  }
}

/** Of requests that no schema is for, and of streams. */
const unknownPlace: Place = { headers: {}, leave: () => {} };

/** A schema with its level. */
interface Flow {
  readonly names: readonly string[];
  readonly isExempt: boolean;
  /** Why there is no place where there is none. */
  readonly refusal: string;
  readonly level: PriorityLevel<Request>;
  /** Of an answer: its schema and its level. */
  readonly headers: Place['headers'];
  readonly dispatched: Counter;
  readonly waiting: Gauge;
  readonly executing: Gauge;
}
