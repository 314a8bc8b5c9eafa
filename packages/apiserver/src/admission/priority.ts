/** Priority: the number of a pod's PriorityClass, and its preemption policy, on the pod; one class, and no more, is the default. */
import type { Pod, PodSpec } from '@pintle/api/core/v1';
import type { PriorityClass } from '@pintle/api/scheduling/v1';
import { forbidden, type KubernetesObject } from '@pintle/machinery';
import type { Resource } from '../registry/resource.js';
import { DerivedSpecs } from '../storage/derived-specs.js';
import { type ApiCore, storedObjectOf } from '../verbs/api-core.js';
import { findEntry } from '../verbs/read.js';
import { type AdmissionPlugin, type AdmissionRequest, refusedRequest } from './admission.js';
import type { AdmissionCaches } from './admission-caches.js';

/** The classes that are always there, with the values of scheduling/v1. */
const systemClasses: Readonly<Record<string, number>> = {
  'system-node-critical': 2_000_001_000,
  'system-cluster-critical': 2_000_000_000,
};

export function priorityAdmission(core: () => ApiCore, caches: AdmissionCaches): AdmissionPlugin {
  const derived = new DerivedSpecs();
  return {
    name: 'Priority',
    concerns: ({ operation, resource, subresource }) =>
      (operation === 'CREATE' || operation === 'UPDATE') &&
      subresource === undefined &&
      (isPods(resource) || isClasses(resource)),
    mutate(request) {
      const { operation, object, old, resource } = request;
      if (!isPods(resource)) return object!;
      const pod = object as Pod;
      if (operation === 'UPDATE') return withPriorityOf(old as Pod, pod);
      const wanted = pod.spec?.priorityClassName;
      const found = wanted ? classOf(caches, wanted) : defaultClass(caches);
      if (found !== undefined || !wanted) return withPriority(derived, request, found);
      return lookForClass(core(), wanted).then((late) => withPriority(derived, request, late));
    },
    validate({ object, resource, name }) {
      if (isPods(resource) || !(object as PriorityClass).globalDefault) return;
      const before = defaultClass(caches)?.name;
      if (before !== undefined && before !== name)
        throw forbidden(
          resource.kind,
          name,
          `PriorityClass ${before} is already marked as default. Only one default can exist`,
        );
    },
  };
}

const isPods = ({ kind }: Resource) => kind.group === '' && kind.plural === 'pods';
const isClasses = ({ kind }: Resource) => kind.group === 'scheduling.k8s.io' && kind.plural === 'priorityclasses';

interface FoundClass {
  readonly name: string;
  readonly value: number;
  readonly preemptionPolicy?: PodSpec['preemptionPolicy'] | undefined;
}

/** Errors: `StatusError` Forbidden for a class that is not there, or a priority that is not the class's. */
function withPriority(
  derived: DerivedSpecs,
  request: AdmissionRequest,
  found: FoundClass | undefined,
): KubernetesObject {
  const pod = request.object as Pod;
  const { priorityClassName, priority } = pod.spec ?? {};
  if (priorityClassName && found === undefined)
    throw refusedRequest(request, `no PriorityClass with name ${priorityClassName} was found`);
  const value = found?.value ?? 0;
  if (priority !== undefined && priority !== value) {
    throw refusedRequest(
      request,
      `the integer value of priority (${priority}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`,
    );
  }
  const policy = found?.preemptionPolicy ?? 'PreemptLowerPriority';
  const said = pod.spec?.preemptionPolicy;
  if (said !== undefined && said !== policy) {
    throw refusedRequest(
      request,
      `the string value of PreemptionPolicy (${said}) must not be provided in pod spec; priority admission controller computed ${policy} from the given PriorityClass name`,
    );
  }
  return derived.of(pod, `${value} ${policy} ${found?.name ?? ''}`, (spec) => ({
    ...spec,
    priority: value,
    preemptionPolicy: policy,
    ...(found === undefined ? {} : { priorityClassName: found.name }),
  }));
}

/** What was said once stays where an update is silent of it; another word is for validation to refuse. */
function withPriorityOf({ spec: before }: Pod, pod: Pod): KubernetesObject {
  const { spec } = pod;
  const silent =
    (spec?.priority === undefined && before?.priority !== undefined) ||
    (spec?.preemptionPolicy === undefined && before?.preemptionPolicy !== undefined);
  if (!silent) return pod;
  const kept = { priority: before?.priority, preemptionPolicy: before?.preemptionPolicy };
  return { ...pod, spec: { ...kept, ...spec } } as KubernetesObject;
}

const asFound = ({ metadata, value, preemptionPolicy }: PriorityClass): FoundClass => ({
  name: metadata.name ?? '',
  value,
  preemptionPolicy,
});

function classOf({ priorityClasses }: AdmissionCaches, name: string): FoundClass | undefined {
  if (Object.hasOwn(systemClasses, name)) return { name, value: systemClasses[name]! };
  const known = priorityClasses.get(name);
  return known === undefined ? undefined : asFound(known as PriorityClass);
}

async function lookForClass(core: ApiCore, name: string): Promise<FoundClass | undefined> {
  const classes = core.registry.byResource('scheduling.k8s.io/v1', 'priorityclasses');
  const entry = classes === undefined ? undefined : await findEntry(core, classes, { name });
  return entry === undefined ? undefined : asFound(storedObjectOf(classes, entry) as PriorityClass);
}

/** Of several default classes, the lowest. */
function defaultClass({ priorityClasses }: AdmissionCaches): FoundClass | undefined {
  let best: FoundClass | undefined;
  for (const candidate of priorityClasses.values() as Iterable<PriorityClass>)
    if (candidate.globalDefault && (best === undefined || candidate.value < best.value)) best = asFound(candidate);
  return best;
}
