/** How many seats a request takes, and how long after its answer: lists of much are wide, and so are writes that many watch. Pure. */
import type { RequestInfo } from '../requests/request-info.js';

export interface Width {
  readonly seats: number;
  /** The seats are held so long after the answer, while watchers are told. */
  readonly afterMs: number;
}

const objectsPerSeat = 100;
const watchersPerSeat = 10;
const afterMsPerSeat = 5;
const single: Width = { seats: 1, afterMs: 0 };

export interface WidthFacts {
  /** How many objects of the resource there are; undefined where that is not known. */
  readonly stored: () => number | undefined;
  /** How many watch what is written. */
  readonly watchers: () => number;
  readonly seatsMax: number;
}

export function widthOf(info: RequestInfo, query: URLSearchParams, facts: WidthFacts): Width {
  if (info.type !== 'resource') return single;
  switch (info.verb) {
    case 'list':
      // What has a name is read alone.
      return info.name === undefined ? listWidth(query, facts) : single;
    case 'create':
    case 'update':
    case 'patch':
    case 'delete':
      return info.subresource === 'token' ? single : writeWidth(facts);
    default:
      return single;
  }
}

function listWidth(query: URLSearchParams, { stored: storedNow, seatsMax }: WidthFacts): Width {
  const stored = storedNow();
  // Not known: another server's, which has seats of its own.
  if (stored === undefined) return single;
  const limit = Number(query.get('limit') ?? 0);
  const most = limit > 0 && limit < stored ? limit : stored;
  const isSelecting = (query.get('fieldSelector') ?? '') !== '' || (query.get('labelSelector') ?? '') !== '';
  const objects = isFromCache(query) ? stored : isSelecting ? stored + most : 2 * most;
  return { seats: Math.min(seatsMax, Math.max(1, Math.ceil(objects / objectsPerSeat))), afterMs: 0 };
}

/** Whether kube-apiserver would answer from what it has in memory: what is not of the past. */
function isFromCache(query: URLSearchParams): boolean {
  const [version, match] = [query.get('resourceVersion') ?? '', query.get('resourceVersionMatch') ?? ''];
  if (match === 'NotOlderThan') return true;
  if (match !== '' || (query.get('continue') ?? '') !== '') return false;
  return !(Number(query.get('limit') ?? 0) > 0 && version !== '' && version !== '0');
}

function writeWidth({ watchers: watching, seatsMax }: WidthFacts): Width {
  const watchers = watching();
  if (watchers < watchersPerSeat) return single;
  const wanted = Math.ceil(watchers / watchersPerSeat);
  const seats = Math.min(wanted, seatsMax);
  // What is too wide is made longer: the work is the same.
  return { seats, afterMs: (wanted * afterMsPerSeat) / seats };
}
