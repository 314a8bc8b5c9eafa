/** What a pod's spec says by itself: its containers by role, and the names that kubelet's messages use. Pure. */
import type { Container, Pod, PodSpec } from '@pintle/api/core/v1';

/** `ephemeral`: added to a pod that runs, to look into it; it is never run again (KEP-277). */
export type ContainerRole = 'init' | 'sidecar' | 'app' | 'ephemeral';

/** An init container that goes on running beside the others (KEP-753). */
export const isSidecar = (container: Container) => container.restartPolicy === 'Always';

export const initContainersOf = (spec: PodSpec): readonly Container[] => spec.initContainers ?? [];

/** What they have is a part of what containers have. */
export const ephemeralContainersOf = (spec: PodSpec): readonly Container[] =>
  (spec.ephemeralContainers ?? []) as readonly Container[];

export const allContainersOf = (spec: PodSpec): readonly Container[] => [
  ...initContainersOf(spec),
  ...spec.containers,
  ...ephemeralContainersOf(spec),
];

export function roleOf(spec: PodSpec, name: string): ContainerRole {
  const init = initContainersOf(spec).find((container) => container.name === name);
  if (init !== undefined) return isSidecar(init) ? 'sidecar' : 'init';
  return ephemeralContainersOf(spec).some((container) => container.name === name) ? 'ephemeral' : 'app';
}

/** What restarts this container: its pod's policy, or `Always` for a sidecar. */
export function restartPolicyOf(spec: PodSpec, role: ContainerRole): 'Always' | 'OnFailure' | 'Never' {
  if (role === 'sidecar') return 'Always';
  if (role === 'ephemeral') return 'Never';
  const policy = (spec.restartPolicy ?? 'Always') as 'Always' | 'OnFailure' | 'Never';
  // A finished init container is never run again for its success.
  return role === 'init' && policy === 'Always' ? 'OnFailure' : policy;
}

/** `name_namespace(uid)`, as kubelet's messages name a pod. */
export const podText = ({ metadata }: Pod) => `${metadata.name}_${metadata.namespace}(${metadata.uid})`;

const hostnameMax = 63;

/** As its containers know it: by its spec, else by its name, as long as a host name may be. */
export function hostnameOf({ metadata: { name = '' }, spec }: Pod): string {
  const hostname = spec?.hostname || name;
  return hostname.length <= hostnameMax ? hostname : hostname.slice(0, hostnameMax).replace(/[-.]+$/, '');
}

/** Where events of a container point: `spec.containers{web}`. */
export function fieldPathOf(spec: PodSpec, name: string): string {
  const role = roleOf(spec, name);
  const list = role === 'app' ? 'containers' : role === 'ephemeral' ? 'ephemeralContainers' : 'initContainers';
  return `spec.${list}{${name}}`;
}

/** How long the pod may take to end, milliseconds. */
export function graceOf(pod: Pod): number {
  const seconds = pod.metadata.deletionGracePeriodSeconds ?? pod.spec?.terminationGracePeriodSeconds ?? 30;
  return Math.max(0, seconds) * 1000;
}

export const isTerminalPhase = (phase: string | undefined) => phase === 'Succeeded' || phase === 'Failed';
