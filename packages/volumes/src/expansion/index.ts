/**
 * Expansion: a claim that asks for more than its volume has. `volumeExpandController` says who is waited for, as
 * kube-controller-manager does; `resizerController` grows volumes by a `VolumeDriver`.
 */
import { PersistentVolume, PersistentVolumeClaim } from '@pintle/api/core/v1';
import { type VolumeDriver, VolumeRefusedError } from '@pintle/contracts';
import { type Controller, controller, type ReconcileContext } from '@pintle/controller-runtime';
import { deepEqual, parseQuantity, quantityValue } from '@pintle/machinery';
import { capacityText, type DriversOptions } from '../provisioner/index.js';
import {
  expandedStatus,
  failedStatus,
  isVolumeGrown,
  nodePendingStatus,
  resizingStatus,
  wantsExpansion,
} from './plan-expansion.js';

export * from './plan-expansion.js';

const boundVolume = (
  { informers }: Pick<ReconcileContext<PersistentVolumeClaim>, 'informers'>,
  claim: PersistentVolumeClaim,
) => informers.informer(PersistentVolume).lister.get({ name: claim.spec?.volumeName ?? '' });

/** No volume has an in-tree plug-in here, and so an external controller is waited for. */
export function volumeExpandController(): Controller {
  return controller({ name: 'persistentvolume-expander', component: 'volume_expand' })
    .for(PersistentVolumeClaim, {
      predicate: ({ type, object }) => type !== 'deleted' && wantsExpansion(object),
    })
    .reconcile(async (context) => {
      const { object: claim, events } = context;
      if (claim === undefined || !wantsExpansion(claim) || claim.status?.allocatedResourceStatuses !== undefined)
        return;
      const volume = boundVolume(context, claim);
      if (volume === undefined || isVolumeGrown(claim, volume)) return;
      events.record(claim, 'Normal', 'ExternalExpanding', 'waiting for an external controller to expand this PVC');
    });
}

export function resizerController({ drivers, concurrency = 10 }: DriversOptions): Controller {
  return controller({ name: 'volume-resizer', component: 'external-resizer', concurrency })
    .for(PersistentVolumeClaim, {
      predicate: ({ type, object }) => type !== 'deleted' && wantsExpansion(object),
    })
    .reconcile(async (context) => {
      const { object: claim } = context;
      if (claim === undefined || !wantsExpansion(claim)) return;
      const volume = boundVolume(context, claim);
      const driver = drivers.find(({ name }) => name === volume?.spec?.csi?.driver);
      if (volume !== undefined && driver !== undefined) await expand(context, claim, volume, driver);
    });
}

async function expand(
  { client, events, world }: ReconcileContext<PersistentVolumeClaim>,
  claim: PersistentVolumeClaim,
  volume: PersistentVolume,
  driver: VolumeDriver,
): Promise<void> {
  const write = async (current: PersistentVolumeClaim, status: NonNullable<PersistentVolumeClaim['status']>) =>
    deepEqual(status, current.status) ? current : client.update({ ...current, status }, { subresource: 'status' });
  const waiting = claim.status?.allocatedResourceStatuses?.['storage'] === 'NodeResizePending';
  if (waiting && isVolumeGrown(claim, volume)) return;
  const before = claim.status?.allocatedResourceStatuses?.['storage'];
  const current = await write(claim, resizingStatus(claim, world.clock.now()));
  const name = volume.metadata.name ?? '';
  if (before === undefined) events.record(claim, 'Normal', 'Resizing', `External resizer is resizing volume ${name}`);
  try {
    const wantedBytes = quantityValue(parseQuantity(claim.spec?.resources?.requests?.storage ?? '0'));
    const grown = await driver.expandVolume(volume.spec?.csi?.volumeHandle ?? '', wantedBytes);
    const storage = capacityText(grown.capacityBytes);
    if (volume.spec?.capacity?.storage !== storage)
      await client.update({ ...volume, spec: { ...volume.spec, capacity: { ...volume.spec?.capacity, storage } } });
    if (grown.nodeExpands && volume.spec?.volumeMode !== 'Block') {
      await write(current, nodePendingStatus(current, world.clock.now()));
      events.record(claim, 'Normal', 'FileSystemResizeRequired', 'Require file system resize of volume on node');
      return;
    }
    await write(current, expandedStatus(current, storage));
    events.record(claim, 'Normal', 'VolumeResizeSuccessful', 'Resize volume succeeded');
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const infeasible = error instanceof VolumeRefusedError;
    await write(current, failedStatus(current, world.clock.now(), message, { infeasible }));
    events.record(
      claim,
      'Warning',
      'VolumeResizeFailed',
      `resize volume ${JSON.stringify(name)} by resizer ${JSON.stringify(driver.name)} failed: ${message}`,
    );
    throw error;
  }
}
