/** The pod that a Job makes, for one of its indexes or for none. Pure. */
import { Job } from '@pintle/api/batch/v1';
import type { Container, Pod } from '@pintle/api/core/v1';
import { withFinalizer } from '@pintle/machinery';
import { podFromTemplate } from '../pod-template.js';
import { judgeFailure } from './failure-policy.js';
import {
  completionIndexKey,
  earlierFailures,
  hasLimitPerIndex,
  indexFailureCountKey,
  indexIgnoredFailureCountKey,
  trackingFinalizer,
} from './job-pods.js';
import type { PodWish } from './plan-job.js';

const indexVariable = 'JOB_COMPLETION_INDEX';
/** A generated name's base: the index stays, the Job's name is cut. */
const generateNameMax = 58;

export function podOfJob(job: Job, { index, replaces }: PodWish): Pod {
  const pod = withFinalizer(podFromTemplate(job, Job, job.spec?.template), trackingFinalizer);
  if (index === undefined || pod.spec === undefined) return pod;
  const own = { [completionIndexKey]: String(index) };
  const name = job.metadata.name ?? '';
  const suffix = `-${index}-`;
  const { containers, initContainers } = pod.spec;
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      generateName: `${name.slice(0, generateNameMax - suffix.length)}${suffix}`,
      labels: { ...pod.metadata.labels, ...own },
      annotations: { ...pod.metadata.annotations, ...own, ...failureCounts(job, replaces) },
    },
    spec: {
      ...pod.spec,
      hostname: `${name}-${index}`,
      containers: containers.map(withIndexVariable),
      ...(initContainers === undefined ? {} : { initContainers: initContainers.map(withIndexVariable) }),
    },
  };
}

function withIndexVariable<C extends Container>(container: C): C {
  if (container.env?.some(({ name }) => name === indexVariable)) return container;
  const fieldRef = { fieldPath: `metadata.labels['${completionIndexKey}']` };
  return { ...container, env: [...(container.env ?? []), { name: indexVariable, valueFrom: { fieldRef } }] };
}

/** How often the index failed, the replaced pod included. */
function failureCounts(job: Job, replaced: Pod | undefined): Readonly<Record<string, string>> {
  if (!hasLimitPerIndex(job)) return {};
  const before = replaced === undefined ? { counted: 0, ignored: 0 } : earlierFailures(replaced);
  const isCounted = replaced !== undefined && judgeFailure(job.spec?.podFailurePolicy, replaced).counts;
  const ignored = before.ignored + (replaced !== undefined && !isCounted ? 1 : 0);
  return {
    [indexFailureCountKey]: String(before.counted + (isCounted ? 1 : 0)),
    ...(ignored === 0 ? {} : { [indexIgnoredFailureCountKey]: String(ignored) }),
  };
}
