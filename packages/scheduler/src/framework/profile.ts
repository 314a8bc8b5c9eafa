/**
 * A scheduling policy as data: which plugins, in which order, with which weights, for the pods of which
 * scheduler name. Checked when it is made, so that a wrong one is refused before anything is scheduled.
 */
import { defaultSchedulerName } from '../nodes/pod-info.js';
import { prioritySort } from '../plugins/priority-sort.js';
import type { BindPlugin, QueueSortPlugin, SchedulerPlugin } from './plugin.js';

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
}

export interface Profile extends Required<ProfileOptions> {
  readonly queueSort: QueueSortPlugin;
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
  for (const [index, plugin] of options.plugins.entries()) {
    const field = `plugins[${index}]`;
    if (typeof plugin?.name !== 'string' || plugin.name === '') {
      throw new InvalidProfileError(`${field}.name`, 'a plugin needs a name');
    }
    if (names.has(plugin.name)) {
      throw new InvalidProfileError(`${field}.name`, `there is already a plugin called ${JSON.stringify(plugin.name)}`);
    }
    names.add(plugin.name);
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
  if (sorts.length > 1) {
    throw new InvalidProfileError(
      'plugins',
      `only one may sort the queue, not ${sorts.map(({ name }) => name).join(' and ')}`,
    );
  }
  const queueSort = sorts[0] ?? prioritySort();
  return {
    schedulerName,
    percentageOfNodesToScore,
    queueSort,
    plugins: sorts.length === 0 ? [queueSort, ...options.plugins] : options.plugins,
  };
}

/** A profile that a running scheduler uses must be able to bind. Errors: `InvalidProfileError`. */
export function requireBindPlugin({ plugins }: Profile): readonly BindPlugin[] {
  const binders = plugins.filter((plugin): plugin is BindPlugin => plugin.bind !== undefined);
  if (binders.length === 0)
    throw new InvalidProfileError('plugins', 'at least one plugin must bind; add defaultBinder()');
  return binders;
}
