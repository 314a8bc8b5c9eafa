/**
 * API Priority and Fairness: every request by HTTP takes seats of its priority level while it is answered, waits for them
 * in a queue of its flow, or is told to come again. Watches and streams take none; callers in process are the host's own.
 *
 * **Differs from Kubernetes**: a level has the seats that its shares make, and neither lends nor borrows any; a list is as
 * wide as its limit says, without an estimate of what is stored.
 */
import type { FlowSchema, PriorityLevelConfiguration } from '@pintle/api/flowcontrol/v1';
import type { StoreBackend } from '@pintle/contracts';
import { type CancelTimer, type Clock, type Logger, type Metrics, statusError } from '@pintle/machinery';
import type { UserInfo } from '../access/access.js';
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
  /** Resolves when it is the request's turn. Errors: `StatusError` TooManyRequests. */
  enter(user: UserInfo, info: RequestInfo, query: URLSearchParams, signal: AbortSignal): Promise<Place>;
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
  const schemas = new ObjectCache(backend, prefix('flowschemas'), logger, () => {
    order = undefined;
  });
  const configurations = new ObjectCache(backend, prefix('prioritylevelconfigurations'), logger, () => {
    levels = undefined;
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

  return {
    async start() {
      await schemas.start();
      await configurations.start();
    },
    stop() {
      schemas.stop();
      configurations.stop();
    },
    async enter(user, info, query, signal) {
      order ??= inMatchingOrder(schemas.values() as Iterable<FlowSchema>);
      const schema = order.find((each) => schemaMatches(each, user, info));
      const level = configurations.get(schema?.spec?.priorityLevelConfiguration.name ?? '') as
        | PriorityLevelConfiguration
        | undefined;
      if (schema === undefined || level === undefined) return { headers: {}, leave: () => {} };
      const names = [level.metadata.name ?? '', schema.metadata.name ?? ''];
      const headers = {
        'x-kubernetes-pf-flowschema-uid': schema.metadata.uid ?? '',
        'x-kubernetes-pf-prioritylevel-uid': level.metadata.uid ?? '',
      };
      if (level.spec?.type === 'Exempt' || isLongRunning(info)) {
        dispatched.with(...names).increment();
        return { headers, leave: () => {} };
      }
      const queues = queuesOf(level);
      const refuse = (reason: string) => {
        rejected.with(...names, reason).increment();
        return statusError('TooManyRequests', 'too many requests, please try again later', {
          details: { retryAfterSeconds: 1 },
        });
      };
      const pump = () => {
        for (const { go } of queues.next()) go();
      };
      const flowHash = hashOf(`${schema.metadata.name}\n${distinguisherOf(schema, user, info)}`);
      const request = await wait(queues, { flowHash, width: widthOf(info, query) });
      dispatched.with(...names).increment();
      const running = executing.with(...names);
      running.add(1);
      return {
        headers,
        leave() {
          running.add(-1);
          queues.leave(request);
          pump();
        },
      };

      function wait(into: FairQueues<Request>, asked: Waiting): Promise<Request> {
        return new Promise((resolve, reject) => {
          const inQueue = waiting.with(...names);
          let cancel: CancelTimer = () => {};
          const end = () => {
            cancel();
            signal.removeEventListener('abort', giveUp);
            inQueue.add(-1);
          };
          const made: Request = {
            ...asked,
            go() {
              end();
              resolve(made);
            },
          };
          const abandon = (reason: string) => {
            into.abandon(made);
            end();
            reject(refuse(reason));
          };
          const giveUp = () => abandon('cancelled');
          const entered = into.enter(made);
          if (entered === 'run') resolve(made);
          else if (entered === 'full')
            reject(refuse(level?.spec?.limited?.limitResponse?.type === 'Queue' ? 'queue-full' : 'concurrency-limit'));
          else {
            inQueue.add(1);
            signal.addEventListener('abort', giveUp, { once: true });
            cancel = clock.schedule(waitMsMax, () => abandon('time-out'));
            pump();
          }
        });
      }
    },
  };
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
