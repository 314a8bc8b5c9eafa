/** The name of the attachment of a volume to a node: the same for the same three, whoever makes it. */
import { sha256 } from '@noble/hashes/sha2';
import { bytesToHex } from '@noble/hashes/utils';

/**
 * `csi-` and the SHA-256 of handle, driver and node, in hexadecimal, as kubelets look it up. Synchronous, which the
 * host's own digest is not: its answer would come from outside the world's time.
 */
export function attachmentName({
  driver,
  volumeHandle,
  nodeName,
}: {
  readonly driver: string;
  readonly volumeHandle: string;
  readonly nodeName: string;
}): string {
  return `csi-${bytesToHex(sha256(new TextEncoder().encode(`${volumeHandle}${driver}${nodeName}`)))}`;
}
