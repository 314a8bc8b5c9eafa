/** What a namespace that goes says of what is left in it. Pure; upstream's conditions, reasons and messages. */
import type { NamespaceCondition } from '@pintle/api/core/v1';
import { findCondition } from '@pintle/machinery';

export interface Remains {
  /** Objects that are left, by `resource.group`. */
  readonly objects: ReadonlyMap<string, number>;
  /** Objects that a finalizer holds, by its name. */
  readonly finalizers: ReadonlyMap<string, number>;
  /** What could not be deleted, and why. */
  readonly failures: readonly string[];
  /** Why there may be objects that nobody can tell of. */
  readonly undiscovered?: string;
}

export const isEmpty = ({ objects, failures }: Remains): boolean => objects.size === 0 && failures.length === 0;

const discoveryFailure = 'NamespaceDeletionDiscoveryFailure';

type Wanted = readonly [type: string, status: 'True' | 'False', reason: string, message: string];

const counted = (counts: ReadonlyMap<string, number>, what: (name: string, count: number) => string) =>
  [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, count]) => what(name, count))
    .join(', ');

function wanted({ objects, finalizers, failures, undiscovered }: Remains): readonly Wanted[] {
  return [
    undiscovered === undefined
      ? [discoveryFailure, 'False', 'ResourcesDiscovered', 'All resources successfully discovered']
      : [discoveryFailure, 'True', 'DiscoveryFailed', undiscovered],
    [
      'NamespaceDeletionGroupVersionParsingFailure',
      'False',
      'ParsedGroupVersions',
      'All legacy kube types successfully parsed',
    ],
    failures.length === 0
      ? [
          'NamespaceDeletionContentFailure',
          'False',
          'ContentDeleted',
          'All content successfully deleted, may be waiting on finalization',
        ]
      : [
          'NamespaceDeletionContentFailure',
          'True',
          'ContentDeletionFailed',
          `Failed to delete all resource types, ${failures.length} remaining: ${[...failures].sort().join(', ')}`,
        ],
    objects.size === 0
      ? ['NamespaceContentRemaining', 'False', 'ContentRemoved', 'All content successfully removed']
      : [
          'NamespaceContentRemaining',
          'True',
          'SomeResourcesRemain',
          `Some resources are remaining: ${counted(objects, (name, count) => `${name} has ${count} resource instances`)}`,
        ],
    finalizers.size === 0
      ? [
          'NamespaceFinalizersRemaining',
          'False',
          'ContentHasNoFinalizers',
          'All content-preserving finalizers finished',
        ]
      : [
          'NamespaceFinalizersRemaining',
          'True',
          'SomeFinalizersRemain',
          `Some content in the namespace has finalizers remaining: ${counted(finalizers, (name, count) => `${name} in ${count} resource instances`)}`,
        ],
  ];
}

/** The very same list where nothing has changed. */
export const planConditions = (
  present: readonly NamespaceCondition[],
  remains: Remains,
  now: string,
): readonly NamespaceCondition[] => withConditions(present, wanted(remains), now);

/** Which kinds there are cannot be told, and so what is left neither. */
export const planUndiscovered = (
  present: readonly NamespaceCondition[],
  message: string,
  now: string,
): readonly NamespaceCondition[] =>
  withConditions(present, [[discoveryFailure, 'True', 'DiscoveryFailed', message]], now);

function withConditions(
  present: readonly NamespaceCondition[],
  conditions: readonly Wanted[],
  now: string,
): readonly NamespaceCondition[] {
  const changed = conditions.flatMap(([type, status, reason, message]): NamespaceCondition[] => {
    const before = findCondition(present, type);
    if (before?.status === status && before.reason === reason && before.message === message) return [];
    const lastTransitionTime = before?.status === status ? (before.lastTransitionTime ?? now) : now;
    return [{ type, status, reason, message, lastTransitionTime }];
  });
  if (changed.length === 0) return present;
  const types = new Set(changed.map(({ type }) => type));
  const kept = present.map((one) => (types.has(one.type) ? changed.find(({ type }) => type === one.type)! : one));
  return [...kept, ...changed.filter(({ type }) => !present.some((one) => one.type === type))];
}
