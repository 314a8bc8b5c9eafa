/**
 * Which devices are in use: what the claims that the API server shows were given, and what was decided for others and
 * is not seen yet. Kept as claims change.
 *
 * Invariants: 1. the devices of a claim are those of its allocation where it has one, else those that are pending.
 * 2. what was written is pending until that version of the claim, or a later one, is seen.
 */
import { type AllocationResult, ResourceClaim } from '@pintle/api/resource/v1beta1';
import type { ClusterObjects, ObjectObserver } from '../nodes/cluster-objects.js';

interface Pending {
  readonly allocation: AllocationResult;
  /** The claim's resource version with it, once it is written. */
  readonly version?: bigint;
}

export class AllocatedDevices implements ObjectObserver<ResourceClaim> {
  private readonly counts = new Map<string, number>();
  private readonly byClaim = new Map<string, readonly string[]>();
  private readonly pending = new Map<string, Pending>();

  static of(objects: ClusterObjects): AllocatedDevices {
    return objects.index('AllocatedDevices', ResourceClaim, () => new AllocatedDevices());
  }

  changed(before: ResourceClaim | undefined, after: ResourceClaim | undefined): void {
    if (before !== undefined && (after === undefined || uidOf(before) !== uidOf(after))) this.forget(uidOf(before));
    if (after === undefined) return;
    const uid = uidOf(after);
    if (after.status?.allocation !== undefined || this.isSeen(after)) this.pending.delete(uid);
    this.use(uid, devicesOf(after.status?.allocation ?? this.pending.get(uid)?.allocation));
  }

  isUsed(id: string): boolean {
    return this.counts.has(id);
  }

  /** Decided for a claim, and not seen yet. */
  pendingFor(claim: ResourceClaim): AllocationResult | undefined {
    return this.pending.get(uidOf(claim))?.allocation;
  }

  addPending(claim: ResourceClaim, allocation: AllocationResult): void {
    this.pending.set(uidOf(claim), { allocation });
    this.use(uidOf(claim), devicesOf(allocation));
  }

  /** The claim as the API server answered. `shown` is what it shows of it at the moment. */
  written(claim: ResourceClaim, shown: ResourceClaim | undefined): void {
    const { allocation } = claim.status ?? {};
    if (allocation === undefined || shown === undefined || uidOf(shown) !== uidOf(claim)) return;
    if (shown.status?.allocation !== undefined || versionOf(shown) >= versionOf(claim)) return;
    this.pending.set(uidOf(claim), { allocation, version: versionOf(claim) });
    this.use(uidOf(claim), devicesOf(allocation));
  }

  /** Nothing where it is written meanwhile. */
  removePending(claim: ResourceClaim): void {
    const pending = this.pending.get(uidOf(claim));
    if (pending !== undefined && pending.version === undefined) this.forget(uidOf(claim));
  }

  private forget(uid: string): void {
    this.pending.delete(uid);
    this.use(uid, []);
  }

  private isSeen(claim: ResourceClaim): boolean {
    const version = this.pending.get(uidOf(claim))?.version;
    return version !== undefined && versionOf(claim) >= version;
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

const uidOf = ({ metadata }: ResourceClaim) => metadata.uid ?? '';
const versionOf = ({ metadata }: ResourceClaim) => BigInt(metadata.resourceVersion ?? '0');
