/**
 * DaemonSets: their defaults, what must hold of them, and the count of their templates.
 *
 * **Differs from Kubernetes**: metadata alone tells of the annotation that counts templates, too, which is not of its
 * metadata in Go.
 */
import {
  deepEqual,
  type FieldError,
  invalidField,
  notSupportedField,
  requiredField,
  type Strategy,
} from '@pintle/machinery';
import type { DaemonSet } from '../apps/v1/index.js';
import { boundedAmountErrors, isNothing, nonNegativeErrors } from './amount.js';
import { countStatusErrors } from './count-status.js';
import {
  selectorChangeErrors,
  specChanged,
  templateOnlyWarnings,
  withPodDefaults,
  workloadErrors,
} from './workloads.js';

const names = { selects: 'daemonset', runs: 'DaemonSet' };
const templateGeneration = 'deprecated.daemonset.template.generation';

export const daemonSetStrategy: Strategy<DaemonSet> = {
  generationChanged: specChanged,
  defaults(given) {
    const templated = withPodDefaults(given);
    const set =
      templated.metadata.annotations?.[templateGeneration] === undefined ? withGeneration(templated, 0) : templated;
    const { spec } = set;
    const { updateStrategy } = spec ?? {};
    const isRolling = updateStrategy?.type === 'RollingUpdate';
    if (spec === undefined || (!isRolling && updateStrategy?.rollingUpdate === undefined)) return set;
    // Of what is said and does not count, both amounts are there, too.
    const rollingUpdate = { maxUnavailable: isRolling ? 1 : 0, maxSurge: 0, ...updateStrategy?.rollingUpdate };
    return { ...set, spec: { ...spec, updateStrategy: { ...updateStrategy, rollingUpdate } } };
  },
  prepareForCreate: (set) => ({
    ...withGeneration(set, 1),
    status: { currentNumberScheduled: 0, desiredNumberScheduled: 0, numberMisscheduled: 0, numberReady: 0 },
  }),
  prepareForUpdate: (set, old) => {
    const before = generationOf(old);
    return withGeneration(set, deepEqual(set.spec?.template, old.spec?.template) ? before : before + 1);
  },
  prepareForStatusUpdate: (set, old) => withGeneration(set, generationOf(old)),
  validateCreate: daemonSetErrors,
  validateUpdate: (set, old) => [...daemonSetErrors(set), ...selectorChangeErrors(set, old)],
  validateStatusUpdate: countStatusErrors([
    'currentNumberScheduled',
    'numberMisscheduled',
    'desiredNumberScheduled',
    'numberReady',
    'observedGeneration',
    'updatedNumberScheduled',
    'numberAvailable',
    'numberUnavailable',
    'collisionCount',
  ]),
  warnings: templateOnlyWarnings,
};

const generationOf = ({ metadata }: DaemonSet): number => Number(metadata.annotations?.[templateGeneration] ?? 1) || 1;

/** How many templates there were; the server's to say. */
function withGeneration(set: DaemonSet, generation: number): DaemonSet {
  const annotations = { ...set.metadata.annotations, [templateGeneration]: String(generation) };
  return { ...set, metadata: { ...set.metadata, annotations } };
}

function daemonSetErrors(set: DaemonSet): readonly FieldError[] {
  const { updateStrategy, revisionHistoryLimit } = set.spec ?? {};
  const errors = [
    ...workloadErrors(set, names),
    ...nonNegativeErrors(revisionHistoryLimit, 'spec.revisionHistoryLimit'),
  ];
  if (updateStrategy?.type === 'OnDelete') return errors;
  if (updateStrategy?.type !== 'RollingUpdate')
    return [...errors, notSupportedField('spec.updateStrategy', updateStrategy ?? null, ['RollingUpdate', 'OnDelete'])];
  const { maxUnavailable = 0, maxSurge = 0 } = updateStrategy.rollingUpdate ?? {};
  const path = 'spec.updateStrategy.rollingUpdate';
  errors.push(
    ...boundedAmountErrors(maxUnavailable, `${path}.maxUnavailable`),
    ...boundedAmountErrors(maxSurge, `${path}.maxSurge`),
  );
  if (!isNothing(maxUnavailable) && !isNothing(maxSurge))
    errors.push(invalidField(`${path}.maxSurge`, maxSurge, 'may not be set when maxUnavailable is non-zero'));
  if (isNothing(maxUnavailable) && isNothing(maxSurge))
    errors.push(requiredField(`${path}.maxUnavailable`, 'cannot be 0 when maxSurge is 0'));
  return errors;
}
