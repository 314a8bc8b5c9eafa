/** The columns of `kubectl get` for each kind that has its own, by `group/Kind`. */
import {
  controllerOf,
  formatLabelSelector,
  type LabelSelector,
  parseApiVersion,
  type TableColumn,
} from '@pintle/machinery';
import type { ControllerRevision, DaemonSet, Deployment, ReplicaSet, StatefulSet } from '../apps/v1/index.js';
import type { CronJob, Job } from '../batch/v1/index.js';
import type { Lease } from '../coordination/v1/index.js';
import type {
  ConfigMap,
  Endpoints,
  Event,
  Namespace,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  PodTemplateSpec,
  ReplicationController,
  Secret,
  Service,
  ServiceAccount,
} from '../core/v1/index.js';
import type { EndpointSlice } from '../discovery/v1/index.js';
import type { Ingress } from '../networking/v1/index.js';
import type { PodDisruptionBudget } from '../policy/v1/index.js';
import type { ClusterRoleBinding, RoleBinding } from '../rbac/v1/index.js';
import type { PriorityClass } from '../scheduling/v1/index.js';
import type { StorageClass } from '../storage/v1/index.js';
import { autoscalerColumns } from './autoscaler.js';
import { certificateSigningRequestColumns } from './certificate-signing-request.js';
import { ageColumn, ageOf, column, integer, labelText, listed, nameColumn, wide } from './column.js';
import { humanDuration } from './human-duration.js';
import { podColumns } from './pod.js';
import { resourceQuotaColumns } from './resource-quota.js';

// biome-ignore lint/suspicious/noExplicitAny: each list is of its own kind.
type AnyColumns = readonly TableColumn<any>[];

interface WithTemplate {
  readonly template?: PodTemplateSpec;
}

const containersOf = (spec: WithTemplate | undefined) => spec?.template?.spec?.containers ?? [];
const templateColumns = <
  T extends Deployment | ReplicaSet | StatefulSet | DaemonSet | Job | ReplicationController,
>(): readonly TableColumn<T>[] => [
  wide('Containers', ({ spec }) => listed(containersOf(spec).map(({ name }) => name))),
  wide('Images', ({ spec }) => listed(containersOf(spec).map(({ image }) => image))),
];
const selectorText = (selector: LabelSelector | undefined) =>
  selector === undefined ? '<none>' : formatLabelSelector(selector) || '<none>';

const deployment: readonly TableColumn<Deployment>[] = [
  nameColumn,
  column('Ready', ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`),
  integer('Up-to-date', ({ status }) => status?.updatedReplicas),
  integer('Available', ({ status }) => status?.availableReplicas),
  ageColumn,
  ...templateColumns<Deployment>(),
  wide('Selector', ({ spec }) => selectorText(spec?.selector)),
];

const replicaSet: readonly TableColumn<ReplicaSet>[] = [
  nameColumn,
  integer('Desired', ({ spec }) => spec?.replicas),
  integer('Current', ({ status }) => status?.replicas),
  integer('Ready', ({ status }) => status?.readyReplicas),
  ageColumn,
  ...templateColumns<ReplicaSet>(),
  wide('Selector', ({ spec }) => selectorText(spec?.selector)),
];

const statefulSet: readonly TableColumn<StatefulSet>[] = [
  nameColumn,
  column('Ready', ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`),
  ageColumn,
  ...templateColumns<StatefulSet>(),
];

const daemonSet: readonly TableColumn<DaemonSet>[] = [
  nameColumn,
  integer('Desired', ({ status }) => status?.desiredNumberScheduled),
  integer('Current', ({ status }) => status?.currentNumberScheduled),
  integer('Ready', ({ status }) => status?.numberReady),
  integer('Up-to-date', ({ status }) => status?.updatedNumberScheduled),
  integer('Available', ({ status }) => status?.numberAvailable),
  column('Node Selector', ({ spec }) => labelText(spec?.template.spec?.nodeSelector)),
  ageColumn,
  ...templateColumns<DaemonSet>(),
  wide('Selector', ({ spec }) => selectorText(spec?.selector)),
];

const roles = (node: Node): string => {
  const prefix = 'node-role.kubernetes.io/';
  const found = Object.entries(node.metadata.labels ?? {}).flatMap(([key, value]) =>
    key.startsWith(prefix) && key.length > prefix.length
      ? [key.slice(prefix.length)]
      : key === 'kubernetes.io/role' && value !== ''
        ? [value]
        : [],
  );
  return listed(found.sort());
};
const nodeStatus = ({ spec, status }: Node): string => {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const text = ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady';
  return spec?.unschedulable ? `${text},SchedulingDisabled` : text;
};
const addressOf = ({ status }: Node, wanted: string) =>
  status?.addresses?.find(({ type }) => type === wanted)?.address ?? '<none>';
