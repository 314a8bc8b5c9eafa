/**
 * Which attachable volumes the pods of a node use. The kubelet says so in its Node's `status.volumesInUse`, before a pod
 * uses one and until none does; the attach/detach controller answers in `status.volumesAttached`, and takes none away
 * that is in use. `pod/pod-volumes.ts` waits here; nothing is mounted here.
 *
 * **Differs from Kubernetes**: what is in use is told when it changes, not with the next status of the node.
 */
import { Node } from '@pintle/api/core/v1';
import type { Client } from '@pintle/client';
import { AbortedError, type CancelTimer, onAbort, StatusError, type World } from '@pintle/machinery';
import { sameValue } from '../pod/same-value.js';
import type { ObjectSource } from '../sources/object-source.js';

export interface NodeVolumes {
  /**
   * Resolves when one state of the Node says of all these volumes both that they are in use and that they are attached.
   * They stay in use until the pod's `release`, whatever becomes of the wait.
   * Errors: `VolumeAttachTimeoutError`; `AbortedError`.
   */
  use(podUid: string, uniqueNames: readonly string[], signal?: AbortSignal): Promise<void>;
  /** Nothing of the pod is mounted any more. */
  release(podUid: string): void;
  /**
   * What an earlier kubelet said was in use stays so until each of these pods, which it left, has said what it uses or
   * is gone.
   */
  inherit(uniqueNames: readonly string[], podUids: Iterable<string>): void;
  stop(): void;
}

/** The attach/detach controller took too long. */
export class VolumeAttachTimeoutError extends Error {
  readonly code = 'PINTLE_VOLUME_ATTACH_TIMEOUT';
  constructor(
    readonly uniqueNames: readonly string[],
    options?: ErrorOptions,
  ) {
    super(`not attached: ${uniqueNames.join(', ')}`, options);
    this.name = 'VolumeAttachTimeoutError';
  }
}

export interface NodeVolumesOptions {
  readonly world: World;
  readonly client: Client;
  readonly nodeName: string;
  readonly objects: Pick<ObjectSource, 'followNode'>;
  /** Default 123,000, as kubelet's. */
  readonly attachTimeoutMs?: number;
}

interface Wait {
  readonly names: readonly string[];
  readonly attached: () => void;
}

const retryMs = 1_000;

/** Those of `names` that the Node does not say both of: in use, and attached. */
export function notAttached(names: readonly string[], node: Node | undefined): readonly string[] {
  const { volumesInUse = [], volumesAttached = [] } = node?.status ?? {};
  return names.filter((name) => !volumesInUse.includes(name) || !volumesAttached.some((each) => each.name === name));
}

export function createNodeVolumes(options: NodeVolumesOptions): NodeVolumes {
  const { world, client, nodeName, objects, attachTimeoutMs = 123_000 } = options;
  const used = new Map<string, readonly string[]>();
  const waits = new Set<Wait>();
  const heirs = new Set<string>();
  let inherited: readonly string[] = [];
  let node: Node | undefined;
  let unfollow: (() => void) | undefined;
  let cancelRetry: CancelTimer | undefined;
  let telling = false;
  let stopped = false;

  const look = (seen: Node | undefined) => {
    node = seen;
    for (const { names, attached } of waits) if (notAttached(names, node).length === 0) attached();
    void tell();
  };

  /** Says what is in use, where the Node says something else. */
  const tell = async () => {
    if (telling || stopped || node === undefined) return;
    const inUse = [...new Set([...inherited, ...[...used.values()].flat()])].sort();
    if (sameValue(inUse, node.status?.volumesInUse ?? [])) return;
    telling = true;
    cancelRetry?.();
    try {
      const body = { status: { volumesInUse: inUse.length === 0 ? null : inUse } };
      const told = await client.patch(Node, { name: nodeName }, { type: 'merge', body }, { subresource: 'status' });
      telling = false;
      look(told);
    } catch (error) {
      telling = false;
      // A node that is gone is told of again when it is back.
      if (stopped || StatusError.is(error, 'NotFound')) return;
      world.logger.log('warn', 'volumes in use could not be told; it is tried again', { node: nodeName, error });
      cancelRetry = world.clock.schedule(retryMs, () => void tell());
    }
  };

  const spoke = (podUid: string) => {
    if (heirs.delete(podUid) && heirs.size === 0) inherited = [];
  };
  const follow = () => {
    if (!stopped) unfollow ??= objects.followNode(nodeName, look);
  };

  return {
    async use(podUid, uniqueNames, signal) {
      used.set(podUid, uniqueNames);
      spoke(podUid);
      if (uniqueNames.length > 0) follow();
      void tell();
      if (notAttached(uniqueNames, node).length === 0) return;
      await new Promise<void>((resolve, reject) => {
        const end = () => {
          cancel();
          waits.delete(wait);
          forgetSignal();
        };
        const giveUp = () => {
          end();
          reject(new AbortedError('waiting for volumes', { cause: signal?.reason }));
        };
        const wait: Wait = {
          names: uniqueNames,
          attached() {
            end();
            resolve();
          },
        };
        const cancel = world.clock.schedule(attachTimeoutMs, () => {
          end();
          reject(new VolumeAttachTimeoutError(notAttached(uniqueNames, node)));
        });
        const forgetSignal = onAbort(signal, giveUp);
        waits.add(wait);
        if (signal?.aborted) giveUp();
      });
    },
    release(podUid) {
      used.delete(podUid);
      spoke(podUid);
      void tell();
    },
    inherit(uniqueNames, podUids) {
      for (const uid of podUids) heirs.add(uid);
      if (heirs.size > 0) inherited = uniqueNames;
      if (uniqueNames.length > 0) follow();
    },
    stop() {
      stopped = true;
      cancelRetry?.();
      unfollow?.();
    },
  };
}
