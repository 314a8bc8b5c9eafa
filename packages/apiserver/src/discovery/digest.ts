/** Digests that clients are told of: whether what they know is still so. */
import { toBase64 } from '@pintle/machinery';
import { sha256, sha256Hex } from '@pintle/machinery/digest';

/** Of a text, in capital hexadecimal digits: for ETags. */
export const contentHash = (text: string): string => sha256Hex(text).toUpperCase();

/** What discovery tells of the version that a kind is stored in (apiserver `StorageVersionHash`). */
export function storageVersionHash({ group, version, kind }: Readonly<Record<'group' | 'version' | 'kind', string>>) {
  return toBase64(sha256(`${group}/${version}/${kind}`).subarray(0, 8));
}
