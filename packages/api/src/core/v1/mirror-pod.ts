/** Pods that a kubelet runs of itself, and shows in the API: written by the kubelet, run by nobody who reads them. */
import type { Pod } from './pod.js';

/** Mirror pods carry it. */
export const mirrorAnnotation = 'kubernetes.io/config.mirror';

export const isMirrorPod = ({ metadata }: Pick<Pod, 'metadata'>): boolean =>
  metadata.annotations?.[mirrorAnnotation] !== undefined;
