/**
 * A scheduling policy as data: which plugins, in which order, with which weights, for the pods of which
 * scheduler name. Checked when it is made, so that a wrong one is refused before anything is scheduled.
 */
import { defaultSchedulerName } from '../nodes/pod-info.js';
import { prioritySort } from '../plugins/priority-sort.js';
import { type EventOfInterest, everyEvent } from './cluster-event.js';
import { extensionPoints, implementsPoint, type PointOrder, pluginMethods, pluginsAt } from './extension-point.js';
import { misspeltMethods } from './misspelt-methods.js';
import type { BindPlugin, QueueSortPlugin, SchedulerPlugin } from './plugin.js';
import { disown } from './plugin-calls.js';

export interface ProfileOptions {
  /** The pods with this `spec.schedulerName` are placed by it. Default `default-scheduler`. */
  readonly schedulerName?: string;
  /** In the order in which they run at every point. Without one for QueueSort, `prioritySort()` is added. */
  readonly plugins: readonly SchedulerPlugin[];
  /**
   * Nodes are looked at until this share of them, in percent, proved feasible. 0: adapted to the number of
   * nodes, as kube-scheduler does; 100: all. Default 0.
   */
  readonly percentageOfNodesToScore?: number;
  /**
   * For some points, the names of the plugins that run there, in order. At a point that is absent every plugin runs
   * that implements it.
   */
  readonly points?: PointOrder;
}

export interface Profile extends Required<ProfileOptions> {
  readonly queueSort: QueueSortPlugin;
  /** By plugin which changes may help pods that it turned away. */
  readonly events: ReadonlyMap<string, readonly EventOfInterest[]>;
}

/** A profile that cannot work; `field` says where. */
export class InvalidProfileError extends Error {
  readonly code = 'PINTLE_INVALID_PROFILE';
  constructor(
    readonly field: string,
    detail: string,
  ) {
    super(`${field}: ${detail}`);
    this.name = 'InvalidProfileError';
  }
}

const weightMax = Math.floor(Number.MAX_SAFE_INTEGER / 100 / 256);

/** Checks a policy and fills in its defaults. Errors: `InvalidProfileError`. */
export function profile(options: ProfileOptions): Profile {
  const { schedulerName = defaultSchedulerName, percentageOfNodesToScore = 0 } = options;
  if (schedulerName === '') throw new InvalidProfileError('schedulerName', 'must not be empty');
  if (!(percentageOfNodesToScore >= 0 && percentageOfNodesToScore <= 100)) {
    throw new InvalidProfileError('percentageOfNodesToScore', `must be from 0 to 100, not ${percentageOfNodesToScore}`);
  }
  const names = new Set<string>();
  const sorts: QueueSortPlugin[] = [];
  const events = new Map<string, readonly EventOfInterest[]>();
  for (const [index, plugin] of options.plugins.entries()) {
    const field = `plugins[${index}]`;
    if (typeof plugin?.name !== 'string' || plugin.name === '') {
      throw new InvalidProfileError(`${field}.name`, 'a plugin needs a name');
    }
    if (names.has(plugin.name)) {
      throw new InvalidProfileError(`${field}.name`, `there is already a plugin called ${JSON.stringify(plugin.name)}`);
    }
    names.add(plugin.name);
    requireMethods(plugin, field);
    events.set(plugin.name, eventsOf(plugin, field));
    const { weight = 1 } = plugin;
    if (!Number.isInteger(weight) || weight < 1 || weight > weightMax) {
      throw new InvalidProfileError(`${field}.weight`, `must be a whole number from 1, not ${weight}`);
    }
    if (plugin.filterAll !== undefined && (plugin.filter === undefined || plugin.verdict === undefined)) {
      throw new InvalidProfileError(`${field}.filterAll`, 'needs filter and verdict beside it');
    }
    if (plugin.scoreAll !== undefined && plugin.score === undefined) {
      throw new InvalidProfileError(`${field}.scoreAll`, 'needs score beside it');
    }
    if (plugin.reserve !== undefined && plugin.unreserve === undefined) {
      throw new InvalidProfileError(`${field}.reserve`, 'needs unreserve beside it');
    }
    if (plugin.less !== undefined) sorts.push(plugin as QueueSortPlugin);
  }
  if (options.plugins.length > 255) throw new InvalidProfileError('plugins', 'at most 255 plugins');
  const { points = {} } = options;
  for (const point of extensionPoints) {
    for (const [index, name] of (points[point] ?? []).entries()) {
      const plugin = options.plugins.find((each) => each.name === name);
      if (plugin !== undefined && implementsPoint(plugin, point)) continue;
      throw new InvalidProfileError(
        `points.${point}[${index}]`,
        `no plugin ${JSON.stringify(name)} implements ${point}`,
      );
    }
  }
  if (points.queueSort !== undefined)
    sorts.splice(0, sorts.length, ...sorts.filter(({ name }) => points.queueSort!.includes(name)));
  if (sorts.length > 1) {
    throw new InvalidProfileError(
      'plugins',
      `only one may sort the queue, not ${sorts.map(({ name }) => name).join(' and ')}`,
    );
  }
  const queueSort = sorts[0] ?? prioritySort();
  if (sorts.length === 0) events.set(queueSort.name, everyEvent);
  return {
    events,
    schedulerName,
    percentageOfNodesToScore,
    queueSort,
    points,
    plugins: sorts.length === 0 ? [queueSort, ...options.plugins] : options.plugins,
  };
}

function requireMethods(plugin: SchedulerPlugin, field: string): void {
  for (const method of pluginMethods) {
    const given: unknown = plugin[method];
    if (given !== undefined && typeof given !== 'function')
      throw new InvalidProfileError(`${field}.${method}`, 'must be a function');
  }
  for (const { given, meant } of misspeltMethods(plugin))
    throw new InvalidProfileError(`${field}.${given}`, `is no extension point; ${meant} is meant, it seems`);
  const { reads } = plugin as { reads?: unknown };
  if (reads === undefined || (Array.isArray(reads) && reads.every((kind) => typeof kind?.kind === 'string'))) return;
  throw new InvalidProfileError(`${field}.reads`, 'must be a list of kinds');
}

/** Asked for once: what a plugin registers does not change. */
function eventsOf(plugin: SchedulerPlugin, field: string): readonly EventOfInterest[] {
  if (plugin.eventsToRegister === undefined) return everyEvent;
  let events: readonly EventOfInterest[];
  try {
    events = plugin.eventsToRegister();
  } catch (error) {
    throw new InvalidProfileError(`${field}.eventsToRegister`, error instanceof Error ? error.message : String(error));
  }
  const isEvent = (event: EventOfInterest | undefined) =>
    typeof event?.resource === 'string' && Number.isInteger(event.action);
  if (Array.isArray(events) && events.every(isEvent)) return events;
  disown(events);
  throw new InvalidProfileError(`${field}.eventsToRegister`, 'must return a list of events, of resource and action');
}

/** A profile that a running scheduler uses must be able to bind. Errors: `InvalidProfileError`. */
export function requireBindPlugin(checked: Profile): readonly BindPlugin[] {
  const binders = pluginsAt(checked, 'bind') as readonly BindPlugin[];
  if (binders.length === 0)
    throw new InvalidProfileError('plugins', 'at least one plugin must bind; add defaultBinder()');
  return binders;
}
