/** Priority: the number of a pod's PriorityClass, and its preemption policy, on the pod; one class is the default. */
import type { Pod } from '@pintle/api/core/v1';
import type { PriorityClass } from '@pintle/api/scheduling/v1';
import { forbidden, type KubernetesObject } from '@pintle/machinery';
import { type ApiCore, storedObjectOf } from '../verbs/api-core.js';
import { findEntry, listEntries } from '../verbs/read.js';
import type { AdmissionPlugin } from './admission.js';

/** The classes that are always there, with the values of scheduling/v1. */
const systemClasses: Readonly<Record<string, number>> = {
  'system-node-critical': 2_000_001_000,
  'system-cluster-critical': 2_000_000_000,
};

export function priorityAdmission(core: () => ApiCore): AdmissionPlugin {
  return {
    name: 'Priority',
    handles: ({ operation, resource, subresource }) =>
      operation === 'CREATE' &&
      subresource === undefined &&
      resource.kind.group === '' &&
      resource.kind.plural === 'pods',
    async mutate({ object, resource, name }) {
      const pod = object as Pod;
      const { priorityClassName, priority } = pod.spec ?? {};
      const found = await classOf(core(), priorityClassName);
      if (priorityClassName && found === undefined)
        throw forbidden(resource.kind, name, `no PriorityClass with name ${priorityClassName} was found`);
      const value = found?.value ?? 0;
      if (priority !== undefined && priority !== value) {
        throw forbidden(
          resource.kind,
          name,
          `the integer value of priority (${priority}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`,
        );
      }
      const preemptionPolicy = pod.spec?.preemptionPolicy ?? found?.preemptionPolicy ?? 'PreemptLowerPriority';
      const spec = {
        ...pod.spec!,
        priority: value,
        preemptionPolicy,
        ...(found === undefined ? {} : { priorityClassName: found.name }),
      };
      return { ...pod, spec } as KubernetesObject;
    },
  };
}

interface FoundClass {
  readonly name: string;
  readonly value: number;
  readonly preemptionPolicy?: string | undefined;
}

async function classOf(core: ApiCore, name: string | undefined): Promise<FoundClass | undefined> {
  if (name && Object.hasOwn(systemClasses, name)) return { name, value: systemClasses[name]! };
  const classes = core.registry.byResource('scheduling.k8s.io/v1', 'priorityclasses');
  if (classes === undefined) return undefined;
  const asFound = ({ metadata, value, preemptionPolicy }: PriorityClass): FoundClass => ({
    name: metadata.name ?? '',
    value,
    preemptionPolicy,
  });
  if (name) {
    const entry = await findEntry(core, classes, { name });
    return entry === undefined ? undefined : asFound(storedObjectOf(entry) as PriorityClass);
  }
  const { entries } = await listEntries(core, classes);
  let best: FoundClass | undefined;
  for (const entry of entries) {
    const candidate = storedObjectOf(entry) as PriorityClass;
    if (candidate.globalDefault && (best === undefined || candidate.value < best.value)) best = asFound(candidate);
  }
  return best;
}
