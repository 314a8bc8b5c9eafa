/**
 * Keeps a Node object and its Lease: made or brought up to date at the start, its status told every five minutes or
 * when it changes, the Lease renewed every ten seconds, as kubelet does. A server that can't be reached is asked again.
 * What becomes of the node is told in Events, where somebody writes them.
 */
import { Lease } from '@pintle/api/coordination/v1';
import { Node } from '@pintle/api/core/v1';
import { annControllerAttaches } from '@pintle/api/volumes';
import type { Client } from '@pintle/client';
import { type CancelTimer, formatMicroTime, jitter, StatusError, type World } from '@pintle/machinery';
import { sameValue } from '../pod/same-value.js';
import { conditionReasons, nodeStatusMessage, schedulableReason } from './node-events.js';
import {
  type NodeDescription,
  type NodeTrouble,
  newNode,
  nodeLabels,
  nodeStatus,
  withoutHeartbeats,
} from './node-status.js';

export interface NodeRegistrationOptions {
  readonly world: World;
  readonly client: Client;
  readonly nodeName: string;
  readonly description: NodeDescription;
  /** Writes an Event of the node. Default: there are none. */
  readonly tell?: (reason: string, message: string) => void;
  /** Default 300,000. */
  readonly statusPeriodMs?: number;
  /** Default 10,000. */
  readonly leasePeriodMs?: number;
  /** Default 40. */
  readonly leaseDurationSeconds?: number;
}

export interface NodeRegistration {
  /** Resolves with the node when it is registered; tries until it is, or `stop`. */
  start(): Promise<Node | undefined>;
  stop(): void;
  /** Why the node is not ready; undefined: it is. */
  setTrouble(trouble: NodeTrouble): void;
  /** The node as it is now: whether pods may be scheduled on it is for others to say. */
  observe(node: Node | undefined): void;
}

export const leaseNamespace = 'kube-node-lease';
export const statusPeriodMsDefault = 300_000;
export const leaseDurationSecondsDefault = 40;
const retryMs = 1_000;
const retryMaxMs = 7_000;
const attemptsMax = 5;

