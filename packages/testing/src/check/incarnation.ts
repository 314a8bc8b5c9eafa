/**
 * One life of the process that runs the controllers: its client, with the schedule's faults on the way. When it dies,
 * nothing that it had begun goes on: requests never return, streams say nothing more.
 */
import type { Client } from '@pintle/client';
import { ConnectionError } from '@pintle/client';
import { type ClientRequest, changesSomething, type Interceptor, intercept } from '@pintle/client/interceptor';
import { conflict, type KubernetesObject, objectKey, sleep, statusError, type World } from '@pintle/machinery';
import { Observable } from 'rxjs';
import type { EventFault, Fault, WriteFault } from './schedule.js';

/** What has happened so far, over all lives of one run. */
export class RunLog {
  readonly writes: string[] = [];
  /** By step, the writes that there were before it. */
  readonly writesBefore: number[] = [];
  readonly events: string[] = [];
  /** Writes that changed something, by what they were. */
  readonly changes: string[] = [];
}

export interface IncarnationOptions {
  readonly client: Client;
  readonly world: World;
  readonly faults: readonly Fault[];
  readonly log: RunLog;
  /** The store's newest. */
  revision(): number;
  onCrash(): void;
}

export interface Incarnation {
  readonly client: Client;
  /** It is dead from now on. */
  end(): void;
}

/** Of each request. */
const latencyMs = 2;

const never = new Promise<never>(() => {});

export function incarnation({ client, world, faults, log, revision, onCrash }: IncarnationOptions): Incarnation {
  const writeFaults = new Map<number, WriteFault>();
  const eventFaults = new Map<number, { readonly type: EventFault; readonly holdMs?: number }>();
  for (const fault of faults) {
    if ('write' in fault) writeFaults.set(fault.write, fault.type);
    else if ('event' in fault) eventFaults.set(fault.event, fault);
  }
  let alive = true;
  const living = async <T>(work: Promise<T>): Promise<T> => {
    const settled = await work.then(
      (value) => () => value,
      (error: unknown) => () => {
        throw error;
      },
    );
    return alive ? settled() : never;
  };
  const crash = () => {
    alive = false;
    onCrash();
  };

  const write = async <R>(request: ClientRequest, next: () => Promise<R>): Promise<R> => {
    const label = labelOf(request);
    const fault = isTold(request) ? undefined : writeFaults.get(log.writes.push(label));
    const done = async () => {
      const before = revision();
      const answer = await next();
      // What it came upon as it was to be has kept its version.
      const { metadata } = answer as Partial<KubernetesObject>;
      if (!isTold(request) && Number(metadata?.resourceVersion ?? before + 1) > before) log.changes.push(label);
      return answer;
    };
    switch (fault) {
      case 'crashBefore':
        crash();
        return never;
      case 'crashAfter':
        await done().catch(() => {});
        if (alive) crash();
        return never;
      case 'lostRequest':
        throw new ConnectionError('the request was lost');
      case 'lostAnswer':
        await done();
        throw new ConnectionError('the answer was lost');
      case 'serverError':
        throw statusError('InternalError', 'Internal error occurred: a fault was injected');
      case 'conflict':
        throw conflict({ group: '', plural: '' }, request.key?.name ?? '', 'a fault was injected');
      default:
        return done();
    }
  };

  const interceptor: Interceptor = {
    async request(request, next) {
      // Nothing takes no time: two who undo each other at one instant would never let it pass.
      await sleep(world.clock, latencyMs);
      if (!alive) return never;
      return living(changesSomething(request) ? write(request, next) : next());
    },
    watch: (kind, _options, events) =>
      new Observable((subscriber) => {
        /** What waits because something before it is held. */
        let held: (() => void)[] | undefined;
        const deliver = (act: () => void) => {
          if (held !== undefined) held.push(act);
          else if (alive) act();
        };
        const hold = (ms: number) => {
          held ??= [];
          world.clock.schedule(ms, () => {
            const waiting = held ?? [];
            held = undefined;
            for (const act of waiting) if (alive) act();
          });
        };
        const subscription = events.subscribe({
          next(event) {
            if (!alive) return;
            if (event.type === 'BOOKMARK') return deliver(() => subscriber.next(event));
            const n = log.events.push(`${event.type} ${kind.kind} ${objectKey(event.object.metadata)}`);
            const fault = eventFaults.get(n);
            if (fault?.type === 'dropped') {
              subscription?.unsubscribe();
              return deliver(() => subscriber.complete());
            }
            if (fault?.type === 'held') hold(fault.holdMs ?? 0);
            deliver(() => subscriber.next(event));
            if (fault?.type === 'repeated') deliver(() => subscriber.next(event));
          },
          error: (error) => deliver(() => subscriber.error(error)),
          complete: () => deliver(() => subscriber.complete()),
        });
        return () => subscription.unsubscribe();
      }),
  };
  return {
    client: intercept(client, interceptor),
    end() {
      alive = false;
    },
  };
}

/** Events tell people of the work; they are no part of it. */
const isTold = ({ kind }: ClientRequest) => kind.kind === 'Event' || kind.kind === 'Lease';

function labelOf({ verb, kind, key, body, subresource }: ClientRequest): string {
  const { generateName } = (body as KubernetesObject | undefined)?.metadata ?? {};
  const name = key === undefined ? `${generateName ?? ''}*` : objectKey(key);
  return [verb, kind.kind, subresource === undefined ? name : `${name}/${subresource}`].join(' ');
}
