/** The names by which those who bind, provision and place tell each other what they did. */
import type { KubernetesObject } from '@pintle/machinery';

/** On a claim: what had to be done to bind it is done. */
export const annBindCompleted = 'pv.kubernetes.io/bind-completed';
/** On a claim or a volume: a controller bound it, and may undo it; without, the user did. */
export const annBoundByController = 'pv.kubernetes.io/bound-by-controller';
/** On a volume: the provisioner that made it, and that is to delete it. */
export const annDynamicallyProvisioned = 'pv.kubernetes.io/provisioned-by';
/** On both: the CSI driver that stands in for an in-tree plugin. */
export const annMigratedTo = 'pv.kubernetes.io/migrated-to';
/** On a claim: the node that the scheduler chose; the volume is to be made where that node reaches it. */
export const annSelectedNode = 'volume.kubernetes.io/selected-node';
/** On a claim: who is to make its volume. */
export const annStorageProvisioner = 'volume.kubernetes.io/storage-provisioner';
export const annBetaStorageProvisioner = 'volume.beta.kubernetes.io/storage-provisioner';
/** The storage class, before it was a field. */
export const annBetaStorageClass = 'volume.beta.kubernetes.io/storage-class';
/** On a CSINode: the in-tree plugins that CSI drivers stand in for on that node, separated by commas. */
export const annMigratedPlugins = 'storage.alpha.kubernetes.io/migrated-plugins';
/** On a Node: volumes are attached to it by the attach/detach controller, and not by its kubelet. */
export const annControllerAttaches = 'volumes.kubernetes.io/controller-managed-attach-detach';

/** The provisioner of a class whose volumes are made by hand. */
export const noProvisioner = 'kubernetes.io/no-provisioner';

/** Keeps a volume with an in-tree source until what is behind it is deleted. */
export const inTreeProtectionFinalizer = 'kubernetes.io/pv-controller';
/** The same, of an external provisioner. */
export const provisionerProtectionFinalizer = 'external-provisioner.volume.kubernetes.io/finalizer';

/** Whether the annotation is there, whatever it says. */
export function hasAnnotation({ metadata }: KubernetesObject, name: string): boolean {
  return metadata.annotations !== undefined && Object.hasOwn(metadata.annotations, name);
}
