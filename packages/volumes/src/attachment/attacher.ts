/**
 * The attacher: carries out VolumeAttachments by a `VolumeDriver`, where a CSI driver's external-attacher stands beside
 * kube-controller-manager.
 */
import { PersistentVolume } from '@pintle/api/core/v1';
import { VolumeAttachment } from '@pintle/api/storage/v1';
import type { VolumeDriver } from '@pintle/contracts';
import { type Controller, controller, type ReconcileContext } from '@pintle/controller-runtime';
import { formatTime, hasFinalizer, withFinalizer, withoutFinalizer } from '@pintle/machinery';
import { ignoreNotFound } from '../ignore-not-found.js';
import type { DriversOptions } from '../provisioner/index.js';

/** By which a driver holds an attachment, and the volume, until it is undone. */
export const attacherFinalizer = (driver: string): string => `external-attacher/${driver.replaceAll('/', '-')}`;

export function attacherController({ drivers, concurrency = 10 }: DriversOptions): Controller {
  return controller({ name: 'volume-attacher', concurrency })
    .for(VolumeAttachment)
    .reconcile(async (context) => {
      const driver = drivers.find(({ name }) => name === context.object?.spec.attacher);
      if (context.object === undefined || driver === undefined) return;
      await (context.object.metadata.deletionTimestamp === undefined
        ? attach(context, context.object, driver)
        : detach(context, context.object, driver));
    });
}

const handleOf = (context: ReconcileContext<VolumeAttachment>, { spec }: VolumeAttachment) => {
  const inline = spec.source.inlineVolumeSpec;
  const volume = context.informers
    .informer(PersistentVolume)
    .lister.get({ name: spec.source.persistentVolumeName ?? '' });
  return { volume, handle: (inline ?? volume?.spec)?.csi?.volumeHandle };
};

async function attach(
  context: ReconcileContext<VolumeAttachment>,
  attachment: VolumeAttachment,
  driver: VolumeDriver,
): Promise<void> {
  const { client, world } = context;
  if (attachment.status?.attached) return;
  if (!driver.capabilities.attaches) {
    await client.update({ ...attachment, status: { attached: true } }, { subresource: 'status' }).catch(ignoreNotFound);
    return;
  }
  const finalizer = attacherFinalizer(driver.name);
  const { volume, handle } = handleOf(context, attachment);
  // First the hold, then the work: what is attached is never forgotten.
  const held = hasFinalizer(attachment, finalizer)
    ? attachment
    : await client.update(withFinalizer(attachment, finalizer));
  if (volume !== undefined && !hasFinalizer(volume, finalizer)) await client.update(withFinalizer(volume, finalizer));
  const { nodeName } = attachment.spec;
  try {
    if (handle === undefined)
      throw new Error(`PersistentVolume ${JSON.stringify(attachment.spec.source.persistentVolumeName)} not found`);
    const attachmentMetadata = await driver.attachVolume({
      handle,
      nodeName,
      readOnly: volume?.spec?.csi?.readOnly ?? false,
    });
    await client.update({ ...held, status: { attached: true, attachmentMetadata } }, { subresource: 'status' });
  } catch (error) {
    const attachError = { time: formatTime(world.clock.now()), message: messageOf(error) };
    await client
      .update({ ...held, status: { ...held.status, attached: false, attachError } }, { subresource: 'status' })
      .catch(ignoreNotFound);
    throw error;
  }
}

async function detach(
  context: ReconcileContext<VolumeAttachment>,
  attachment: VolumeAttachment,
  driver: VolumeDriver,
): Promise<void> {
  const { client, informers, world } = context;
  const finalizer = attacherFinalizer(driver.name);
  if (!hasFinalizer(attachment, finalizer)) return;
  const { volume, handle } = handleOf(context, attachment);
  try {
    if (handle !== undefined) await driver.detachVolume({ handle, nodeName: attachment.spec.nodeName });
  } catch (error) {
    const detachError = { time: formatTime(world.clock.now()), message: messageOf(error) };
    await client
      .update(
        { ...attachment, status: { attached: false, ...attachment.status, detachError } },
        { subresource: 'status' },
      )
      .catch(ignoreNotFound);
    throw error;
  }
  const others = informers
    .informer(VolumeAttachment)
    .lister.list()
    .some(
      ({ metadata, spec }) =>
        metadata.uid !== attachment.metadata.uid &&
        spec.source.persistentVolumeName === attachment.spec.source.persistentVolumeName,
    );
  if (volume !== undefined && !others && hasFinalizer(volume, finalizer))
    await client.update(withoutFinalizer(volume, finalizer));
  await client.update(withoutFinalizer(attachment, finalizer)).catch(ignoreNotFound);
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
