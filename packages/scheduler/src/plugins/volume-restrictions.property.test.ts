/** VolumeRestrictions against a slow obvious model, on random disks, claims and pods; and as pods come and go. */
import { describe, expect, it } from '@jest/globals';
import type { Pod, Volume } from '@pintle/api/core/v1';
import fc from 'fast-check';
import { CycleState } from '../framework/cycle-state.js';
import { type PodInfo, podInfo } from '../nodes/pod-info.js';
import { tableOf } from '../simulate/simulation.js';
import { testNode, testPod, times } from '../test-objects.fixture.js';
import { claims, testClaim } from '../volume-objects.fixture.js';
import { judgeFilter } from './judge.fixture.js';
import { volumeRestrictions } from './volume-restrictions.js';

interface Disk {
  readonly type: 'gce' | 'aws' | 'iscsi' | 'rbd';
  readonly id: number;
  readonly monitors: readonly string[];
  readonly pool: string;
  readonly readOnly: boolean;
}
interface Words {
  readonly disks: readonly Disk[];
  readonly claims: readonly number[];
  readonly namespace: string;
}

const disk: fc.Arbitrary<Disk> = fc.record({
  type: fc.constantFrom('gce', 'aws', 'iscsi', 'rbd'),
  id: fc.nat({ max: 1 }),
  monitors: fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 2 }),
  pool: fc.constantFrom('p', 'q'),
  readOnly: fc.boolean(),
});
const words: fc.Arbitrary<Words> = fc.record({
  disks: fc.array(disk, { maxLength: 2 }),
  claims: fc.uniqueArray(fc.nat({ max: 3 }), { maxLength: 2 }),
  namespace: fc.constantFrom('default', 'other'),
});

/** Claims of even numbers are for one pod alone. */
const isExclusive = (claim: number) => claim % 2 === 0;
const allClaims = ['default', 'other'].flatMap((namespace) =>
  times(4, (i) => testClaim(`c${i}`, { namespace, modes: [isExclusive(i) ? 'ReadWriteOncePod' : 'ReadWriteMany'] })),
);

function volumeOf({ type, id, monitors, pool, readOnly }: Disk): Volume {
  const sources = {
    gce: { gcePersistentDisk: { pdName: `d${id}`, readOnly } },
    aws: { awsElasticBlockStore: { volumeID: `d${id}`, readOnly } },
    iscsi: { iscsi: { targetPortal: 't', iqn: `d${id}`, lun: 0, readOnly } },
    rbd: { rbd: { monitors, pool, image: `d${id}`, readOnly } },
  };
  return { name: 'd', ...sources[type] } as Volume;
}

const podOf = (name: string, { disks, claims: numbers, namespace }: Words, nodeName?: string): Pod =>
  testPod(name, {
    namespace,
    volumes: [...disks.map(volumeOf), ...claims(...numbers.map((i) => `c${i}`))],
    ...(nodeName === undefined ? {} : { nodeName }),
  });

function sameDisk(a: Disk, b: Disk): boolean {
  if (a.type !== b.type || a.id !== b.id) return false;
  if (a.type === 'rbd' && (a.pool !== b.pool || !a.monitors.some((one) => b.monitors.includes(one)))) return false;
  return a.type === 'aws' || !(a.readOnly && b.readOnly);
}

const taken = 'Unschedulable: node(s) had no available disk';
const used =
  'Unschedulable: node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode';

function obvious(pod: Words, here: readonly Words[], anywhere: readonly Words[]): string {
  if (here.some(({ disks }) => disks.some((there) => pod.disks.some((wanted) => sameDisk(wanted, there)))))
    return taken;
  const shared = anywhere.some(
    (other) =>
      other.namespace === pod.namespace &&
      other.claims.some((claim) => isExclusive(claim) && pod.claims.includes(claim)),
  );
  return shared ? used : 'ok';
}

const nodes = [testNode('n0'), testNode('n1')];
const cluster = fc.record({ pod: words, pods: fc.array(fc.tuple(words, fc.nat({ max: 1 })), { maxLength: 6 }) });

describe('VolumeRestrictions agrees with the obvious model', () => {
  it('on pods as they are', () => {
    fc.assert(
      fc.property(cluster, ({ pod, pods }) => {
        const there = pods.map(([each, at], i) => podOf(`p${i}`, each, `n${at}`));
        const { single, batched } = judgeFilter(volumeRestrictions(), podOf('new', pod), nodes, there, allClaims);
        const all = pods.map(([each]) => each);
        const expected = nodes.map((_, at) =>
          obvious(
            pod,
            pods.flatMap(([each, on]) => (on === at ? [each] : [])),
            all,
          ),
        );
        expect(single).toEqual(expected);
        expect(batched).toEqual(single);
      }),
      { numRuns: 1000 },
    );
  });

  it('on pods that come and go after PreFilter, as preemption tries them', () => {
    fc.assert(
      fc.property(cluster, fc.array(fc.nat(), { maxLength: 6 }), ({ pod, pods }, moves) => {
        const plugin = volumeRestrictions();
        const infos: readonly (readonly [Words, number, PodInfo])[] = pods.map(([each, at], i) => [
          each,
          at,
          podInfo(podOf(`p${i}`, each, `n${at}`)),
        ]);
        const info = podInfo(podOf('new', pod));
        const table = tableOf(
          nodes,
          infos.map(([, , each]) => each.pod),
          allClaims,
        );
        const state = new CycleState(table);
        // Where there is nothing to say before, upstream's plugin is not asked again either.
        if (plugin.preFilter(state, info, table) !== undefined) return;
        const gone = new Set<number>();
        for (const move of moves) {
          if (infos.length === 0) return;
          const at = move % infos.length;
          const [, row, changed] = infos[at]!;
          const node = table.info(row);
          if (gone.delete(at)) {
            table.addPod(row, changed);
            plugin.preFilterAddPod!(state, info, changed, node);
          } else {
            gone.add(at);
            table.removePod(row, changed);
            plugin.preFilterRemovePod!(state, info, changed, node);
          }
          const left = infos.filter((_, i) => !gone.has(i));
          const all = left.map(([each]) => each);
          for (const [n] of nodes.entries()) {
            const here = left.flatMap(([each, on]) => (on === n ? [each] : []));
            const verdict = plugin.filter(state, info, table.info(n));
            const said = verdict === undefined ? 'ok' : `${verdict.code}: ${verdict.reasons.join(', ')}`;
            expect(said).toBe(obvious(pod, here, all));
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});
