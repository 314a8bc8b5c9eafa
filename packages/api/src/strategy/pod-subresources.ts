/**
 * What may be changed in a pod that exists beside its images: containers to look into it (`ephemeralcontainers`), and
 * how much CPU and memory it has (`resize`).
 */
import {
  compareQuantity,
  deepEqual,
  type FieldError,
  forbiddenField,
  invalidField,
  parseQuantity,
  type SubresourceStrategy,
} from '@pintle/machinery';
import type { Container } from '../core/v1/container.js';
import { isMirrorPod } from '../core/v1/mirror-pod.js';
import type { Pod, PodSpec } from '../core/v1/pod.js';
import { annotationChangeErrors } from './pod/pod-annotations.js';
import { podErrors } from './pod.js';
import { qosClassOf } from './pod-qos.js';

/** The pod as it was, with the new account of who set what; of another one than is meant, that is for the validation to tell. */
const accounted = ({ metadata: { managedFields, uid = '' } }: Pod, old: Pod): Pod => {
  const account = managedFields === undefined ? {} : { managedFields };
  return { ...old, metadata: { ...old.metadata, ...account, ...(uid === '' ? {} : { uid }) } };
};

const ephemeralContainers: SubresourceStrategy<Pod> = {
  prepareForUpdate(pod, old) {
    const { ephemeralContainers: _before, ...spec } = old.spec as PodSpec;
    const wanted = pod.spec?.ephemeralContainers;
    return {
      ...accounted(pod, old),
      spec: wanted === undefined ? spec : { ...spec, ephemeralContainers: wanted },
    } as Pod;
  },
  validateUpdate(pod, old) {
    if (isMirrorPod(old)) return [forbiddenField('[]', 'static pods do not support ephemeral containers')];
    const field = 'spec.ephemeralContainers';
    const now = pod.spec?.ephemeralContainers ?? [];
    const changed = (old.spec?.ephemeralContainers ?? []).flatMap((before) => {
      const kept = now.find(({ name }) => name === before.name);
      if (kept === undefined)
        return [forbiddenField(field, `existing ephemeral containers "${before.name}" may not be removed\n`)];
      return deepEqual(kept, before)
        ? []
        : [forbiddenField(field, `existing ephemeral containers "${before.name}" may not be changed\n`)];
    });
    return [...podErrors(pod), ...annotationChangeErrors(pod, old, 'metadata.annotations'), ...changed];
  },
};

type Lists = 'containers' | 'initContainers';

const resize: SubresourceStrategy<Pod> = {
  prepareForUpdate(pod, old) {
    const spec = old.spec as PodSpec;
    const initContainers = resized(pod.spec?.initContainers, spec.initContainers);
    return {
      ...accounted(pod, old),
      spec: {
        ...spec,
        containers: resized(pod.spec?.containers, spec.containers) ?? [],
        ...(initContainers === undefined ? {} : { initContainers }),
      },
    } as Pod;
  },
  validateUpdate(pod, old) {
    if (isMirrorPod(old)) return [forbiddenField('[]', 'static pods cannot be resized')];
    if (old.spec?.os?.name === 'windows') return [forbiddenField('[]', 'windows pods cannot be resized')];
    if (old.spec?.resources !== undefined)
      return [forbiddenField('[]', 'pods with pod-level resources cannot be resized')];
    const [now, before] = [pod.spec as PodSpec, old.spec as PodSpec];
    const errors: FieldError[] = [...podErrors(pod)];
    const quality = qosClassOf(before);
    if (quality !== qosClassOf(now))
      errors.push(invalidField('spec', quality, 'Pod QOS Class may not change as a result of resizing'));
    const running = old.status?.containerStatuses?.find(({ state }) => state?.running !== undefined);
    if (running !== undefined && running.resources === undefined)
      errors.push(forbiddenField('spec', 'Pod running on node without support for resize'));
    const order = [...orderErrors('containers', now, before), ...orderErrors('initContainers', now, before)];
    if (order.length > 0) return [...errors, ...order];
    return [...errors, ...resourceErrors('containers', now, before), ...resourceErrors('initContainers', now, before)];
  },
};

