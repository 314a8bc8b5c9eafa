/**
 * A watch as a body: one JSON line an event, or in protobuf one frame. The bytes of an event are made once and shared
 * by every watcher that sees it the same way. A client that reads too slowly slows only its own watch.
 *
 * **Differs from Kubernetes**: the bookmark of a first state as a Table has no rows.
 */
import type { WatchOptions } from '@pintle/client';
import type { StoreEntry, StoreEvent } from '@pintle/contracts';
import {
  SharedJsonWriter,
  StatusError,
  sealEnvelope,
  sharedJsonMedia,
  statusError,
  stringifyJson,
  watchEventFrame,
} from '@pintle/machinery';
import { type Resource, servesAsStored, tellerOf } from '../registry/resource.js';
import type { RequestMetrics } from '../requests/request-metrics.js';
import type { StoredObject, Told } from '../storage/stored-object.js';
import { type IncludeObject, partialObject, tableOf } from '../table/table.js';
import type { ApiCore } from '../verbs/api-core.js';
import {
  type Change,
  type ChangeObserver,
  type ChangeType,
  type WatchPermission,
  watchChanges,
} from '../verbs/watch.js';
import { LineJoiner } from './line-joiner.js';
import type { HttpRequest, HttpResponse } from './message.js';
import type { Accepted } from './negotiation.js';
import { messageOf, protobufMedia, protobufOf, statusEnvelope } from './protobuf.js';

/** Lines that wait for the socket before the store is asked to hold back. */
const queueDepthMax = 1000;

const encoder = new TextEncoder();

type Source = StoreEvent<StoredObject> | StoreEntry<StoredObject>;
type Lines = Partial<Record<ChangeType, Uint8Array>>;

/** Events whose lines are kept for the next watcher; who is further behind has them made anew. */
const sharedLinesMax = 1000;
export class WatchResponder {
  private readonly lines = new Map<Source, Lines>();
  private readonly joiner = new LineJoiner();
  /** By the resource as well: each version of a kind has frames of its own. */
  private readonly frames = new WeakMap<Resource, Map<Source, Lines>>();

  constructor(
    private readonly core: ApiCore,
    private readonly metrics: RequestMetrics,
  ) {}

  respond(
    resource: Resource,
    options: WatchOptions,
    accepted: Accepted,
    includeObject: IncludeObject,
    { signal, eventsDue }: Pick<HttpRequest, 'signal' | 'eventsDue'>,
    permission: WatchPermission,
  ): HttpResponse {
    const queue = new LineQueue(this.joiner, eventsDue);
    const encode = this.encoderFor(resource, accepted, includeObject);
    const sent = this.metrics.watchEvents(resource.kind);
    const measured = (change: Change): Uint8Array | Uint8Array[] => {
      const lines = encode(change);
      sent.sizes.observe(bytesIn(lines));
      return lines;
    };
    const { clock } = this.core.world;
    const startMs = clock.monotonic();
    let isFirst = options.sendInitialEvents === true;
    const observer: ChangeObserver = {
      next(changes) {
        // One object is no list: whoever asks for lists of metadata sees a watch that ends with its first event.
        if (accepted.as === 'PartialObjectMetadataList') return queue.close();
        sent.events.increment(changes.length);
        if (isFirst) sent.firstState(scopeOf(options)).observe((clock.monotonic() - startMs) / 1000);
        isFirst = false;
        if (!accepted.sharesParts || !isFirstState(changes)) return queue.push(changes.flatMap(measured));
        return queue.pushFirst(sharedPieces(changes, encode));
      },
      error(error) {
        const status = StatusError.is(error)
          ? error.status
          : statusError('InternalError', 'the watch was ended by a fault of the server').status;
        const inProtobuf = accepted.encoding === 'protobuf';
        void queue.push([
          inProtobuf
            ? watchEventFrame('ERROR', statusEnvelope(status))
            : encoder.encode(`${JSON.stringify({ type: 'ERROR', object: status })}\n`),
        ]);
        queue.close();
      },
      complete: () => queue.close(),
    };
    const end = watchChanges(this.core, resource, options, observer, permission);
    const stop = () => {
      end();
      queue.close();
    };
    signal.addEventListener('abort', stop, { once: true });
    return {
      status: 200,
      headers: {
        'content-type': accepted.sharesParts
          ? `${sharedJsonMedia};stream=watch`
          : accepted.encoding === 'protobuf'
            ? `${protobufMedia};stream=watch`
            : 'application/json',
        'cache-control': 'no-cache, private',
      },
      messages: 'events',
      body: queue.drain(() => {
        signal.removeEventListener('abort', stop);
        end();
      }),
    };
  }

