/** The label by which the ReplicaSets of a Deployment are told apart: a hash of the pod template. */
import type { PodTemplateSpec } from '@pintle/api/core/v1';
import { objectHash } from '../object-hash.js';

export const templateHashLabel = 'pod-template-hash';

export const templateHash = (template: PodTemplateSpec, collisionCount: number | undefined): string =>
  objectHash(template, collisionCount);
