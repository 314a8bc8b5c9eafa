/**
 * The volume binder: gives each claim the volume that fits it, says who is to make one where none does, and follows
 * the reclaim policy of volumes whose claim is gone. It makes and deletes nothing itself: `../provisioner` does.
 */
import { PersistentVolume, PersistentVolumeClaim, Pod } from '@pintle/api/core/v1';
import { StorageClass } from '@pintle/api/storage/v1';
import {
  annBetaStorageProvisioner,
  annBindCompleted,
  annBoundByController,
  annStorageProvisioner,
  boundToClaim,
  hasAnnotation,
  podClaims,
} from '@pintle/api/volumes';
import type { ObjectKey } from '@pintle/client';
import { type Controller, controller, type ReconcileContext } from '@pintle/controller-runtime';
import { deepEqual, formatTime } from '@pintle/machinery';
import type { Informers } from '@pintle/watch';
import { ignoreNotFound } from '../ignore-not-found.js';
import { type ClaimFacts, type ClaimStep, defaultClassOf, planClaim, type Told } from './plan-claim.js';
import { planVolume, unbound as unboundVolume } from './plan-volume.js';

export * from './find-best-match.js';
export * from './plan-claim.js';
export * from './plan-volume.js';

const component = 'persistentvolume-controller';
/** How soon a claim that nothing fits is told so again, and looked at again (upstream's resync). */
const resyncMs = 15_000;

/** For claims. One at a time, so that no two are promised one volume. */
export function claimBinder(): Controller {
  return controller({ name: 'persistentvolume-binder', component })
    .for(PersistentVolumeClaim)
    .watches(PersistentVolume, claimsForVolume)
    .watches(StorageClass, ({ metadata }, informers) =>
      unboundClaims(informers)
        .filter(({ spec }) => spec?.storageClassName === undefined || spec.storageClassName === metadata.name)
        .map(keyOf),
    )
    .reconcile(syncClaim);
}

/** For volumes. */
export function volumeBinder(): Controller {
  return controller({ name: 'persistentvolume-reclaimer', component })
    .for(PersistentVolume)
    .watches(PersistentVolumeClaim, ({ metadata, spec }, informers) => {
      const pointing = volumesByClaim(informers).byIndex('claim', `${metadata.namespace}/${metadata.name}`);
      const names = new Set([...pointing.map((volume) => volume.metadata.name ?? ''), spec?.volumeName ?? '']);
      return [...names].filter((name) => name !== '').map((name) => ({ name }));
    })
    .reconcile(syncVolume);
}

const keyOf = ({ metadata: { name = '', namespace = '' } }: PersistentVolumeClaim): ObjectKey => ({ name, namespace });

const volumesByClaim = (informers: Informers) =>
  informers.informer(PersistentVolume, {
    indexes: {
      claim: ({ spec }) => (spec?.claimRef === undefined ? [] : [`${spec.claimRef.namespace}/${spec.claimRef.name}`]),
    },
  }).lister;

const unbound = 'unbound';
/** By the volume that they name; those that wait for one, together. */
const claimsByVolume = (informers: Informers) =>
  informers.informer(PersistentVolumeClaim, {
    indexes: {
      volume: ({ spec }) => (spec?.volumeName ? [spec.volumeName] : []),
      state: (claim) => (hasAnnotation(claim, annBindCompleted) ? [] : [unbound]),
    },
  }).lister;

const unboundClaims = (informers: Informers) => claimsByVolume(informers).byIndex('state', unbound);

/** The claim that a volume names, or that names it; where it is free, all that wait. */
function claimsForVolume({ metadata, spec }: PersistentVolume, informers: Informers): readonly ObjectKey[] {
  const bound = spec?.claimRef;
  const naming = claimsByVolume(informers)
    .byIndex('volume', metadata.name ?? '')
    .map(keyOf);
  if (bound?.name !== undefined) return [...naming, { name: bound.name, namespace: bound.namespace ?? '' }];
  return [...naming, ...unboundClaims(informers).map(keyOf)];
}

function factsOf({ key, informers }: ReconcileContext<PersistentVolumeClaim>): ClaimFacts {
  const volumes = informers.informer(PersistentVolume).lister;
  const classes = informers.informer(StorageClass).lister;
  return {
    volumes: volumes.list(),
    volumeNamed: (name) => volumes.get({ name }),
    classNamed: (name) => classes.get({ name }),
    defaultClass: defaultClassOf(classes.list()),
    get waitingPods() {
      return informers
        .informer(Pod)
        .lister.list({ namespace: key.namespace ?? '' })
        .filter((pod) => !pod.spec?.nodeName && podClaims(pod).some(({ name }) => name === key.name))
        .map(({ metadata }) => metadata.name ?? '');
    },
  };
}

async function syncClaim(
  context: ReconcileContext<PersistentVolumeClaim>,
): Promise<undefined | { readonly requeueAfterMs: number }> {
  const { object: claim, client, events } = context;
  if (claim === undefined) return undefined;
  const step = planClaim(claim, factsOf(context));
  const tell = ({ type, reason, message }: Told) => events.record(claim, type, reason, message);
  switch (step.type) {
    case 'bind':
      await bind(context, claim, step.volume);
      return undefined;
    case 'classify':
      await client.update({ ...claim, spec: { ...claim.spec, storageClassName: step.storageClass } });
      return undefined;
    case 'lose':
      if (claim.status?.phase !== 'Lost') tell(step.tell);
      await writeClaimPhase(context, claim, 'Lost');
      return undefined;
    case 'fail':
      tell(step.tell);
      throw new Error(step.message);
    default:
      return wait(context, claim, step, tell);
  }
}