const unknown = (text: string | undefined) => text || '<unknown>';

const node: readonly TableColumn<Node>[] = [
  nameColumn,
  column('Status', nodeStatus),
  column('Roles', roles),
  ageColumn,
  column('Version', ({ status }) => status?.nodeInfo?.kubeletVersion ?? ''),
  wide('Internal-IP', (object) => addressOf(object, 'InternalIP')),
  wide('External-IP', (object) => addressOf(object, 'ExternalIP')),
  wide('OS-Image', ({ status }) => unknown(status?.nodeInfo?.osImage)),
  wide('Kernel-Version', ({ status }) => unknown(status?.nodeInfo?.kernelVersion)),
  wide('Container-Runtime', ({ status }) => unknown(status?.nodeInfo?.containerRuntimeVersion)),
];

const externalIp = ({ spec, status }: Service): string => {
  if (spec?.type === 'ExternalName') return spec.externalName ?? '<none>';
  const ingress = (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip || hostname);
  const all = [...(spec?.type === 'LoadBalancer' ? ingress : []), ...(spec?.externalIPs ?? [])];
  return spec?.type === 'LoadBalancer' && all.length === 0 ? '<pending>' : listed(all);
};

const service: readonly TableColumn<Service>[] = [
  nameColumn,
  column('Type', ({ spec }) => spec?.type ?? ''),
  column('Cluster-IP', ({ spec }) => spec?.clusterIPs?.[0] || spec?.clusterIP || '<none>'),
  column('External-IP', externalIp),
  column('Port(s)', ({ spec }) =>
    listed(
      spec?.ports?.map(
        ({ port, nodePort, protocol }) => `${port}${nodePort ? `:${nodePort}` : ''}/${protocol ?? 'TCP'}`,
      ),
    ),
  ),
  ageColumn,
  wide('Selector', ({ spec }) => labelText(spec?.selector)),
];

/** At most three, then how many more. */
const firstThree = (all: readonly string[]): string => {
  if (all.length === 0) return '<none>';
  return all.length <= 3 ? all.join(',') : `${all.slice(0, 3).join(',')} + ${all.length - 3} more...`;
};

const endpoints: readonly TableColumn<Endpoints>[] = [
  nameColumn,
  column('Endpoints', ({ subsets }) =>
    firstThree(
      (subsets ?? []).flatMap(({ addresses = [], ports = [] }) =>
        ports.length === 0
          ? addresses.map(({ ip }) => ip)
          : ports.flatMap(({ port }) => addresses.map(({ ip }) => `${ip}:${port}`)),
      ),
    ),
  ),
  ageColumn,
];

const endpointSlice: readonly TableColumn<EndpointSlice>[] = [
  nameColumn,
  column('AddressType', ({ addressType }) => addressType),
  column('Ports', ({ ports }) =>
    ports === undefined || ports.length === 0
      ? '<unset>'
      : firstThree(ports.map(({ port }) => (port === undefined ? '*' : String(port)))),
  ),
  column('Endpoints', ({ endpoints: items }) =>
    items === undefined || items.length === 0 ? '<unset>' : firstThree(items.flatMap(({ addresses }) => addresses)),
  ),
  ageColumn,
];

const eventTimes = ({ series, count, lastTimestamp, firstTimestamp, eventTime }: Event) => ({
  first: firstTimestamp ?? eventTime,
  last: series?.lastObservedTime ?? lastTimestamp ?? eventTime,
  count: series?.count ?? count ?? 0,
});

const event: readonly TableColumn<Event>[] = [
  column('Last Seen', (object, now) => ageOf(eventTimes(object).last ?? eventTimes(object).first, now)),
  column('Type', ({ type }) => type ?? ''),
  column('Reason', ({ reason }) => reason ?? ''),
  column(
    'Object',
    ({ involvedObject }) => `${(involvedObject?.kind ?? '').toLowerCase()}/${involvedObject?.name ?? ''}`,
  ),
  wide('Subobject', ({ involvedObject }) => involvedObject?.fieldPath ?? ''),
  wide('Source', ({ source, reportingComponent, reportingInstance }) =>
    [source?.component || reportingComponent, source?.host || reportingInstance].filter(Boolean).join(', '),
  ),
  column('Message', ({ message }) => (message ?? '').trim()),
  wide('First Seen', (object, now) => ageOf(eventTimes(object).first, now)),
  column('Count', (object) => eventTimes(object).count, { type: 'integer', priority: 1 }),
  wide('Name', ({ metadata }) => metadata.name ?? ''),
];

