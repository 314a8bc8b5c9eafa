/** The columns of what runs pods: replicated, on every node, once, at times. */
import { controllerOf, parseApiVersion, type TableColumn } from '@pintle/machinery';
import type { ControllerRevision, DaemonSet, Deployment, ReplicaSet, StatefulSet } from '../apps/v1/index.js';
import type { CronJob, Job } from '../batch/v1/index.js';
import type { PodTemplate, ReplicationController } from '../core/v1/index.js';
import type { PodDisruptionBudget } from '../policy/v1/index.js';
import { autoscalerColumns } from './autoscaler.js';
import { type AnyColumns, ageColumn, ageOf, column, integer, labelText, nameColumn, numeral, wide } from './column.js';
import { humanDuration } from './human-duration.js';
import { containerImages, containerNames, selectorText, templateColumns } from './template.js';

const deployment: readonly TableColumn<Deployment>[] = [
  nameColumn,
  column('Ready', ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`),
  numeral('Up-to-date', ({ status }) => status?.updatedReplicas),
  numeral('Available', ({ status }) => status?.availableReplicas),
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

const suspended = (value: boolean | undefined) => (value === undefined ? '<unset>' : value ? 'True' : 'False');

const jobStatus = ({ status, metadata }: Job): string => {
  const has = (wanted: string) =>
    status?.conditions?.some(({ type, status: value }) => type === wanted && value === 'True');
  if (has('Complete')) return 'Complete';
  if (has('Failed')) return 'Failed';
  if (metadata.deletionTimestamp !== undefined) return 'Terminating';
  if (has('Suspended')) return 'Suspended';
  return has('FailureTarget') ? 'FailureTarget' : 'Running';
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
  column('Suspend', ({ spec }) => suspended(spec?.suspend), { type: 'boolean' }),
  integer('Active', ({ status }) => status?.active?.length),
  column('Last Schedule', ({ status }, now) =>
    status?.lastScheduleTime == null ? '<none>' : ageOf(status.lastScheduleTime, now),
  ),
  ageColumn,
  wide('Containers', ({ spec }) => containerNames(spec?.jobTemplate.spec)),
  wide('Images', ({ spec }) => containerImages(spec?.jobTemplate.spec)),
  wide('Selector', ({ spec }) => selectorText(spec?.jobTemplate.spec?.selector)),
];

export const workloadColumns: Readonly<Record<string, AnyColumns>> = {
  '/ReplicationController': [
    nameColumn,
    integer<ReplicationController>('Desired', ({ spec }) => spec?.replicas),
    integer<ReplicationController>('Current', ({ status }) => status?.replicas),
    integer<ReplicationController>('Ready', ({ status }) => status?.readyReplicas),
    ageColumn,
    ...templateColumns<ReplicationController>(),
    wide<ReplicationController>('Selector', ({ spec }) => labelText(spec?.selector)),
  ],
  '/PodTemplate': [
    nameColumn,
    column<PodTemplate>('Containers', containerNames),
    column<PodTemplate>('Images', containerImages),
    column<PodTemplate>('Pod Labels', ({ template }) => labelText(template?.metadata?.labels)),
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
    numeral<ControllerRevision>('Revision', ({ revision }) => revision),
    ageColumn,
  ],
  'batch/Job': job,
  'batch/CronJob': cronJob,
  'autoscaling/HorizontalPodAutoscaler': autoscalerColumns,
  'policy/PodDisruptionBudget': [
    nameColumn,
    column<PodDisruptionBudget>('Min Available', ({ spec }) => String(spec?.minAvailable ?? 'N/A')),
    column<PodDisruptionBudget>('Max Unavailable', ({ spec }) => String(spec?.maxUnavailable ?? 'N/A')),
    integer<PodDisruptionBudget>('Allowed Disruptions', ({ status }) => status?.disruptionsAllowed),
    ageColumn,
  ],
};
