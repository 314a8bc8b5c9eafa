/** What an event of a pod, or of one of its containers, points at. */
import type { ObjectReference, Pod } from '@pintle/api/core/v1';
import { fieldPathOf } from './pod-names.js';

export function referenceTo(pod: Pod, containerName?: string): ObjectReference {
  const { name, namespace, uid, resourceVersion } = pod.metadata;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
    ...(containerName === undefined ? {} : { fieldPath: fieldPathOf(pod.spec!, containerName) }),
  };
}
