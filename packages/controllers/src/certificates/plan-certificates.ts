/** What becomes of a CertificateSigningRequest: approved, signed for a time, cleaned up. Pure. */
import {
  certificateEnd,
  isKubeletClientRequest,
  parseEncodedRequest,
  signers,
  textOfBase64,
} from '@pintle/api/certificate-request';
import type { CertificateSigningRequest } from '@pintle/api/certificates/v1';
import { parseTime } from '@pintle/machinery';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
/** Clocks that go behind are let in. */
const backdateMs = 5 * minuteMs;
/** Certificates shorter than this get their whole time from now on. */
const shortMs = 8 * hourMs;
const durationMinMs = 10 * minuteMs;
const durationDefaultMs = 365 * 24 * hourMs;
const settledKeptMs = hourMs;
const pendingKeptMs = 24 * hourMs;

type Csr = CertificateSigningRequest;

export const conditionOf = ({ status }: Csr, type: string) =>
  status?.conditions?.find((condition) => condition.type === type);

export const isApproved = (csr: Csr): boolean =>
  conditionOf(csr, 'Approved') !== undefined && conditionOf(csr, 'Denied') === undefined;

/** What its requester must be allowed to create for the request to be approved without a human; the narrowest first. */
export interface ApprovalFlow {
  /** A subresource of `certificatesigningrequests`. */
  readonly permission: 'selfnodeclient' | 'nodeclient';
  readonly message: string;
}

/** The ways in which this request may be approved automatically. Errors: `DerError`. */
export function approvalFlows({ spec }: Csr): readonly ApprovalFlow[] {
  if (spec.signerName !== signers.kubeletClient) return [];
  const request = parseEncodedRequest(spec.request ?? '');
  if (!isKubeletClientRequest(request, spec.usages ?? [])) return [];
  const any: ApprovalFlow = {
    permission: 'nodeclient',
    message: 'Auto approving kubelet client certificate after SubjectAccessReview.',
  };
  if (spec.username !== request.commonName) return [any];
  return [
    {
      permission: 'selfnodeclient',
      message: 'Auto approving self kubelet client certificate after SubjectAccessReview.',
    },
    any,
  ];
}

export interface Validity {
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

/** From when to when a certificate holds: as long as was asked for, at least ten minutes, at most a year. */
export function planValidity(requestedSeconds: number | undefined, nowMs: number): Validity {
  const asked = requestedSeconds === undefined ? durationDefaultMs : requestedSeconds * 1000;
  const durationMs = Math.min(durationDefaultMs, Math.max(durationMinMs, asked));
  return {
    notBeforeMs: nowMs - backdateMs,
    notAfterMs: nowMs + durationMs - (durationMs < shortMs ? 0 : backdateMs),
  };
}

/** When the request is to be removed, in milliseconds since 1970: an hour after it was settled, a day after nobody cared. */
export function cleanupTime(csr: Csr): number {
  const times = ['Approved', 'Denied', 'Failed'].flatMap((type) => {
    const condition = conditionOf(csr, type);
    if (condition === undefined || (type === 'Approved' && !csr.status?.certificate)) return [];
    const updatedMs = parseTime(condition.lastUpdateTime ?? undefined);
    return updatedMs === undefined ? [] : [updatedMs + settledKeptMs];
  });
  if ((csr.status?.conditions?.length ?? 0) === 0)
    times.push((parseTime(csr.metadata.creationTimestamp ?? undefined) ?? 0) + pendingKeptMs);
  if (isApproved(csr) && csr.status?.certificate) times.push(endOf(csr.status.certificate));
  return Math.min(...times);
}

/** Never, where it cannot be told. */
function endOf(certificate: string): number {
  try {
    return certificateEnd(textOfBase64(certificate));
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
