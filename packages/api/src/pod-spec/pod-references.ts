/** The objects that a pod refers to by name, which its node may therefore read. Pure. */
import type { Pod } from '../core/v1/index.js';
import { containersOf } from '../strategy/pod/containers-of.js';

/** Names, each once, all of the pod's own namespace. */
export interface PodReferences {
  readonly secrets: ReadonlySet<string>;
  readonly configMaps: ReadonlySet<string>;
  readonly claims: ReadonlySet<string>;
  /** On devices: those that the pod names, and those that were made for it. */
  readonly resourceClaims: ReadonlySet<string>;
  readonly serviceAccount: string | undefined;
}

export function referencesOf({ metadata, spec, status }: Pod): PodReferences {
  const secrets = new Set<string>();
  const configMaps = new Set<string>();
  const claims = new Set<string>();
  const resourceClaims = new Set<string>();
  const add = (set: Set<string>, name: string | undefined) => {
    if (name) set.add(name);
  };
  for (const { name } of spec?.imagePullSecrets ?? []) add(secrets, name);
  for (const {
    container: { env, envFrom },
  } of containersOf(spec)) {
    for (const { configMapRef, secretRef } of envFrom ?? []) {
      add(configMaps, configMapRef?.name);
      add(secrets, secretRef?.name);
    }
    for (const { valueFrom } of env ?? []) {
      add(configMaps, valueFrom?.configMapKeyRef?.name);
      add(secrets, valueFrom?.secretKeyRef?.name);
    }
  }
  for (const volume of spec?.volumes ?? []) {
    add(configMaps, volume.configMap?.name);
    add(secrets, volume.secret?.secretName);
    for (const source of volume.projected?.sources ?? []) {
      add(configMaps, source.configMap?.name);
      add(secrets, source.secret?.name);
    }
    add(secrets, volume.azureFile?.secretName);
    for (const driver of [
      volume.cephfs,
      volume.cinder,
      volume.flexVolume,
      volume.rbd,
      volume.scaleIO,
      volume.iscsi,
      volume.storageos,
    ])
      add(secrets, driver?.secretRef?.name);
    add(secrets, volume.csi?.nodePublishSecretRef?.name);
    add(claims, volume.persistentVolumeClaim?.claimName);
    if (volume.ephemeral !== undefined) claims.add(`${metadata.name}-${volume.name}`);
  }
  for (const { resourceClaimName } of spec?.resourceClaims ?? []) add(resourceClaims, resourceClaimName);
  for (const { resourceClaimName } of status?.resourceClaimStatuses ?? []) add(resourceClaims, resourceClaimName);
  return { secrets, configMaps, claims, resourceClaims, serviceAccount: spec?.serviceAccountName || undefined };
}
