/** The label by which the ReplicaSets of a Deployment are told apart: a hash of the pod template. */
import type { PodTemplateSpec } from '@pintle/api/core/v1';
import { canonicalJson } from '@pintle/machinery';

export const templateHashLabel = 'pod-template-hash';

const alphabet = 'bcdfghjklmnpqrstvwxz2456789';

/**
 * FNV-1a, 32 bits, of the template's canonical JSON and the collision count, in the alphabet of generated names.
 *
 * Differs from Kubernetes: the hash is of JSON and not of a dump of Go structs, so its text is another; nothing
 * reads it but to compare.
 */
export function templateHash(template: PodTemplateSpec, collisionCount: number | undefined): string {
  let hash = 0x811c9dc5;
  const text = `${canonicalJson(template)}${collisionCount ?? ''}`;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return [...String(hash)].map((digit) => alphabet[Number(digit) + 12]).join('');
}
