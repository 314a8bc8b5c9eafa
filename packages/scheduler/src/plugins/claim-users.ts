/** How many of the pods on nodes use a claim: kept as pods come and go, once somebody has asked. */
import type { NodeTable, PodObserver } from '../nodes/node-table.js';
import type { PodInfo } from '../nodes/pod-info.js';
import { eachPod } from '../nodes/tally.js';

export class ClaimUsers implements PodObserver {
  private readonly counts = new Map<string, number>();

  constructor(table: NodeTable) {
    eachPod(table, (row, pod) => this.podChanged(row, pod, 1));
  }

  static of(table: NodeTable): ClaimUsers {
    return table.index('ClaimUsers', () => new ClaimUsers(table));
  }

  podChanged(_row: number, { pod, namespace }: PodInfo, sign: 1 | -1): void {
    for (const { persistentVolumeClaim: claim } of pod.spec?.volumes ?? []) {
      if (claim === undefined) continue;
      const key = `${namespace}/${claim.claimName}`;
      const count = (this.counts.get(key) ?? 0) + sign;
      if (count === 0) this.counts.delete(key);
      else this.counts.set(key, count);
    }
  }

  uses(namespace: string, claimName: string): boolean {
    return this.counts.has(`${namespace}/${claimName}`);
  }
}
