/**
 * Random owners and dependents, of which some are deleted while requests and answers are lost, against an obvious model:
 * what had owners goes when the last of them has gone, and what was orphaned is free.
 */
import { expect, it } from '@jest/globals';
import { ConfigMap } from '@pintle/api/core/v1';
import { integerBelow, seededRandom } from '@pintle/machinery';
import { faultyCluster } from '@pintle/testing';
import { garbageCollector } from './index.js';

type Policy = 'Background' | 'Foreground' | 'Orphan';
const policies: readonly Policy[] = ['Background', 'Foreground', 'Orphan'];

/** Names, and the owners that each has left. */
class Model {
  readonly owners = new Map<string, Set<string>>();

  delete(name: string, policy: Policy): void {
    this.owners.delete(name);
    const bereft: string[] = [];
    for (const [other, left] of this.owners) if (left.delete(name) && left.size === 0) bereft.push(other);
    if (policy !== 'Orphan') for (const other of bereft) this.delete(other, 'Background');
  }

  get state() {
    return [...this.owners].map(([name, left]) => `${name}: ${[...left].sort().join(' ')}`).sort();
  }
}

it.each(Array.from({ length: 12 }, (_, index) => index + 1))(
  'seed %d',
  async (seed) => {
    const random = seededRandom(seed).stream('story');
    const below = (bound: number) => integerBelow(random, bound);
    const cluster = await faultyCluster({
      seed,
      nodes: 0,
      builtinControllers: [],
      underFaults: [],
      runnablesUnderFaults: [garbageCollector({ kinds: () => [ConfigMap] })],
      faults: { only: ({ verb }) => verb !== 'list', serverError: 0 },
    });
    const { client } = cluster;
    const model = new Model();
    const uids = new Map<string, string>();
    for (let i = 0; i < 14; i++) {
      const name = `c${i}`;
      const owners = new Set(
        Array.from({ length: below(3) }, () => `c${below(i + 1)}`).filter((owner) => uids.has(owner)),
      );
      const ownerReferences = [...owners].map((owner) => ({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        name: owner,
        uid: uids.get(owner)!,
        blockOwnerDeletion: below(2) === 0,
      }));
      const made = await client.create<ConfigMap>({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name, namespace: 'default', ownerReferences },
      });
      uids.set(name, made.metadata.uid!);
      model.owners.set(name, owners);
    }
    for (let i = 0; i < 4; i++) {
      const names = [...model.owners.keys()];
      const name = names[below(names.length)];
      if (name === undefined) break;
      const policy = policies[below(policies.length)]!;
      await client.delete(ConfigMap, { name, namespace: 'default' }, { propagationPolicy: policy });
      model.delete(name, policy);
      await cluster.advance({ minutes: 30 });
      const left = (await client.list(ConfigMap, { namespace: 'default' }))
        .filter(({ metadata }) => uids.has(metadata.name!))
        .map(
          ({ metadata }) =>
            `${metadata.name}: ${(metadata.ownerReferences ?? [])
              .map((owner) => owner.name)
              .sort()
              .join(' ')}`,
        );
      expect([policy, name, ...left.sort()]).toEqual([policy, name, ...model.state]);
    }
    await cluster.stop();
  },
  60_000,
);
