/** ReplicationControllers: what they do not say of themselves, their pod template says. */
import { type FieldError, requiredField, type Strategy } from '@pintle/machinery';
import type { ReplicationController } from '../core/v1/index.js';
import { countStatusErrors, replicaParts } from './count-status.js';
import { specChanged, withPodDefaults, workloadErrors, workloadWarnings } from './workloads.js';

const names = { selects: 'replicationcontroller', runs: 'ReplicationController' };

const isEmpty = (labels: object | undefined) => labels === undefined || Object.keys(labels).length === 0;

type Selector = NonNullable<ReplicationController['spec']>['selector'];

/** In the shape that other kinds have a selector in. */
const selecting = (object: ReplicationController, selector: Selector) => ({
  ...object,
  spec: { ...object.spec, selector: { matchLabels: selector ?? {} } },
});

function withDefaults(object: ReplicationController): ReplicationController {
  const { metadata, spec } = object;
  if (spec === undefined) return object;
  const labels = spec.template?.metadata?.labels;
  const { selector: _, ...rest } = spec;
  const { spec: defaulted } = withPodDefaults({ ...object, spec: rest });
  const selector = isEmpty(spec.selector) ? labels : spec.selector;
  return {
    ...object,
    metadata: isEmpty(metadata.labels) && labels !== undefined ? { ...metadata, labels } : metadata,
    spec: { ...defaulted, ...(selector === undefined ? {} : { selector }) } as typeof spec,
  };
}

function errorsOf(object: ReplicationController): readonly FieldError[] {
  const { selector, template } = object.spec ?? {};
  const errors =
    template === undefined ? [requiredField('spec.template')] : workloadErrors(selecting(object, selector), names);
  if (!isEmpty(selector)) return errors;
  return [requiredField('spec.selector'), ...errors.filter(({ field }) => field !== 'spec.selector')];
}

export const replicationControllerStrategy: Strategy<ReplicationController> = {
  defaults: withDefaults,
  generationChanged: specChanged,
  orphansDependents: {},
  prepareForCreate: (object) => ({ ...object, status: { replicas: 0 } }),
  validateCreate: errorsOf,
  validateUpdate: errorsOf,
  validateStatusUpdate: countStatusErrors(
    ['replicas', 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas', 'observedGeneration'],
    replicaParts,
  ),
  warnings: (object, old) =>
    old !== undefined && !specChanged(object, old) ? [] : workloadWarnings(selecting(object, undefined)),
};
