/**
 * Finds devices of a node for the claims of a pod: one candidate after the other, back to the last choice where there is
 * no way on; the first full solution is taken. Pure. Follows the structured allocator of dynamic-resource-allocation.
 *
 * Limits: `stepsMax` choices for one node.
 */
import type { Node } from '@pintle/api/core/v1';
import type { AllocationResult, BasicDevice, ResourceClaim } from '@pintle/api/resource/v1beta1';
import type { ClusterObjects } from '../nodes/cluster-objects.js';
import type { AllocatedDevices } from './allocated-devices.js';
import { allocationResult, type GivenDevice } from './allocation-result.js';
import { DeviceCounters } from './device-counters.js';
import { type PoolDevice, poolsOn } from './device-pools.js';
import { type Ask, asksOf, devicesMax, nameOf } from './device-requests.js';
import type { DeviceSelectors } from './device-selectors.js';
import { MatchAttribute } from './match-attribute.js';

export interface AllocateOptions {
  readonly node: Node;
  readonly objects: ClusterObjects;
  readonly allocated: AllocatedDevices;
  readonly selectors: DeviceSelectors;
}

const stepsMax = 100_000;

/** Why a node has not what claims ask for. */
export const allocationRefusals = [
  'cannot allocate all claims',
  /** Two devices of a pool have one name: it gives none. */
  'invalid resource pools were encountered',
] as const;
export type AllocationRefusal = (typeof allocationRefusals)[number];

/**
 * The allocation of each claim, or why the node has not what they ask for. Errors: where the claims cannot be allocated
 * anywhere, as a selector or a class is wrong.
 *
 * Differs from Kubernetes 1.33 as later releases do: pools that are not seen whole, or are invalid, give nothing, and
 * what the others have can still be given.
 */
export function allocateDevices(
  claims: readonly ResourceClaim[],
  options: AllocateOptions,
): readonly AllocationResult[] | AllocationRefusal {
  return new Search(claims, options).run();
}

/** `tooMany`: a claim would be given more than it can hold; other devices would not change that. */
type Found = boolean | 'tooMany';

class Search {
  private readonly pools;
  private readonly asks: readonly (readonly (readonly Ask[])[])[];
  private readonly constraints: readonly (readonly MatchAttribute[])[];
  private readonly counters: DeviceCounters;
  /** By device the claims that would be given it. */
  private readonly allocating = new Map<string, Set<number>>();
  private readonly given: GivenDevice[][];
  private steps = 0;

  constructor(
    private readonly claims: readonly ResourceClaim[],
    private readonly options: AllocateOptions,
  ) {
    const { node, objects, allocated } = options;
    this.pools = poolsOn(node, objects);
    this.asks = claims.map((claim) => asksOf(claim, { ...options, pools: this.pools }));
    this.constraints = claims.map((claim) => MatchAttribute.of(claim));
    this.counters = new DeviceCounters((id) => allocated.isUsed(id));
    this.given = claims.map(() => []);
  }

  run(): readonly AllocationResult[] | AllocationRefusal {
    if (this.claim(0) === true)
      return this.claims.map((claim, i) => allocationResult(claim, this.asks[i]!, this.given[i]!));
    return allocationRefusals[this.pools.some(({ pool }) => pool.isInvalid) ? 1 : 0];
  }

  private claim(at: number): Found {
    if (at >= this.claims.length) return true;
    return this.request(at, 0);
  }

  private request(claim: number, at: number): Found {
    const requests = this.asks[claim]!;
    if (at >= requests.length) {
      // Another claim that cannot be met with this one's choices may be met with others.
      const rest = this.claim(claim + 1);
      return rest === 'tooMany' ? false : rest;
    }
    const alternatives = requests[at]!;
    if (alternatives.length === 1) return this.device(claim, at, alternatives[0]!, 0);
    let tooMany = true;
    for (const ask of alternatives) {
      const found = this.device(claim, at, ask, 0);
      if (found === true) return true;
      if (found === false) tooMany = false;
    }
    return tooMany ? 'tooMany' : false;
  }

  private device(claim: number, request: number, ask: Ask, at: number): Found {
    if (++this.steps > stepsMax)
      throw new Error(`timed out trying to allocate devices: more than ${stepsMax} steps for one node`);
    if (ask.all?.length === 0) return false;
    if (at >= ask.count) return this.request(claim, request + 1);
    if (this.given[claim]!.length + ask.count - at > devicesMax) return 'tooMany';
    const proceed = (device: PoolDevice): Found => {
      const found = this.device(claim, request, ask, at + 1);
      if (found !== true) this.giveBack(claim, ask, device);
      return found;
    };
    if (ask.all !== undefined) {
      // Which comes first does not matter: each must be had.
      const device = ask.all[at]!;
      return this.take(claim, ask, device, true) ? proceed(device) : false;
    }
    for (const { pool, devices } of this.pools) {
      if (pool.isIncomplete || pool.isInvalid) continue;
      for (const device of devices) {
        if (!this.isFree(claim, ask, device) || !ask.isSelectable(device)) continue;
        if (!this.take(claim, ask, device, false)) continue;
        const found = proceed(device);
        if (found !== false) return found;
      }
    }
    return false;
  }

  private isFree(claim: number, { adminAccess }: Ask, { id }: PoolDevice): boolean {
    const claims = this.allocating.get(id);
    if (adminAccess) return !claims?.has(claim);
    return !this.options.allocated.isUsed(id) && (claims === undefined || claims.size === 0);
  }

  /** False, and nothing is taken, where the device cannot be had. */
  private take(claim: number, ask: Ask, device: PoolDevice, must: boolean): boolean {
    if (!this.isFree(claim, ask, device)) return false;
    if (device.device.consumesCounters?.length && !this.counters.take(device)) return false;
    if (isTainted(device.device, ask)) {
      this.counters.giveBack(device);
      return false;
    }
    const constraints = this.constraints[claim]!;
    for (const [i, constraint] of constraints.entries()) {
      if (constraint.add(ask, device)) continue;
      for (const added of constraints.slice(0, i)) added.remove(ask);
      this.counters.giveBack(device);
      if (!must) return false;
      const what = `cannot add device ${device.id} because a claim constraint would not be satisfied`;
      throw new Error(`claim ${nameOf(this.claims[claim]!)}, request ${ask.name}: ${what}`);
    }
    const claims = this.allocating.get(device.id);
    if (claims === undefined) this.allocating.set(device.id, new Set([claim]));
    else claims.add(claim);
    this.given[claim]!.push({ ask, device });
    return true;
  }

  private giveBack(claim: number, ask: Ask, device: PoolDevice): void {
    this.given[claim]!.pop();
    this.allocating.get(device.id)!.delete(claim);
    for (const constraint of this.constraints[claim]!) constraint.remove(ask);
    this.counters.giveBack(device);
  }
}

function isTainted({ taints = [] }: BasicDevice, { tolerations }: Ask): boolean {
  return taints.some(
    (taint) =>
      (taint.effect === 'NoSchedule' || taint.effect === 'NoExecute') &&
      !tolerations.some(
        ({ key, operator = 'Equal', value = '', effect }) =>
          (!effect || effect === taint.effect) &&
          (!key || key === taint.key) &&
          (operator === 'Exists' || (operator === 'Equal' && value === (taint.value ?? ''))),
      ),
  );
}
