/** What a claim that asks for more than it has needs done. Pure; follows external-resizer. */
import type { PersistentVolume, PersistentVolumeClaim } from '@pintle/api/core/v1';
import { formatTime, parseQuantity } from '@pintle/machinery';

const nanoOf = (amount: string | undefined): bigint => (amount === undefined ? 0n : parseQuantity(amount).nano);

/** Whether the bound claim asks for more than it has. */
export function wantsExpansion({ metadata, spec, status }: PersistentVolumeClaim): boolean {
  if (metadata.deletionTimestamp !== undefined || status?.phase !== 'Bound') return false;
  return nanoOf(spec?.resources?.requests?.storage) > nanoOf(status.capacity?.storage);
}

/** Whether the volume is as large as the claim asks already, and only a node has to grow the file system. */
export function isVolumeGrown({ spec: claim }: PersistentVolumeClaim, { spec: volume }: PersistentVolume): boolean {
  return nanoOf(volume?.capacity?.storage) >= nanoOf(claim?.resources?.requests?.storage);
}

type Status = NonNullable<PersistentVolumeClaim['status']>;
type Condition = NonNullable<Status['conditions']>[number];

const resizing = ['Resizing', 'FileSystemResizePending', 'ControllerResizeError', 'NodeResizeError'];
const others = (status: Status | undefined) =>
  (status?.conditions ?? []).filter(({ type }) => !resizing.includes(type ?? ''));

function withConditions(status: Status, conditions: readonly Condition[]): Status {
  const { conditions: _before, ...rest } = status;
  return conditions.length === 0 ? rest : { ...rest, conditions };
}

const condition = (type: string, nowMs: number, message?: string): Condition => ({
  type,
  status: 'True',
  lastTransitionTime: formatTime(nowMs),
  ...(message === undefined ? {} : { message }),
});

const conditionOf = (status: Status | undefined, wanted: string) =>
  status?.conditions?.find(({ type }) => type === wanted);

/** The driver is asked to grow it. That it could not before is said until it can: the status does not go back and forth. */
export function resizingStatus({ spec, status }: PersistentVolumeClaim, nowMs: number): Status {
  const { storage = '0' } = spec?.resources?.requests ?? {};
  const failed = conditionOf(status, 'ControllerResizeError');
  const before = failed === undefined ? undefined : status?.allocatedResourceStatuses?.['storage'];
  return withConditions(
    {
      ...status,
      allocatedResources: { ...status?.allocatedResources, storage },
      allocatedResourceStatuses: {
        ...status?.allocatedResourceStatuses,
        storage: before ?? 'ControllerResizeInProgress',
      },
    },
    [
      ...others(status),
      conditionOf(status, 'Resizing') ?? condition('Resizing', nowMs),
      ...(failed === undefined ? [] : [failed]),
    ],
  );
}

/** The volume has grown, and a node that mounts it is to grow what is on it. */
export function nodePendingStatus({ status }: PersistentVolumeClaim, nowMs: number): Status {
  const message = 'Waiting for user to (re-)start a pod to finish file system resize of volume on node.';
  return withConditions(
    {
      ...status,
      allocatedResourceStatuses: { ...status?.allocatedResourceStatuses, storage: 'NodeResizePending' },
    },
    [...others(status), condition('FileSystemResizePending', nowMs, message)],
  );
}

/** All has grown. */
export function expandedStatus({ status }: PersistentVolumeClaim, capacity: string): Status {
  const { allocatedResourceStatuses: _statuses, ...rest } = status ?? {};
  return withConditions({ ...rest, capacity: { ...status?.capacity, storage: capacity } }, others(status));
}

/** The driver could not; it is asked again, unless it never can. */
export function failedStatus(
  { status }: PersistentVolumeClaim,
  nowMs: number,
  message: string,
  { infeasible }: { readonly infeasible: boolean },
): Status {
  const resized = conditionOf(status, 'Resizing');
  const known = conditionOf(status, 'ControllerResizeError');
  const failed = known?.message === message ? known : condition('ControllerResizeError', nowMs, message);
  return withConditions(
    {
      ...status,
      allocatedResourceStatuses: {
        ...status?.allocatedResourceStatuses,
        storage: infeasible ? 'ControllerResizeInfeasible' : 'ControllerResizeInProgress',
      },
    },
    [...others(status), ...(resized === undefined ? [] : [resized]), failed],
  );
}
