/** The name of the attachment of a volume to a node: the same for the same three, whoever makes it. */
import { sha256Hex } from '@pintle/machinery/digest';

/**
 * `csi-` and the SHA-256 of handle, driver and node, in hexadecimal, as kubelets look it up.
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
  return `csi-${sha256Hex(`${volumeHandle}${driver}${nodeName}`)}`;
}

/** Whether an attachment goes by such a name; others are made and ended by whoever made them. */
export const isAttachmentName = (name: string): boolean => /^csi-[0-9a-f]{64}$/.test(name);
