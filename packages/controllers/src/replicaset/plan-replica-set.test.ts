import { describe, expect, it } from '@jest/globals';
import type { ReplicaSet } from '@pintle/api/apps/v1';
import type { Pod } from '@pintle/api/core/v1';
import { planReplicaSet } from './plan-replica-set.js';

const nowMs = Date.parse('2025-01-01T00:10:00Z');
const set = (replicas: number, going = false) =>
  ({
    metadata: { name: 'web', uid: 'own', ...(going ? { deletionTimestamp: '2025-01-01T00:09:00Z' } : {}) },
    spec: { replicas, selector: { matchLabels: { app: 'web' } }, template: { metadata: { labels: { app: 'web' } } } },
  }) as unknown as ReplicaSet;

/** `own web`, `free web Failed`: by whom it is controlled, what its label says, its phase. */
function pod(words: string): Pod {
  const [by = '', app = '', phase = 'Running'] = words.split(' ');
  const ownerReferences = [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: by, controller: true }];
  return {
    metadata: { name: words, uid: words, labels: { app }, ...(by === 'free' ? {} : { ownerReferences }) },
    spec: { nodeName: 'n' },
    status: { phase },
  } as unknown as Pod;
}

describe('planReplicaSet', () => {
  it.each([
    // replicas, whether it goes, pods: how many are made; which are adopted, let go, removed
    [2, false, ['own web'], 1, '', '', ''],
    [1, false, ['own web', 'own web Pending'], 0, '', '', 'own web Pending'],
    [1, false, ['own web Failed'], 1, '', '', ''],
    [1, false, ['free web', 'free api', 'other web'], 0, 'free web', '', ''],
    [1, false, ['own api'], 1, '', 'own api', ''],
    [0, true, ['own web', 'own api', 'free web'], 0, '', '', ''],
    [3, true, ['own web', 'own api', 'free web'], 0, '', '', ''],
  ])('%d replicas, going %s, of %j', (replicas, going, words, create, adopt, release, remove) => {
    const plan = planReplicaSet(set(replicas, going), words.map(pod), nowMs);
    const names = (some: readonly Pod[]) => some.map(({ metadata }) => metadata.name).join(', ');
    expect([plan.create, names(plan.adopt), names(plan.release), names(plan.remove)]).toEqual([
      create,
      adopt,
      release,
      remove,
    ]);
  });
});
