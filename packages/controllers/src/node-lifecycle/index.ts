/**
 * Node lifecycle: a node whose lease is not renewed is not to be trusted. Its conditions become Unknown, it is tainted,
 * and its pods are told not ready. Who removes them is `../taint-eviction`.
 *
 * Differs from Kubernetes: when the controller sees again after all zones were lost, silent nodes get no second period
 * of grace; their zone's rate holds them back instead. Pods of a node that was not ready before it fell silent are told
 * not ready, too.
 */
import { Lease } from '@pintle/api/coordination/v1';
import { Node, Pod } from '@pintle/api/core/v1';
import { type Controller, controller, type ReconcileContext } from '@pintle/controller-runtime';
import { deepEqual, findCondition, formatTime, parseTime } from '@pintle/machinery';
import type { Informers } from '@pintle/watch';
import { ignoreNotFound } from '../ignore-not-found.js';
import { ObjectMemory } from '../object-memory.js';
import { podsOnNode } from '../pods-on-node.js';
import { type Heard, hear } from './heard.js';
import { executeTaint, isExecuting, planTaints, readinessOf } from './plan-taints.js';
import { planZones, turnOf, type ZoneRates, zoneOf, zoneRates } from './zones.js';

export * from './plan-taints.js';
export * from './zones.js';

/** Without a renewal for so long, a node's state is unknown (upstream's node-monitor-grace-period). */
const graceMs = 50_000;
/** The same of one that never said what its state is (upstream's node-startup-grace-period). */
const startupGraceMs = 60_000;
/** How soon a silent node is looked at again (upstream's node-monitor-period). */
const monitorMs = 5_000;
const leaseNamespace = 'kube-node-lease';
const monitored = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'];

/** When a node of each zone had its turn, by the manager that gave it. */
type Turns = WeakMap<Informers, Map<string, number>>;

/** The uids of the nodes that a manager's controller has told of. */
type Known = WeakMap<Informers, Map<string, string>>;

export function nodeLifecycleController(given: Partial<ZoneRates> = {}): Controller {
  const turns: Turns = new WeakMap();
  const known: Known = new WeakMap();
  const heard = new ObjectMemory<Heard>();
  const rates = { ...zoneRates, ...given };
  return controller({ name: 'node-lifecycle', component: 'node-controller', concurrency: 10 })
    .for(Node)
    .watches(Lease, ({ metadata }) => (metadata.namespace === leaseNamespace ? [{ name: metadata.name ?? '' }] : []), {
      predicate: ({ type }) => type !== 'updated',
    })
    .reconcile((context) => {
      tellOfComing(context, known);
      return reconcile(context, rates, turns, heard);
    });
}

/** That a node is there, or is gone, is told once. */
function tellOfComing({ key: { name }, object: node, informers, events }: ReconcileContext<Node>, known: Known): void {
  const uids = known.get(informers) ?? new Map<string, string>();
  known.set(informers, uids);
  const [before, now] = [uids.get(name), node?.metadata.uid];
  if (before === now) return;
  const tell = (uid: string, reason: string, words: string) => {
    const reference = { apiVersion: 'v1', kind: 'Node', metadata: { name, uid } };
    events.record(reference, 'Normal', reason, `Node ${name} event: ${words}`);
  };
  if (before !== undefined) tell(before, 'RemovingNode', `Removing Node ${name} from Controller`);
  if (now === undefined) uids.delete(name);
  else {
    uids.set(name, now);
    tell(now, 'RegisteredNode', `Registered Node ${name} in Controller`);
  }
}

async function reconcile(
  context: ReconcileContext<Node>,
  rates: ZoneRates,
  turns: Turns,
  heard: ObjectMemory<Heard>,
): Promise<undefined | { requeueAfterMs: number }> {
  const { key, object: node, client, informers, world } = context;
  if (node === undefined) {
    heard.forget(informers, key.name);
    return undefined;
  }
  const name = node.metadata.name ?? '';
  const nowMs = world.clock.now();
  await keepOldLabels(context, node);
  const isSilentInMs = silenceInMs(context, node, heard);
  const current = isSilentInMs <= 0 ? await markUnknown(context, node, nowMs) : node;
  const { executes, inMs } = mayExecute(current, informers, rates, turns, nowMs);
  const taints = planTaints(current, formatTime(nowMs), { executes });
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
  // Of a node that itself says that it is not ready its kubelet still tells how its pods are.
  if (readinessOf(current) === 'Unknown') await markPodsNotReady(context, name, nowMs);
  const waits = [isSilentInMs > 0 ? isSilentInMs : monitorMs, ...(inMs === undefined ? [] : [inMs])];
  return { requeueAfterMs: Math.max(100, Math.min(...waits)) };
}

