/** Fills nodes one after the other, so that others stay free for large pods, or can be given back. */
import type { SchedulerPlugin } from '../framework/plugin.js';
import { type DefaultPluginsOptions, defaultPlugins } from './default-plugins.js';
import { podTopologySpread } from './pod-topology-spread.js';
import type { ResourceWeight } from './resource-scorer.js';
import { nodeResourcesFit } from './resources-fit.js';

export interface BinPackingOptions extends DefaultPluginsOptions {
  /** What is packed. Default: cpu and memory alike. */
  readonly resources?: readonly ResourceWeight[];
}

/**
 * The default plugins, where the fullest node that still has room is the best: NodeResourcesFit by MostAllocated counts
 * for more than all that spreads, and pods are spread only where they say so themselves.
 */
export function binPackingPlugins({ resources, ...options }: BinPackingOptions = {}): readonly SchedulerPlugin[] {
  const packed: readonly SchedulerPlugin[] = [
    nodeResourcesFit({ weight: 10, scoringStrategy: { type: 'MostAllocated', ...(resources && { resources }) } }),
    podTopologySpread({ defaultConstraints: [] }),
  ];
  return defaultPlugins(options)
    .filter(({ name }) => name !== 'NodeResourcesBalancedAllocation')
    .map((plugin) => packed.find(({ name }) => name === plugin.name) ?? plugin);
}
