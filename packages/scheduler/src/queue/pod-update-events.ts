/** What an update of a pod means for scheduling, as cluster events: nothing where nothing that matters changed. */
import type { Pod } from '@pintle/api/core/v1';
import { deepEqual } from '@pintle/machinery';
import { Action, type ClusterEvent } from '../framework/cluster-event.js';
import { podRequests } from '../nodes/pod-requests.js';

const targetPod = (action: number, label: string): ClusterEvent => ({ resource: 'TargetPod', action, label });
const events = {
  labels: targetPod(Action.UpdatePodLabel, 'UpdatePodLabel'),
  scaleDown: targetPod(Action.UpdatePodScaleDown, 'UpdatePodScaleDown'),
  gates: targetPod(Action.UpdatePodSchedulingGatesEliminated, 'UpdatePodSchedulingGatesEliminated'),
  tolerations: targetPod(Action.UpdatePodToleration, 'UpdatePodToleration'),
  generatedClaims: targetPod(Action.UpdatePodGeneratedResourceClaim, 'UpdatePodGeneratedResourceClaim'),
  other: targetPod(Action.UpdatePodOther, 'UpdatePod'),
};

/** The changes of a waiting pod itself. */
export function podUpdateEvents(before: Pod, after: Pod): readonly ClusterEvent[] {
  const found: ClusterEvent[] = [];
  if (!sameRecord(before.metadata.labels, after.metadata.labels)) found.push(events.labels);
  if (asksForLess(before, after)) found.push(events.scaleDown);
  const gates = ({ spec }: Pod) => spec?.schedulingGates?.length ?? 0;
  if (gates(before) > 0 && gates(after) === 0) found.push(events.gates);
  const tolerations = ({ spec }: Pod) => spec?.tolerations?.length ?? 0;
  if (tolerations(before) !== tolerations(after)) found.push(events.tolerations);
  const generated = ({ status }: Pod) => status?.resourceClaimStatuses;
  if (generated(before) !== generated(after) && !deepEqual(generated(before) ?? [], generated(after) ?? []))
    found.push(events.generatedClaims);
  if (found.length === 0 && isOther(before, after)) found.push(events.other);
  return found;
}

/**
 * Differs from Kubernetes: a change of the status alone is none, as the scheduler itself writes why a pod waits, and a
 * plugin that wants every event would have it tried again and again for that.
 */
function isOther({ spec, metadata }: Pod, after: Pod): boolean {
  if (!sameRecord(metadata.annotations, after.metadata.annotations)) return true;
  return spec !== after.spec && metadata.generation !== after.metadata.generation;
}

/** The same changes of a pod that has its node already, which may help others. */
export function assignedPodUpdateEvents(before: Pod, after: Pod): readonly ClusterEvent[] {
  return podUpdateEvents(before, after).map((event) => ({ ...event, resource: 'AssignedPod' }));
}

function asksForLess(before: Pod, after: Pod): boolean {
  if (before.spec === after.spec && before.status?.containerStatuses === after.status?.containerStatuses) return false;
  const [had, has] = [podRequests(before), podRequests(after)];
  if (has.cpu < had.cpu || has.memory < had.memory || has.ephemeralStorage < had.ephemeralStorage) return true;
  return had.scalars.some(
    ({ name, amount }) => (has.scalars.find((scalar) => scalar.name === name)?.amount ?? 0) < amount,
  );
}

function sameRecord(a: Readonly<Record<string, string>> = {}, b: Readonly<Record<string, string>> = {}): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && a[key] === b[key]);
}