const jobStatus = ({ status, metadata, spec }: Job): string => {
  const has = (wanted: string) =>
    status?.conditions?.some(({ type, status: value }) => type === wanted && value === 'True');
  if (has('Complete')) return 'Complete';
  if (has('Failed')) return 'Failed';
  if (metadata.deletionTimestamp !== undefined) return 'Terminating';
  if (has('Suspended') || spec?.suspend) return 'Suspended';
  return has('FailureTarget') ? 'FailureTarget' : has('SuccessCriteriaMet') ? 'SuccessCriteriaMet' : 'Running';
};

const job: readonly TableColumn<Job>[] = [
  nameColumn,
  column('Status', jobStatus),
  column('Completions', ({ spec, status }) =>
    spec?.completions !== undefined
      ? `${status?.succeeded ?? 0}/${spec.completions}`
      : (spec?.parallelism ?? 0) > 1
        ? `${status?.succeeded ?? 0}/1 of ${spec!.parallelism}`
        : `${status?.succeeded ?? 0}/1`,
  ),
  column('Duration', ({ status }, now) =>
    status?.startTime == null
      ? ''
      : humanDuration(
          (status.completionTime == null ? now : Date.parse(status.completionTime)) - Date.parse(status.startTime),
        ),
  ),
  ageColumn,
  ...templateColumns<Job>(),
  wide('Selector', ({ spec }) => selectorText(spec?.selector)),
];

const cronJob: readonly TableColumn<CronJob>[] = [
  nameColumn,
  column('Schedule', ({ spec }) => spec?.schedule ?? ''),
  column('Timezone', ({ spec }) => spec?.timeZone ?? '<none>'),
  column('Suspend', ({ spec }) => (spec?.suspend ? 'True' : 'False')),
  integer('Active', ({ status }) => status?.active?.length),
  column('Last Schedule', ({ status }, now) =>
    status?.lastScheduleTime == null ? '<none>' : ageOf(status.lastScheduleTime, now),
  ),
  ageColumn,
];

const roleBinding: readonly TableColumn<RoleBinding | ClusterRoleBinding>[] = [
  nameColumn,
  column('Role', ({ roleRef }) => `${roleRef.kind}/${roleRef.name}`),
  ageColumn,
];

const count = (values: Readonly<Record<string, unknown>> | undefined) => Object.keys(values ?? {}).length;

