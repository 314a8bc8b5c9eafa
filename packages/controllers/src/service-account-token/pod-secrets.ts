/** The names of the Secrets that a pod speaks of, wherever it does. Pure. */
import type { Pod } from '@pintle/api/core/v1';

export function secretNamesOf({ spec }: Pod): readonly string[] {
  if (spec === undefined) return [];
  const { containers, initContainers = [], ephemeralContainers = [], imagePullSecrets = [], volumes = [] } = spec;
  const ofContainers = [...containers, ...initContainers, ...ephemeralContainers].flatMap(
    ({ env = [], envFrom = [] }) => [
      ...env.map(({ valueFrom }) => valueFrom?.secretKeyRef?.name),
      ...envFrom.map(({ secretRef }) => secretRef?.name),
    ],
  );
  const ofVolumes = volumes.flatMap((volume) => [
    ...[volume.secret?.secretName, volume.azureFile?.secretName, volume.csi?.nodePublishSecretRef?.name],
    ...[
      volume.cephfs,
      volume.cinder,
      volume.flexVolume,
      volume.rbd,
      volume.scaleIO,
      volume.iscsi,
      volume.storageos,
    ].map((source) => source?.secretRef?.name),
    ...(volume.projected?.sources?.map(({ secret }) => secret?.name) ?? []),
  ]);
  return [...imagePullSecrets.map(({ name }) => name), ...ofContainers, ...ofVolumes].filter(
    (name): name is string => name !== undefined && name !== '',
  );
}
