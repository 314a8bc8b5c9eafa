/**
 * Volumes of in-tree plugins as the CSI drivers see them that stand in for those plugins: which driver, which handle,
 * and where pods reach them. Only the plugins whose volumes are counted and placed; mounting is the kubelet's.
 */
import type { NodeSelectorRequirement, NodeSelectorTerm, PersistentVolume, Volume } from '../core/v1/index.js';
import type { CSINode } from '../storage/v1/storage.js';
import { annMigratedPlugins } from './annotations.js';

export interface CsiVolume {
  readonly driver: string;
  readonly handle: string;
}

interface Migration {
  readonly plugin: string;
  readonly driver: string;
  /** The label of nodes that the driver knows places by. */
  readonly topologyKey?: string;
  readonly inline: (volume: Volume) => string | undefined;
  readonly persistent: (volume: PersistentVolume) => string | undefined;
}

const zoneLabels = ['topology.kubernetes.io/zone', 'failure-domain.beta.kubernetes.io/zone'] as const;
const regionLabel = 'topology.kubernetes.io/region';
const betaRegionLabel = 'failure-domain.beta.kubernetes.io/region';
const zonesDelimiter = '__';

const migrations: readonly Migration[] = [
  {
    plugin: 'kubernetes.io/aws-ebs',
    driver: 'ebs.csi.aws.com',
    topologyKey: 'topology.ebs.csi.aws.com/zone',
    inline: ({ awsElasticBlockStore: disk }) => disk && ebsVolumeId(disk.volumeID),
    persistent: ({ spec }) => spec?.awsElasticBlockStore && ebsVolumeId(spec.awsElasticBlockStore.volumeID),
  },
  {
    plugin: 'kubernetes.io/gce-pd',
    driver: 'pd.csi.storage.gke.io',
    topologyKey: 'topology.gke.io/zone',
    inline: ({ gcePersistentDisk: disk }) => disk && gceVolumeId('', disk.pdName),
    persistent: ({ spec, metadata: { labels = {} } }) =>
      spec?.gcePersistentDisk &&
      gceVolumeId(labels[zoneLabels[1]] || labels[zoneLabels[0]] || '', spec.gcePersistentDisk.pdName),
  },
  {
    plugin: 'kubernetes.io/azure-disk',
    driver: 'disk.csi.azure.com',
    topologyKey: 'topology.disk.csi.azure.com/zone',
    inline: ({ azureDisk }) => azureDisk?.diskURI,
    persistent: ({ spec }) => spec?.azureDisk?.diskURI,
  },
  {
    plugin: 'kubernetes.io/cinder',
    driver: 'cinder.csi.openstack.org',
    topologyKey: 'topology.cinder.csi.openstack.org/zone',
    inline: ({ cinder }) => cinder?.volumeID,
    persistent: ({ spec }) => spec?.cinder?.volumeID,
  },
  {
    plugin: 'kubernetes.io/portworx-volume',
    driver: 'pxd.portworx.com',
    inline: ({ portworxVolume }) => portworxVolume?.volumeID,
    persistent: ({ spec }) => spec?.portworxVolume?.volumeID,
  },
];

/** The driver that stands in for an in-tree plugin of this name, wherever it is migrated. */
export function migratedDriver(plugin: string): string | undefined {
  return migrations.find((each) => each.plugin === plugin)?.driver;
}

/** Whether the driver stands in for the plugin on that node. */
export function isMigratedOnNode(plugin: string, csiNode: CSINode | undefined): boolean {
  return csiNode?.metadata.annotations?.[annMigratedPlugins]?.split(',').includes(plugin) ?? false;
}

/** An inline volume with its plugin, and as its driver sees it. Undefined: not one that is migrated. */
export function migratedInline(volume: Volume): (CsiVolume & { readonly plugin: string }) | undefined {
  for (const { plugin, driver, inline } of migrations) {
    const handle = inline(volume);
    if (handle !== undefined) return { plugin, driver, handle };
  }
  return undefined;
}

/** A volume with an in-tree source with its plugin, and as its driver sees it. */
export function migratedVolume(volume: PersistentVolume): (CsiVolume & { readonly plugin: string }) | undefined {
  for (const { plugin, driver, persistent } of migrations) {
    const handle = persistent(volume);
    if (handle !== undefined) return { plugin, driver, handle };
  }
  return undefined;
}

/** The volume with the node affinity that its driver gives it on that node; itself where it is not migrated there. */
export function translatedForNode(volume: PersistentVolume, csiNode: CSINode | undefined): PersistentVolume {
  if (csiNode === undefined) return volume;
  const migrated = migratedVolume(volume);
  if (migrated === undefined || !isMigratedOnNode(migrated.plugin, csiNode)) return volume;
  const key = migrations.find(({ plugin }) => plugin === migrated.plugin)?.topologyKey;
  return key === undefined ? volume : withTopology(volume, key);
}

/** Places by the driver's label of nodes, from the volume's affinity or else from its own zone label. */
function withTopology(volume: PersistentVolume, topologyKey: string): PersistentVolume {
  const { labels = {} } = volume.metadata;
  const terms = volume.spec?.nodeAffinity?.required?.nodeSelectorTerms ?? [];
  const inAffinity = (key: string) => terms.some((term) => term.matchExpressions?.some((each) => each.key === key));
  const zoneLabel =
    zoneLabels.find(inAffinity) ?? zoneLabels.find((label) => labels[label] !== undefined) ?? zoneLabels[0];
  const rename = new Map([
    [zoneLabel as string, topologyKey],
    ...(zoneLabel === zoneLabels[1] ? [[betaRegionLabel, regionLabel] as const] : []),
  ]);
  const zones = inAffinity(zoneLabel) ? [] : zonesOf(labels[zoneLabel] ?? '');
  const added: readonly NodeSelectorRequirement[] =
    zones.length === 0 ? [] : [{ key: topologyKey, operator: 'In', values: zones }];
  const from: readonly NodeSelectorTerm[] = terms.length === 0 && added.length > 0 ? [{}] : terms;
  const placed = from.map((term): NodeSelectorTerm => {
    const given = (term.matchExpressions ?? []).map((each) => ({ ...each, key: rename.get(each.key) ?? each.key }));
    return { ...term, matchExpressions: [...given, ...added] };
  });
  if (placed.length === 0) return volume;
  return { ...volume, spec: { ...volume.spec!, nodeAffinity: { required: { nodeSelectorTerms: placed } } } };
}

const zonesOf = (label: string) =>
  [...new Set(label.split(zonesDelimiter).map((zone) => zone.trim()))].filter((zone) => zone !== '').sort();

/** `aws://zone/vol-1` and `vol-1` are the same disk. Undefined: not an id at all. */
function ebsVolumeId(id: string): string | undefined {
  if (!id.startsWith('aws://')) return id;
  const path = id.slice('aws://'.length).replace(/^[^/]*/, '');
  const trimmed = path.replace(/^\/+|\/+$/g, '');
  return /^vol-[^/]*$/.test(trimmed) ? trimmed : undefined;
}

function gceVolumeId(zonesLabel: string, name: string): string | undefined {
  const zones = zonesLabel.split(zonesDelimiter);
  if (zones.length === 1) return `projects/UNSPECIFIED/zones/${zones[0] || 'UNSPECIFIED'}/disks/${name}`;
  const regions = new Set(zones.map((zone) => zone.split('-').slice(0, 2).join('-')));
  if (regions.size !== 1 || zones.some((zone) => zone.split('-').length !== 3)) return undefined;
  return `projects/UNSPECIFIED/regions/${[...regions][0]}/disks/${name}`;
}