/** The containers as they were, with the resources now asked for; in another order they are for the validation to refuse. */
function resized<C extends Container>(
  now: readonly C[] | undefined,
  before: readonly C[] | undefined,
): readonly C[] | undefined {
  if (before === undefined || now === undefined) return before;
  if (now.length !== before.length || now.some(({ name }, index) => name !== before[index]?.name)) return now;
  return before.map((container, index) => {
    const { resources: _resources, ...rest } = container;
    const { resources } = now[index] as C;
    return (resources === undefined ? rest : { ...rest, resources }) as C;
  });
}

function orderErrors(list: Lists, now: PodSpec, before: PodSpec): readonly FieldError[] {
  const [given, present] = [now[list] ?? [], before[list] ?? []];
  if (given.length !== present.length)
    return [forbiddenField(`spec.${list}`, 'containers may not be added or removed on resize')];
  return given.flatMap(({ name }, index) =>
    name === present[index]?.name
      ? []
      : [forbiddenField(`spec.${list}[${index}].name`, 'containers may not be renamed or reordered on resize')],
  );
}

function resourceErrors(list: Lists, now: PodSpec, before: PodSpec): readonly FieldError[] {
  return (before[list] ?? []).flatMap((container, index) => {
    const path = `spec.${list}[${index}].resources`;
    const [old, wanted] = [container.resources ?? {}, now[list]?.[index]?.resources ?? {}];
    const isInit = list === 'initContainers';
    if (isInit && (container as Container).restartPolicy !== 'Always')
      return deepEqual(old, wanted)
        ? []
        : [forbiddenField('spec', 'resources for non-sidecar init containers are immutable')];
    return [
      ...(['requests', 'limits'] as const).flatMap((what) =>
        Object.keys(old[what] ?? {}).some((name) => wanted[what]?.[name] === undefined)
          ? [forbiddenField(`${path}.${what}`, `resource ${what} cannot be removed`)]
          : [],
      ),
      ...memoryErrors(container as Container, wanted, path),
      ...(deepEqual(others(old, old), others(wanted, old))
        ? []
        : [
            forbiddenField(
              'spec',
              `only cpu and memory resources ${isInit ? 'for sidecar containers ' : ''}are mutable`,
            ),
          ]),
    ];
  });
}

type Resources = NonNullable<Container['resources']>;

/** Memory that is in use cannot be taken from a process that goes on. */
function memoryErrors({ resources, resizePolicy }: Container, wanted: Resources, path: string): readonly FieldError[] {
  const [before, now] = [resources?.limits?.['memory'], wanted.limits?.['memory']];
  if (before === undefined || now === undefined) return [];
  const restarts = resizePolicy?.some(
    ({ resourceName, restartPolicy }) => resourceName === 'memory' && restartPolicy === 'RestartContainer',
  );
  if (restarts || compareQuantity(parseQuantity(now), parseQuantity(before)) >= 0) return [];
  return [
    forbiddenField(
      `${path}.limits[memory]`,
      'memory limits cannot be decreased unless resizePolicy is RestartContainer',
    ),
  ];
}

/** All but the amounts of CPU and memory. Of what had none of its sort before, upstream looks at none. */
function others({ requests, limits, ...rest }: Resources, before: Resources) {
  const kept = (what: 'requests' | 'limits', list: Readonly<Record<string, string>> = {}) =>
    Object.entries(before[what] === undefined ? {} : list).filter(([name]) => name !== 'cpu' && name !== 'memory');
  return {
    ...rest,
    requests: Object.fromEntries(kept('requests', requests)),
    limits: Object.fromEntries(kept('limits', limits)),
  };
}

export const podSubresources: Readonly<Record<string, SubresourceStrategy<Pod>>> = {
  ephemeralcontainers: ephemeralContainers,
  resize,
};
