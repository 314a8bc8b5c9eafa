import { describe, expect, it } from '@jest/globals';
import type { Node, Taint } from '@pintle/api/core/v1';
import { executeTaint, isExecuting, planTaints, readinessOf } from './plan-taints.js';

const now = '2025-01-01T00:00:00Z';
const node = (conditions: Readonly<Record<string, string>>, spec: Node['spec'] = {}): Node =>
  ({
    metadata: { name: 'n' },
    spec,
    status: { conditions: Object.entries(conditions).map(([type, status]) => ({ type, status })) },
  }) as unknown as Node;
const words = (given: Node, executes: boolean) =>
  planTaints(given, now, { executes }).map(({ key, effect }) => `${key.replace('node.kubernetes.io/', '')}:${effect}`);

describe('planTaints', () => {
  it.each([
    ['ready', node({ Ready: 'True' }), true, []],
    ['not ready', node({ Ready: 'False' }), true, ['not-ready:NoSchedule', 'not-ready:NoExecute']],
    ['unknown', node({ Ready: 'Unknown' }), true, ['unreachable:NoSchedule', 'unreachable:NoExecute']],
    ['says nothing yet', node({}), true, []],
    [
      'says nothing yet, and was tainted when it was made',
      node({}, { taints: [{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }] }),
      true,
      [],
    ],
    ['not ready, and not its turn', node({ Ready: 'False' }), false, ['not-ready:NoSchedule']],
    [
      'under pressure',
      node({ Ready: 'True', MemoryPressure: 'True', DiskPressure: 'True', PIDPressure: 'True' }),
      true,
      ['memory-pressure:NoSchedule', 'disk-pressure:NoSchedule', 'pid-pressure:NoSchedule'],
    ],
    [
      'without a network',
      node({ Ready: 'True', NetworkUnavailable: 'True' }),
      true,
      ['network-unavailable:NoSchedule'],
    ],
    ['pressure unknown', node({ Ready: 'True', MemoryPressure: 'Unknown' }), true, []],
    ['cordoned', node({ Ready: 'True' }, { unschedulable: true }), true, ['unschedulable:NoSchedule']],
    [
      'ready again: its own taints go, others stay',
      node(
        { Ready: 'True' },
        {
          taints: [
            { key: 'node.kubernetes.io/not-ready', effect: 'NoExecute' },
            { key: 'example.com/mine', effect: 'NoExecute' },
          ],
        },
      ),
      true,
      ['example.com/mine:NoExecute'],
    ],
    [
      'from not ready to unknown: the one for the other',
      node({ Ready: 'Unknown' }, { taints: [{ key: 'node.kubernetes.io/not-ready', effect: 'NoExecute' }] }),
      true,
      ['unreachable:NoSchedule', 'unreachable:NoExecute'],
    ],
  ])('%s', (_name, given, executes, expected) => {
    expect(words(given, executes)).toEqual(expected);
  });

  it('says of each when it was added', () => {
    const given = node({ Ready: 'False' }, { unschedulable: true });
    expect(planTaints(given, now, { executes: true }).map(({ timeAdded }) => timeAdded)).toEqual([now, now, now]);
  });

  it('keeps the time at which a taint was added', () => {
    const taints = [
      { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' as const, timeAdded: '2024-12-31T23:00:00Z' },
    ];
    expect(planTaints(node({ Ready: 'False' }, { taints }), now, { executes: false })).toEqual(taints);
  });
});

describe('whether pods leave a node', () => {
  it.each<[string, readonly Taint[], boolean]>([
    ['nothing', [], false],
    ['it is not ready', [{ key: 'node.kubernetes.io/not-ready', effect: 'NoExecute' }], true],
    ['nobody hears of it', [{ key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' }], true],
    ['new ones are kept away', [{ key: 'node.kubernetes.io/unreachable', effect: 'NoSchedule' }], false],
    ['somebody else says so', [{ key: 'example.com/repair', effect: 'NoExecute' }], false],
  ])('by its taints: %s', (_name, taints, expected) => {
    expect(isExecuting(node({}, { taints }))).toBe(expected);
  });

  it.each([
    ['True', 'True', undefined],
    ['False', 'False', 'node.kubernetes.io/not-ready'],
    ['Unknown', 'Unknown', 'node.kubernetes.io/unreachable'],
    [undefined, 'Unknown', undefined],
  ])('by its condition: %s', (status, readiness, taint) => {
    const given = node(status === undefined ? { MemoryPressure: 'True' } : { Ready: status });
    expect([readinessOf(given), executeTaint(given)]).toEqual([readiness, taint]);
  });

  it('not where it says nothing of itself at all', () => {
    expect(isExecuting({ metadata: {} } as Node)).toBe(false);
    expect(executeTaint({ metadata: {} } as Node)).toBeUndefined();
  });
});