  private encoderFor(
    resource: Resource,
    accepted: Accepted,
    includeObject: IncludeObject,
  ): (change: Change) => Uint8Array | Uint8Array[] {
    if (accepted.encoding === 'protobuf') return this.frameEncoder(resource, accepted);
    if (accepted.as === 'Table') return this.tableEncoder(resource, accepted, includeObject);
    if (accepted.as !== 'object')
      return (change) => jsonLine(change, partialObject(change.object, accepted.metaVersion));
    const told = tellerOf(resource);
    const line = (change: Change) => jsonLine(change, told === undefined ? change.object : told(change.object));
    if (!resource.isStored) return line;
    return (change) => {
      if (change.type === 'BOOKMARK' || !servesAsStored(resource, entryOf(change.source))) return line(change);
      // The first state of one watcher is nobody else's: it is copied once, into the piece that goes out.
      if (isInitial(change.source)) return lineParts(change.type, bytesOf(change.source, told));
      const lines = linesAt(this.lines, change.source);
      lines[change.type] ??=
        change.type === 'DELETED' ? line(change) : wrapped(change.type, bytesOf(change.source, told));
      return lines[change.type]!;
    };
  }

  private frameEncoder(resource: Resource, { as, metaVersion }: Accepted): (change: Change) => Uint8Array {
    if (as !== 'object')
      return ({ type, object }) =>
        watchEventFrame(type, protobufOf(partialObject(object, metaVersion), () => undefined)!);
    const schema = resource.kind.schema.node;
    const frame = ({ type, object }: Change) => watchEventFrame(type, sealEnvelope(object, messageOf(schema, object)));
    return (change) => {
      if (change.type === 'BOOKMARK') return frame(change);
      const frames = linesAt(this.frames.get(resource) ?? this.framesOf(resource), change.source);
      frames[change.type] ??= frame(change);
      return frames[change.type]!;
    };
  }

  private framesOf(resource: Resource): Map<Source, Lines> {
    const frames = new Map<Source, Lines>();
    this.frames.set(resource, frames);
    return frames;
  }

  /** Only the first Table of a watch says what its columns are. */
  private tableEncoder(
    resource: Resource,
    { metaVersion }: Accepted,
    includeObject: IncludeObject,
  ): (change: Change) => Uint8Array {
    let headers = {};
    return (change) => {
      const metadata = { resourceVersion: change.object.metadata.resourceVersion ?? '' };
      const stored = change.type === 'BOOKMARK' ? [] : [change.object];
      const options = { includeObject, nowMs: this.core.world.clock.now(), metaVersion, metadata };
      const table = { ...tableOf(resource, stored, options), ...headers };
      headers = { columnDefinitions: null };
      return jsonLine(change, table);
    };
  }
}

const bytesIn = (lines: Uint8Array | readonly Uint8Array[]): number =>
  lines instanceof Uint8Array ? lines.length : lines.reduce((sum, { length }) => sum + length, 0);

const scopeOf = ({ namespace, fieldSelector }: WatchOptions) => {
  if (fieldSelector?.startsWith('metadata.name=')) return 'resource';
  return namespace === undefined ? 'cluster' : 'namespace';
};

function linesAt(all: Map<Source, Lines>, source: Source): Lines {
  let lines = all.get(source);
  if (lines === undefined) {
    lines = {};
    all.set(source, lines);
    if (all.size > sharedLinesMax) all.delete(all.keys().next().value!);
  }
  return lines;
}

/** Where the object of a change lies in the store. */
const entryOf = (source: Source): StoreEntry<StoredObject> =>
  'type' in source ? (source.type === 'put' ? source.entry : source.previous) : source;

