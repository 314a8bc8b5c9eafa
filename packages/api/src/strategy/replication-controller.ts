/** ReplicationControllers: what they do not say of themselves, their pod template says. */
import { type FieldError, requiredField, type Strategy } from '@pintle/machinery';
import type { ReplicationController } from '../core/v1/index.js';
import { nonNegativeErrors } from './amount.js';
import { countStatusErrors, replicaParts } from './count-status.js';
import { podTemplateErrors } from './pod/pod-spec.js';
import {
  endlessErrors,
  mismatch,
  specChanged,
  templateOnlyWarnings,
  type Workload,
  withPodDefaults,
  workloadWarnings,
} from './workloads.js';

const names = { selects: 'replicationcontroller', runs: 'ReplicationController' };

const isEmpty = (labels: object | undefined) => labels === undefined || Object.keys(labels).length === 0;

/** Without what other kinds have in another shape. */
const withoutSelector = ({ spec, ...rest }: ReplicationController): Workload => {
  const { selector: _, ...others } = spec ?? {};
  return { ...rest, spec: others };
};

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

function errorsOf({ spec }: ReplicationController): readonly FieldError[] {
  const { selector = {}, template, replicas, minReadySeconds } = spec ?? {};
  const labels = template?.metadata?.labels ?? {};
  const isMatched = Object.entries(selector).every(([key, value]) => labels[key] === value);
  return [
    ...nonNegativeErrors(minReadySeconds, 'spec.minReadySeconds'),
    ...(isEmpty(selector) ? [requiredField('spec.selector')] : []),
    ...nonNegativeErrors(replicas, 'spec.replicas'),
    ...(template === undefined
      ? [requiredField('spec.template')]
      : [
          ...(isMatched ? [] : [mismatch(template)]),
          ...podTemplateErrors(template, 'spec.template'),
          ...endlessErrors(template, names),
        ]),
  ];
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
  warnings(object, old) {
    if (old === undefined) return workloadWarnings(withoutSelector(object));
    // As upstream: of a change that is told which the old template has.
    return specChanged(object, old) ? templateOnlyWarnings(withoutSelector(old)) : [];
  },
};
