/** Prefers nodes that hold the data that a pod is going to read, the more of its size the better. */
import type { Node } from '@pintle/api/core/v1';
import { stateKey } from '../framework/cycle-state.js';
import type { PluginIdentity } from '../framework/filter-plugin.js';
import type { PreScorePoint, ScorePoint } from '../framework/plugin.js';
import { scoreMax } from '../framework/scores.js';
import { skip } from '../framework/status.js';
import { amountOf } from '../nodes/amounts.js';
import type { NodeTable } from '../nodes/node-table.js';
import type { PodInfo } from '../nodes/pod-info.js';

/** On a pod, what it reads: `imagenet,model-7b`. On a node, what it holds: `imagenet=150Gi,model-7b=14Gi`. */
export const dataAnnotation = 'scheduling.pintle.dev/data';

interface Wanted {
  readonly names: readonly string[];
  /** Of all of it, as far as any node holds it. */
  readonly totalBytes: number;
}

const wantedKey = stateKey<Wanted>('DataLocality');

export function dataLocality(options: { readonly weight?: number } = {}): PluginIdentity & PreScorePoint & ScorePoint {
  /** What each node holds, read once for each version of it. */
  const held = new WeakMap<Node, ReadonlyMap<string, number>>();
  const heldBy = (node: Node): ReadonlyMap<string, number> => {
    let data = held.get(node);
    if (data === undefined) held.set(node, (data = dataOf(node)));
    return data;
  };
  const wantedOf = (pod: PodInfo, table: NodeTable): Wanted => {
    const names = namesOf(pod);
    let totalBytes = 0;
    for (const name of names) {
      let most = 0;
      for (const row of table.rows()) most = Math.max(most, heldBy(table.nodeAt(row)!).get(name) ?? 0);
      totalBytes += most;
    }
    return { names, totalBytes };
  };
  const scoreOf = ({ names, totalBytes }: Wanted, node: Node): number => {
    if (totalBytes === 0) return 0;
    let bytes = 0;
    for (const name of names) bytes += heldBy(node).get(name) ?? 0;
    return Math.floor((scoreMax * Math.min(bytes, totalBytes)) / totalBytes);
  };
  return {
    name: 'DataLocality',
    weight: options.weight ?? 1,
    preScore(state, pod, table) {
      const wanted = wantedOf(pod, table);
      if (wanted.totalBytes === 0) return skip;
      state.write(wantedKey, wanted);
      return undefined;
    },
    score: (state, pod, { table, node }) => scoreOf(state.read(wantedKey) ?? wantedOf(pod, table), node),
  };
}

const parts = (text: string | undefined) =>
  (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

const namesOf = ({ pod }: PodInfo): readonly string[] => [
  ...new Set(parts(pod.metadata.annotations?.[dataAnnotation])),
];

/** Amounts that cannot be read count for nothing. */
function dataOf({ metadata }: Node): ReadonlyMap<string, number> {
  const data = new Map<string, number>();
  for (const part of parts(metadata.annotations?.[dataAnnotation])) {
    const [name = '', amount = ''] = part.split('=');
    try {
      data.set(name, amountOf(amount));
    } catch {}
  }
  return data;
}
