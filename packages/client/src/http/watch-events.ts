/** A watch's answer, one JSON event a line, as an Observable. Unsubscribing ends the request. */
import {
  AlikeJson,
  type KubernetesObject,
  onAbort,
  SharedJsonReader,
  type Status,
  StatusError,
  sharedJsonMedia,
} from '@pintle/machinery';
import { Observable } from 'rxjs';
import { ConnectionError, type WatchEvent } from '../client.js';
import { type Body, linesOf } from './lines.js';
import { asFailure } from './transport.js';

/** What is accepted of a first state: servers of Pintle send each part of it once, others plain JSON. */
export const firstStateMedia = `${sharedJsonMedia};stream=watch,application/json`;

/** No byte of JSON is smaller, other than white space. */
const space = 0x20;
const arrayStart = 0x5b;
const decoder = new TextDecoder();

const types: ReadonlySet<string> = new Set(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK']);

type Line =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK'; readonly object: KubernetesObject }
  | { readonly type: 'ERROR'; readonly object: Status };

/**
 * Guarantees: completes when the server ends the answer or `signal` is aborted; errors with `StatusError` for an
 * ERROR event or a refusal, with `ConnectionError` where the answer is cut short or is no watch.
 */
export function watchEvents(
  open: (signal: AbortSignal) => Promise<Body | null>,
  signal?: AbortSignal,
): Observable<WatchEvent<KubernetesObject>> {
  return new Observable((subscriber) => {
    const stop = new AbortController();
    const end = () => stop.abort();
    if (signal?.aborted) end();
    const unfollow = onAbort(signal, end);
    const follow = async () => {
      const body = await open(stop.signal);
      if (body === null) return;
      const [json, first] = [new AlikeJson(), new SharedJsonReader()];
      for await (const lines of linesOf(body))
        for (const line of lines) {
          if (line.every((byte) => byte <= space)) continue;
          const event = line[0] === arrayStart ? addedIn(first, line) : eventIn(json, line);
          if (event.type === 'ERROR') throw new StatusError(event.object);
          if (subscriber.closed) return;
          // As client-go: what sorts of events later servers have is not known here.
          if (types.has(event.type)) subscriber.next(event);
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
      unfollow();
      end();
    };
  });
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** An object of the first state, in a line that `SharedJsonWriter` wrote. */
function addedIn(json: SharedJsonReader, line: Uint8Array): Line {
  try {
    const [object] = json.read(decoder.decode(line)) as readonly KubernetesObject[];
    if (isObject(object) && isObject(object.metadata)) return { type: 'ADDED', object };
  } catch (error) {
    throw new ConnectionError('the watch was cut off within its first state, or its answer is not JSON', {
      cause: error,
    });
  }
  throw new ConnectionError("the watch's answer holds a line that is no object");
}

function eventIn(json: AlikeJson, line: Uint8Array): Line {
  try {
    const event = json.parse(line) as Line | null;
    if (typeof event?.type === 'string' && isObject(event.object))
      if (event.type === 'ERROR' || isObject(event.object.metadata)) return event;
  } catch (error) {
    throw new ConnectionError('the watch was cut off within an event, or its answer is not JSON', { cause: error });
  }
  const quoted = decoder.decode(line).slice(0, 200);
  throw new ConnectionError(`the watch's answer holds a line that is no event: ${quoted}`);
}
