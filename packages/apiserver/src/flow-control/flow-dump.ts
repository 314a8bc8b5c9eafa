/**
 * What priority levels hold at the moment, as tables for who looks into a server that lets requests wait
 * (`/debug/api_priority_and_fairness/`). Pure.
 *
 * **Differs from Kubernetes**: a request that did not have to wait is told with the first queue that its flow is dealt, and
 * virtual time passes with the seats that are given, not with seconds.
 */
import { formatGoDuration, formatMicroTime } from '@pintle/machinery';
import type { FlowRequest } from './flow-request.js';
import type { PriorityLevel } from './priority-levels.js';

type Levels = readonly PriorityLevel<FlowRequest>[];
type Cells = readonly string[];

export interface DumpOptions {
  /** Whether it is told of requests who asks for what. */
  readonly details: boolean;
  /** What the clock of the world is ahead of the monotonic one, in milliseconds. */
  readonly epochMs: number;
}

/** Undefined where there is no such table. */
export function flowDump(name: string, levels: Levels, options: DumpOptions): string | undefined {
  const ordered = [...levels].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  switch (name) {
    case 'dump_priority_levels':
      return table([levelHeads, ...ordered.map(levelCells)]);
    case 'dump_queues':
      return table([queueHeads, ...ordered.flatMap(queueCells)]);
    case 'dump_requests': {
      const heads = options.details ? [...requestHeads, ...detailHeads] : requestHeads;
      return table([heads, ...ordered.flatMap((level) => requestCells(level, options))]);
    }
    default:
      return undefined;
  }
}

const nameOf = ({ configuration }: PriorityLevel<FlowRequest>): string => configuration.metadata.name ?? '';

const cellWidthMin = 8;

/** As Go's `tabwriter` sets them: a comma behind each cell but the last, and every column as wide as its widest cell. */
function table(rows: readonly Cells[]): string {
  const last = (rows[0]?.length ?? 1) - 1;
  const written = rows.map((cells) => cells.map((cell, index) => (index < last ? `${cell},` : cell)));
  const widths = Array.from({ length: last }, (_, index) =>
    written.reduce((width, cells) => Math.max(width, cells[index]!.length + 1), cellWidthMin),
  );
  const line = (cells: Cells) => cells.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join('');
  return written.map((cells) => `${line(cells)}\n`).join('');
}

const levelHeads = [
  ...['PriorityLevelName', 'ActiveQueues', 'IsIdle', 'IsQuiescing', 'WaitingRequests', 'ExecutingRequests'],
  ...['DispatchedRequests', 'RejectedRequests', 'TimedoutRequests', 'CancelledRequests'],
];

function levelCells(level: PriorityLevel<FlowRequest>): Cells {
  const { queues, executing, tally } = level;
  const active = queues.states.filter(({ waiting }) => waiting.length > 0).length;
  const isIdle = queues.waitingCount === 0 && executing.size === 0;
  const refused = tally['queue-full'] + tally['concurrency-limit'];
  // A level that is taken away goes at once.
  const isQuiescing = false;
  return [nameOf(level), active, isIdle, isQuiescing, queues.waitingCount, executing.size, tally.dispatched]
    .map(String)
    .concat([refused, tally['time-out'], tally.cancelled].map(String));
}

const queueHeads = [
  ...['PriorityLevelName', 'Index', 'PendingRequests', 'ExecutingRequests', 'SeatsInUse', 'NextDispatchR'],
  ...['InitialSeatsSum', 'MaxSeatsSum', 'TotalWorkSum'],
];

function queueCells(level: PriorityLevel<FlowRequest>): readonly Cells[] {
  const executing = [...level.executing].map((request) => ({ request, queue: level.queues.queueOf(request) }));
  return level.queues.states.map(({ waiting, start }, index) => {
    const here = executing.filter(({ queue }) => queue === index).map(({ request }) => request);
    const initial = sum(waiting, (request) => seatsOf(request).initial);
    const most = sum(waiting, ({ width }) => width);
    return [
      ...[nameOf(level), String(index), String(waiting.length), String(here.length)],
      ...[
        String(sum(here, ({ width }) => width)),
        seatSeconds(start),
        String(initial),
        String(most),
        seatSeconds(most),
      ],
    ];
  });
}

const requestHeads = [
  ...['PriorityLevelName', 'FlowSchemaName', 'QueueIndex', 'RequestIndexInQueue', 'FlowDistingsher', 'ArriveTime'],
  ...['InitialSeats', 'FinalSeats', 'AdditionalLatency', 'StartTime'],
];
const detailHeads = ['UserName', 'Verb', 'APIPath', 'Namespace', 'Name', 'APIVersion', 'Resource', 'SubResource'];

function requestCells(level: PriorityLevel<FlowRequest>, options: DumpOptions): readonly Cells[] {
  const cells = (request: FlowRequest, queue: number, place: number): Cells => {
    const { initial, final } = seatsOf(request);
    return [
      ...[nameOf(level), request.flow.schemaName, String(queue), String(place), request.distinguisher],
      ...[timeOf(request.arrivedMs, options), String(initial), String(final), formatGoDuration(request.afterMs)],
      timeOf(request.startedMs, options),
      ...(options.details ? detailCells(request) : []),
    ];
  };
  return [
    ...level.queues.states.flatMap(({ waiting }, queue) => waiting.map((each, place) => cells(each, queue, place))),
    ...[...level.executing].map((each) => cells(each, level.queues.queueOf(each), -1)),
  ];
}

function detailCells({ user, info }: FlowRequest): Cells {
  if (info.type === 'path') return [user.name, info.verb, info.path, '', '', '', '', ''];
  const { verb, path, namespace = '', name = '', group, version, resource, subresource = '' } = info;
  const apiVersion = group === '' ? version : `${group}/${version}`;
  return [user.name, verb, path, namespace, name, apiVersion, resource, subresource];
}

/** What is held after the answer is of the watchers of a write, which itself needs but one. */
const seatsOf = ({ width, afterMs }: FlowRequest): { readonly initial: number; readonly final: number } =>
  afterMs > 0 ? { initial: 1, final: width } : { initial: width, final: 0 };

const seatSeconds = (seats: number): string => `${seats.toFixed(8)}ss`;

/** As Go's `RFC3339Nano`: fractions without the zeros at their end; what has not been yet is at the beginning of all times. */
const timeOf = (monotonicMs: number, { epochMs }: DumpOptions): string =>
  Number.isNaN(monotonicMs) ? '0001-01-01T00:00:00Z' : formatMicroTime(monotonicMs + epochMs).replace(/\.?0+Z$/, 'Z');

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
