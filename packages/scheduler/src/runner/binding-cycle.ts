/**
 * From a decision to a bound pod: waits for Permit, runs PreBind and Bind, and says what came of it. Runs beside
 * the next decisions; the pod's room is kept all the while.
 */
import { Pod } from '@pintle/api/core/v1';
import type { Client } from '@pintle/client';
import { type Clock, StatusError, sleep } from '@pintle/machinery';
import type { ExtenderChain } from '../extenders/extender-chain.js';
import type { CycleState } from '../framework/cycle-state.js';
import type { Framework } from '../framework/framework.js';
import type { SchedulerHandle } from '../framework/plugin.js';
import { isSuccess, type Status, status } from '../framework/status.js';
import type { PodInfo } from '../nodes/pod-info.js';

export interface BindingOptions {
  readonly framework: Framework;
  readonly state: CycleState;
  readonly pod: PodInfo;
  readonly nodeName: string;
  readonly handle: SchedulerHandle;
  readonly client: Client;
  readonly clock: Clock;
  /** How long a plugin may take at PreBind and at Bind. */
  readonly timeoutMs: number;
  /** Aborted when the pod is gone. Asked for only where something waits for it. */
  readonly gone: () => AbortSignal;
  /** Called where PreBind has something to do. */
  readonly slow?: () => void;
  /** Binds instead of plugins. */
  readonly extender?: ReturnType<ExtenderChain['binder']>;
}

/** `bound`: it has the node. `elsewhere`: another bound it meanwhile. `gone`: it was deleted. */
export type BindingOutcome =
  | { readonly type: 'bound' | 'elsewhere' | 'gone' }
  | { readonly type: 'failed'; readonly status: Status };

/** How often the truth is asked for after a bind whose outcome is unknown. */
const lookUpsMax = 5;
const lookUpDelayMs = 500;

export async function bindPod(options: BindingOptions): Promise<BindingOutcome> {
  const { framework, state, pod, nodeName, handle } = options;
  const { timer } = framework;
  const preparing = timer.runLater('PreBind', () => framework.runPreBind(state, pod, nodeName, handle, options));
  const before = preparing instanceof Promise ? await preparing : preparing;
  if (!isSuccess(before)) return { type: 'failed', status: before };
  // Differs from Kubernetes: while something was waited for, the node may have gone, and is not bound to then.
  if (handle.table.rowOf(nodeName) === undefined)
    return { type: 'failed', status: status('Error', `node ${JSON.stringify(nodeName)} is gone`) };
  const { extender } = options;
  const verdict = await timer.runLater('Bind', () =>
    extender === undefined ? framework.runBind(state, pod, nodeName, handle, options) : extender(nodeName),
  );
  if (isSuccess(verdict)) return { type: 'bound' };
  if (isRefusal(verdict.cause)) return { type: 'failed', status: verdict };
  return lookUp(options, verdict);
}

/** The server answered, and its answer is no. */
function isRefusal(cause: unknown): boolean {
  return StatusError.is(cause) && cause.code >= 400 && cause.code < 500;
}

/**
 * Differs from Kubernetes: a bind whose answer was lost may have been carried out, so the pod's room is not given
 * away before the server was asked where the pod is.
 */
async function lookUp({ client, clock, pod, nodeName }: BindingOptions, failure: Status): Promise<BindingOutcome> {
  for (let attempt = 0; attempt < lookUpsMax; attempt++) {
    try {
      const found = await client.get(Pod, { name: pod.name, namespace: pod.namespace });
      if (found.metadata.uid !== pod.pod.metadata.uid) return { type: 'gone' };
      if (!found.spec?.nodeName) return { type: 'failed', status: failure };
      return { type: found.spec.nodeName === nodeName ? 'bound' : 'elsewhere' };
    } catch (error) {
      if (StatusError.is(error, 'NotFound')) return { type: 'gone' };
      await sleep(clock, lookUpDelayMs * 2 ** attempt);
    }
  }
  return { type: 'failed', status: failure };
}
