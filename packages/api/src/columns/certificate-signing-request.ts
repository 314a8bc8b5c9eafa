/** The columns of CertificateSigningRequests: who asks whom for what, and how far that has come. */
import type { TableColumn } from '@pintle/machinery';
import type { CertificateSigningRequest } from '../certificates/v1/index.js';
import { ageColumn, column, nameColumn } from './column.js';
import { humanDuration } from './human-duration.js';

function progress({ status }: CertificateSigningRequest): string {
  const has = (type: string) => status?.conditions?.some((condition) => condition.type === type) ?? false;
  const verdict = has('Denied') ? 'Denied' : has('Approved') ? 'Approved' : 'Pending';
  return `${verdict}${has('Failed') ? ',Failed' : ''}${status?.certificate ? ',Issued' : ''}`;
}

export const certificateSigningRequestColumns: readonly TableColumn<CertificateSigningRequest>[] = [
  nameColumn,
  ageColumn,
  column('SignerName', ({ spec }) => spec.signerName || '<none>'),
  column('Requestor', ({ spec }) => spec.username ?? ''),
  column('RequestedDuration', ({ spec }) =>
    spec.expirationSeconds === undefined ? '<none>' : humanDuration(spec.expirationSeconds * 1000),
  ),
  column('Condition', progress),
];
