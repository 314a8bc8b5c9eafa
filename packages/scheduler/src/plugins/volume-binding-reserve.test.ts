/** What VolumeBinding promises a pod, and gives back: the cases of kube-scheduler's volume binder, as data. */
import { describe, expect, it } from '@jest/globals';
import { PersistentVolume, PersistentVolumeClaim } from '@pintle/api/core/v1';
import { annSelectedNode } from '@pintle/api/volumes';
import type { KubernetesObject } from '@pintle/machinery';
import { CycleState } from '../framework/cycle-state.js';
import type { SchedulerHandle } from '../framework/plugin.js';
import type { Status } from '../framework/status.js';
import { podInfo } from '../nodes/pod-info.js';
import { tableOf } from '../simulate/simulation.js';
import { testNode, testPod } from '../test-objects.fixture.js';
import { claims, testClaim, testClass, testVolume } from '../volume-objects.fixture.js';
import { volumeBinding } from './volume-binding.js';

const local = (name: string, size = '1Gi') => testVolume(name, { class: 'local', size });
const here = (name: string, size = '1Gi') => testClaim(name, { class: 'local', size });
const made = (name: string) => testClaim(name, { class: 'made', size: '1Gi' });

function cycle(names: readonly string[], objects: readonly KubernetesObject[]) {
  const classes = [testClass('local', { provisioner: 'kubernetes.io/no-provisioner' }), testClass('made')];
  const table = tableOf([testNode('n')], [], [...classes, ...objects]);
  const state = new CycleState(table);
  const plugin = volumeBinding();
  const pod = podInfo(testPod('p', { namespace: 'default', volumes: claims(...names) }));
  const handle = { table } as SchedulerHandle;
  expect(plugin.preFilter(state, pod, table)).toBeUndefined();
  const { assumed } = table.objects;
  return {
    table,
    reserve: () => plugin.reserve(state, pod, 'n', handle) as Status | undefined,
    unreserve: () => plugin.unreserve(state, pod, 'n', handle),
    flight: () => (plugin.preBindPreFlight!(state, pod, 'n', handle) as Status | undefined)?.code ?? 'to do',
    /** `volume>claim` for what is given, `claim@node` for what is asked for. */
    assumed: () =>
      [
        ...['v', 'w'].flatMap((name) => {
          const claim = assumed.get(PersistentVolume, name)?.spec?.claimRef?.name;
          return claim === undefined ? [] : [`${name}>${claim}`];
        }),
        ...['m', 'o'].flatMap((name) => {
          const on = assumed.get(PersistentVolumeClaim, name, 'default')?.metadata.annotations?.[annSelectedNode];
          return on === undefined ? [] : [`${name}@${on}`];
        }),
      ].join(' '),
  };
}

describe('what VolumeBinding promises', () => {
  const bound = [testClaim('c', { class: 'local', volume: 'x', complete: true }), local('x')];
  it.each<[string, readonly string[], readonly KubernetesObject[], string, string]>([
    ['all is bound', ['c'], bound, '', 'Skip'],
    ['a volume', ['c'], [here('c'), local('v')], 'v>c', 'to do'],
    ['two volumes', ['c', 'd'], [here('c'), here('d', '5Gi'), local('v'), local('w', '5Gi')], 'v>c w>d', 'to do'],
    [
      'a volume that is the claim’s already',
      ['c'],
      [here('c'), testVolume('v', { class: 'local', size: '1Gi', claim: 'c', bound: true })],
      'v>c',
      'to do',
    ],
    ['a volume to be made', ['m'], [made('m')], 'm@n', 'to do'],
    ['a volume, and one to be made', ['c', 'm'], [here('c'), made('m'), local('v')], 'v>c m@n', 'to do'],
  ])('%s, and gives it back', (_, names, objects, expected, flight) => {
    const { reserve, unreserve, assumed, flight: preFlight } = cycle(names, objects);
    const before = assumed();
    expect(reserve()).toBeUndefined();
    expect([assumed(), preFlight()]).toEqual([expected, flight]);
    unreserve();
    expect([assumed(), preFlight()]).toEqual([before, 'Skip']);
  });

  it.each([
    ['volume', ['c', 'd'], [here('c'), here('d', '5Gi'), local('v'), local('w', '5Gi')], local('w')],
    ['claim', ['c', 'm'], [here('c'), made('m'), local('v')], made('m')],
  ])('a %s that is gone meanwhile: nothing stays promised', (_, names, objects, gone) => {
    const { table, reserve, unreserve, assumed } = cycle(names, objects);
    table.objects.delete(gone);
    expect(reserve).toThrow('of pod default/p is gone');
    unreserve();
    expect(assumed()).toBe('');
  });

  it('the same volume again, once it is promised', () => {
    const objects = [here('c'), local('v'), local('w')];
    const { table, reserve, assumed } = cycle(['c'], objects);
    reserve();
    const again = new CycleState(table);
    const pod = podInfo(testPod('q', { namespace: 'default', volumes: claims('c') }));
    const plugin = volumeBinding();
    plugin.preFilter(again, pod, table);
    expect(plugin.reserve(again, pod, 'n', { table } as SchedulerHandle)).toBeUndefined();
    expect(assumed()).toBe('v>c');
  });
});
