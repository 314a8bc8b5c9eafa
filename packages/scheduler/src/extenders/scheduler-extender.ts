/**
 * A policy of this framework as an HTTP extender of another scheduler, as kube-scheduler: it asks here which nodes will
 * do, which are better, and whether preemption would help (`k8s.io/kube-scheduler/extender/v1`).
 *
 * Nodes, pods and what else the policy reads are followed through informers; of a request only names count, so that
 * `nodeCacheCapable: true` is the sensible configuration. It binds nothing, and listens to nothing: `fetch` is what a
 * host's HTTP server calls.
 */
import { Node, Pod } from '@pintle/api/core/v1';
import { type Logger, stringifyJson, type World } from '@pintle/machinery';
import type { Informers } from '@pintle/watch';
import type { Subscription } from 'rxjs';
import { frameworkHandle } from '../algorithm/framework-handle.js';
import { NodeFilter } from '../algorithm/node-filter.js';
import { NodeScorer } from '../algorithm/node-scorer.js';
import { CycleState } from '../framework/cycle-state.js';
import { Framework } from '../framework/framework.js';
import type { Profile } from '../framework/profile.js';
import { scoreMax } from '../framework/scores.js';
import { isSuccess, type Status, statusMessage } from '../framework/status.js';
import { NodeTable } from '../nodes/node-table.js';
import { PodCache } from '../nodes/pod-cache.js';
import { isTerminal, type PodInfo, podInfo, podKey } from '../nodes/pod-info.js';
import { Nominations } from '../queue/nominations.js';
import { extenderScoreMax } from './extender.js';
import { type ExtenderRequest, parseExtenderRequest } from './extender-request.js';

export interface SchedulerExtenderOptions {
  readonly world: World;
  readonly informers: Informers;
  readonly policy: Profile;
}

export interface SchedulerExtender {
  /** Resolves when the nodes and pods are known. */
  start(): Promise<void>;
  stop(): void;
  /** The answer to `POST …/filter`, `…/prioritize` or `…/preempt`, by the last part of the path. */
  fetch(request: Request): Promise<Response>;
}

/** Beyond it a request is refused (413): a list of 5,000 nodes is some 50 MB. */
const bodyMaxChars = 64 * 1024 * 1024;

export function schedulerExtender({ world, informers, policy }: SchedulerExtenderOptions): SchedulerExtender {
  const followed = new FollowedCluster(informers, policy);
  const judge = new Judge(followed.table, policy);
  return {
    start: () => followed.start(),
    stop: () => followed.stop(),
    fetch: (request) => answer(judge, request, world.logger),
  };
}

async function answer(judge: Judge, request: Request, logger: Logger): Promise<Response> {
  const json = (status: number, body: unknown) =>
    new Response(stringifyJson(body), { status, headers: { 'content-type': 'application/json' } });
  const verb = new URL(request.url).pathname.split('/').at(-1) ?? '';
  const work = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined;
  if (work === undefined)
    return json(404, { Error: `no verb ${JSON.stringify(verb)}: ask filter, prioritize or preempt` });
  if (request.method !== 'POST') return json(405, { Error: `${verb} is asked by POST` });
  const text = await request.text();
  if (text.length > bodyMaxChars) return json(413, { Error: `the request is longer than ${bodyMaxChars} characters` });
  let asked: ExtenderRequest;
  try {
    asked = parseExtenderRequest(text);
  } catch (error) {
    return json(400, { Error: (error as Error).message });
  }
  try {
    return json(200, work(judge, asked));
  } catch (error) {
    logger.log('error', 'an extender request failed', { verb, pod: podKey(asked.pod), error });
    // A filter's fault has a place of its own in the answer; the others have none.
    return json(verb === 'filter' ? 200 : 500, { Error: (error as Error).message });
  }
}

const verbs: Readonly<Record<string, (judge: Judge, asked: ExtenderRequest) => unknown>> = {
  filter(judge, { pod, nodeNames, nodes }) {
    const { fitting, failed, unresolvable } = judge.filter(podInfo(pod), nodeNames);
    const kept = new Set(fitting);
    return {
      NodeNames: fitting,
      ...(nodes === undefined
        ? {}
        : { Nodes: { metadata: {}, items: nodes.filter(({ metadata }) => kept.has(metadata.name ?? '')) } }),
      FailedNodes: failed,
      FailedAndUnresolvableNodes: unresolvable,
    };
  },
  prioritize: (judge, { pod, nodeNames }) =>
    [...judge.score(podInfo(pod), nodeNames)].map(([Host, Score]) => ({ Host, Score })),
  preempt(judge, { pod, candidates }) {
    const info = podInfo(pod);
    const agreed = candidates.filter(({ nodeName, victims }) => judge.fitsWithout(info, nodeName, victims));
    return {
      NodeNameToMetaVictims: Object.fromEntries(
        agreed.map(({ nodeName, victims, violations }) => [
          nodeName,
          { Pods: victims.map((UID) => ({ UID })), NumPDBViolations: violations },
        ]),
      ),
    };
  },
};

/** Asks the policy's plugins, on the nodes as they are. */
class Judge {
  private readonly framework: Framework;
  private readonly filters = new NodeFilter();
  private readonly scorer = new NodeScorer();

  constructor(
    private readonly table: NodeTable,
    policy: Profile,
  ) {
    this.framework = new Framework(policy);
  }

