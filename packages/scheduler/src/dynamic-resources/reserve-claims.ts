/** Writes what was decided for a pod's claims: the devices that each is given, and that the pod uses it. */
import type { Pod } from '@pintle/api/core/v1';
import { type AllocationResult, ResourceClaim } from '@pintle/api/resource/v1beta1';
import type { Client } from '@pintle/client';
import { deepEqual, StatusError } from '@pintle/machinery';
import { isReservedFor } from './pod-resource-claims.js';

const finalizer = 'resource.kubernetes.io/delete-protection';
/** Writes that conflict with others, or whose answer was lost, are tried so often. */
const triesMax = 5;

export interface ClaimToReserve {
  readonly claim: ResourceClaim;
  /** Absent where it has its devices already. */
  readonly allocation?: AllocationResult;
}

/** Returns the claim as written. Errors: where it went, or got other devices; what the API server refused. */
export function reserveClaim(
  { claim, allocation }: ClaimToReserve,
  pod: Pod,
  client: Client,
  signal: AbortSignal,
): Promise<ResourceClaim> {
  return retried(claim, client, signal, (now) => write(now, allocation, pod, client, signal));
}

/** The pod does not use the claim after all. */
export async function unreserveClaim(claim: ResourceClaim, pod: Pod, client: Client): Promise<void> {
  await retried(claim, client, undefined, (now) => {
    const reservedFor = (now.status?.reservedFor ?? []).filter(({ uid }) => uid !== pod.metadata.uid);
    return isReservedFor(now, pod)
      ? client.update({ ...now, status: { ...now.status, reservedFor } }, { subresource: 'status' })
      : now;
  });
}

/** Acts on the claim, and again on what it became meanwhile. */
async function retried<T>(
  claim: ResourceClaim,
  client: Client,
  signal: AbortSignal | undefined,
  act: (now: ResourceClaim) => Promise<T> | T,
): Promise<T> {
  const { name = '', namespace = '' } = claim.metadata;
  let now = claim;
  for (let tries = 1; ; tries++) {
    try {
      return await act(now);
    } catch (error) {
      if (isFinal(error) || tries >= triesMax) throw error;
      now = await client.get(ResourceClaim, { name, namespace }, { ...(signal && { signal }) });
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
    if (claim.status?.allocation !== undefined) {
      // Written before, and the answer was lost.
      if (isReservedFor(claim, pod) && deepEqual(claim.status.allocation, allocation)) return claim;
      throw new ClaimChangedError(`claim ${claim.metadata.name} got allocated elsewhere in the meantime`);
    }
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

/** The claim is not any more what was decided for. */
class ClaimChangedError extends Error {
  readonly code = 'ClaimChanged';
}

const goneError = ({ metadata }: ResourceClaim) =>
  new ClaimChangedError(`claim ${metadata.name} got deleted in the meantime`);

/** The server said no, and would again. */
function isFinal(error: unknown): boolean {
  if (error instanceof ClaimChangedError) return true;
  return StatusError.is(error) && error.code < 500 && !StatusError.is(error, 'Conflict');
}

/** Takes a claim's devices from it, so that it can be given others. */
export async function deallocateClaim(claim: ResourceClaim, client: Client): Promise<void> {
  const { allocation: _allocation, reservedFor: _reservedFor, devices: _devices, ...status } = claim.status ?? {};
  await client.update({ ...claim, status } as ResourceClaim, { subresource: 'status' });
}
