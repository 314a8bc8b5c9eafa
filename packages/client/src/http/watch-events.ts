/** A watch's answer, one JSON event a line, as an Observable. Unsubscribing ends the request. */
import { deepFreeze, type KubernetesObject, type Status, StatusError } from '@pintle/machinery';
import { Observable } from 'rxjs';
import { ConnectionError, type WatchEvent } from '../client.js';
import { linesOf } from './lines.js';
import { asFailure } from './transport.js';

type Line =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK'; readonly object: KubernetesObject }
  | { readonly type: 'ERROR'; readonly object: Status };

/**
 * Guarantees: completes when the server ends the answer or `signal` is aborted; errors with `StatusError` for an
 * ERROR event or a refusal, with `ConnectionError` where the answer is cut short or is no watch.
 */
export function watchEvents(
  open: (signal: AbortSignal) => Promise<ReadableStream<Uint8Array> | null>,
  signal?: AbortSignal,
): Observable<WatchEvent<KubernetesObject>> {
  return new Observable((subscriber) => {
    const stop = new AbortController();
    const end = () => stop.abort();
    if (signal?.aborted) end();
    signal?.addEventListener('abort', end, { once: true });
    const follow = async () => {
      const body = await open(stop.signal);
      if (body === null) return;
      for await (const text of linesOf(body)) {
        const event = parseLine(text);
        if (event.type === 'ERROR') throw new StatusError(event.object);
        if (subscriber.closed) return;
        subscriber.next(deepFreeze(event));
      }
    };
    follow().then(
      () => subscriber.complete(),
      (error: unknown) => {
        if (stop.signal.aborted) subscriber.complete();
        else subscriber.error(asFailure('the watch', error));
      },
    );
    return () => {
      signal?.removeEventListener('abort', end);
      end();
    };
  });
}

function parseLine(text: string): Line {
  try {
    const event = JSON.parse(text) as Line;
    if (typeof event?.type === 'string' && typeof event.object === 'object' && event.object !== null) return event;
  } catch (error) {
    throw new ConnectionError('the watch was cut off within an event, or its answer is not JSON', { cause: error });
  }
  throw new ConnectionError(`the watch's answer holds a line that is no event: ${text.slice(0, 200)}`);
}