  filter(pod: PodInfo, nodeNames: readonly string[]) {
    const { framework, table } = this;
    const failed: Record<string, string> = {};
    const unresolvable: Record<string, string> = {};
    const refuse = (node: string, status: Status) => {
      (status.code === 'UnschedulableAndUnresolvable' ? unresolvable : failed)[node] = statusMessage(status);
    };
    const known = nodeNames.filter((name) => table.rowOf(name) !== undefined);
    for (const name of nodeNames) if (table.rowOf(name) === undefined) failed[name] = 'node is not known yet';
    const state = new CycleState(table);
    const before = framework.runPreFilter(state, pod, table);
    if (before.status !== undefined) {
      if (before.status.code === 'Error') throw new Error(statusMessage(before.status));
      for (const name of known) refuse(name, before.status);
      return { fitting: [], failed, unresolvable };
    }
    const rows = Int32Array.from(
      known.filter((name) => before.nodeNames?.has(name) ?? true),
      (name) => table.rowOf(name)!,
    );
    const run = this.filters.run(framework, state, pod, rows, rows.length);
    if (run.error !== undefined) throw new Error(statusMessage(run.error));
    for (const [name, status] of this.filters.statuses(framework, state, pod).entries()) refuse(name, status);
    const fitting = [...run.rows.subarray(0, run.count)].map((row) => table.info(row).name);
    for (const name of known)
      if (before.nodeNames?.has(name) === false)
        unresolvable[name] = `node(s) didn't satisfy plugin(s) [${[...before.narrowedBy].sort().join(' ')}]`;
    return { fitting, failed, unresolvable };
  }

  /** From 0 to 10, the weighted mean of the plugins' scores. Nodes that are not known get 0. */
  score(pod: PodInfo, nodeNames: readonly string[]): ReadonlyMap<string, number> {
    const { framework, table } = this;
    const scores = new Map(nodeNames.map((name) => [name, 0]));
    const known = nodeNames.filter((name) => table.rowOf(name) !== undefined);
    const rows = Int32Array.from(known, (name) => table.rowOf(name)!);
    const state = new CycleState(table);
    framework.runPreFilter(state, pod, table);
    const prepared = framework.runPreScore(state, pod, table, rows, rows.length);
    if (!isSuccess(prepared)) throw new Error(statusMessage(prepared));
    const scored = this.scorer.run(framework, state, pod, rows, rows.length);
    if ('code' in scored) throw new Error(statusMessage(scored));
    const most = framework.score.reduce((sum, { weight = 1 }) => sum + weight * scoreMax, 0);
    for (const [i, name] of known.entries())
      scores.set(name, most === 0 ? 0 : Math.round((scored.totals[i]! / most) * extenderScoreMax));
    return scores;
  }

  /** Whether the pod would fit if these pods, by uid, left the node. */
  fitsWithout(pod: PodInfo, nodeName: string, victims: readonly string[]): boolean {
    const { framework, table } = this;
    const row = table.rowOf(nodeName);
    if (row === undefined) return false;
    const node = table.info(row);
    const handle = frameworkHandle({
      frameworks: new Map([[pod.schedulerName, framework]]),
      nominations: new Nominations(),
    });
    const state = new CycleState(table);
    if (framework.runPreFilter(state, pod, table).status !== undefined) return false;
    const gone = table.podsAt(row).filter(({ uid }) => victims.includes(uid));
    try {
      for (const victim of gone) {
        table.removePod(row, victim);
        if (!isSuccess(handle.podChanged(state, pod, victim, node, 'removed'))) return false;
      }
      return isSuccess(handle.filter(state, pod, node));
    } finally {
      for (const victim of gone) if (!table.podsAt(row).includes(victim)) table.addPod(row, victim);
    }
  }
}

/** A table that follows a cluster's nodes, bound pods, and what else a policy reads. */
class FollowedCluster {
  readonly table = new NodeTable();
  private readonly cache = new PodCache(this.table);
  private readonly subscriptions: Subscription[] = [];

  constructor(
    private readonly informers: Informers,
    private readonly policy: Profile,
  ) {}

  async start(): Promise<void> {
    const { informers, policy, cache, table } = this;
    const [nodes, pods] = [informers.informer(Node), informers.informer(Pod)];
    const others = [...new Set(policy.plugins.flatMap(({ reads = [] }) => reads))].map((kind) =>
      informers.informer(kind),
    );
    await Promise.all([nodes, pods, ...others].map((informer) => informer.whenSynced()));
    for (const informer of others)
      this.subscriptions.push(
        informer.events.subscribe((event) => {
          if (event.type === 'synced') return;
          if (event.type === 'deleted') table.objects.delete(event.object);
          else table.objects.set(event.object);
        }),
      );
    this.subscriptions.push(
      nodes.events.subscribe((event) => {
        if (event.type === 'synced') return;
        if (event.type === 'deleted') cache.removeNode(event.object.metadata.name ?? '');
        else cache.setNode(event.object);
      }),
      pods.events.subscribe((event) => {
        if (event.type === 'synced') return;
        const { object } = event;
        if (event.type !== 'deleted' && object.spec?.nodeName && !isTerminal(object))
          cache.set(podInfo(object), object.spec.nodeName);
        else cache.delete(podKey(object));
      }),
    );
  }

  stop(): void {
    for (const subscription of this.subscriptions.splice(0)) subscription.unsubscribe();
  }
}
