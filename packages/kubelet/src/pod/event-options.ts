/** Which part of a pod an event is about. */
import type { Pod } from '@pintle/api/core/v1';
import { fieldPathOf } from './pod-names.js';

export const eventOptions = (pod: Pod, containerName?: string): { readonly fieldPath?: string } =>
  containerName === undefined ? {} : { fieldPath: fieldPathOf(pod.spec!, containerName) };
