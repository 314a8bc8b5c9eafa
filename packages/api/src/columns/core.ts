/** The columns of nodes, namespaces, and what belongs to them. */
import type { TableColumn } from '@pintle/machinery';
import type { Lease } from '../coordination/v1/index.js';
import type { LeaseCandidate } from '../coordination/v1beta1/index.js';
import type { ComponentStatus, ConfigMap, Event, Namespace, Node, Secret, ServiceAccount } from '../core/v1/index.js';
import type { RuntimeClass } from '../node/v1/index.js';
import type { PriorityClass } from '../scheduling/v1/index.js';
import {
  type AnyColumns,
  ageColumn,
  ageOf,
  column,
  createdColumn,
  integer,
  listed,
  nameColumn,
  numeral,
  truth,
  wide,
} from './column.js';
import { podColumns } from './pod.js';
import { resourceQuotaColumns } from './resource-quota.js';

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

interface EventTimes {
  readonly first: string | undefined;
  readonly last: string | undefined;
  readonly count: number;
}

/** An event that stands alone has happened once, and has no count of its own. */
const eventTimes = ({ series, count, lastTimestamp, firstTimestamp, eventTime }: Event): EventTimes => {
  const first = firstTimestamp ?? eventTime ?? undefined;
  return series === undefined
    ? { first, last: lastTimestamp ?? first, count: count || 1 }
    : { first, last: series.lastObservedTime, count: series.count ?? 0 };
};

const subject = ({ involvedObject }: Event): string => {
  const { kind = '', name } = involvedObject ?? {};
  return name ? `${kind.toLowerCase()}/${name}` : kind.toLowerCase();
};

const eventSource = ({ source, reportingComponent, reportingInstance }: Event): string => {
  const instance = source?.host || reportingInstance;
  return `${source?.component || reportingComponent || ''}${instance ? `, ${instance}` : ''}`;
};

const event: readonly TableColumn<Event>[] = [
  column('Last Seen', (object, now) => ageOf(eventTimes(object).last, now)),
  column('Type', ({ type }) => type ?? ''),
  column('Reason', ({ reason }) => reason ?? ''),
  column('Object', subject),
  wide('Subobject', ({ involvedObject }) => involvedObject?.fieldPath ?? ''),
  wide('Source', eventSource),
  column('Message', ({ message }) => (message ?? '').trim()),
  wide('First Seen', (object, now) => ageOf(eventTimes(object).first, now)),
  numeral('Count', (object) => eventTimes(object).count, 1),
  wide('Name', ({ metadata }) => metadata.name ?? ''),
];

const count = (values: Readonly<Record<string, unknown>> | undefined) => Object.keys(values ?? {}).length;

const health = ({ conditions }: ComponentStatus) => conditions?.find(({ type }) => type === 'Healthy');
const healthText = (object: ComponentStatus): string => {
  const { status } = health(object) ?? {};
  return status === undefined ? 'Unknown' : status === 'True' ? 'Healthy' : 'Unhealthy';
};

export const coreColumns: Readonly<Record<string, AnyColumns>> = {
  '/Pod': podColumns,
  '/Node': node,
  '/Event': event,
  '/ResourceQuota': resourceQuotaColumns,
  '/LimitRange': [nameColumn, createdColumn],
  '/Namespace': [nameColumn, column<Namespace>('Status', ({ status }) => status?.phase ?? ''), ageColumn],
  '/ConfigMap': [
    nameColumn,
    numeral<ConfigMap>('Data', ({ data, binaryData }) => count(data) + count(binaryData)),
    ageColumn,
  ],
  '/Secret': [
    nameColumn,
    column<Secret>('Type', ({ type }) => type ?? ''),
    numeral<Secret>('Data', ({ data }) => count(data)),
    ageColumn,
  ],
  '/ServiceAccount': [nameColumn, numeral<ServiceAccount>('Secrets', ({ secrets }) => secrets?.length), ageColumn],
  '/ComponentStatus': [
    nameColumn,
    column<ComponentStatus>('Status', healthText),
    column<ComponentStatus>('Message', (object) => health(object)?.message ?? ''),
    column<ComponentStatus>('Error', (object) => health(object)?.error ?? ''),
  ],
  'coordination.k8s.io/Lease': [
    nameColumn,
    column<Lease>('Holder', ({ spec }) => spec?.holderIdentity ?? ''),
    ageColumn,
  ],
  'coordination.k8s.io/LeaseCandidate': [
    nameColumn,
    column<LeaseCandidate>('LeaseName', ({ spec }) => spec?.leaseName ?? ''),
    column<LeaseCandidate>('BinaryVersion', ({ spec }) => spec?.binaryVersion ?? ''),
    column<LeaseCandidate>('EmulationVersion', ({ spec }) => spec?.emulationVersion ?? ''),
    ageColumn,
  ],
  'node.k8s.io/RuntimeClass': [nameColumn, column<RuntimeClass>('Handler', ({ handler }) => handler), ageColumn],
  'scheduling.k8s.io/PriorityClass': [
    nameColumn,
    integer<PriorityClass>('Value', ({ value }) => value),
    truth<PriorityClass>('Global-Default', ({ globalDefault }) => globalDefault),
    ageColumn,
    column<PriorityClass>('PreemptionPolicy', ({ preemptionPolicy }) => preemptionPolicy ?? ''),
  ],
};
