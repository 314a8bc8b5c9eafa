/**
 * The provisioner: makes volumes for claims by a `VolumeDriver`, and deletes them when they are released. It stands
 * where a CSI driver's external-provisioner stands beside kube-controller-manager.
 */
import { Node, PersistentVolume, PersistentVolumeClaim } from '@pintle/api/core/v1';
import { StorageClass } from '@pintle/api/storage/v1';
import { annSelectedNode, classOfClaim, provisionerProtectionFinalizer } from '@pintle/api/volumes';
import { type VolumeDriver, VolumeExhaustedError } from '@pintle/contracts';
import { type Controller, controller, type ReconcileContext } from '@pintle/controller-runtime';
import { hasFinalizer, StatusError, withoutFinalizer } from '@pintle/machinery';
import { ignoreNotFound } from '../ignore-not-found.js';
import { isToDelete, isToProvision, provisionedVolume, volumeNameFor, volumeRequest } from './plan-provisioning.js';

export * from './plan-provisioning.js';

export interface DriversOptions {
  readonly drivers: readonly VolumeDriver[];
  /** Volumes worked on at once. Default 10. */
  readonly concurrency?: number;
}

export function provisionerController({ drivers, concurrency = 10 }: DriversOptions): Controller {
  return controller({ name: 'volume-provisioner', component: 'volume-provisioner', concurrency })
    .for(PersistentVolumeClaim)
    .watches(StorageClass, ({ metadata }, informers) =>
      informers
        .informer(PersistentVolumeClaim)
        .lister.list()
        .filter((claim) => !claim.spec?.volumeName && classOfClaim(claim) === metadata.name)
        .map((claim) => ({ name: claim.metadata.name ?? '', namespace: claim.metadata.namespace ?? '' })),
    )
    .reconcile((context) => provision(context, drivers));
}

async function provision(
  { object: claim, client, informers, events }: ReconcileContext<PersistentVolumeClaim>,
  drivers: readonly VolumeDriver[],
): Promise<void> {
  if (claim === undefined) return;
  const storageClass = informers.informer(StorageClass).lister.get({ name: classOfClaim(claim) });
  const driver = drivers.find(({ name }) => isToProvision(claim, storageClass, name));
  if (driver === undefined || storageClass === undefined) return;
  const volumeName = volumeNameFor(claim);
  const present = await client.get(PersistentVolume, { name: volumeName }).catch((error: unknown) => {
    if (!StatusError.is(error, 'NotFound')) throw error;
    return undefined;
  });
  if (present !== undefined) return;
  const { [annSelectedNode]: nodeName, ...annotations } = claim.metadata.annotations ?? {};
  const node = nodeName === undefined ? undefined : informers.informer(Node).lister.get({ name: nodeName });
  const key = `${claim.metadata.namespace}/${claim.metadata.name}`;
  events.record(
    claim,
    'Normal',
    'Provisioning',
    `External provisioner is provisioning volume for claim ${JSON.stringify(key)}`,
  );
  try {
    const made = await driver.createVolume(volumeRequest(claim, storageClass, node?.metadata.labels));
    await client.create(provisionedVolume(claim, storageClass, driver.name, made)).catch((error: unknown) => {
      if (!StatusError.is(error, 'AlreadyExists')) throw error;
    });
    events.record(claim, 'Normal', 'ProvisioningSucceeded', `Successfully provisioned volume ${volumeName}`);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    events.record(
      claim,
      'Warning',
      'ProvisioningFailed',
      `failed to provision volume with StorageClass ${JSON.stringify(storageClass.metadata.name)}: ${message}`,
    );
    // There is no room where that node is: the scheduler is to choose anew.
    if (error instanceof VolumeExhaustedError && nodeName !== undefined)
      await client.update({ ...claim, metadata: { ...claim.metadata, annotations } }).catch(ignoreNotFound);
    throw error;
  }
}

/** Deletes what is behind released volumes, and then the volumes. */
export function volumeDeleterController({ drivers, concurrency = 10 }: DriversOptions): Controller {
  return controller({ name: 'volume-deleter', component: 'volume-provisioner', concurrency })
    .for(PersistentVolume)
    .reconcile(async ({ object: volume, client, events }) => {
      const driver = volume && drivers.find(({ name }) => isToDelete(volume, name));
      if (volume === undefined || driver === undefined) return;
      const { name = '', uid = '' } = volume.metadata;
      try {
        await driver.deleteVolume(volume.spec?.csi?.volumeHandle ?? '');
      } catch (error) {
        events.record(volume, 'Warning', 'VolumeFailedDelete', error instanceof Error ? error.message : String(error));
        throw error;
      }
      await client.delete(PersistentVolume, { name }, { preconditions: { uid } }).catch(ignoreNotFound);
      const left = await client.get(PersistentVolume, { name }).catch((error: unknown) => {
        ignoreNotFound(error);
        return undefined;
      });
      if (left?.metadata.uid !== uid || !hasFinalizer(left, provisionerProtectionFinalizer)) return;
      await client.update(withoutFinalizer(left, provisionerProtectionFinalizer)).catch((error: unknown) => {
        if (!StatusError.is(error, 'NotFound')) throw error;
      });
    });
}
