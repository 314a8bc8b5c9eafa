/** Which pods of a set go first when there are too many. Pure; follows `ActivePodsWithRanks` of kube-controller-manager. */
import type { ContainerStatus, Pod } from '@pintle/api/core/v1';
import { deletionCostAnnotation, parseDeletionCost } from '@pintle/api/disruption';
import { parseTime } from '@pintle/machinery';
import { isPodActive, isPodReady, readySinceMs } from '../pod-facts.js';

const phases: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };
const nanosecondsPerMs = 1e6;

/**
 * On no node before on one, pending before unknown before running, not ready before ready, cheaper before dearer, on
 * nodes with more of `related` before fewer, lately ready before long ready, restarted often before seldom (then sidecars
 * restarted often), young before old. Times of one order of magnitude count as the same, and then the uid decides, so that
 * not always the youngest go.
 */
export function rankVictims(pods: readonly Pod[], nowMs: number, related: readonly Pod[] = pods): readonly Pod[] {
  const onNode = new Map<string, number>();
  for (const pod of related) {
    const { nodeName } = pod.spec ?? {};
    if (nodeName && isPodActive(pod)) onNode.set(nodeName, (onNode.get(nodeName) ?? 0) + 1);
  }
  const countOf = ({ spec }: Pod) => (spec?.nodeName ? (onNode.get(spec.nodeName) ?? 0) : 0);
  return [...pods].sort(
    (a, b) =>
      assigned(a) - assigned(b) ||
      (phases[a.status?.phase ?? 'Pending'] ?? 0) - (phases[b.status?.phase ?? 'Pending'] ?? 0) ||
      Number(isPodReady(a)) - Number(isPodReady(b)) ||
      cost(a) - cost(b) ||
      countOf(b) - countOf(a) ||
      byAge(readySince(a), readySince(b), nowMs, a, b) ||
      restarts(b) - restarts(a) ||
      sidecarRestarts(b) - sidecarRestarts(a) ||
      byAge(createdAt(a), createdAt(b), nowMs, a, b) ||
      byUid(a, b),
  );
}

const assigned = ({ spec }: Pod) => (spec?.nodeName ? 1 : 0);

const cost = ({ metadata }: Pod): number =>
  parseDeletionCost(metadata.annotations?.[deletionCostAnnotation] ?? '') ?? 0;

const restarts = ({ status }: Pod) => most(status?.containerStatuses ?? []);

function sidecarRestarts({ spec, status }: Pod): number {
  const statuses = status?.initContainerStatuses ?? [];
  if (statuses.length === 0) return 0;
  const sidecars = new Set(
    spec?.initContainers?.filter(({ restartPolicy }) => restartPolicy === 'Always').map(({ name }) => name),
  );
  return most(statuses.filter(({ name }) => sidecars.has(name)));
}

const most = (statuses: readonly ContainerStatus[]) =>
  statuses.reduce((count, { restartCount }) => Math.max(count, restartCount ?? 0), 0);

const readySince = (pod: Pod) => (isPodReady(pod) ? (readySinceMs(pod) ?? 0) : undefined);
const createdAt = ({ metadata }: Pod) => parseTime(metadata.creationTimestamp ?? undefined) ?? 0;

/** The younger first; 0 where the times are the same, or there are none. */
function byAge(a: number | undefined, b: number | undefined, nowMs: number, podA: Pod, podB: Pod): number {
  if (a === undefined || b === undefined || a === b) return 0;
  // One that does not say goes first.
  if (a === 0 || b === 0) return a === 0 ? -1 : 1;
  return magnitude(nowMs - a) - magnitude(nowMs - b) || byUid(podA, podB);
}

const magnitude = (ageMs: number) => (ageMs > 0 ? Math.floor(Math.log2(ageMs * nanosecondsPerMs)) : -1);

function byUid({ metadata: a }: Pod, { metadata: b }: Pod): number {
  const [x, y] = [a.uid || a.name || '', b.uid || b.name || ''];
  return x < y ? -1 : x > y ? 1 : 0;
}
