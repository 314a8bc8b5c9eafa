/** The defaults of pods and of their templates that depend on other fields; the others stand in the schema. */
import { deepEqual, deepFreeze, onceForEach } from '@pintle/machinery';
import type { Container } from '../../core/v1/container.js';
import type { Volume } from '../../core/v1/persistent-volume.js';
import type { PodSpec } from '../../core/v1/pod.js';

const part = '[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?';
const component = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
/** A reference to an image, as far as its digest. */
const reference = new RegExp(
  `^(?:${part}(?:\\.${part})*(?::[0-9]+)?/)?${component}(?:/${component})*(?::\\w[\\w.-]{0,127})?$`,
);

const repositoryMaxLength = 255;

/** Whether its repository's path has more characters than there may be. The tag, and who serves it, are no part of that. */
function isTooLong(image: string): boolean {
  const name = image.replace(/:[^/]*$/, '');
  const [first = '', ...rest] = name.split('/');
  if (rest.length === 0) return `library/${name}`.length > repositoryMaxLength;
  const isHost = first === 'localhost' || /[.:A-Z]/.test(first);
  return (isHost ? rest.join('/') : name).length > repositoryMaxLength;
}

/** An image without a tag, or tagged `latest`, may be another one tomorrow; what is no image at all has no tag. */
function pullPolicyOf(image: string): 'Always' | 'IfNotPresent' {
  if (image.includes('@') || !reference.test(image) || isTooLong(image)) return 'IfNotPresent';
  return /:[^/]+$/.test(image) && !image.endsWith(':latest') ? 'IfNotPresent' : 'Always';
}

/** Defaults of a pod's spec, also inside templates. The same spec where it has them already. */
export const defaultPodSpec = onceForEach((spec: PodSpec): PodSpec => {
  const whole = withDefaults(spec);
  return deepEqual(whole, spec) ? spec : deepFreeze(whole);
});

function withDefaults(spec: PodSpec): PodSpec {
  const container = <C extends Container>(given: C): C =>
    given.imagePullPolicy ? given : { ...given, imagePullPolicy: pullPolicyOf(given.image ?? '') };
  return {
    ...spec,
    // As for Go, what is absent is empty: that it is required is for the validation to say.
    containers: (spec.containers ?? []).map(container),
    ...(spec.initContainers === undefined ? {} : { initContainers: spec.initContainers.map(container) }),
    ...(spec.ephemeralContainers === undefined
      ? {}
      : { ephemeralContainers: spec.ephemeralContainers.map((given) => container(given as Container)) }),
    // The older name of the same field.
    ...(spec.serviceAccountName === undefined
      ? spec.serviceAccount === undefined
        ? {}
        : { serviceAccountName: spec.serviceAccount }
      : { serviceAccount: spec.serviceAccountName }),
    ...(spec.volumes?.some(isUnfinished) ? { volumes: spec.volumes.map(finished) } : {}),
  };
}

const isBare = (volume: Volume) => Object.keys(volume).every((field) => field === 'name');
const isUnfinished = (volume: Volume) => isBare(volume) || (volume.image !== undefined && !volume.image.pullPolicy);

/** A volume of no type is an empty folder. */
const finished = (volume: Volume): Volume =>
  isBare(volume)
    ? { ...volume, emptyDir: {} }
    : volume.image !== undefined && !volume.image.pullPolicy
      ? { ...volume, image: { ...volume.image, pullPolicy: pullPolicyOf(volume.image.reference ?? '') } }
      : volume;

/** Defaults that pods have and templates have not. */
export function defaultPod(spec: PodSpec): PodSpec {
  const host = spec.hostNetwork === true;
  const container = <C extends Container>(given: C): C => {
    const { limits, requests } = given.resources ?? {};
    // What is limited and not asked for is asked for (core/v1 ResourceRequirements).
    const unasked = Object.keys(limits ?? {}).some((resource) => requests?.[resource] === undefined);
    const ports = host && given.ports !== undefined;
    if (!unasked && !ports) return given;
    return {
      ...given,
      ...(unasked ? { resources: { ...given.resources, requests: { ...limits, ...requests } } } : {}),
      ...(ports
        ? { ports: given.ports.map((port) => ({ ...port, hostPort: port.hostPort || port.containerPort })) }
        : {}),
    };
  };
  const templated = defaultPodSpec(spec);
  return {
    ...templated,
    containers: templated.containers.map(container),
    ...(templated.initContainers === undefined ? {} : { initContainers: templated.initContainers.map(container) }),
    enableServiceLinks: spec.enableServiceLinks ?? true,
  };
}
