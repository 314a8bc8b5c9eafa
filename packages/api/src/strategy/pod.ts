/** Pods: what the server says of a new one, what must hold of it, what may change, and its grace. */
import {
  deepEqual,
  deepFreeze,
  dns1123LabelErrors,
  type FieldError,
  forbiddenField,
  formatTime,
  type LabelSelector,
  noErrors,
  onceForEach,
  type Strategy,
} from '@pintle/machinery';
import type { Affinity, PodAffinity, PodAffinityTerm } from '../core/v1/affinity.js';
import type { PodCondition } from '../core/v1/container-status.js';
import type { Pod, PodSpec, PodStatus } from '../core/v1/pod.js';
import { addressWarnings } from './address-warnings.js';
import { annotationChangeErrors, podAnnotationErrors } from './pod/pod-annotations.js';
import { podChangeErrors } from './pod/pod-change.js';
import { defaultPod } from './pod/pod-defaults.js';
import { podSpecErrors } from './pod/pod-spec.js';
import { podStatusErrors } from './pod/pod-status.js';
import { podWarnings } from './pod/pod-warnings.js';
import { profileMatchErrors } from './pod/profiles.js';
import { type QosClass, qosClassOf } from './pod-qos.js';

const graceSecondsDefault = 30;

/** Pods of one template share their spec, from here on through admission: what is asked of it alone is asked once. */
const defaulted = onceForEach((spec: PodSpec) => deepFreeze(defaultPod(spec)));
const specWarnings = onceForEach((spec: PodSpec) => podWarnings(spec, undefined, ''));
const namelessErrors = onceForEach((spec: PodSpec) => specErrors(spec, ''));

const noSpec = deepFreeze({ containers: [] }) as unknown as PodSpec;

export const podStrategy: Strategy<Pod> = {
  statusWarnings: ({ status: { podIPs = [], hostIPs = [] } = {} }) => [
    ...podIPs.flatMap(({ ip = '' }, index) => addressWarnings(ip, `status.podIPs[${index}].ip`)),
    ...hostIPs.flatMap(({ ip = '' }, index) => addressWarnings(ip, `status.hostIPs[${index}].ip`)),
  ],
  statusKeeps: ['ownerReferences', 'deletionTimestamp'],
  keepsStatusOnCreate: true,
  defaults: (pod) => ({ ...pod, spec: defaulted(pod.spec ?? noSpec), ...withBothAddresses(pod) }),
  generationChanged: (pod, old) => pod.spec !== old.spec && !deepEqual(unbound(pod.spec), unbound(old.spec)),
  prepareForCreate(pod, { nowMs }) {
    const gated = (pod.spec?.schedulingGates?.length ?? 0) > 0;
    const { qosClass } = pod.status ?? {};
    // Whoever says its class is believed, as with an update of the status.
    const status: PodStatus = qosClass ? { phase: 'Pending', qosClass } : pending[qosClassOf(pod.spec)];
    return {
      ...pod,
      spec: withLabelKeys(withoutHaste(pod.spec as PodSpec), pod.metadata.labels ?? {}),
      status: gated ? { ...status, conditions: [gatedSince(nowMs)] } : status,
    };
  },
  validateCreate(pod) {
    const spec = pod.spec as PodSpec;
    const gated = (spec.schedulingGates?.length ?? 0) > 0;
    return [
      ...podErrors(pod),
      ...(spec.ephemeralContainers?.length
        ? [forbiddenField('spec.ephemeralContainers', 'cannot be set on create')]
        : noErrors),
      ...(spec.nodeName && gated
        ? [forbiddenField('spec.nodeName', 'cannot be set until all schedulingGates have been cleared')]
        : noErrors),
      ...profileMatchErrors(pod.metadata.annotations, spec, 'spec'),
    ];
  },
  validateUpdate: (pod, old) => [
    ...podErrors(pod),
    ...annotationChangeErrors(pod, old, 'metadata.annotations'),
    ...podChangeErrors(pod, old),
  ],
  prepareForStatusUpdate: (pod, old) => ({
    ...pod,
    status: { ...pod.status, qosClass: pod.status?.qosClass ?? old.status?.qosClass ?? qosClassOf(old.spec) },
  }),
  validateStatusUpdate: podStatusErrors,
  warnings(pod, old) {
    // Of updates upstream does not warn: people change templates, machines change pods.
    if (old !== undefined) return [];
    const name = dns1123LabelErrors(pod.metadata.name ?? '');
    return [
      ...(name.length === 0
        ? []
        : [
            `metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: [${name.join(' ')}]`,
          ]),
      ...(pod.spec === undefined || pod.metadata.annotations !== undefined
        ? podWarnings(pod.spec, pod.metadata.annotations, '')
        : specWarnings(pod.spec)),
    ];
  },
  gracePeriodSeconds(pod, requested) {
    // What runs nowhere, or has ended, has nobody to wait for.
    if (!pod.spec?.nodeName) return 0;
    if (pod.status?.phase === 'Failed' || pod.status?.phase === 'Succeeded') return 0;
    const seconds = requested ?? pod.spec.terminationGracePeriodSeconds ?? graceSecondsDefault;
    return seconds < 0 ? 1 : seconds;
  },
};

