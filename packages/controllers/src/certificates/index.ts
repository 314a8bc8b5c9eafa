/**
 * The controllers of CertificateSigningRequests: what kubelets ask for is approved where their rights allow it, what
 * is approved for one of Kubernetes' own signers is signed, and what is settled is cleared away.
 */
import { SubjectAccessReview } from '@pintle/api/authorization/v1';
import { parseEncodedRequest, signerFault, signers, textOfBase64 } from '@pintle/api/certificate-request';
import { CertificateSigningRequest } from '@pintle/api/certificates/v1';
import type { Client } from '@pintle/client';
import { type Controller, controller } from '@pintle/controller-runtime';
import { formatTime } from '@pintle/machinery';
import { ignoreNotFound } from '../ignore-not-found.js';
import {
  type ApprovalFlow,
  approvalFlows,
  cleanupTime,
  conditionOf,
  isApproved,
  planValidity,
} from './plan-certificates.js';

export { approvalFlows, cleanupTime, planValidity } from './plan-certificates.js';

/** A certificate authority, as this needs it. `CertificateAuthority` of `@pintle/apiserver/nodejs` is one. */
export interface CertificateSigner {
  /** The names and the key of a PKCS #10 request, certified; both in PEM. */
  sign(options: {
    readonly requestPem: string;
    /** As CertificateSigningRequests name them. */
    readonly usages: readonly string[];
    readonly notBeforeMs: number;
    readonly notAfterMs: number;
  }): Promise<string>;
}

/** Between looks at what may not be approved yet (upstream's; the rights may come after the request). */
const backoff = { backoffBaseMs: 200, backoffMaxMs: 1_000_000 };

export function csrApprovingController(): Controller {
  return controller({ name: 'csrapproving', ...backoff })
    .for(CertificateSigningRequest)
    .reconcile(async ({ object: csr, client, world, logger }) => {
      if (csr === undefined || csr.status?.certificate) return undefined;
      if (conditionOf(csr, 'Approved') !== undefined || conditionOf(csr, 'Denied') !== undefined) return undefined;
      const flows = approvalFlows(csr);
      for (const { permission, message } of flows) {
        if (!(await isPermitted(client, csr, permission))) continue;
        const condition = {
          type: 'Approved',
          status: 'True',
          reason: 'AutoApproved',
          message,
          lastUpdateTime: formatTime(world.clock.now()),
        };
        const status = { ...csr.status, conditions: [...(csr.status?.conditions ?? []), condition] };
        await client.update({ ...csr, status }, { subresource: 'approval' }).catch(ignoreNotFound);
        return undefined;
      }
      if (flows.length === 0) return undefined;
      logger.log('info', 'a kubelet may not have its certificate request approved', {
        tried: flows.map(({ permission }) => permission).join(', '),
      });
      return { requeue: true };
    });
}

async function isPermitted(
  client: Client,
  { spec }: CertificateSigningRequest,
  subresource: ApprovalFlow['permission'],
) {
  const { username = '', uid, groups = [], extra } = spec;
  const { status } = await client.create<SubjectAccessReview>({
    apiVersion: 'authorization.k8s.io/v1',
    kind: SubjectAccessReview.kind,
    metadata: {},
    spec: {
      user: username,
      groups,
      ...(uid === undefined ? {} : { uid }),
      ...(extra === undefined ? {} : { extra }),
      resourceAttributes: {
        group: 'certificates.k8s.io',
        version: '*',
        resource: 'certificatesigningrequests',
        subresource,
        verb: 'create',
      },
    },
  });
  return status?.allowed ?? false;
}

export function csrSigningController({ signer }: { readonly signer: CertificateSigner }): Controller {
  const own: readonly string[] = Object.values(signers);
  return controller({ name: 'csrsigning', concurrency: 5 })
    .for(CertificateSigningRequest)
    .reconcile(async ({ object: csr, client, world }) => {
      if (csr === undefined || csr.status?.certificate || !own.includes(csr.spec.signerName ?? '')) return;
      if (!isApproved(csr) || conditionOf(csr, 'Failed') !== undefined) return;
      const { request = '', usages = [], signerName = '', expirationSeconds } = csr.spec;
      const nowMs = world.clock.now();
      const fault = signerFault(signerName, parseEncodedRequest(request), usages);
      if (fault !== undefined) {
        const condition = {
          type: 'Failed',
          status: 'True',
          reason: 'SignerValidationFailure',
          message: fault,
          lastUpdateTime: formatTime(nowMs),
        };
        const status = { ...csr.status, conditions: [...(csr.status?.conditions ?? []), condition] };
        await client.update({ ...csr, status }, { subresource: 'status' }).catch(ignoreNotFound);
        return;
      }
      const pem = await signer.sign({
        requestPem: textOfBase64(request),
        usages,
        ...planValidity(expirationSeconds, nowMs),
      });
      const status = { ...csr.status, certificate: btoa(pem) };
      await client.update({ ...csr, status }, { subresource: 'status' }).catch(ignoreNotFound);
    });
}

export function csrCleanerController(): Controller {
  return controller({ name: 'csrcleaner' })
    .for(CertificateSigningRequest)
    .reconcile(async ({ object: csr, key, client, world }) => {
      if (csr === undefined) return;
      const atMs = cleanupTime(csr);
      if (atMs === Number.POSITIVE_INFINITY) return;
      if (atMs >= world.clock.now()) return { requeueAtMs: atMs + 1 };
      await client
        .delete(CertificateSigningRequest, key, { preconditions: { uid: csr.metadata.uid ?? '' } })
        .catch(ignoreNotFound);
      return;
    });
}
