/**
 * Carries out what was decided for a pod's claims: binds volumes that are there, asks for those that are to be made, and
 * waits until the controllers have done the rest. Called beside the next decisions, before the pod is bound.
 */
import { type Node, PersistentVolume, PersistentVolumeClaim } from '@pintle/api/core/v1';
import { annSelectedNode, isFullyBound } from '@pintle/api/volumes';
import type { Client } from '@pintle/client';
import { type Clock, sleep } from '@pintle/machinery';
import type { NodeTable } from '../nodes/node-table.js';
import { reaches } from './find-volumes.js';

/** As it will be once written. */
export interface ReservedVolumes {
  readonly volumes: readonly { readonly volume: PersistentVolume; readonly claim: PersistentVolumeClaim }[];
  readonly claims: readonly PersistentVolumeClaim[];
}

export interface BindVolumesOptions {
  readonly reserved: ReservedVolumes;
  readonly nodeName: string;
  readonly table: NodeTable;
  readonly client: Client;
  readonly clock: Clock;
  /** The pod is gone, or the time is over. */
  readonly signal: AbortSignal;
}

/** How often the objects are looked at while controllers bind: at first often, then once a second. */
const lookDelayMinMs = 20;
const lookDelayMaxMs = 1000;

/** Errors: what the API server refused; where the node or a volume is gone, or provisioning failed. */
export async function bindVolumes(options: BindVolumesOptions): Promise<void> {
  const { client, clock, signal, reserved } = options;
  const volumes: ReservedVolumes['volumes'][number][] = [];
  for (const { volume, claim } of reserved.volumes)
    volumes.push({ volume: await client.update(volume, { signal }), claim });
  const claims: PersistentVolumeClaim[] = [];
  for (const claim of reserved.claims) claims.push(await client.update(claim, { signal }));
  const written: BindVolumesOptions = { ...options, reserved: { volumes, claims } };
  for (let delayMs = lookDelayMinMs; !isDone(written); delayMs = Math.min(delayMs * 2, lookDelayMaxMs))
    await sleep(clock, delayMs, signal);
}

/** Whether every claim is bound. Errors: where that will not come any more. */
export function isDone({
  reserved,
  nodeName,
  table,
}: Pick<BindVolumesOptions, 'reserved' | 'nodeName' | 'table'>): boolean {
  const { objects } = table;
  const row = table.rowOf(nodeName);
  if (row === undefined) throw new Error(`failed to get node ${JSON.stringify(nodeName)}`);
  const node = table.nodeAt(row)! satisfies Node;
  for (const { volume, claim } of reserved.volumes) {
    const name = volume.metadata.name!;
    const seen = objects.get(PersistentVolume, name);
    const seenClaim = objects.get(PersistentVolumeClaim, claim.metadata.name!, claim.metadata.namespace);
    if (seen === undefined) throw new Error(`failed to check pv ${JSON.stringify(name)}: it is gone`);
    if (seenClaim === undefined) throw new Error(`failed to check pvc ${keyOf(claim)}: it is gone`);
    if (isOlder(seen, volume)) return false;
    requireReach(seen, node, table);
    if (!seen.spec?.claimRef?.uid) throw new Error(`ClaimRef got reset for pv ${JSON.stringify(name)}`);
    if (!isFullyBound(seenClaim)) return false;
  }
  for (const claim of reserved.claims) {
    const seen = objects.get(PersistentVolumeClaim, claim.metadata.name!, claim.metadata.namespace);
    if (seen === undefined) throw new Error(`failed to check pvc ${keyOf(claim)}: it is gone`);
    if (isOlder(seen, claim)) return false;
    // A provisioner that cannot make the volume there takes the node's name away.
    if (seen.metadata.annotations?.[annSelectedNode] !== nodeName)
      throw new Error(`provisioning failed for PVC ${JSON.stringify(seen.metadata.name)}`);
    const volumeName = seen.spec?.volumeName;
    if (!volumeName) return false;
    const volume = objects.get(PersistentVolume, volumeName);
    if (volume === undefined) return false;
    requireReach(volume, node, table);
    if (!isFullyBound(seen)) return false;
  }
  return true;
}

function requireReach(volume: PersistentVolume, node: Node, { objects }: NodeTable): void {
  if (reaches(volume, node, objects)) return;
  const [name, on] = [volume.metadata.name, node.metadata.name].map((text) => JSON.stringify(text));
  throw new Error(`pv ${name} node affinity doesn't match node ${on}`);
}

type Versioned = PersistentVolume | PersistentVolumeClaim;

/** Whether what is seen is from before the write. */
function isOlder({ metadata: seen }: Versioned, { metadata: written }: Versioned): boolean {
  return BigInt(seen.resourceVersion ?? '0') < BigInt(written.resourceVersion ?? '0');
}

const keyOf = ({ metadata }: PersistentVolumeClaim) => JSON.stringify(`${metadata.namespace}/${metadata.name}`);
