/**
 * Node lifecycle: a node whose lease is not renewed is not to be trusted. Its conditions become Unknown, it is
 * tainted, its pods are told not ready, and after their tolerations end they are removed.
 */
import { Lease } from '@pintle/api/coordination/v1';
import { Node, Pod, type Taint } from '@pintle/api/core/v1';
import { type Controller, controller, type ReconcileContext } from '@pintle/controller-runtime';
import { deepEqual, findCondition, formatTime, parseTime, StatusError } from '@pintle/machinery';

/** Without a renewal for so long, a node's state is unknown (upstream's node-monitor-grace-period). */
const graceMs = 50_000;
const leaseNamespace = 'kube-node-lease';
const notReadyKey = 'node.kubernetes.io/not-ready';
const unreachableKey = 'node.kubernetes.io/unreachable';
const unschedulableKey = 'node.kubernetes.io/unschedulable';
const managed = new Set([notReadyKey, unreachableKey, unschedulableKey]);
const monitored = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'];

export function nodeLifecycleController(): Controller {
  return controller({ name: 'node-lifecycle', concurrency: 10 })
    .for(Node)
    .watches(Lease, ({ metadata }) => (metadata.namespace === leaseNamespace ? [{ name: metadata.name ?? '' }] : []), {
      predicate: ({ type }) => type !== 'updated',
    })
    .reconcile(reconcile);
}

/** The taints that the node's state asks for; those of others stay. Pure. */
export function planTaints(node: Node, now: string): readonly Taint[] {
  const ready = findCondition(node.status?.conditions, 'Ready')?.status ?? 'Unknown';
  const wanted: { key: string; effect: Taint['effect'] }[] = [];
  const key = ready === 'False' ? notReadyKey : ready === 'Unknown' ? unreachableKey : undefined;
  if (key !== undefined) wanted.push({ key, effect: 'NoSchedule' }, { key, effect: 'NoExecute' });
  if (node.spec?.unschedulable) wanted.push({ key: unschedulableKey, effect: 'NoSchedule' });
  const present = node.spec?.taints ?? [];
  const kept = present.filter(
    (taint) =>
      !managed.has(taint.key) || wanted.some((other) => other.key === taint.key && other.effect === taint.effect),
  );
  const added = wanted.filter(
    (taint) => !present.some((other) => other.key === taint.key && other.effect === taint.effect),
  );
  return [
    ...kept,
    ...added.map((taint): Taint => ({ ...taint, ...(taint.key === unschedulableKey ? {} : { timeAdded: now }) })),
  ];
}

/** When a pod has to leave a node with these taints: never (undefined), or at a time. Pure. */
export function evictionTime(pod: Pod, taints: readonly Taint[], nowMs: number): number | undefined {
  const executed = taints.filter(({ effect }) => effect === 'NoExecute');
  if (executed.length === 0) return undefined;
  let earliest: number | undefined;
  for (const taint of executed) {
    const tolerating = (pod.spec?.tolerations ?? []).filter(
      ({ key, effect, operator, value = '' }) =>
        (!key || key === taint.key) &&
        (!effect || effect === 'NoExecute') &&
        (operator === 'Exists' || value === (taint.value ?? '')),
    );
    if (tolerating.length === 0) return nowMs;
    if (tolerating.some(({ tolerationSeconds }) => tolerationSeconds === undefined)) continue;
    const seconds = Math.min(...tolerating.map(({ tolerationSeconds }) => Math.max(0, tolerationSeconds!)));
    const at = (parseTime(taint.timeAdded ?? undefined) ?? nowMs) + seconds * 1000;
    if (earliest === undefined || at < earliest) earliest = at;
  }
  return earliest;
}

