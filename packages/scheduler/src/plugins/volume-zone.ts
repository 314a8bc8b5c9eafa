/** Volumes that say by labels in which zones and regions they are: pods that use them go there. */
import { PersistentVolume, PersistentVolumeClaim } from '@pintle/api/core/v1';
import { StorageClass } from '@pintle/api/storage/v1';
import { classOfClaim } from '@pintle/api/volumes';
import { deepEqual } from '@pintle/machinery';
import { Action } from '../framework/cluster-event.js';
import { stateKey } from '../framework/cycle-state.js';
import type { FilterPlugin, PluginIdentity } from '../framework/filter-plugin.js';
import type { EnqueueExtensions, PreFilterPoint } from '../framework/plugin.js';
import { type Status, skip, status } from '../framework/status.js';
import type { NodeTable } from '../nodes/node-table.js';
import type { PodInfo } from '../nodes/pod-info.js';
import { claimOf, classNamed, hintOfNamedClaim, missing, volumeNamed } from './claim-lookup.js';

const elsewhere = status('UnschedulableAndUnresolvable', 'node(s) had no available volume zone');

const betaZone = 'failure-domain.beta.kubernetes.io/zone';
const betaRegion = 'failure-domain.beta.kubernetes.io/region';
const zone = 'topology.kubernetes.io/zone';
const region = 'topology.kubernetes.io/region';
const topologyLabels = [betaZone, betaRegion, zone, region] as const;
const successors: Readonly<Record<string, string>> = { [betaZone]: zone, [betaRegion]: region };

/** One label of one volume: the node's must be among the values. */
interface Place {
  readonly key: string;
  readonly values: readonly string[];
}

const placesKey = stateKey<readonly Place[]>('VolumeZone');

export function volumeZone(): PluginIdentity & PreFilterPoint & FilterPlugin & EnqueueExtensions {
  return {
    name: 'VolumeZone',
    reads: [PersistentVolumeClaim, PersistentVolume, StorageClass],
    preFilter(state, pod, table) {
      const places = placesOf(pod, table);
      if ('code' in places) return places;
      if (places.length === 0) return skip;
      state.write(placesKey, places);
      return undefined;
    },
    filter(state, pod, { table, row }) {
      if (!pod.pod.spec?.volumes?.length) return undefined;
      const places = state.read(placesKey) ?? placesOf(pod, table);
      if ('code' in places) return places;
      return allowed(places, table.nodeAt(row)!.metadata.labels) ? undefined : elsewhere;
    },
    filterAll(state, pod, table, { rows, count, codes }) {
      const places = state.read(placesKey) ?? placesOf(pod, table);
      for (let i = 0; i < count; i++)
        codes[i] = 'code' in places || !allowed(places, table.nodeAt(rows[i]!)!.metadata.labels) ? 1 : 0;
    },
    verdict(state, pod, table) {
      const places = state.read(placesKey) ?? placesOf(pod, table);
      return 'code' in places ? places : elsewhere;
    },
    eventsToRegister: () => [
      {
        resource: 'StorageClass',
        action: Action.Add,
        hint: (_pod, _before, after) =>
          (after as StorageClass).volumeBindingMode === 'WaitForFirstConsumer' ? 'Queue' : 'Skip',
      },
      { resource: 'Node', action: Action.Add | Action.UpdateNodeLabel },
      { resource: 'PersistentVolumeClaim', action: Action.Add | Action.Update, hint: hintOfNamedClaim },
      {
        resource: 'PersistentVolume',
        action: Action.Add | Action.Update,
        hint: (_pod, before, after) =>
          before === undefined ||
          !deepEqual(placesOfVolume(before as PersistentVolume), placesOfVolume(after as PersistentVolume))
            ? 'Queue'
            : 'Skip',
      },
    ],
  };
}

const unresolvable = (reason: string) => status('UnschedulableAndUnresolvable', reason);

function placesOf(pod: PodInfo, table: NodeTable): readonly Place[] | Status {
  const places: Place[] = [];
  for (const { persistentVolumeClaim } of pod.pod.spec?.volumes ?? []) {
    if (persistentVolumeClaim === undefined) continue;
    const name = persistentVolumeClaim.claimName;
    if (!name) return unresolvable('PersistentVolumeClaim had no name');
    const claim = claimOf(table, pod, name);
    if (claim === undefined) return missing('claim', name);
    const volumeName = claim.spec?.volumeName;
    if (!volumeName) {
      const refusal = refusalOfUnbound(classOfClaim(claim), table);
      if (refusal !== undefined) return refusal;
      continue;
    }
    const volume = volumeNamed(table, volumeName);
    if (volume === undefined) return missing('volume', volumeName);
    places.push(...placesOfVolume(volume));
  }
  return places;
}

/** A claim may have no volume yet where its class waits for the pod. */
function refusalOfUnbound(className: string, table: NodeTable): Status | undefined {
  if (className === '') return unresolvable('PersistentVolumeClaim had no pv name and storageClass name');
  const found = classNamed(table, className);
  if (found === undefined) return missing('class', className);
  if (found.volumeBindingMode === undefined)
    return unresolvable(`VolumeBindingMode not set for StorageClass ${JSON.stringify(className)}`);
  if (found.volumeBindingMode === 'WaitForFirstConsumer') return undefined;
  return unresolvable('PersistentVolume had no name');
}

/** Labels that cannot be read count for nothing. */
function placesOfVolume({ metadata: { labels = {} } }: PersistentVolume): readonly Place[] {
  return topologyLabels.flatMap((key) => {
    const label = labels[key];
    if (label === undefined) return [];
    const values = label.split('__').map((value) => value.trim());
    return values.includes('') ? [] : [{ key, values: [...new Set(values)] }];
  });
}

function allowed(places: readonly Place[], labels: Readonly<Record<string, string>> = {}): boolean {
  // A cluster that knows no zones is one zone.
  if (!topologyLabels.some((key) => labels[key] !== undefined)) return true;
  return places.every(({ key, values }) => {
    const value = labels[key] ?? labels[successors[key] ?? key];
    return value !== undefined && values.includes(value);
  });
}
