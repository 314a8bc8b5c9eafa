/** Who the pods of a StatefulSet are: their ordinals, names, labels and volumes. Pure. */
import type { ControllerRevision, StatefulSet } from '@pintle/api/apps/v1';
import type { PersistentVolumeClaim, Pod, PodSpec, PodTemplateSpec } from '@pintle/api/core/v1';
import { podRevisionLabel, templateOf } from '../history/controller-revision.js';
import { podFromTemplate } from '../pod-template.js';

export const statefulSetKind = { group: 'apps', version: 'v1', kind: 'StatefulSet' };

export const podNameLabel = 'statefulset.kubernetes.io/pod-name';
export const podIndexLabel = 'apps.kubernetes.io/pod-index';

export const replicasOf = ({ spec }: StatefulSet): number => spec?.replicas ?? 1;
export const startOrdinal = ({ spec }: StatefulSet): number => spec?.ordinals?.start ?? 0;

/** The ordinal of a pod that is named as a member of the set; undefined for every other pod. */
export function ordinalOf(set: StatefulSet, pod: Pod): number | undefined {
  const [, parent, digits] = /^(.*)-(\d+)$/.exec(pod.metadata.name ?? '') ?? [];
  const ordinal = Number(digits);
  return parent === set.metadata.name && ordinal <= ordinalMax ? ordinal : undefined;
}

const ordinalMax = 2 ** 31 - 1;

export const isInRange = (set: StatefulSet, ordinal: number): boolean =>
  ordinal >= startOrdinal(set) && ordinal < startOrdinal(set) + replicasOf(set);

const templatesOf = ({ spec }: StatefulSet): readonly PersistentVolumeClaim[] => spec?.volumeClaimTemplates ?? [];

/** `data-web-0` for the claim template `data` of the set `web`. */
export const claimName = (template: PersistentVolumeClaim, set: StatefulSet, ordinal: number): string =>
  `${template.metadata.name}-${set.metadata.name}-${ordinal}`;

/** The claims that the pod with this ordinal needs, as they are made. */
export function claimsFor(set: StatefulSet, ordinal: number): readonly PersistentVolumeClaim[] {
  return templatesOf(set).map((template) => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      ...template.metadata,
      name: claimName(template, set, ordinal),
      namespace: set.metadata.namespace ?? '',
      labels: { ...template.metadata.labels, ...set.spec?.selector.matchLabels },
    },
    ...(template.spec === undefined ? {} : { spec: template.spec }),
  }));
}

type Volumes = NonNullable<PodSpec['volumes']>;

/** The volumes of the claims first, and of the others those whose names the claims leave free. */
function withStorage(set: StatefulSet, ordinal: number, spec: PodSpec): PodSpec {
  const names = new Set(templatesOf(set).map(({ metadata }) => metadata.name));
  if (names.size === 0) return spec;
  const claimed = templatesOf(set).map((template) => ({
    name: template.metadata.name ?? '',
    persistentVolumeClaim: { claimName: claimName(template, set, ordinal) },
  }));
  const others = (spec.volumes ?? []).filter(({ name }) => !names.has(name));
  return { ...spec, volumes: [...claimed, ...others] as Volumes };
}

function withIdentity(set: StatefulSet, ordinal: number, pod: Pod): Pod {
  const name = `${set.metadata.name}-${ordinal}`;
  const labels = { ...pod.metadata.labels, [podNameLabel]: name, [podIndexLabel]: String(ordinal) };
  return { ...pod, metadata: { ...pod.metadata, name, namespace: set.metadata.namespace ?? '', labels } };
}

/** A new pod of a revision of the set. */
export function podOf(set: StatefulSet, ordinal: number, revision: ControllerRevision): Pod {
  const template: PodTemplateSpec = templateOf(revision);
  const bare = withIdentity(set, ordinal, podFromTemplate(set, statefulSetKind, template));
  const { name = '', labels } = bare.metadata;
  const spec = {
    ...withStorage(set, ordinal, bare.spec ?? { containers: [] }),
    hostname: name,
    ...(set.spec?.serviceName ? { subdomain: set.spec.serviceName } : {}),
  };
  return {
    ...bare,
    metadata: { ...bare.metadata, labels: { ...labels, [podRevisionLabel]: revision.metadata.name ?? '' } },
    spec,
  };
}

/** The pod as a member of the set has to be; the same object where it is so already. */
export function asMember(set: StatefulSet, ordinal: number, pod: Pod): Pod {
  const identified = pod.metadata.labels?.[podNameLabel] === pod.metadata.name;
  const stored = templatesOf(set).every((template) =>
    pod.spec?.volumes?.some(
      ({ name, persistentVolumeClaim }) =>
        name === template.metadata.name && persistentVolumeClaim?.claimName === claimName(template, set, ordinal),
    ),
  );
  if (identified && stored) return pod;
  const named = identified ? pod : withIdentity(set, ordinal, pod);
  return stored || pod.spec === undefined ? named : { ...named, spec: withStorage(set, ordinal, pod.spec) };
}
