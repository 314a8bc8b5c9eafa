import type { Container } from '@pintle/api/core/v1';
import type { PluginIdentity } from '../framework/filter-plugin.js';
import type { PreScorePoint, ScorePoint, SignPoint } from '../framework/plugin.js';
import { scoreMax } from '../framework/scores.js';
import { skip } from '../framework/status.js';
import { type ImageState, normalizedImageName } from '../nodes/image-states.js';
import type { NodeTable } from '../nodes/node-table.js';
import type { PodInfo } from '../nodes/pod-info.js';

const none: readonly Container[] = [];
const mebibyte = 1024 * 1024;
const thresholdMin = 23 * mebibyte;
const thresholdMaxPerContainer = 1000 * mebibyte;

/**
 * Prefers nodes that already hold the pod's images, the more of their size the better. An image that few nodes
 * hold counts for less, so that those nodes are not flooded.
 */
export function imageLocality(
  options: { readonly weight?: number } = {},
): PluginIdentity & PreScorePoint & ScorePoint & SignPoint {
  return {
    name: 'ImageLocality',
    weight: options.weight ?? 1,
    sign({ pod: { spec } }) {
      let text = '';
      for (const { image = '' } of spec?.initContainers ?? none) text += `${image},`;
      text += ';';
      for (const { image = '' } of spec?.containers ?? none) text += `${image},`;
      return text;
    },
    // Nowhere known images score 0 everywhere, which changes nothing.
    preScore: (_, pod, table) => (known(pod, table).length === 0 ? skip : undefined),
    score: (_, pod, { table, row }) => {
      const sum = known(pod, table).reduce((total, image) => total + (image.has(row) ? scaled(image, table) : 0), 0);
      return priority(sum, containers(pod));
    },
    scoreAll(_, pod, table, rows, count, scores) {
      scores.fill(0, 0, count);
      const images = known(pod, table);
      if (images.length === 0) return;
      for (const image of images) {
        const share = scaled(image, table);
        for (let i = 0; i < count; i++) if (image.has(rows[i]!)) scores[i]! += share;
      }
      const divisor = containers(pod);
      for (let i = 0; i < count; i++) scores[i] = priority(scores[i]!, divisor);
    },
  };
}

function known({ pod }: PodInfo, table: NodeTable): readonly ImageState[] {
  const found: ImageState[] = [];
  for (const list of [pod.spec?.initContainers, pod.spec?.containers]) {
    for (const { image } of list ?? []) {
      const state = image === undefined ? undefined : table.images.get(normalizedImageName(image));
      if (state !== undefined) found.push(state);
    }
  }
  return found;
}

function containers({ pod }: PodInfo): number {
  return (pod.spec?.initContainers?.length ?? 0) + (pod.spec?.containers.length ?? 0);
}

function scaled({ sizeBytes, nodes }: ImageState, table: NodeTable): number {
  return Math.trunc(sizeBytes * (nodes / table.size));
}

function priority(sum: number, containerCount: number): number {
  const thresholdMax = thresholdMaxPerContainer * containerCount;
  const within = Math.min(Math.max(sum, thresholdMin), thresholdMax);
  return Math.floor((scoreMax * (within - thresholdMin)) / (thresholdMax - thresholdMin));
}