/** A grace below none is the least that there is. */
const withoutHaste = (spec: PodSpec): PodSpec =>
  (spec.terminationGracePeriodSeconds ?? 0) < 0 ? { ...spec, terminationGracePeriodSeconds: 1 } : spec;

/** The first address is in both fields; where they say something else, the older one counts. */
function withBothAddresses({ status }: Pod): Pick<Pod, 'status'> {
  const { podIP, podIPs = [] } = status ?? {};
  const first = podIPs[0]?.ip;
  if (status === undefined || podIP === first) return {};
  return { status: podIP ? { ...status, podIPs: [{ ip: podIP }] } : { ...status, podIP: first! } };
}

/** The status of new pods, one for all of a class. */
const pending = deepFreeze({
  Guaranteed: { phase: 'Pending', qosClass: 'Guaranteed' },
  Burstable: { phase: 'Pending', qosClass: 'Burstable' },
  BestEffort: { phase: 'Pending', qosClass: 'BestEffort' },
}) satisfies Readonly<Record<QosClass, PodStatus>>;

const gatedSince = (nowMs: number): PodCondition => ({
  type: 'PodScheduled',
  status: 'False',
  reason: 'SchedulingGated',
  message: 'Scheduling is blocked due to non-empty scheduling gates',
  lastTransitionTime: formatTime(nowMs),
});

/** That a pod is bound to a node is no change of what it is to be. */
const unbound = ({ nodeName: _node, ...spec }: Partial<PodSpec> = {}) => spec;

/** What must hold of every pod, new or old. */
export function podErrors(pod: Pod): readonly FieldError[] {
  const spec = pod.spec as PodSpec;
  return [
    ...podAnnotationErrors(pod.metadata.annotations, spec, 'metadata.annotations'),
    // The claims of ephemeral volumes are named after the pod.
    ...(spec.volumes?.some(({ ephemeral }) => ephemeral !== undefined)
      ? specErrors(spec, pod.metadata.name ?? '')
      : namelessErrors(spec)),
  ];
}

const specErrors = (spec: PodSpec, podName: string): readonly FieldError[] => [
  ...podSpecErrors(spec, 'spec', { podName }),
  ...(spec.serviceAccountName ? noErrors : tokenErrors(spec)),
];

/** Tokens are of an account. */
const tokenErrors = ({ volumes = [] }: PodSpec): readonly FieldError[] =>
  volumes.flatMap(({ projected }, index) =>
    (projected?.sources ?? []).flatMap(({ serviceAccountToken }, source) =>
      serviceAccountToken === undefined
        ? []
        : [
            forbiddenField(
              `spec.volumes[${index}].projected.sources[${source}].serviceAccountToken`,
              'must not be specified when serviceAccountName is not set',
            ),
          ],
    ),
  );

const affinities = ['podAffinity', 'podAntiAffinity'] as const;

/** Affinities that name keys of labels mean the pod's own values of them (KEP-3633). */
function withLabelKeys(spec: PodSpec, labels: Readonly<Record<string, string>>): PodSpec {
  const { affinity } = spec;
  if (affinity?.podAffinity === undefined && affinity?.podAntiAffinity === undefined) return spec;
  const term = (one: PodAffinityTerm): PodAffinityTerm => {
    const { labelSelector, matchLabelKeys = [], mismatchLabelKeys = [] } = one;
    if (labelSelector === undefined || matchLabelKeys.length + mismatchLabelKeys.length === 0) return one;
    const requirements = (keys: readonly string[], operator: string) =>
      keys.filter((key) => Object.hasOwn(labels, key)).map((key) => ({ key, operator, values: [labels[key]!] }));
    const matchExpressions: LabelSelector['matchExpressions'] = [
      ...(labelSelector.matchExpressions ?? []),
      ...requirements(matchLabelKeys, 'In'),
      ...requirements(mismatchLabelKeys, 'NotIn'),
    ];
    return { ...one, labelSelector: { ...labelSelector, matchExpressions } };
  };
  const whole = (one: PodAffinity): PodAffinity => {
    const { requiredDuringSchedulingIgnoredDuringExecution: required } = one;
    const { preferredDuringSchedulingIgnoredDuringExecution: preferred } = one;
    return {
      ...one,
      ...(required === undefined ? {} : { requiredDuringSchedulingIgnoredDuringExecution: required.map(term) }),
      ...(preferred === undefined
        ? {}
        : {
            preferredDuringSchedulingIgnoredDuringExecution: preferred.map((weighted) => ({
              ...weighted,
              podAffinityTerm: term(weighted.podAffinityTerm),
            })),
          }),
    };
  };
  const changed: Affinity = {
    ...affinity,
    ...Object.fromEntries(
      affinities.flatMap((field) => (affinity[field] === undefined ? [] : [[field, whole(affinity[field])]])),
    ),
  };
  return { ...spec, affinity: changed };
}
