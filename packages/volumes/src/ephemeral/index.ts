/** Generic ephemeral volumes: a claim for each, made for its pod, owned by it, and gone with it. */
import { PersistentVolumeClaim, Pod } from '@pintle/api/core/v1';
import { ephemeralClaimName, foreignClaimError } from '@pintle/api/volumes';
import { type Controller, controller } from '@pintle/controller-runtime';
import { controllerOf, controllerReference, StatusError } from '@pintle/machinery';

type EphemeralVolume = NonNullable<NonNullable<Pod['spec']>['volumes']>[number];

/** The claim of one ephemeral volume of a pod. Pure. */
export function ephemeralClaim(pod: Pod, volume: EphemeralVolume): PersistentVolumeClaim {
  const { metadata, spec } = volume.ephemeral?.volumeClaimTemplate ?? {};
  const { labels, annotations } = metadata ?? {};
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name: ephemeralClaimName(pod, volume),
      namespace: pod.metadata.namespace ?? '',
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
      ownerReferences: [controllerReference(pod, Pod)],
    },
    ...(spec === undefined ? {} : { spec }),
  };
}

export function ephemeralVolumeController({ concurrency = 5 }: { readonly concurrency?: number } = {}): Controller {
  return controller({ name: 'ephemeral-volume', component: 'ephemeral_volume', concurrency })
    .for(Pod, {
      predicate: ({ type, object }) =>
        type !== 'deleted' && (object.spec?.volumes ?? []).some(({ ephemeral }) => ephemeral !== undefined),
    })
    .watches(
      PersistentVolumeClaim,
      (claim) => {
        const owner = controllerOf(claim);
        return owner?.kind === 'Pod' ? [{ name: owner.name, namespace: claim.metadata.namespace ?? '' }] : [];
      },
      { predicate: ({ type }) => type === 'deleted' },
    )
    .reconcile(async ({ object: pod, client, informers, events }) => {
      if (pod === undefined || pod.metadata.deletionTimestamp !== undefined) return;
      for (const volume of pod.spec?.volumes ?? []) {
        if (volume.ephemeral === undefined) continue;
        const key = { name: ephemeralClaimName(pod, volume), namespace: pod.metadata.namespace ?? '' };
        const present = informers.informer(PersistentVolumeClaim).lister.get(key);
        const foreign = present === undefined ? undefined : foreignClaimError(pod, present);
        if (foreign !== undefined) {
          events.record(pod, 'Warning', 'FailedBinding', `ephemeral volume ${volume.name}: ${foreign}`);
          throw new Error(foreign);
        }
        if (present !== undefined) continue;
        await client.create(ephemeralClaim(pod, volume)).catch((error: unknown) => {
          // Whose it is shows when the cache has it.
          if (StatusError.is(error, 'AlreadyExists')) return;
          const message = error instanceof Error ? error.message : String(error);
          events.record(
            pod,
            'Warning',
            'FailedBinding',
            `ephemeral volume ${volume.name}: create PVC ${key.name}: ${message}`,
          );
          throw error;
        });
      }
    });
}
