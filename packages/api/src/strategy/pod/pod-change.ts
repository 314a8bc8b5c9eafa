/**
 * What may change of a pod that exists: images, the deadline, additions to tolerations, the lifting of gates, and
 * while it is gated where it may go (core validation `ValidatePodUpdate`).
 *
 * **Differs from Kubernetes**: the message about the spec as a whole does not go on with a difference of Go structures.
 */
import {
  deepEqual,
  type FieldError,
  forbiddenField,
  invalidField,
  noErrors,
  rangeErrors,
  shownTextMap,
} from '@pintle/machinery';
import type { NodeAffinity, Toleration } from '../../core/v1/affinity.js';
import type { Container } from '../../core/v1/container.js';
import type { Pod, PodSchedulingGate, PodSpec } from '../../core/v1/pod.js';
import type { NodeSelectorTerm } from '../../core/v1/reference.js';
import { shownTerm, shownTerms } from '../go-structures.js';

const deadlineMaxSeconds = 2 ** 31 - 1;
const mutable =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)\n';

export function podChangeErrors(pod: Pod, old: Pod): readonly FieldError[] {
  const [now, before] = [pod.spec, old.spec];
  if (now === before || now === undefined || before === undefined) return noErrors;
  for (const list of ['containers', 'initContainers'] as const)
    if ((now[list]?.length ?? 0) !== (before[list]?.length ?? 0))
      return [forbiddenField(`spec.${list}`, 'pod updates may not add or remove containers')];
  const deadline = deadlineErrors(now, before, 'spec.activeDeadlineSeconds');
  if (deadline.length > 0 && now.activeDeadlineSeconds !== undefined) return deadline;
  const errors = [
    ...deadline,
    ...tolerationChangeErrors(now.tolerations, before.tolerations, 'spec.tolerations'),
    ...gateChangeErrors(now.schedulingGates, before.schedulingGates, 'spec.schedulingGates'),
  ];
  const gated = (before.schedulingGates?.length ?? 0) > 0;
  const rest = restored(now, before, gated);
  return [
    ...errors,
    ...(gated ? placementErrors(now, before) : noErrors),
    ...(deepEqual(rest, before) ? noErrors : [forbiddenField('spec', mutable)]),
  ];
}

/** A deadline may be set, and come nearer. */
function deadlineErrors(
  { activeDeadlineSeconds: now }: PodSpec,
  { activeDeadlineSeconds: before }: PodSpec,
  path: string,
): readonly FieldError[] {
  if (now === undefined)
    return before === undefined
      ? noErrors
      : [invalidField(path, null, 'must not update from a positive integer to nil value')];
  const range = rangeErrors(now, path, 0, deadlineMaxSeconds);
  if (range.length > 0) return range;
  return before !== undefined && before < now
    ? [invalidField(path, now, 'must be less than or equal to previous value')]
    : noErrors;
}

function tolerationChangeErrors(
  now: readonly Toleration[] = [],
  before: readonly Toleration[] = [],
  path: string,
): readonly FieldError[] {
  const timeless = ({ tolerationSeconds: _seconds, ...rest }: Toleration) => rest;
  const lost = before.some((old) => !now.some((toleration) => deepEqual(timeless(old), timeless(toleration))));
  return lost
    ? [forbiddenField(path, 'existing toleration can not be modified except its tolerationSeconds')]
    : noErrors;
}

/** Of one that is there several times, the last is told. */
const gateChangeErrors = (
  now: readonly PodSchedulingGate[] = [],
  before: readonly PodSchedulingGate[] = [],
  path: string,
): readonly FieldError[] =>
  now.flatMap(({ name }, index) =>
    before.some((gate) => gate.name === name) || now.slice(index + 1).some((gate) => gate.name === name)
      ? []
      : [forbiddenField(`${path}[${index}].name`, `only deletion is allowed, but found new scheduling gate '${name}'`)],
  );

/** The new spec, with all that may differ as it was: what remains different may not. */
function restored(now: PodSpec, before: PodSpec, gated: boolean): PodSpec {
  const withImages = (list: 'containers' | 'initContainers') =>
    now[list]?.map((container, index) => {
      const { image } = before[list]![index] as Container;
      return image === undefined ? container : { ...container, image };
    });
  const fields: (keyof PodSpec)[] = ['activeDeadlineSeconds', 'tolerations', 'schedulingGates'];
  if ((before.terminationGracePeriodSeconds ?? 0) < 0 && now.terminationGracePeriodSeconds === 1)
    fields.push('terminationGracePeriodSeconds');
  if (gated) fields.push('nodeSelector');
  const rest: Record<string, unknown> = { ...now };
  for (const list of ['containers', 'initContainers'] as const)
    if (now[list] !== undefined) rest[list] = withImages(list);
  for (const field of fields) {
    if (before[field] === undefined) delete rest[field];
    else rest[field] = before[field];
  }
  if (gated) {
    const affinity = withNodeAffinity(now.affinity, before.affinity);
    if (affinity === undefined) delete rest['affinity'];
    else rest['affinity'] = affinity;
  }
  return rest as unknown as PodSpec;
}

type Affinity = PodSpec['affinity'];

function withNodeAffinity(now: Affinity, before: Affinity): Affinity {
  const { nodeAffinity: _now, ...others } = now ?? {};
  const nodeAffinity = before?.nodeAffinity;
  if (nodeAffinity !== undefined) return { ...others, nodeAffinity };
  return Object.keys(others).length === 0 && before === undefined ? undefined : others;
}

/** Where a gated pod may go can only become narrower. */
function placementErrors(now: PodSpec, before: PodSpec): readonly FieldError[] {
  const lost = Object.entries(before.nodeSelector ?? {}).some(([key, value]) => now.nodeSelector?.[key] !== value);
  return [
    ...(lost
      ? [
          invalidField(
            'spec.nodeSelector',
            shownTextMap(now.nodeSelector),
            'only additions to spec.nodeSelector are allowed (no mutations or deletions)',
          ),
        ]
      : noErrors),
    ...nodeAffinityErrors(now.affinity?.nodeAffinity, before.affinity?.nodeAffinity, 'spec.affinity.nodeAffinity'),
  ];
}

const required = 'requiredDuringSchedulingIgnoredDuringExecution';

function nodeAffinityErrors(
  now: NodeAffinity | undefined,
  before: NodeAffinity | undefined,
  path: string,
): readonly FieldError[] {
  if (deepEqual(now, before)) return noErrors;
  const old = before?.[required]?.nodeSelectorTerms ?? [];
  const terms = now?.[required]?.nodeSelectorTerms ?? [];
  const at = `${path}.${required}.nodeSelectorTerms`;
  if (old.length > 0 && old.length !== terms.length)
    return [
      invalidField(at, shownTerms(terms), 'no additions/deletions to non-empty NodeSelectorTerms list are allowed'),
    ];
  return old.flatMap((term, index) =>
    hasOnlyAdditions(terms[index]!, term)
      ? []
      : [
          invalidField(
            `${at}[${index}]`,
            shownTerm(terms[index]!),
            'only additions are allowed (no mutations or deletions)',
          ),
        ],
  );
}

function hasOnlyAdditions(now: NodeSelectorTerm, before: NodeSelectorTerm): boolean {
  const lists = ['matchExpressions', 'matchFields'] as const;
  const isEmpty = (term: NodeSelectorTerm) => lists.every((list) => (term[list]?.length ?? 0) === 0);
  if (isEmpty(before)) return isEmpty(now);
  return lists.every((list) => {
    const old = before[list] ?? [];
    return deepEqual((now[list] ?? []).slice(0, old.length), old);
  });
}
