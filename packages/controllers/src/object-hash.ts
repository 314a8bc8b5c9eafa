/** A short text by which versions of a template are told apart in names and labels. */
import { canonicalJson } from '@pintle/machinery';

const alphabet = 'bcdfghjklmnpqrstvwxz2456789';

/**
 * FNV-1a, 32 bits, of the value's canonical JSON and the collision count, in the alphabet of generated names.
 *
 * Differs from Kubernetes: the hash is of JSON and not of a dump of Go structs, so its text is another; nothing
 * reads it but to compare.
 */
export function objectHash(value: unknown, collisionCount: number | undefined): string {
  let hash = 0x811c9dc5;
  const text = `${canonicalJson(value)}${collisionCount ?? ''}`;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return [...String(hash)].map((digit) => alphabet[Number(digit) + 12]).join('');
}
