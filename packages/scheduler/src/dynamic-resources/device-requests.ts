/** What a claim asks for, read once: each request with its alternatives, and the devices that each of those could get. */

import type { Node } from '@pintle/api/core/v1';
import {
  DeviceClass,
  type DeviceRequest,
  type DeviceSelector,
  type DeviceToleration,
  type ResourceClaim,
} from '@pintle/api/resource/v1beta1';
import type { ClusterObjects } from '../nodes/cluster-objects.js';
import { isReachedFrom, type NodePool, type PoolDevice } from './device-pools.js';
import { type DeviceSelectors, expressionsOf } from './device-selectors.js';

/** The most devices that one claim may be given. */
export const devicesMax = 32;

/** One request, or one alternative of a prioritized list. */
export interface Ask {
  /** `request`, or `request/alternative`. */
  readonly fullName: string;
  /** Of the request itself. */
  readonly request: string;
  readonly name: string;
  readonly deviceClass: DeviceClass;
  readonly adminAccess: boolean;
  readonly tolerations: readonly DeviceToleration[];
  /** How many devices it takes. */
  readonly count: number;
  /** Where it takes all that match: these. */
  readonly all?: readonly PoolDevice[];
  /** Whether the device is of the class and matches the selectors. Errors: where a selector fails. */
  isSelectable(device: PoolDevice): boolean;
}

export interface AsksOptions {
  readonly node: Node;
  readonly pools: readonly NodePool[];
  readonly objects: ClusterObjects;
  readonly selectors: DeviceSelectors;
}

/** By request its alternatives, the preferred one first. Errors: where the claim can be allocated nowhere. */
export function asksOf(claim: ResourceClaim, options: AsksOptions): readonly (readonly Ask[])[] {
  const requests = (claim.spec.devices?.requests ?? []).map((request) => alternativesOf(claim, request, options));
  let least = 0;
  for (const alternatives of requests) least += Math.min(...alternatives.map(({ count }) => count));
  if (least > devicesMax) {
    const what = `number of requested devices ${least} exceeds the claim limit of ${devicesMax}`;
    throw new Error(`claim ${nameOf(claim)}: ${what}`);
  }
  return requests;
}

function alternativesOf(claim: ResourceClaim, request: DeviceRequest, options: AsksOptions): readonly Ask[] {
  const { name, firstAvailable = [], adminAccess = false } = request;
  if (firstAvailable.length === 0)
    return [askOf(claim, { ...request, fullName: name, request: name, adminAccess }, options)];
  return firstAvailable.map((alternative) =>
    askOf(
      claim,
      { ...alternative, fullName: `${name}/${alternative.name}`, request: name, adminAccess: false },
      options,
    ),
  );
}

interface Wanted {
  readonly fullName: string;
  readonly request: string;
  readonly name: string;
  readonly adminAccess: boolean;
  readonly deviceClassName?: string;
  readonly selectors?: readonly DeviceSelector[];
  readonly allocationMode?: string;
  readonly count?: number;
  readonly tolerations?: readonly DeviceToleration[];
}

function askOf(claim: ResourceClaim, wanted: Wanted, { node, pools, objects, selectors }: AsksOptions): Ask {
  const { deviceClassName = '', allocationMode = 'ExactCount', count = 1, tolerations = [], adminAccess } = wanted;
  const subject = `claim ${nameOf(claim)}, request ${wanted.name}`;
  const own = expressionsOf(wanted.selectors ?? [], subject);
  if (deviceClassName === '') throw new Error(`${subject}: missing device class name (unsupported request type?)`);
  const deviceClass = objects.get(DeviceClass, deviceClassName);
  if (deviceClass === undefined) {
    const missing = `deviceclass.resource.k8s.io ${JSON.stringify(deviceClassName)} not found`;
    throw new Error(`${subject}: could not retrieve device class ${deviceClassName}: ${missing}`);
  }
  const ofClass = expressionsOf(deviceClass.spec.selectors ?? [], `class ${deviceClassName}`);
  const known = new Map<PoolDevice, boolean>();
  const judge = ({ device, pool, id, slice }: PoolDevice): boolean =>
    selectors.match(ofClass, device, pool.driver, id, `class ${deviceClassName}`) &&
    selectors.match(own, device, pool.driver, id, `claim ${nameOf(claim)}`) &&
    (slice.spec.perDeviceNodeSelection !== true || isReachedFrom(device, node));
  const isSelectable = (device: PoolDevice): boolean => {
    let answer = known.get(device);
    if (answer === undefined) known.set(device, (answer = judge(device)));
    return answer;
  };
  const { fullName, request, name } = wanted;
  const ask = { fullName, request, name, deviceClass, adminAccess, tolerations, isSelectable };
  if (allocationMode === 'ExactCount') return { ...ask, count };
  if (allocationMode !== 'All') throw new Error(`${subject}: unsupported count mode ${allocationMode}`);
  for (const { pool } of pools) {
    const fault = pool.isIncomplete ? 'being updated' : pool.isInvalid ? 'invalid' : undefined;
    if (fault !== undefined)
      throw new Error(`${subject}: asks for all devices, but resource pool ${pool.id} is currently ${fault}`);
  }
  const all = pools.flatMap(({ devices }) => devices.filter(isSelectable));
  return { ...ask, count: all.length, all };
}

export const nameOf = ({ metadata }: ResourceClaim) => `${metadata.namespace}/${metadata.name}`;
