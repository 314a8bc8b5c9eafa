/** What a claim needs done to be bound. Pure; follows syncClaim of kube-controller-manager's volume binder. */
import type { PersistentVolume, PersistentVolumeClaim } from '@pintle/api/core/v1';
import type { StorageClass } from '@pintle/api/storage/v1';
import {
  annBindCompleted,
  annBoundByController,
  annSelectedNode,
  classOfClaim,
  hasAnnotation,
  isBoundToClaim,
} from '@pintle/api/volumes';
import { findBestMatch, volumeMismatch } from './find-best-match.js';

export interface Told {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

export type ClaimStep =
  | { readonly type: 'bind'; readonly volume: PersistentVolume }
  | { readonly type: 'wait'; readonly tell?: Told }
  /** It is said on the claim who is to make its volume. */
  | { readonly type: 'provision'; readonly provisioner: string; readonly tell: Told }
  | { readonly type: 'lose'; readonly tell: Told }
  /** It names no class, and there is a default one by now. */
  | { readonly type: 'classify'; readonly storageClass: string }
  /** What cannot be. */
  | { readonly type: 'fail'; readonly message: string; readonly tell: Told };

export interface ClaimFacts {
  readonly volumes: readonly PersistentVolume[];
  readonly volumeNamed: (name: string) => PersistentVolume | undefined;
  readonly classNamed: (name: string) => StorageClass | undefined;
  readonly defaultClass: StorageClass | undefined;
  /** Pods that wait to be scheduled for the claim, by name. */
  readonly waitingPods: readonly string[];
}

export function planClaim(claim: PersistentVolumeClaim, facts: ClaimFacts): ClaimStep {
  if (hasAnnotation(claim, annBindCompleted)) return planBoundClaim(claim, facts);
  return claim.spec?.volumeName ? planChosen(claim, claim.spec.volumeName, facts) : planUnbound(claim, facts);
}

function planUnbound(claim: PersistentVolumeClaim, facts: ClaimFacts): ClaimStep {
  const className = classOfClaim(claim);
  const storageClass = facts.classNamed(className);
  const delayed = storageClass?.volumeBindingMode === 'WaitForFirstConsumer';
  const volume = findBestMatch(claim, facts.volumes, { delayed });
  if (volume !== undefined) return { type: 'bind', volume };
  if (claim.spec?.storageClassName === undefined && className === '' && facts.defaultClass !== undefined)
    return { type: 'classify', storageClass: facts.defaultClass.metadata.name ?? '' };
  if (delayed && !hasAnnotation(claim, annSelectedNode)) return { type: 'wait', tell: waitingFor(facts.waitingPods) };
  if (className !== '') return planProvisioning(className, storageClass);
  const message = 'no persistent volumes available for this claim and no storage class is set';
  return { type: 'wait', tell: { type: 'Normal', reason: 'FailedBinding', message } };
}

function waitingFor(pods: readonly string[]): Told {
  if (pods.length === 0) {
    const message = 'waiting for first consumer to be created before binding';
    return { type: 'Normal', reason: 'WaitForFirstConsumer', message };
  }
  const message = `waiting for ${pods.length > 1 ? 'pods' : 'pod'} ${pods.join(',')} to be scheduled`;
  return { type: 'Normal', reason: 'WaitForPodScheduled', message };
}

function planProvisioning(className: string, storageClass: StorageClass | undefined): ClaimStep {
  const failed = (message: string): ClaimStep => ({
    type: 'wait',
    tell: { type: 'Warning', reason: 'ProvisioningFailed', message },
  });
  if (storageClass === undefined) return failed(`storageclass.storage.k8s.io ${JSON.stringify(className)} not found`);
  const { provisioner } = storageClass;
  if (provisioner.startsWith('kubernetes.io/')) return failed(`no volume plugin matched name: ${provisioner}`);
  const message =
    `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the system ` +
    'administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.';
  return { type: 'provision', provisioner, tell: { type: 'Normal', reason: 'ExternalProvisioning', message } };
}

function planChosen(claim: PersistentVolumeClaim, name: string, facts: ClaimFacts): ClaimStep {
  const volume = facts.volumeNamed(name);
  if (volume === undefined) return { type: 'wait' };
  if (volume.spec?.claimRef === undefined) {
    const mismatch = volumeMismatch(volume, claim);
    if (mismatch === undefined) return { type: 'bind', volume };
    const message = `Cannot bind to requested volume ${JSON.stringify(name)}: ${mismatch}`;
    return { type: 'wait', tell: { type: 'Warning', reason: 'VolumeMismatch', message } };
  }
  if (isBoundToClaim(volume, claim)) return { type: 'bind', volume };
  const { namespace, name: other } = volume.spec.claimRef;
  const message = `volume ${JSON.stringify(name)} already bound to a different claim.`;
  const tell: Told = { type: 'Warning', reason: 'FailedBinding', message };
  if (hasAnnotation(claim, annBoundByController)) {
    const key = `${claim.metadata.namespace}/${claim.metadata.name}`;
    return {
      type: 'fail',
      tell,
      message: `invalid binding of claim ${JSON.stringify(key)} to volume ${JSON.stringify(name)}: volume already claimed by "${namespace}/${other}"`,
    };
  }
  return { type: 'wait', tell };
}

function planBoundClaim(claim: PersistentVolumeClaim, facts: ClaimFacts): ClaimStep {
  const lost = (reason: string, message: string): ClaimStep => ({
    type: 'lose',
    tell: { type: 'Warning', reason, message },
  });
  const name = claim.spec?.volumeName;
  if (!name)
    return lost('ClaimLost', 'Bound claim has lost reference to PersistentVolume. Data on the volume is lost!');
  const volume = facts.volumeNamed(name);
  if (volume === undefined)
    return lost('ClaimLost', 'Bound claim has lost its PersistentVolume. Data on the volume is lost!');
  const bound = volume.spec?.claimRef;
  if (bound === undefined || bound.uid === claim.metadata.uid) return { type: 'bind', volume };
  return lost('ClaimMisbound', 'Two claims are bound to the same volume, this one is bound incorrectly');
}

const defaultAnnotations = [
  'storageclass.kubernetes.io/is-default-class',
  'storageclass.beta.kubernetes.io/is-default-class',
];

/** Of several the newest, of those the first by name. */
export function defaultClassOf(classes: readonly StorageClass[]): StorageClass | undefined {
  const isDefault = ({ metadata }: StorageClass) =>
    defaultAnnotations.some((key) => metadata.annotations?.[key] === 'true');
  const rank = ({ metadata }: StorageClass) => metadata.creationTimestamp ?? '';
  return classes
    .filter(isDefault)
    .sort((a, b) =>
      rank(a) === rank(b) ? ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1) : rank(a) > rank(b) ? -1 : 1,
    )[0];
}
