/** What a cloud's word on a machine changes of its Node. Pure; follows cloud-provider's node controllers. */
import type { Node, Taint } from '@pintle/api/core/v1';
import type { InstanceFacts } from '@pintle/contracts';
import { deepEqual } from '@pintle/machinery';

/** On a new node until its cloud has said what it is (kubelet's `--cloud-provider=external`). */
export const uninitializedTaint = 'node.cloudprovider.kubernetes.io/uninitialized';
export const shutdownTaint = 'node.cloudprovider.kubernetes.io/shutdown';
/** The addresses that the kubelet was told to use, separated by commas. */
const providedIp = 'alpha.kubernetes.io/provided-node-ip';

const taintsOf = ({ spec }: Node): readonly Taint[] => spec?.taints ?? [];
export const isUninitialized = (node: Node): boolean => taintsOf(node).some(({ key }) => key === uninitializedTaint);

type Address = InstanceFacts['addresses'][number];

/** The node with its cloud's name, labels and, where it was waiting for them, without the taint; itself if nothing changes. */
export function withFacts(node: Node, { providerId, instanceType, zone, region, labels }: InstanceFacts): Node {
  const told: Readonly<Record<string, string>> = {
    ...(instanceType === ''
      ? {}
      : { 'node.kubernetes.io/instance-type': instanceType, 'beta.kubernetes.io/instance-type': instanceType }),
    ...(zone === undefined
      ? {}
      : { 'topology.kubernetes.io/zone': zone, 'failure-domain.beta.kubernetes.io/zone': zone }),
    ...(region === undefined
      ? {}
      : { 'topology.kubernetes.io/region': region, 'failure-domain.beta.kubernetes.io/region': region }),
    // What people or kubelets said stays.
    ...Object.fromEntries(Object.entries(labels ?? {}).filter(([key]) => node.metadata.labels?.[key] === undefined)),
  };
  const taints = taintsOf(node).filter(({ key }) => key !== uninitializedTaint);
  const next: Node = {
    ...node,
    metadata: { ...node.metadata, labels: { ...node.metadata.labels, ...told } },
    spec: { ...node.spec, providerID: node.spec?.providerID || providerId, taints },
  };
  const same =
    deepEqual(next.metadata.labels, node.metadata.labels ?? {}) &&
    next.spec?.providerID === node.spec?.providerID &&
    taints.length === taintsOf(node).length;
  return same ? node : next;
}

/** The addresses as the cloud tells them, those that the kubelet was told to use first. Undefined: it lacks one of those. */
export function planAddresses(node: Node, { addresses }: InstanceFacts): readonly Address[] | undefined {
  const named = addresses.some(({ type }) => type === 'Hostname');
  const hostname = node.status?.addresses?.find(({ type }) => type === 'Hostname');
  const told = named || hostname === undefined ? addresses : [...addresses, hostname];
  const asked = node.metadata.annotations?.[providedIp]?.split(',').map((ip) => ip.trim()) ?? [];
  if (asked.length === 0) return told;
  const kept: Address[] = [];
  for (const ip of asked) {
    const found = told.find(({ address }) => address === ip);
    if (found === undefined) return undefined;
    // Of a type that was asked for by its address, only that address counts.
    kept.push(found);
  }
  const types = new Set(kept.map(({ type }) => type));
  return [...kept, ...told.filter(({ type }) => !types.has(type))];
}

export type LifecycleStep = 'keep' | 'delete' | 'taint' | 'untaint';

/** What becomes of a node that may be gone. `isThere` and `isShutDown` are the cloud's word. */
export function planLifecycle(
  node: Node,
  { isThere, isShutDown }: { readonly isThere: boolean; readonly isShutDown: boolean },
): LifecycleStep {
  if (isNodeReady(node)) return hasShutdownTaint(node) ? 'untaint' : 'keep';
  if (!isThere) return 'delete';
  if (isShutDown) return hasShutdownTaint(node) ? 'keep' : 'taint';
  return hasShutdownTaint(node) ? 'untaint' : 'keep';
}

export const isNodeReady = ({ status }: Node): boolean =>
  status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false;

export const hasShutdownTaint = (node: Node): boolean => taintsOf(node).some(({ key }) => key === shutdownTaint);

/** Whether the cloud is to be asked: not of a node that is ready, nor of one that no cloud controller knows yet. */
export const mayBeGone = (node: Node): boolean =>
  !isUninitialized(node) && (!isNodeReady(node) || hasShutdownTaint(node));
