/**
 * API Priority and Fairness: every request by HTTP takes seats of its priority level while it is answered, waits for them
 * in a queue of its flow, or is told to come again. Watches and streams take none; callers in process are the host's own.
 *
 * **Differs from Kubernetes**: a level has the seats that its shares make, and neither lends nor borrows any; a list is as
 * wide as its limit says, without an estimate of what is stored.
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
import { FairQueues, hashOf, type QueueSettings, type Waiting } from './fair-queues.js';
import { distinguisherOf, inMatchingOrder, schemaMatches } from './match-flow.js';

/** As `--max-requests-inflight` and `--max-mutating-requests-inflight` together. */
export const seatsDefault = 600;
/** A request that has waited for so long is told to come again. */
const waitMsMax = 15_000;
const widthMax = 10;
const objectsPerSeat = 100;

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
  /** Default 600. */
  readonly seats?: number;
}

interface Request extends Waiting {
  readonly go: () => void;
}

const prefix = (plural: string) => `/registry/flowcontrol.apiserver.k8s.io/${plural}/`;

export function flowControl({
  clock,
  backend,
  logger,
  metrics,
  seats = seatsDefault,
}: FlowControlOptions): FlowControl {
  let order: readonly FlowSchema[] | undefined;
  let levels: Map<string, FairQueues<Request>> | undefined;
  /** What is known of a schema, with its level as that is now. */
  let flows = new WeakMap<FlowSchema, Flow>();
  const schemas = new ObjectCache(backend, prefix('flowschemas'), logger, () => {
    order = undefined;
  });
  const configurations = new ObjectCache(backend, prefix('prioritylevelconfigurations'), logger, () => {
    levels = undefined;
    flows = new WeakMap();
  });
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

  const queuesOf = (level: PriorityLevelConfiguration): FairQueues<Request> => {
    const all = [...configurations.values()] as readonly PriorityLevelConfiguration[];
    levels ??= new Map(all.map((each) => [each.metadata.name ?? '', new FairQueues(settingsOf(each, all, seats))]));
    return levels.get(level.metadata.name ?? '')!;
  };

  const flowOf = (schema: FlowSchema): Flow | undefined => {
    const known = flows.get(schema);
    if (known !== undefined) return known;
    const level = configurations.get(schema.spec?.priorityLevelConfiguration.name ?? '') as
      | PriorityLevelConfiguration
      | undefined;
    if (level === undefined) return undefined;
    const names = [level.metadata.name ?? '', schema.metadata.name ?? ''];
    const headers = {
      'x-kubernetes-pf-flowschema-uid': schema.metadata.uid ?? '',
      'x-kubernetes-pf-prioritylevel-uid': level.metadata.uid ?? '',
    };
    const flow: Flow = {
      names,
      isExempt: level.spec?.type === 'Exempt',
      refusal: level.spec?.limited?.limitResponse?.type === 'Queue' ? 'queue-full' : 'concurrency-limit',
      queues: queuesOf(level),
      free: { headers, leave: () => {} },
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
  const pump = ({ queues }: Flow) => {
    for (const { go } of queues.next()) go();
  };
  const placeOf = (flow: Flow, request: Request): Place => {
    flow.dispatched.increment();
    flow.executing.add(1);
    return {
      headers: flow.free.headers,
      leave() {
        flow.executing.add(-1);
        flow.queues.leave(request);
        pump(flow);
      },
    };
  };
  const turnOf = (flow: Flow, asked: Waiting, client: Pick<HttpRequest, 'signal'>): Place | Promise<Place> => {
    let go = () => {};
    const request: Request = { ...asked, go: () => go() };
    const entered = flow.queues.enter(request);
    if (entered === 'run') return placeOf(flow, request);
    if (entered === 'full') throw refuse(flow, flow.refusal);
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
        flow.queues.abandon(request);
        end();
        reject(refuse(flow, reason));
      };
      const giveUp = () => abandon('cancelled');
      go = () => {
        end();
        resolve(placeOf(flow, request));
      };
      flow.waiting.add(1);
      signal.addEventListener('abort', giveUp, { once: true });
      cancel = clock.schedule(waitMsMax, () => abandon('time-out'));
      pump(flow);
    });
  };

  return {
    async start() {
      await schemas.start();
      await configurations.start();
    },
    stop() {
      schemas.stop();
      configurations.stop();
    },
    enter(user, info, request) {
      order ??= inMatchingOrder(schemas.values() as Iterable<FlowSchema>);
      const schema = order.find((each) => schemaMatches(each, user, info));
      const flow = schema === undefined ? undefined : flowOf(schema);
      if (schema === undefined || flow === undefined) return unknownPlace;
      if (flow.isExempt || isLongRunning(info)) {
        flow.dispatched.increment();
        return flow.free;
      }
      const flowHash = hashOf(`${schema.metadata.name}\n${distinguisherOf(schema, user, info)}`);
      return turnOf(flow, { flowHash, width: widthOf(info, request.query) }, request);
    },
  };
}

/** Of requests that no schema is for. */
const unknownPlace: Place = { headers: {}, leave: () => {} };

/** A schema with its level. */
interface Flow {
  readonly names: readonly string[];
  readonly isExempt: boolean;
  /** Why there is no place where there is none. */
  readonly refusal: string;
  readonly queues: FairQueues<Request>;
  /** For who takes no seat. */
  readonly free: Place;
  readonly dispatched: Counter;
  readonly waiting: Gauge;
  readonly executing: Gauge;
}

/** The seats of a level are its part of all, by shares. Pure. */
export function settingsOf(
  { spec }: PriorityLevelConfiguration,
  all: readonly PriorityLevelConfiguration[],
  seats: number,
): QueueSettings {
  let shares = 0;
  for (const each of all) shares += each.spec?.limited?.nominalConcurrencyShares ?? 0;
  const { nominalConcurrencyShares = 30, limitResponse } = spec?.limited ?? {};
  const own = Math.max(1, Math.ceil((seats * nominalConcurrencyShares) / Math.max(1, shares)));
  const { queues = 64, handSize = 8, queueLengthLimit = 50 } = limitResponse?.queuing ?? {};
  return {
    seats: own,
    ...(limitResponse?.type === 'Queue' ? { queuing: { queues, handSize, queueLengthMax: queueLengthLimit } } : {}),
  };
}

/** How many seats a request takes: one, and more for lists of much. */
export function widthOf({ verb }: RequestInfo, query: URLSearchParams): number {
  if (verb !== 'list') return 1;
  const limit = Number(query.get('limit') ?? 0) || 5 * objectsPerSeat;
  return Math.max(1, Math.min(widthMax, Math.ceil(limit / objectsPerSeat)));
}
