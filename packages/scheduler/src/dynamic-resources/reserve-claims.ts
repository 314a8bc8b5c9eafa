/** Writes what was decided for a pod's claims: the devices that each is given, and that the pod uses it. */
import type { Pod } from '@pintle/api/core/v1';
import { type AllocationResult, ResourceClaim } from '@pintle/api/resource/v1beta1';
import type { Client } from '@pintle/client';
import { StatusError } from '@pintle/machinery';
import { isReservedFor } from './pod-resource-claims.js';

const finalizer = 'resource.kubernetes.io/delete-protection';
/** Writes that conflict with others are tried so often. */
const triesMax = 5;

export interface ClaimToReserve {
  readonly claim: ResourceClaim;
  /** Absent where it has its devices already. */
  readonly allocation?: AllocationResult;
}

/** Returns the claim as written. Errors: where it went, or got other devices; what the API server refused. */
export async function reserveClaim(
  { claim, allocation }: ClaimToReserve,
  pod: Pod,
  client: Client,
  signal: AbortSignal,
): Promise<ResourceClaim> {
  const { name = '', namespace = '' } = claim.metadata;
  let now = claim;
  for (let tries = 1; ; tries++) {
    try {
      return await write(now, allocation, pod, client, signal);
    } catch (error) {
      if (!StatusError.is(error, 'Conflict') || tries >= triesMax) throw error;
      now = await client.get(ResourceClaim, { name, namespace }, { signal });
      if (now.metadata.uid !== claim.metadata.uid) throw goneError(claim);
    }
  }
}

async function write(
  claim: ResourceClaim,
  allocation: AllocationResult | undefined,
  pod: Pod,
  client: Client,
  signal: AbortSignal,
): Promise<ResourceClaim> {
  if (claim.metadata.deletionTimestamp !== undefined) throw goneError(claim);
  let current = claim;
  if (allocation !== undefined) {
    if (claim.status?.allocation !== undefined)
      throw new Error(`claim ${claim.metadata.name} got allocated elsewhere in the meantime`);
    const { finalizers = [] } = claim.metadata;
    if (!finalizers.includes(finalizer)) {
      const metadata = { ...claim.metadata, finalizers: [...finalizers, finalizer] };
      current = await client.update({ ...claim, metadata }, { signal });
    }
  }
  if (allocation === undefined && isReservedFor(current, pod)) return current;
  const { name = '', uid = '' } = pod.metadata;
  const status = {
    ...current.status,
    ...(allocation !== undefined && { allocation }),
    reservedFor: [...(current.status?.reservedFor ?? []), { resource: 'pods', name, uid }],
  };
  return client.update({ ...current, status }, { subresource: 'status', signal });
}

const goneError = ({ metadata }: ResourceClaim) => new Error(`claim ${metadata.name} got deleted in the meantime`);

/** The pod does not use the claim after all. */
export async function unreserveClaim({ metadata }: ResourceClaim, pod: Pod, client: Client): Promise<void> {
  const { name = '', namespace = '', uid } = metadata;
  const body = { metadata: { uid }, status: { reservedFor: [{ $patch: 'delete', uid: pod.metadata.uid }] } };
  await client.patch(ResourceClaim, { name, namespace }, { type: 'strategic', body }, { subresource: 'status' });
}

/** Takes a claim's devices from it, so that it can be given others. */
export async function deallocateClaim(claim: ResourceClaim, client: Client): Promise<void> {
  const { allocation: _allocation, reservedFor: _reservedFor, ...status } = claim.status ?? {};
  await client.update({ ...claim, status } as ResourceClaim, { subresource: 'status' });
}