export const columnsByKind: Readonly<Record<string, AnyColumns>> = {
  '/Pod': podColumns,
  '/Node': node,
  '/Service': service,
  '/Endpoints': endpoints,
  '/Event': event,
  '/Namespace': [nameColumn, column<Namespace>('Status', ({ status }) => status?.phase ?? ''), ageColumn],
  '/ConfigMap': [
    nameColumn,
    integer<ConfigMap>('Data', ({ data, binaryData }) => count(data) + count(binaryData)),
    ageColumn,
  ],
  '/ResourceQuota': resourceQuotaColumns,
  'certificates.k8s.io/CertificateSigningRequest': certificateSigningRequestColumns,
  '/Secret': [
    nameColumn,
    column<Secret>('Type', ({ type }) => type ?? ''),
    integer<Secret>('Data', ({ data }) => count(data)),
    ageColumn,
  ],
  '/ServiceAccount': [nameColumn, integer<ServiceAccount>('Secrets', ({ secrets }) => secrets?.length), ageColumn],
  '/ReplicationController': [
    nameColumn,
    integer<ReplicationController>('Desired', ({ spec }) => spec?.replicas),
    integer<ReplicationController>('Current', ({ status }) => status?.replicas),
    integer<ReplicationController>('Ready', ({ status }) => status?.readyReplicas),
    ageColumn,
    ...templateColumns<ReplicationController>(),
    wide<ReplicationController>('Selector', ({ spec }) => labelText(spec?.selector)),
  ],
  '/PersistentVolume': [
    nameColumn,
    column<PersistentVolume>('Capacity', ({ spec }) => spec?.capacity?.['storage'] ?? ''),
    column<PersistentVolume>('Access Modes', ({ spec }) => accessModes(spec?.accessModes)),
    column<PersistentVolume>('Reclaim Policy', ({ spec }) => spec?.persistentVolumeReclaimPolicy ?? ''),
    column<PersistentVolume>('Status', ({ status, metadata }) =>
      metadata.deletionTimestamp === undefined ? (status?.phase ?? '') : 'Terminating',
    ),
    column<PersistentVolume>('Claim', ({ spec }) =>
      spec?.claimRef === undefined ? '' : `${spec.claimRef.namespace}/${spec.claimRef.name}`,
    ),
    column<PersistentVolume>('StorageClass', ({ spec }) => spec?.storageClassName ?? ''),
    column<PersistentVolume>('VolumeAttributesClass', ({ spec }) => spec?.volumeAttributesClassName ?? '<unset>'),
    column<PersistentVolume>('Reason', ({ status }) => status?.reason ?? ''),
    ageColumn,
    wide<PersistentVolume>('VolumeMode', ({ spec }) => spec?.volumeMode ?? '<unset>'),
  ],
  '/PersistentVolumeClaim': [
    nameColumn,
    column<PersistentVolumeClaim>('Status', ({ status, metadata }) =>
      metadata.deletionTimestamp === undefined ? (status?.phase ?? '') : 'Terminating',
    ),
    column<PersistentVolumeClaim>('Volume', ({ spec }) => spec?.volumeName ?? ''),
    column<PersistentVolumeClaim>('Capacity', ({ status, spec }) =>
      spec?.volumeName ? (status?.capacity?.['storage'] ?? '') : '',
    ),
    column<PersistentVolumeClaim>('Access Modes', ({ status, spec }) =>
      spec?.volumeName ? accessModes(status?.accessModes) : '',
    ),
    column<PersistentVolumeClaim>('StorageClass', ({ spec }) => spec?.storageClassName ?? ''),
    column<PersistentVolumeClaim>('VolumeAttributesClass', ({ spec }) => spec?.volumeAttributesClassName ?? '<unset>'),
    ageColumn,
    wide<PersistentVolumeClaim>('VolumeMode', ({ spec }) => spec?.volumeMode ?? '<unset>'),
  ],
  'apps/Deployment': deployment,
  'apps/ReplicaSet': replicaSet,
  'apps/StatefulSet': statefulSet,
  'apps/DaemonSet': daemonSet,
  'apps/ControllerRevision': [
    nameColumn,
    column<ControllerRevision>('Controller', (revision) => {
      const owner = controllerOf(revision);
      if (owner === undefined) return '<none>';
      const { group } = parseApiVersion(owner.apiVersion);
      return `${owner.kind.toLowerCase()}${group === '' ? '' : `.${group}`}/${owner.name}`;
    }),
    column<ControllerRevision>('Revision', ({ revision }) => String(revision)),
    ageColumn,
  ],
  'batch/Job': job,
  'batch/CronJob': cronJob,
  'discovery.k8s.io/EndpointSlice': endpointSlice,
  'coordination.k8s.io/Lease': [
    nameColumn,
    column<Lease>('Holder', ({ spec }) => spec?.holderIdentity ?? ''),
    ageColumn,
  ],
  'autoscaling/HorizontalPodAutoscaler': autoscalerColumns,
  'policy/PodDisruptionBudget': [
    nameColumn,
    column<PodDisruptionBudget>('Min Available', ({ spec }) => String(spec?.minAvailable ?? 'N/A')),
    column<PodDisruptionBudget>('Max Unavailable', ({ spec }) => String(spec?.maxUnavailable ?? 'N/A')),
    integer<PodDisruptionBudget>('Allowed Disruptions', ({ status }) => status?.disruptionsAllowed),
    ageColumn,
  ],
  'networking.k8s.io/Ingress': [
    nameColumn,
    column<Ingress>('Class', ({ spec }) => spec?.ingressClassName ?? '<none>'),
    column<Ingress>('Hosts', ({ spec }) => spec?.rules?.map(({ host }) => host || '*').join(',') || '*'),
    column<Ingress>(
      'Address',
      ({ status }) => status?.loadBalancer?.ingress?.map(({ ip, hostname }) => ip || hostname).join(',') ?? '',
    ),
    column<Ingress>('Ports', ({ spec }) => (spec?.tls !== undefined && spec.tls.length > 0 ? '80, 443' : '80')),
    ageColumn,
  ],
  'rbac.authorization.k8s.io/RoleBinding': roleBinding,
  'rbac.authorization.k8s.io/ClusterRoleBinding': roleBinding,
  'scheduling.k8s.io/PriorityClass': [
    nameColumn,
    integer<PriorityClass>('Value', ({ value }) => value),
    column<PriorityClass>('Global-Default', ({ globalDefault }) => globalDefault ?? false, { type: 'boolean' }),
    ageColumn,
    column<PriorityClass>('PreemptionPolicy', ({ preemptionPolicy }) => preemptionPolicy ?? ''),
  ],
  'storage.k8s.io/StorageClass': [
    nameColumn,
    column<StorageClass>('Provisioner', ({ provisioner }) => provisioner),
    column<StorageClass>('ReclaimPolicy', ({ reclaimPolicy }) => reclaimPolicy ?? 'Delete'),
    column<StorageClass>('VolumeBindingMode', ({ volumeBindingMode }) => volumeBindingMode ?? 'Immediate'),
    column<StorageClass>('AllowVolumeExpansion', ({ allowVolumeExpansion }) => allowVolumeExpansion ?? false, {
      type: 'boolean',
    }),
    ageColumn,
  ],
};

const shortModes: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};
const accessModes = (modes: readonly string[] | undefined) =>
  (modes ?? []).map((mode) => shortModes[mode] ?? mode).join(',');
