/**
 * The Lease by which a cluster knows an API server: its name, what stands in it, and when it counts no more. Pure;
 * `identity-leases.ts` writes and deletes them. (KEP-1965)
 */
import type { Lease } from '@pintle/api/coordination/v1';
import { formatMicroTime } from '@pintle/machinery';
import { sha256 } from '@pintle/machinery/digest';

const component = 'kube-apiserver';
export const identityNamespace = 'kube-system';
export const identityLabels = { 'apiserver.kubernetes.io/identity': component };
const leaseDurationSeconds = 3600;
/** Bytes of the digest that make the name. */
const idBytes = 16;

/** `apiserver-` and a hash of the host's name: one a host. */
export function serverId(hostname: string): string {
  const prefixed = (text: string) => `\0${String.fromCharCode(text.length)}${text}`;
  return `apiserver-${base32(sha256(prefixed(hostname) + prefixed(component)).subarray(0, idBytes))}`;
}

const digits = 'abcdefghijklmnopqrstuvwxyz234567';

/** In small letters, without padding (RFC 4648, section 6). */
function base32(bytes: Uint8Array): string {
  let [text, held, bits] = ['', 0, 0];
  for (const byte of bytes) {
    held = (held << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5) text += digits[(held >>> (bits - 5)) & 31];
    held &= 31;
  }
  return bits === 0 ? text : text + digits[(held << (5 - bits)) & 31];
}

export interface ServerIdentity {
  readonly hostname: string;
  /** Of this run of the server. */
  readonly holder: string;
}

/** The Lease as it is to be written: a new one, or the one that is there, renewed. Who held it first is told. */
export function renewedLease(known: Lease | undefined, { hostname, holder }: ServerIdentity, nowMs: number): Lease {
  const base: Lease = known ?? {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: serverId(hostname), namespace: identityNamespace },
    spec: { holderIdentity: holder, leaseDurationSeconds },
  };
  return {
    ...base,
    metadata: {
      ...base.metadata,
      labels: { ...base.metadata.labels, ...identityLabels, 'kubernetes.io/hostname': hostname },
    },
    spec: { ...base.spec, renewTime: formatMicroTime(nowMs) },
  };
}

/** One that does not say when it was renewed, or for how long, is nobody's. */
export function isExpired({ spec }: Lease, nowMs: number): boolean {
  const { renewTime, leaseDurationSeconds: seconds } = spec ?? {};
  return renewTime === undefined || seconds === undefined || Date.parse(renewTime) + seconds * 1000 < nowMs;
}
