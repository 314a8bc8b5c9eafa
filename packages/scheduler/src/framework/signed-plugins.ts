/** Which plugins of a profile sign pods, and at which points what they say can be kept. */
import { stringifyJson } from '@pintle/machinery';
import type { PluginNames } from './cycle-state.js';
import type { FilterPlugin } from './filter-plugin.js';
import type { SchedulerPlugin, ScorePlugin } from './plugin.js';

export interface SignedPlugins {
  /** Those that come before every filter that does not sign. */
  readonly filters: readonly FilterPlugin[];
  /** Those whose scores need no normalizing. */
  readonly scores: readonly ScorePlugin[];
  /** The other ones that score. */
  readonly otherScores: readonly ScorePlugin[];
  /** Filters and scores, each once. */
  readonly all: readonly SchedulerPlugin[];
}

export function signedPlugins(framework: {
  readonly filter: readonly FilterPlugin[];
  readonly score: readonly ScorePlugin[];
}): SignedPlugins {
  const signs = (plugin: SchedulerPlugin) => plugin.sign !== undefined;
  const others = framework.filter.findIndex((plugin) => !signs(plugin) || plugin.filterAll === undefined);
  const filters = others < 0 ? framework.filter : framework.filter.slice(0, others);
  const scores = framework.score.filter(
    (plugin) => signs(plugin) && plugin.scoreAll !== undefined && plugin.normalizeScores === undefined,
  );
  const otherScores = framework.score.filter((plugin) => !scores.includes(plugin));
  return { filters, scores, otherScores, all: [...new Set<SchedulerPlugin>([...filters, ...scores])] };
}

/** Whether of these filters nobody but those that are kept has a say where some are skipped. */
export function filterAlone({ filters }: SignedPlugins, all: readonly FilterPlugin[], skipped: PluginNames): boolean {
  for (let i = filters.length; i < all.length; i++) if (!skipped.has(all[i]!.name)) return false;
  return true;
}

const texts = new WeakMap<object, string>();

/** An object of a pod's spec as text, made once for pods that share it; empty where there is none. */
export function textOf(object: object | null | undefined): string {
  if (object === undefined || object === null) return '';
  let text = texts.get(object);
  if (text === undefined) texts.set(object, (text = stringifyJson(object)));
  return text;
}
