/** Nodes that no kubelet is of: what they say of themselves is what a story says. */
import type { Loose, Stage } from '../stage.js';
import { podSpec } from './pods-of.js';

/** Other stories' pods do not come here, and nobody counts their CPUs. */
const apart = { 'node-role.kubernetes.io/control-plane': '' };

export const nodeName = (stage: Stage, name: string) => `${stage.namespace}-${name}`;

export async function makeNode(stage: Stage, name: string, metadata: Loose = {}, spec: object = {}): Promise<Loose> {
  return stage.make('v1', 'Node', nodeName(stage, name), {
    metadata: { ...metadata, labels: { ...apart, ...metadata.labels } },
    spec: { taints: [{ key: 'only', value: stage.namespace, effect: 'NoSchedule' }], ...spec },
  });
}

/** It is heard from, and says whether it is ready. */
export async function hearOf(stage: Stage, name: string, isReady: boolean, more: object = {}): Promise<void> {
  const at = `${new Date().toISOString().slice(0, 19)}Z`;
  const said = isReady
    ? { status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' }
    : { status: 'False', reason: 'KubeletNotReady', message: 'the runtime is down' };
  const conditions = [{ type: 'Ready', lastHeartbeatTime: at, lastTransitionTime: at, ...said }];
  await stage.patch('Node', nodeName(stage, name), { status: { conditions, ...more } }, 'status');
}

const beatMs = 10_000;

/** They are heard from again and again, in the state that the map has for them then, until what is returned is called. */
export function keepHearing(stage: Stage, states: ReadonlyMap<string, boolean>): () => void {
  const timer = setInterval(() => {
    for (const [name, isReady] of states) hearOf(stage, name, isReady).catch(() => {});
  }, beatMs);
  return () => clearInterval(timer);
}

/** A pod there, as its kubelet would tell of it. */
export async function runPod(
  stage: Stage,
  name: string,
  node: string,
  { podIP = '10.244.250.1', isReady = true, metadata = {}, spec = {} }: Loose = {},
): Promise<void> {
  await stage.make('v1', 'Pod', name, {
    metadata,
    spec: { ...podSpec('web'), nodeName: nodeName(stage, node), ...spec },
  });
  const status = isReady ? 'True' : 'False';
  const conditions = ['Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map((type) => ({ type, status }));
  await stage.patch(
    'Pod',
    name,
    { status: { phase: 'Running', conditions, podIP, podIPs: [{ ip: podIP }], startTime: '2025-01-01T00:00:00Z' } },
    'status',
  );
}