/** For how long the node may still say nothing; 0 or less: its state is not known. */
function silenceInMs({ informers, world }: ReconcileContext<Node>, node: Node, heard: ObjectMemory<Heard>): number {
  const { name = '', uid, creationTimestamp } = node.metadata;
  const lease = informers.informer(Lease).lister.get({ name, namespace: leaseNamespace });
  const ready = findCondition(node.status?.conditions, 'Ready');
  const saidMs = Math.max(
    ...[lease?.spec?.renewTime, ready?.lastHeartbeatTime].map((time) => parseTime(time ?? undefined) ?? 0),
  );
  if (saidMs === 0) {
    const createdMs = parseTime(creationTimestamp ?? undefined) ?? 0;
    return createdMs + (ready === undefined ? startupGraceMs : graceMs) - world.clock.now();
  }
  const nowMs = world.clock.monotonic();
  const now = hear(heard.get(informers, name, uid), saidMs, nowMs);
  heard.set(informers, name, uid, now);
  return now.heardMs + graceMs - nowMs;
}

/** Whether pods are to leave the node, and when it is asked again. One that they are leaving goes on. */
function mayExecute(
  node: Node,
  informers: Informers,
  rates: ZoneRates,
  turns: Turns,
  nowMs: number,
): { readonly executes: boolean; readonly inMs?: number } {
  if (executeTaint(node) === undefined) return { executes: false };
  const others = informers
    .informer(Node)
    .lister.list()
    .filter(({ metadata }) => metadata.name !== node.metadata.name);
  const zones = planZones([...others, node], rates);
  if (zones.blind) return { executes: false, inMs: monitorMs };
  if (isExecuting(node)) return { executes: true };
  const zone = zoneOf(node);
  const last = turns.get(informers) ?? new Map<string, number>();
  turns.set(informers, last);
  const turn = turnOf(zones.rates.get(zone) ?? 0, last.get(zone), nowMs);
  if (!turn.now) return { executes: false, inMs: turn.inMs };
  last.set(zone, nowMs);
  return { executes: true };
}

/** Stable labels of a node, and those from before them, that say the same for who still asks by them. */
const oldLabels = [
  ['kubernetes.io/os', 'beta.kubernetes.io/os'],
  ['kubernetes.io/arch', 'beta.kubernetes.io/arch'],
] as const;

async function keepOldLabels({ client }: ReconcileContext<Node>, { metadata }: Node): Promise<void> {
  const { name = '', uid, labels: present = {} } = metadata;
  const wrong = oldLabels.filter(([stable, old]) => present[stable] !== undefined && present[old] !== present[stable]);
  if (wrong.length === 0) return;
  const labels = Object.fromEntries(wrong.map(([stable, old]) => [old, present[stable]]));
  await client.patch(Node, { name }, { type: 'merge', body: { metadata: { uid, labels } } });
}

async function markUnknown({ client, events }: ReconcileContext<Node>, node: Node, nowMs: number): Promise<Node> {
  const now = formatTime(nowMs);
  const conditions = node.status?.conditions ?? [];
  // In the order in which they stand: a patch moves what it names.
  const types = [
    ...conditions.map(({ type }) => type).filter((type) => monitored.includes(type)),
    ...monitored.filter((type) => findCondition(conditions, type) === undefined),
  ];
  const changed = types.flatMap((type) => {
    const present = findCondition(conditions, type);
    if (present?.status === 'Unknown') return [];
    return {
      ...(present ?? { lastHeartbeatTime: node.metadata.creationTimestamp }),
      type,
      status: 'Unknown',
      reason: present === undefined ? 'NodeStatusNeverUpdated' : 'NodeStatusUnknown',
      message: present === undefined ? 'Kubelet never posted node status.' : 'Kubelet stopped posting node status.',
      lastTransitionTime: now,
    };
  });
  if (changed.length === 0) return node;
  const name = node.metadata.name ?? '';
  const marked = await client.patch(
    Node,
    { name },
    { type: 'strategic', body: { status: { conditions: changed } } },
    { subresource: 'status' },
  );
  if (readinessOf(node) === 'True')
    events.record(node, 'Normal', 'NodeNotReady', `Node ${name} status is now: NodeNotReady`);
  return marked;
}

/** So that Services send no more to them. */
async function markPodsNotReady(
  { client, informers, events }: ReconcileContext<Node>,
  nodeName: string,
  nowMs: number,
): Promise<void> {
  for (const pod of podsOnNode(nodeName, informers)) {
    if (findCondition(pod.status?.conditions, 'Ready')?.status !== 'True') continue;
    const condition = { type: 'Ready', status: 'False', lastTransitionTime: formatTime(nowMs) };
    events.record(pod, 'Warning', 'NodeNotReady', 'Node is not ready');
    await client
      .patch(
        Pod,
        { name: pod.metadata.name ?? '', namespace: pod.metadata.namespace ?? '' },
        { type: 'strategic', body: { status: { conditions: [condition] } } },
        { subresource: 'status' },
      )
      .catch(ignoreNotFound);
  }
}