async function wait(
  context: ReconcileContext<PersistentVolumeClaim>,
  claim: PersistentVolumeClaim,
  step: Extract<ClaimStep, { type: 'wait' | 'provision' }>,
  tell: (told: Told) => void,
): Promise<{ readonly requeueAfterMs: number }> {
  if (step.tell !== undefined) tell(step.tell);
  const { annotations } = claim.metadata;
  let current = claim;
  if (step.type === 'provision' && annotations?.[annStorageProvisioner] !== step.provisioner) {
    current = await context.client.update({
      ...claim,
      metadata: {
        ...claim.metadata,
        annotations: {
          ...annotations,
          [annBetaStorageProvisioner]: step.provisioner,
          [annStorageProvisioner]: step.provisioner,
        },
      },
    });
  }
  await writeClaimPhase(context, current, 'Pending');
  return { requeueAfterMs: resyncMs };
}

/** Four writes, each of which a crash may be the last before: the next look goes on from there. */
async function bind(
  context: ReconcileContext<PersistentVolumeClaim>,
  claim: PersistentVolumeClaim,
  found: PersistentVolume,
): Promise<void> {
  const { client, world } = context;
  const wanted = boundToClaim(found, claim);
  let volume = wanted === found ? found : await client.update(wanted);
  if (volume.status?.phase !== 'Bound') volume = await writeVolumePhase(context, volume, 'Bound');
  const name = volume.metadata.name ?? '';
  const annotations = {
    ...claim.metadata.annotations,
    ...(claim.spec?.volumeName === name ? {} : { [annBoundByController]: 'yes' }),
    [annBindCompleted]: 'yes',
  };
  let current = claim;
  if (claim.spec?.volumeName !== name || !deepEqual(claim.metadata.annotations ?? {}, annotations)) {
    current = await client.update({
      ...claim,
      metadata: { ...claim.metadata, annotations },
      spec: { ...claim.spec, volumeName: name },
    });
  }
  // Once bound, the capacity is the resizer's affair.
  const capacity = current.status?.phase === 'Bound' ? current.status.capacity : volume.spec?.capacity;
  const status = {
    ...current.status,
    phase: 'Bound',
    ...(volume.spec?.accessModes === undefined ? {} : { accessModes: volume.spec.accessModes }),
    ...(capacity === undefined ? {} : { capacity }),
  };
  if (!deepEqual(status, current.status)) await client.update({ ...current, status }, { subresource: 'status' });
  world.logger.log('debug', 'a claim is bound', { claim: current.metadata.name, volume: name });
}

async function writeClaimPhase(
  { client }: Pick<ReconcileContext<PersistentVolumeClaim>, 'client'>,
  claim: PersistentVolumeClaim,
  phase: 'Pending' | 'Lost',
): Promise<void> {
  const { accessModes: _modes, capacity: _capacity, ...rest } = claim.status ?? {};
  const status = { ...rest, phase };
  if (deepEqual(status, claim.status)) return;
  await client.update({ ...claim, status }, { subresource: 'status' });
}

type VolumePhase = 'Available' | 'Bound' | 'Released' | 'Failed';

async function writeVolumePhase(
  { client, world }: Pick<ReconcileContext<PersistentVolume>, 'client' | 'world'>,
  volume: PersistentVolume,
  phase: VolumePhase,
  message?: string,
): Promise<PersistentVolume> {
  if (volume.status?.phase === phase) return volume;
  const status = {
    phase,
    lastPhaseTransitionTime: formatTime(world.clock.now()),
    ...(message === undefined ? {} : { message }),
  };
  return client.update({ ...volume, status }, { subresource: 'status' });
}

async function syncVolume(context: ReconcileContext<PersistentVolume>): Promise<void> {
  const { object: volume, client, informers, events } = context;
  if (volume === undefined) return;
  const { name = '', namespace = '', uid } = volume.spec?.claimRef ?? {};
  const known = informers.informer(PersistentVolumeClaim).lister.get({ name, namespace });
  // Before a volume is let go, the server is asked: the cache may not have its claim yet, or that of an earlier time.
  const claim =
    uid && known?.metadata.uid !== uid
      ? await client.get(PersistentVolumeClaim, { name, namespace }).catch((error: unknown) => {
          ignoreNotFound(error);
          return undefined;
        })
      : known;
  const step = planVolume(volume, claim);
  switch (step.type) {
    case 'phase':
      await writeVolumePhase(context, volume, step.phase);
      return;
    case 'unbind':
      await writeVolumePhase(context, await client.update(unboundVolume(volume)), 'Available');
      return;
    case 'leave':
      if (step.tell !== undefined) events.record(volume, step.tell.type, step.tell.reason, step.tell.message);
      if (step.tellClaim !== undefined && claim !== undefined)
        events.record(claim, step.tellClaim.type, step.tellClaim.reason, step.tellClaim.message);
      return;
    case 'release': {
      const { phase } = volume.status ?? {};
      const released = phase === 'Failed' ? volume : await writeVolumePhase(context, volume, 'Released');
      if (step.reclaim.type !== 'fail' || phase === 'Failed') return;
      const { type, reason, message } = step.reclaim.tell;
      await writeVolumePhase(context, released, 'Failed', message);
      events.record(volume, type, reason, message);
      return;
    }
  }
}
