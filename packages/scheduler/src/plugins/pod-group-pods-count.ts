/** Prefers the placement on which more pods of the group have a node. */

import type { PluginIdentity } from '../framework/filter-plugin.js';
import type { PlacementScorePoint } from '../framework/plugin.js';

export function podGroupPodsCount(options: { readonly weight?: number } = {}): PluginIdentity & PlacementScorePoint {
  return {
    name: 'PodGroupPodsCount',
    weight: options.weight ?? 1,
    scorePlacement: ({ pods, placedBefore }, { assignments }) =>
      (100 * (placedBefore + assignments.length)) / Math.max(1, placedBefore + pods.length),
  };
}
