/** Faults that a network and a busy server have, drawn from a seed: the same run again meets the same ones. */
import { conflict, type Random, sleep, statusError, type World } from '@pintle/machinery';
import { concatMap, from, mergeMap, Observable, of, takeWhile } from 'rxjs';
import { ConnectionError } from '../client.js';
import { type ClientRequest, changesSomething, type Interceptor } from './intercept.js';

/** Chances are from 0 to 1, of each request, or of each event of a watch. */
export interface FaultOptions {
  readonly world: World;
  /** Default: the world's own, of the name `faults`. */
  readonly random?: Random;
  /** Which requests may meet a fault. Default: all. */
  readonly only?: (request: ClientRequest) => boolean;
  /** The request does not reach the server. */
  readonly lostRequest?: number;
  /** The server does as asked, and the answer is lost. */
  readonly lostAnswer?: number;
  /** A write is refused with a conflict, as if another had been faster. */
  readonly conflict?: number;
  /** The server says that it cannot (500, InternalError). */
  readonly serverError?: number;
  /** How long requests and events take at most, in ms. Default 0. */
  readonly delayMaxMs?: number;
  /** A watch ends after this event: whoever follows must begin anew from where it was. */
  readonly droppedWatch?: number;
  /** An event is delivered twice. */
  readonly repeatedEvent?: number;
}

/** For `intercept(client, faults({ world, lostAnswer: 0.1 }))`. */
export function faults(options: FaultOptions): Interceptor {
  const { world, random = world.random.stream('faults'), only = () => true, delayMaxMs = 0 } = options;
  const happens = (chance: number | undefined) => chance !== undefined && chance > 0 && random.next() < chance;
  const pause = () => (delayMaxMs === 0 ? undefined : sleep(world.clock, Math.floor(random.next() * delayMaxMs)));
  return {
    async request(request, next) {
      if (!only(request)) return next();
      await pause();
      if (happens(options.lostRequest)) throw new ConnectionError('the request was lost');
      if (happens(options.serverError))
        throw statusError('InternalError', 'Internal error occurred: a fault was injected');
      if (changesSomething(request) && happens(options.conflict)) {
        throw conflict({ group: '', plural: '' }, request.key?.name ?? '', 'a fault was injected');
      }
      const answer = await next();
      if (happens(options.lostAnswer)) throw new ConnectionError('the answer was lost');
      return answer;
    },
    watch(_kind, _options, events) {
      const delayed =
        delayMaxMs === 0 ? events : events.pipe(concatMap((event) => from(Promise.resolve(pause()).then(() => event))));
      const repeated = delayed.pipe(
        mergeMap((event) => (happens(options.repeatedEvent) ? of(event, event) : of(event))),
      );
      return new Observable((subscriber) =>
        repeated.pipe(takeWhile(() => !happens(options.droppedWatch), true)).subscribe(subscriber),
      );
    },
  };
}