export function createNodeRegistration(options: NodeRegistrationOptions): NodeRegistration {
  const {
    world,
    client,
    nodeName,
    description,
    tell = () => {},
    statusPeriodMs = statusPeriodMsDefault,
    leasePeriodMs = 10_000,
    leaseDurationSeconds = leaseDurationSecondsDefault,
  } = options;
  const { clock } = world;
  const key = { name: nodeName };
  const timers = new Set<CancelTimer>();
  let stopped = false;
  let trouble: NodeTrouble;
  let node: Node | undefined;
  let lease: Lease | undefined;
  let startedRegistering: (() => void) | undefined;
  let unschedulable = false;

  const later = (delayMs: number, work: () => Promise<void>) => {
    if (stopped) return;
    const cancel = clock.schedule(delayMs, () => {
      timers.delete(cancel);
      void work();
    });
    timers.add(cancel);
  };
  const warn = (what: string, error: unknown) =>
    world.logger.log('warn', `${what}; it is tried again`, { node: nodeName, error });

  const tellStatus = (reason: string) => tell(reason, nodeStatusMessage(nodeName, reason));
  const tellConditions = (before: Node['status'], after: Node['status']) => {
    for (const reason of conditionReasons(before?.conditions, after?.conditions)) tellStatus(reason);
  };

  /** Makes the node, or takes over the one that is there: its labels are brought up to date, and who attaches its volumes; what others set stays. */
  const register = async () => {
    try {
      node = await client.create(newNode(nodeName, description, clock.now()));
      // A server may take the status of a new object only by its subresource.
      if (node.status?.conditions === undefined) await writeStatus();
      else tellConditions(undefined, node.status);
      return;
    } catch (error) {
      if (!StatusError.is(error, 'AlreadyExists')) throw error;
    }
    node = await client.get(Node, key);
    const labels = { ...node.metadata.labels, ...nodeLabels(nodeName, description) };
    const annotations = { ...node.metadata.annotations, [annControllerAttaches]: 'true' };
    if (!sameValue(labels, node.metadata.labels) || !sameValue(annotations, node.metadata.annotations))
      node = await client.patch(Node, key, { type: 'merge', body: { metadata: { labels, annotations } } });
    await writeStatus();
  };

  const writeStatus = async () => {
    for (let attempt = 1; ; attempt++) {
      const current: Node = node ?? (await client.get(Node, key));
      try {
        node = await client.update(
          { ...current, status: nodeStatus(description, current.status, clock.now(), trouble) },
          { subresource: 'status' },
        );
        tellConditions(current.status, node.status);
        return;
      } catch (error) {
        if (!StatusError.is(error, 'Conflict') || attempt >= attemptsMax) throw error;
        node = undefined;
      }
    }
  };

  const reportStatus = async () => {
    try {
      await writeStatus();
      later(jitter(world.random.stream('kubelet'), statusPeriodMs, 0.04), reportStatus);
    } catch (error) {
      if (StatusError.is(error, 'NotFound')) {
        node = undefined;
        await registerUntilDone(retryMs);
        later(statusPeriodMs, reportStatus);
        return;
      }
      warn('node status could not be written', error);
      node = undefined;
      later(retryMaxMs, reportStatus);
    }
  };

  const registerUntilDone = async (waitMs: number): Promise<void> => {
    try {
      await register();
    } catch (error) {
      if (stopped) return;
      warn('node could not be registered', error);
      await new Promise<void>((resolve) => {
        startedRegistering = resolve;
        later(waitMs, async () => resolve());
      });
      if (!stopped) await registerUntilDone(Math.min(retryMaxMs, waitMs * 2));
    }
  };

  const renewLease = async () => {
    try {
      const renewTime = formatMicroTime(clock.now());
      const spec = { holderIdentity: nodeName, leaseDurationSeconds, renewTime };
      if (lease === undefined) lease = await ensureLease(spec);
      else lease = await client.update({ ...lease, spec: { ...lease.spec, ...spec } });
    } catch (error) {
      lease = undefined;
      warn('node lease could not be renewed', error);
    }
    later(jitter(world.random.stream('kubelet'), leasePeriodMs, 0.04), renewLease);
  };

  const ensureLease = async (spec: Lease['spec']): Promise<Lease> => {
    const leaseKey = { name: nodeName, namespace: leaseNamespace };
    const owner =
      node?.metadata.uid === undefined
        ? []
        : [{ apiVersion: 'v1', kind: 'Node', name: nodeName, uid: node.metadata.uid }];
    try {
      const metadata = { ...leaseKey, ...(owner.length === 0 ? {} : { ownerReferences: owner }) };
      return await client.create<Lease>({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec });
    } catch (error) {
      if (!StatusError.is(error, 'AlreadyExists')) throw error;
      const found = await client.get(Lease, leaseKey);
      return client.update({ ...found, spec: { ...found.spec, ...spec } });
    }
  };

  return {
    observe(seen) {
      const now = seen?.spec?.unschedulable ?? false;
      if (seen === undefined || now === unschedulable) return;
      unschedulable = now;
      tellStatus(schedulableReason(now));
    },
    async start() {
      tell('Starting', 'Starting kubelet.');
      await registerUntilDone(retryMs);
      if (stopped) return undefined;
      await renewLease();
      later(jitter(world.random.stream('kubelet'), statusPeriodMs, 0.04), reportStatus);
      return node;
    },
    stop() {
      stopped = true;
      for (const cancel of timers) cancel();
      timers.clear();
      startedRegistering?.();
    },
    setTrouble(next) {
      if (next === trouble) return;
      trouble = next;
      if (
        node !== undefined &&
        !sameValue(
          withoutHeartbeats(node.status ?? {}),
          withoutHeartbeats(nodeStatus(description, node.status, clock.now(), trouble)),
        )
      ) {
        later(0, () => writeStatus().catch((error: unknown) => warn('node status could not be written', error)));
      }
    },
  };
}
