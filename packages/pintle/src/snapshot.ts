/**
 * `pintle snapshot`: what scheduling reads of a cluster, any that a kubeconfig leads to, as YAML documents; the scheduler's
 * traces are read from it (`parseTrace` of `@pintle/scheduler`). Secrets and the content of ConfigMaps are no part of it.
 */
import { writeFile } from 'node:fs/promises';
import { ReplicaSet, StatefulSet } from '@pintle/api/apps/v1';
import {
  Namespace,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  ReplicationController,
  Service,
} from '@pintle/api/core/v1';
import { PodDisruptionBudget } from '@pintle/api/policy/v1';
import { DeviceClass, ResourceClaim, ResourceSlice } from '@pintle/api/resource/v1beta1';
import { PriorityClass } from '@pintle/api/scheduling/v1';
import { CSIDriver, CSINode, CSIStorageCapacity, StorageClass, VolumeAttachment } from '@pintle/api/storage/v1';
import type { Client } from '@pintle/client';
import { connect, kubeConfig } from '@pintle/client/nodejs';
import { type KindRef, type KubernetesObject, StatusError } from '@pintle/machinery';
import { stringify } from 'yaml';

export interface SnapshotOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly output?: string;
}

/** Without these there is nothing to schedule. */
const needed: readonly KindRef[] = [Node, Pod];
/** Clusters may not serve some of them, and users may not read some. */
const wanted: readonly KindRef[] = [
  ...[Namespace, Service, PriorityClass, PodDisruptionBudget, ReplicationController, ReplicaSet, StatefulSet],
  ...[PersistentVolume, PersistentVolumeClaim, StorageClass, CSINode, CSIDriver, CSIStorageCapacity, VolumeAttachment],
  ...[DeviceClass, ResourceClaim, ResourceSlice],
];
const pageSize = 500;

export async function snapshot({ kubeconfig, context, output }: SnapshotOptions): Promise<void> {
  const config = kubeConfig({
    ...(kubeconfig === undefined ? {} : { path: kubeconfig }),
    ...(context === undefined ? {} : { context }),
  });
  const client = await connect(config);
  const { objects, left } = await takeSnapshot(client);
  for (const { kind, why } of left) process.stderr.write(`left out: ${kind}: ${why}\n`);
  const text = objects.map((object) => `---\n${stringify(object)}`).join('');
  if (output === undefined) process.stdout.write(text);
  else await writeFile(output, text);
}

export interface Snapshot {
  readonly objects: readonly KubernetesObject[];
  /** What could not be read. */
  readonly left: readonly { readonly kind: string; readonly why: string }[];
}

/** Errors: those of listing nodes and pods. */
export async function takeSnapshot(client: Pick<Client, 'list'>): Promise<Snapshot> {
  const objects: KubernetesObject[] = [];
  const left: { kind: string; why: string }[] = [];
  for (const kind of needed) objects.push(...(await everyPage(client, kind)));
  for (const kind of wanted) {
    try {
      objects.push(...(await everyPage(client, kind)));
    } catch (error) {
      if (!StatusError.is(error, 'NotFound') && !StatusError.is(error, 'Forbidden')) throw error;
      left.push({ kind: kind.kind, why: error.message });
    }
  }
  return { objects, left };
}

async function everyPage(client: Pick<Client, 'list'>, kind: KindRef): Promise<readonly KubernetesObject[]> {
  const found: KubernetesObject[] = [];
  let next: string | undefined;
  do {
    const page = await client.list(kind, { limit: pageSize, ...(next === undefined ? {} : { continue: next }) });
    found.push(...page.map((object) => plain(object, kind)));
    next = page.metadata.continue;
  } while (next);
  return found;
}

/** Items of a list may lack their kind; who wrote which field is of no use here. */
function plain(object: KubernetesObject, { group, version, kind }: KindRef): KubernetesObject {
  const { managedFields: _managed, ...metadata } = object.metadata;
  return { ...object, apiVersion: group === '' ? version : `${group}/${version}`, kind, metadata };
}