const jsonLine = (change: Change, object: unknown) =>
  encoder.encode(`{"type":"${change.type}","object":${stringifyJson(object)}}\n`);

function bytesOf(source: Source, told: Told | undefined): Uint8Array {
  const entry = 'type' in source ? (source.type === 'put' ? source.entry : source.previous) : source;
  return entry.value.toldBytesAt(entry.modRevision, told);
}

const isInitial = (source: Source): boolean => !('type' in source);

const isFirstState = ([first]: readonly Change[]): boolean => first?.type === 'ADDED' && isInitial(first.source);

/** About so many characters of a first state go out together. */
const pieceCharacters = 64 * 1024;

/**
 * The first state for who reads `SharedJsonReader`'s JSON: a line is an array with the object alone. It is made as it is
 * sent. What such a line cannot hold, and what is no object, goes as an event like any other.
 */
function* sharedPieces(
  changes: readonly Change[],
  encode: (change: Change) => Uint8Array | Uint8Array[],
): Generator<Uint8Array> {
  const json = new SharedJsonWriter();
  let text = '';
  for (const change of changes) {
    const line = change.type === 'ADDED' ? json.write([change.object]) : undefined;
    if (line !== undefined) text += `${line}\n`;
    if (text.length < pieceCharacters && line !== undefined) continue;
    if (text !== '') yield encoder.encode(text);
    text = '';
    if (line === undefined) yield* [encode(change)].flat();
  }
  if (text !== '') yield encoder.encode(text);
}

const headOf = (type: ChangeType) => encoder.encode(`{"type":"${type}","object":`);
const heads: Readonly<Record<ChangeType, Uint8Array>> = {
  ADDED: headOf('ADDED'),
  MODIFIED: headOf('MODIFIED'),
  DELETED: headOf('DELETED'),
};
const tail = encoder.encode('}\n');

const lineParts = (type: ChangeType, bytes: Uint8Array) => [heads[type], bytes, tail];

function wrapped(type: ChangeType, bytes: Uint8Array): Uint8Array {
  const head = heads[type];
  const line = new Uint8Array(head.length + bytes.length + tail.length);
  line.set(head);
  line.set(bytes, head.length);
  line.set(tail, head.length + bytes.length);
  return line;
}

/** Lines between the store, which pushes, and the socket, which pulls. */
class LineQueue {
  private lines: Uint8Array[] = [];
  private first: Iterable<Uint8Array> | undefined;
  private closed = false;
  private wake: (() => void) | undefined;
  private room: (() => void) | undefined;
  private roomPromise: Promise<void> | undefined;

  constructor(
    private readonly joiner: LineJoiner,
    private readonly due: (() => Promise<void>) | undefined,
  ) {}

  push(lines: readonly Uint8Array[]): void | Promise<void> {
    if (this.closed) return;
    for (const line of lines) this.lines.push(line);
    this.wake?.();
    if (this.lines.length <= queueDepthMax) return;
    this.roomPromise ??= new Promise((resolve) => {
      this.room = resolve;
    });
    return this.roomPromise;
  }

  /** What comes before all lines, and is made as it is pulled. */
  pushFirst(pieces: Iterable<Uint8Array>): void {
    this.first = pieces;
    this.wake?.();
  }

  close(): void {
    this.closed = true;
    this.wake?.();
    this.makeRoom();
  }

  private makeRoom(): void {
    this.room?.();
    this.room = undefined;
    this.roomPromise = undefined;
  }

  async *drain(onEnd: () => void): AsyncIterable<Uint8Array> {
    try {
      for (;;) {
        if (this.first !== undefined) {
          const pieces = this.first;
          this.first = undefined;
          yield* pieces;
          continue;
        }
        if (this.lines.length > 0) {
          const { lines } = this;
          this.lines = [];
          this.makeRoom();
          yield* this.joiner.pieces(lines);
          continue;
        }
        if (this.closed) return;
        await new Promise<void>((resolve) => {
          this.wake = resolve;
        });
        this.wake = undefined;
        if (this.due !== undefined) await this.due();
      }
    } finally {
      this.closed = true;
      this.makeRoom();
      onEnd();
    }
  }
}
