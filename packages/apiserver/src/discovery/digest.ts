/** Digests by @noble/hashes, which need neither Node nor a promise. */
import { sha256 } from '@noble/hashes/sha2.js';

const encoder = new TextEncoder();

/** Of a text, in capital hexadecimal digits: for ETags. */
export const contentHash = (text: string): string =>
  Array.from(sha256(encoder.encode(text)), (byte) => byte.toString(16).padStart(2, '0'))
    .join('')
    .toUpperCase();

/** What discovery tells of the version that a kind is stored in (apiserver `StorageVersionHash`). */
export function storageVersionHash({ group, version, kind }: Readonly<Record<'group' | 'version' | 'kind', string>>) {
  const digest = sha256(encoder.encode(`${group}/${version}/${kind}`));
  return btoa(String.fromCharCode(...digest.subarray(0, 8)));
}
