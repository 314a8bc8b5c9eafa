import { describe, expect, it } from '@jest/globals';
import { planConditions, type Remains } from './plan-conditions.js';

const now = '2025-01-01T00:00:00Z';
const remains = (given: { objects?: object; finalizers?: object; failures?: readonly string[] } = {}): Remains => ({
  objects: new Map(Object.entries(given.objects ?? {})) as ReadonlyMap<string, number>,
  finalizers: new Map(Object.entries(given.finalizers ?? {})) as ReadonlyMap<string, number>,
  failures: given.failures ?? [],
});
const said = (type: string, given: Remains) => {
  const { status, reason, message } = planConditions([], given, now).find((one) => one.type === type)!;
  return [status, reason, message];
};

describe('planConditions', () => {
  it.each([
    ['NamespaceContentRemaining', remains(), ['False', 'ContentRemoved', 'All content successfully removed']],
    [
      'NamespaceContentRemaining',
      remains({ objects: { 'pods.': 2, 'jobs.batch': 1 } }),
      [
        'True',
        'SomeResourcesRemain',
        'Some resources are remaining: jobs.batch has 1 resource instances, pods. has 2 resource instances',
      ],
    ],
    [
      'NamespaceFinalizersRemaining',
      remains({ finalizers: { 'example.com/hold': 3 } }),
      [
        'True',
        'SomeFinalizersRemain',
        'Some content in the namespace has finalizers remaining: example.com/hold in 3 resource instances',
      ],
    ],
    [
      'NamespaceDeletionContentFailure',
      remains({ failures: ['widgets.example.com: no'] }),
      ['True', 'ContentDeletionFailed', 'Failed to delete all resource types, 1 remaining: widgets.example.com: no'],
    ],
    [
      'NamespaceDeletionDiscoveryFailure',
      remains(),
      ['False', 'ResourcesDiscovered', 'All resources successfully discovered'],
    ],
  ])('%s', (type, given, expected) => {
    expect(said(type, given)).toEqual(expected);
  });

  it('changes only what has changed', () => {
    const first = planConditions([], remains({ objects: { 'pods.': 1 } }), now);
    expect(planConditions(first, remains({ objects: { 'pods.': 1 } }), '2025-01-01T00:01:00Z')).toBe(first);
    const second = planConditions(first, remains(), '2025-01-01T00:02:00Z');
    expect(second.map(({ type }) => type)).toEqual(first.map(({ type }) => type));
    expect(second.filter(({ lastTransitionTime }) => lastTransitionTime !== now).map(({ type }) => type)).toEqual([
      'NamespaceContentRemaining',
    ]);
  });
});