async function reconcile(context: ReconcileContext<Node>): Promise<undefined | { requeueAfterMs: number }> {
  const { object: node, client, informers, world } = context;
  if (node === undefined) return undefined;
  const name = node.metadata.name ?? '';
  const nowMs = world.clock.now();
  const lease = informers.informer(Lease).lister.get({ name, namespace: leaseNamespace });
  const heard = Math.max(
    parseTime(lease?.spec?.renewTime ?? undefined) ?? 0,
    parseTime(findCondition(node.status?.conditions, 'Ready')?.lastHeartbeatTime ?? undefined) ?? 0,
    parseTime(node.metadata.creationTimestamp ?? undefined) ?? 0,
  );
  const silentMs = nowMs - heard;
  const current = silentMs >= graceMs ? await markUnknown(context, node, nowMs) : node;
  const taints = planTaints(current, formatTime(nowMs));
  if (!deepEqual(taints, current.spec?.taints ?? [])) {
    await client.patch(
      Node,
      { name },
      {
        type: 'merge',
        body: {
          metadata: { resourceVersion: current.metadata.resourceVersion },
          spec: { taints: taints.length === 0 ? null : taints },
        },
      },
    );
  }
  const nextEvictionMs = await evict(context, name, taints, nowMs);
  const waits = [
    silentMs < graceMs ? graceMs - silentMs : 5_000,
    ...(nextEvictionMs === undefined ? [] : [nextEvictionMs]),
  ];
  return { requeueAfterMs: Math.max(100, Math.min(...waits)) };
}

async function markUnknown({ client }: ReconcileContext<Node>, node: Node, nowMs: number): Promise<Node> {
  const now = formatTime(nowMs);
  const conditions = node.status?.conditions ?? [];
  if (monitored.every((type) => findCondition(conditions, type)?.status === 'Unknown')) return node;
  const changed = monitored.map((type) => ({
    ...findCondition(conditions, type),
    type,
    status: 'Unknown',
    reason: findCondition(conditions, type) === undefined ? 'NodeStatusNeverUpdated' : 'NodeStatusUnknown',
    message:
      findCondition(conditions, type) === undefined
        ? 'Kubelet never posted node status.'
        : 'Kubelet stopped posting node status.',
    lastTransitionTime: now,
  }));
  return client.patch(
    Node,
    { name: node.metadata.name ?? '' },
    { type: 'strategic', body: { status: { conditions: changed } } },
    { subresource: 'status' },
  );
}

/** Removes pods whose time has come, tells the others not ready; returns in how long the next has to go. */
async function evict(
  { client, informers, logger }: ReconcileContext<Node>,
  nodeName: string,
  taints: readonly Taint[],
  nowMs: number,
): Promise<number | undefined> {
  if (!taints.some(({ effect }) => effect === 'NoExecute')) return undefined;
  const pods = informers
    .informer(Pod, { indexes: { node: ({ spec }) => (spec?.nodeName ? [spec.nodeName] : []) } })
    .lister.byIndex('node', nodeName);
  const silent = taints.some(({ key }) => key === unreachableKey);
  let next: number | undefined;
  for (const pod of pods) {
    if (pod.metadata.deletionTimestamp !== undefined) continue;
    const key = { name: pod.metadata.name ?? '', namespace: pod.metadata.namespace ?? '' };
    const at = evictionTime(pod, taints, nowMs);
    try {
      if (at !== undefined && at <= nowMs) {
        logger.log('info', 'a pod is removed from a tainted node', { pod: key.name, node: nodeName });
        await client.delete(Pod, key, { preconditions: { uid: pod.metadata.uid ?? '' } });
        continue;
      }
      if (silent && findCondition(pod.status?.conditions, 'Ready')?.status === 'True') {
        const condition = { type: 'Ready', status: 'False', lastTransitionTime: formatTime(nowMs) };
        await client.patch(
          Pod,
          key,
          { type: 'strategic', body: { status: { conditions: [condition] } } },
          { subresource: 'status' },
        );
      }
    } catch (error) {
      if (!StatusError.is(error, 'NotFound') && !StatusError.is(error, 'Conflict')) throw error;
    }
    if (at !== undefined) next = Math.min(next ?? Number.POSITIVE_INFINITY, at - nowMs);
  }
  return next;
}
