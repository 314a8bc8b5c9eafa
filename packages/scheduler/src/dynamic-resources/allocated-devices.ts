/**
 * Which devices are in use: what the claims that the API server shows were given, and what was decided for others and
 * is not written yet. Kept as claims change.
 *
 * Invariants: 1. the devices of a claim are those of its allocation where it has one, else those that are pending.
 */
import { type AllocationResult, ResourceClaim } from '@pintle/api/resource/v1beta1';
import type { ClusterObjects, ObjectObserver } from '../nodes/cluster-objects.js';

export class AllocatedDevices implements ObjectObserver<ResourceClaim> {
  private readonly counts = new Map<string, number>();
  private readonly byClaim = new Map<string, readonly string[]>();
  private readonly pending = new Map<string, AllocationResult>();

  static of(objects: ClusterObjects): AllocatedDevices {
    return objects.index('AllocatedDevices', ResourceClaim, () => new AllocatedDevices());
  }

  changed(before: ResourceClaim | undefined, after: ResourceClaim | undefined): void {
    const claim = after ?? before;
    const uid = claim?.metadata.uid ?? '';
    if (after === undefined || after.status?.allocation !== undefined) this.pending.delete(uid);
    if (before !== undefined && before.metadata.uid !== after?.metadata.uid) this.use(before.metadata.uid ?? '', []);
    if (after !== undefined) this.use(uid, devicesOf(after.status?.allocation ?? this.pending.get(uid)));
  }

  isUsed(id: string): boolean {
    return this.counts.has(id);
  }

  /** Decided for a claim, and not written yet. */
  pendingFor(claim: ResourceClaim): AllocationResult | undefined {
    return this.pending.get(claim.metadata.uid ?? '');
  }

  addPending({ metadata }: ResourceClaim, allocation: AllocationResult): void {
    const uid = metadata.uid ?? '';
    this.pending.set(uid, allocation);
    this.use(uid, devicesOf(allocation));
  }

  /** Nothing where it is written meanwhile. */
  removePending({ metadata }: ResourceClaim): void {
    const uid = metadata.uid ?? '';
    if (this.pending.delete(uid)) this.use(uid, []);
  }

  private use(uid: string, devices: readonly string[]): void {
    for (const id of this.byClaim.get(uid) ?? []) {
      const left = this.counts.get(id)! - 1;
      if (left === 0) this.counts.delete(id);
      else this.counts.set(id, left);
    }
    if (devices.length === 0) this.byClaim.delete(uid);
    else this.byClaim.set(uid, devices);
    for (const id of devices) this.counts.set(id, (this.counts.get(id) ?? 0) + 1);
  }
}

/** Those that nobody else may use: who has administrators' access only looks on. */
function devicesOf(allocation: AllocationResult | undefined): readonly string[] {
  return (allocation?.devices?.results ?? []).flatMap(({ driver, pool, device, adminAccess }) =>
    adminAccess === true ? [] : [`${driver}/${pool}/${device}`],
  );
}
