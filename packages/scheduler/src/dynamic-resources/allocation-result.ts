/** What is written into a claim's status for the devices that were found. */
import type { NodeSelector, NodeSelectorRequirement } from '@pintle/api/core/v1';
import type { AllocationResult, DeviceAllocationConfiguration, ResourceClaim } from '@pintle/api/resource/v1beta1';
import type { PoolDevice } from './device-pools.js';
import type { Ask } from './device-requests.js';

export interface GivenDevice {
  readonly ask: Ask;
  readonly device: PoolDevice;
}

export function allocationResult(
  claim: ResourceClaim,
  requests: readonly (readonly Ask[])[],
  given: readonly GivenDevice[],
): AllocationResult {
  const results = given.map(({ ask, device }) => ({
    request: ask.fullName,
    driver: device.pool.driver,
    pool: device.pool.name,
    device: device.name,
    ...(ask.adminAccess && { adminAccess: true }),
    ...(ask.tolerations.length > 0 && { tolerations: [...ask.tolerations] }),
  }));
  const config = configOf(claim, chosenAsks(requests, given));
  const nodeSelector = nodeSelectorOf(given);
  return {
    devices: { results, ...(config.length > 0 && { config }) },
    ...(nodeSelector !== undefined && { nodeSelector }),
  };
}

/** Of each request the alternative that was chosen. */
function chosenAsks(requests: readonly (readonly Ask[])[], given: readonly GivenDevice[]): readonly Ask[] {
  return requests.map(
    (alternatives) => alternatives.find((ask) => given.some((each) => each.ask === ask)) ?? alternatives[0]!,
  );
}

/** Of the classes, each once, then of the claim as far as it concerns what was chosen. */
function configOf(claim: ResourceClaim, asks: readonly Ask[]): DeviceAllocationConfiguration[] {
  const found: DeviceAllocationConfiguration[] = [];
  const classes = new Map<string, readonly Ask[]>();
  for (const ask of asks) {
    const name = ask.deviceClass.metadata.name!;
    classes.set(name, [...(classes.get(name) ?? []), ask]);
  }
  const all = asks.length;
  const only = (names: readonly string[]) =>
    names.length === all || names.length === 0 ? {} : { requests: [...names] };
  for (const sameClass of classes.values()) {
    const names = sameClass.map(({ fullName }) => fullName);
    for (const config of sameClass[0]!.deviceClass.spec.config ?? [])
      found.push({ source: 'FromClass', ...only(names), ...config });
  }
  for (const config of claim.spec.devices?.config ?? []) {
    const { requests = [] } = config;
    const concerns =
      requests.length === 0 ||
      asks.some(({ request, fullName }) => requests.includes(request) || requests.includes(fullName));
    if (concerns) found.push({ ...config, source: 'FromClaim', ...only(requests) });
  }
  return found;
}

/** Where all the devices can be reached; absent: everywhere. */
function nodeSelectorOf(given: readonly GivenDevice[]): NodeSelector | undefined {
  const expressions = new Map<string, NodeSelectorRequirement>();
  const fields = new Map<string, NodeSelectorRequirement>();
  for (const { device } of given) {
    const { slice } = device;
    const { nodeName, nodeSelector } = slice.spec.perDeviceNodeSelection === true ? device.device : slice.spec;
    if (nodeName) {
      return {
        nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [nodeName] }] }],
      };
    }
    // Selectors of slices have one term; terms of several devices add up to one.
    for (const { matchExpressions = [], matchFields = [] } of nodeSelector?.nodeSelectorTerms.slice(0, 1) ?? []) {
      for (const each of matchExpressions) expressions.set(JSON.stringify(each), each);
      for (const each of matchFields) fields.set(JSON.stringify(each), each);
    }
  }
  if (expressions.size === 0 && fields.size === 0) return undefined;
  return {
    nodeSelectorTerms: [
      {
        ...(expressions.size > 0 && { matchExpressions: [...expressions.values()] }),
        ...(fields.size > 0 && { matchFields: [...fields.values()] }),
      },
    ],
  };
}
