import { describe, expect, it } from '@jest/globals';
import type { DaemonSet, DaemonSetSpec } from '@pintle/api/apps/v1';
import type { Node, Pod, PodSpec, Taint, Toleration } from '@pintle/api/core/v1';
import { newRevision, podRevisionLabel } from '../history/controller-revision.js';
import { daemonPodFor, daemonSetKind, judgeNode, targetNode } from './daemon-pod.js';
import { FailedPodBackoff } from './failed-pod-backoff.js';
import { planDaemonSet } from './plan-daemon-set.js';

const nowMs = Date.parse('2025-01-01T00:01:00Z');

function daemonSet(spec: Partial<DaemonSetSpec> = {}, podSpec: Partial<PodSpec> = {}): DaemonSet {
  const labels = { app: 'agent' };
  const annotations = { 'deprecated.daemonset.template.generation': '4' };
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'agent', namespace: 'default', uid: 'set-uid', generation: 1, annotations },
    spec: {
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [], ...podSpec } },
      ...spec,
    } as DaemonSetSpec,
  };
}

const node = (name: string, labels: Record<string, string> = {}, taints: readonly Taint[] = []): Node =>
  ({ apiVersion: 'v1', kind: 'Node', metadata: { name, labels }, spec: { taints } }) as Node;

const revision = (hash: string) =>
  newRevision(daemonSet(), daemonSetKind, { number: 1, hash, hashLabel: podRevisionLabel });

/**
 * Pods in few letters, as `a:old:ready b:new:pending`: node, revision, and how they are. The first of a node is the
 * oldest. `ready@30` is ready since second 30 of the minute that it is now the end of. `unbound` waits for a scheduler.
 */
function pods(text: string): readonly Pod[] {
  return text
    .split(' ')
    .filter((word) => word !== '')
    .map((word, index) => {
      const [nodeName = '', hash = '', state = ''] = word.split(':');
      const pod = daemonPodFor(daemonSet(), nodeName, revision(hash));
      const [how = '', second = '00'] = state.split('@');
      const phase = {
        failed: 'Failed',
        failedEnding: 'Failed',
        succeeded: 'Succeeded',
        pending: 'Pending',
        unbound: 'Pending',
      }[how];
      const ready = how === 'ready' || how === 'ending';
      return {
        ...pod,
        metadata: {
          ...pod.metadata,
          name: word,
          creationTimestamp: `2025-01-01T00:00:${String(index).padStart(2, '0')}Z`,
          ...(how === 'ending' || how === 'failedEnding' ? { deletionTimestamp: '2025-01-01T00:00:30Z' } : {}),
        },
        spec: { ...pod.spec!, ...(how === 'unbound' ? {} : { nodeName }) },
        status: {
          phase: phase ?? 'Running',
          conditions: [
            {
              type: 'Ready',
              status: ready ? 'True' : 'False',
              lastTransitionTime: `2025-01-01T00:00:${second}Z`,
            },
          ],
        },
      } as Pod;
    });
}

interface Case {
  readonly is: string;
  readonly spec?: Partial<DaemonSetSpec>;
  readonly pods: string;
  readonly backoffMs?: number;
  /** Nodes that take no new pods. */
  readonly tainted?: readonly string[];
  /** What is done: `+a` makes a pod on node a, `-` and the letters of a pod remove it. */
  readonly does: string;
  /** desired/current/misscheduled/ready/updated/available/unavailable */
  readonly status?: string;
}

const rolling = (rollingUpdate: { maxUnavailable?: number | string; maxSurge?: number | string }) => ({
  updateStrategy: { type: 'RollingUpdate' as const, rollingUpdate },
});
const surge = rolling({ maxSurge: 1, maxUnavailable: 0 });

/** On nodes a, b and c, and `gone`, which there is not. */
const cases: readonly Case[] = [
  { is: 'a pod for each node', pods: '', does: '+a +b +c', status: '3/0/0/0/0/0/3' },
  { is: 'the nodes that have none', pods: 'b:new:pending', does: '+a +c', status: '3/1/0/0/1/0/3' },
  { is: 'complete', pods: 'a:new:ready b:new:ready c:new:ready', does: '', status: '3/3/0/3/3/3/0' },
  { is: 'waits for what ends before it makes another', pods: 'a:new:ending b:new:ready c:new:ready', does: '' },
  { is: 'keeps the oldest of two', pods: 'a:new:ready a:new:ready b:new:ready c:new:ready', does: '-a:new:ready' },
  { is: 'removes what failed', pods: 'a:new:failed b:new:ready c:new:ready', does: '-a:new:failed' },
  { is: 'removes what succeeded', pods: 'a:new:succeeded b:new:ready c:new:ready', does: '-a:new:succeeded' },
  {
    is: 'leaves what failed for a while, and not what succeeded',
    pods: 'a:new:failed b:new:succeeded c:new:ready',
    backoffMs: 8000,
    does: '-b:new:succeeded',
  },
  { is: 'leaves what failed for a while', pods: 'a:new:failed b:new:ready c:new:ready', backoffMs: 8000, does: '' },
  {
    is: 'removes what waits for a node that is gone',
    pods: 'a:new:ready b:new:ready c:new:ready gone:new:unbound',
    does: '-gone:new:unbound',
  },
  {
    is: 'leaves what ran on a node that is gone to others',
    pods: 'a:new:ready b:new:ready c:new:ready gone:new:ready',
    does: '',
  },
  {
    is: 'updates one',
    pods: 'a:old:ready b:old:ready c:old:ready',
    does: '-a:old:ready',
    status: '3/3/0/3/0/3/0',
  },
  { is: 'makes anew before it updates the next', pods: 'b:old:ready c:old:ready', does: '+a' },
  { is: 'waits for the updated pod', pods: 'a:new:pending b:old:ready c:old:ready', does: '' },
  {
    is: 'waits until it is available',
    spec: { minReadySeconds: 20 },
    pods: 'a:new:ready@50 b:old:ready c:old:ready',
    does: '',
    status: '3/3/0/3/1/2/1',
  },
  { is: 'updates the next', pods: 'a:new:ready b:old:ready c:old:ready', does: '-b:old:ready' },
  {
    is: 'updates broken pods whatever the limit',
    pods: 'a:old:pending b:old:pending c:old:ready',
    does: '-a:old:pending -b:old:pending',
  },
  {
    is: 'updates as many as may be unavailable',
    spec: rolling({ maxUnavailable: 2 }),
    pods: 'a:old:ready b:old:ready c:old:ready',
    does: '-a:old:ready -b:old:ready',
  },
  {
    is: 'rounds a percentage up',
    spec: rolling({ maxUnavailable: '34%' }),
    pods: 'a:old:ready b:old:ready c:old:ready',
    does: '-a:old:ready -b:old:ready',
  },
  {
    is: 'leaves pods to whoever deletes them',
    spec: { updateStrategy: { type: 'OnDelete' } },
    pods: 'a:old:ready b:old:ready c:old:ready',
    does: '',
  },
  { is: 'does not wait for what has failed and ends', pods: 'a:new:failedEnding b:new:ready c:new:ready', does: '+a' },
  {
    is: 'is available at once where nothing is said',
    pods: 'a:new:ready@59.5 b:old:ready c:old:ready',
    does: '-b:old:ready',
    status: '3/3/0/3/1/3/0',
  },
  {
    is: 'replaces a pod that is ready just now where nothing is said',
    spec: surge,
    pods: 'a:old:ready a:new:ready@59.5 b:old:ready c:old:ready',
    does: '-a:old:ready',
  },
  {
    is: 'rounds a percentage of surge up',
    spec: rolling({ maxSurge: '34%', maxUnavailable: 0 }),
    pods: 'a:old:ready b:old:ready c:old:ready',
    does: '+a +b',
  },
  { is: 'surges one', spec: surge, pods: 'a:old:ready b:old:ready c:old:ready', does: '+a' },
  { is: 'waits for the surging pod', spec: surge, pods: 'a:old:ready a:new:pending b:old:ready c:old:ready', does: '' },
  {
    is: 'removes the old pod when the new is available',
    spec: surge,
    pods: 'a:old:ready a:new:ready b:old:ready c:old:ready',
    does: '-a:old:ready',
  },
  {
    is: 'removes an old pod that is not ready any more',
    spec: surge,
    pods: 'a:old:pending a:new:pending b:old:ready c:old:ready',
    does: '-a:old:pending',
  },
  {
    is: 'surges wherever the old pod is broken',
    spec: surge,
    pods: 'a:old:pending b:old:pending c:old:ready',
    does: '+a +b +c',
  },
  {
    is: 'keeps one of each revision while surging',
    spec: surge,
    pods: 'a:old:ready a:old:pending a:new:pending b:new:ready c:new:ready',
    does: '-a:old:pending',
  },
  {
    is: 'makes no pod where none is to be, and spares the one that is there',
    spec: surge,
    tainted: ['a'],
    pods: 'a:old:ready b:old:ready c:old:ready',
    does: '+b -a:old:ready',
  },
  {
    is: 'keeps where none is to be what cannot be spared',
    spec: surge,
    tainted: ['a'],
    pods: 'a:old:ready b:old:pending b:new:pending c:old:pending c:new:ready',
    does: '-b:old:pending -c:old:pending',
  },
  {
    is: 'keeps it while another is missing',
    spec: surge,
    tainted: ['a'],
    pods: 'a:old:ready b:new:ready c:new:pending',
    does: '',
  },
  {
    is: 'removes it where it is broken',
    spec: surge,
    tainted: ['a'],
    pods: 'a:old:pending b:new:ready c:new:ready',
    does: '-a:old:pending',
  },
  {
    is: 'does not wait for what ends when it surges',
    spec: surge,
    pods: 'a:old:ending b:new:ready c:new:ready',
    does: '+a',
  },
  {
    is: 'does not wait for what failed when it surges',
    spec: surge,
    pods: 'a:new:failed b:new:ready c:new:ready',
    backoffMs: 8000,
    does: '+a',
  },
];

describe('planDaemonSet', () => {
  it.each(cases)('$is', ({ spec, pods: text, backoffMs = 0, tainted = [], does, status }) => {
    const taints = [{ key: 'dedicated', effect: 'NoSchedule' }] as readonly Taint[];
    const plan = planDaemonSet({
      set: daemonSet(spec),
      hash: 'new',
      collisionCount: 0,
      nodes: ['b', 'a', 'c'].map((name) => node(name, {}, tainted.includes(name) ? taints : [])),
      pods: pods(text),
      backoffMs: () => backoffMs,
      nowMs,
    });
    const done = [...plan.create.map((name) => `+${name}`), ...plan.remove.map(({ metadata }) => `-${metadata.name}`)];
    expect(done.join(' ')).toBe(does);
    if (backoffMs > 0) expect(plan.lookAgainInMs).toBe(backoffMs);
    if (status === undefined) return;
    const { desiredNumberScheduled, currentNumberScheduled, numberMisscheduled, numberReady, ...more } = plan.status;
    const counts = [
      ...[desiredNumberScheduled, currentNumberScheduled, numberMisscheduled, numberReady],
      ...[more.updatedNumberScheduled, more.numberAvailable, more.numberUnavailable],
    ];
    expect(counts.map((count) => count ?? 0).join('/')).toBe(status);
  });

  it('counts pods that are where they should not be', () => {
    const taints = [{ key: 'dedicated', value: 'db', effect: 'NoSchedule' }] as readonly Taint[];
    const plan = planDaemonSet({
      set: daemonSet(),
      hash: 'new',
      collisionCount: 0,
      nodes: [node('a', {}, taints)],
      pods: pods('a:new:ready'),
      backoffMs: () => 0,
      nowMs,
    });
    expect(plan).toMatchObject({ create: [], remove: [] });
    expect(plan.status).toMatchObject({ desiredNumberScheduled: 0, numberMisscheduled: 1 });
  });
});

describe('judgeNode', () => {
  const taint = (effect: Taint['effect'], key = 'dedicated') => ({ key, effect }) as Taint;
  const toleration = { key: 'dedicated', operator: 'Exists' } as Toleration;
  const required = (values: readonly string[]) => ({
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: 'zone', operator: 'In' as const, values }] }],
        },
      },
    },
  });
  const system = (key: string, effect: Taint['effect']) => taint(effect, `node.kubernetes.io/${key}`);
  const [yes, stay, no] = ['run and stay', 'stay', 'leave'];

  it.each([
    ['anything', {}, node('a'), yes],
    ['taints of both sorts', {}, node('a', {}, [taint('NoSchedule'), taint('NoExecute', 'other')]), no],
    ['its own name', { nodeName: 'a' }, node('a'), yes],
    ['the name of another', { nodeName: 'b' }, node('a'), no],
    ['a selector that matches', { nodeSelector: { zone: 'x' } }, node('a', { zone: 'x' }), yes],
    ['a selector that does not', { nodeSelector: { zone: 'x' } }, node('a', { zone: 'y' }), no],
    ['an affinity that matches', required(['x']), node('a', { zone: 'x' }), yes],
    ['an affinity that does not', required(['x']), node('a'), no],
    ['no toleration for NoSchedule', {}, node('a', {}, [taint('NoSchedule')]), stay],
    ['no toleration for NoExecute', {}, node('a', {}, [taint('NoExecute')]), no],
    ['no toleration for PreferNoSchedule', {}, node('a', {}, [taint('PreferNoSchedule')]), yes],
    ['a toleration', { tolerations: [toleration] }, node('a', {}, [taint('NoExecute')]), yes],
    ['a node that is not ready', {}, node('a', {}, [system('not-ready', 'NoExecute')]), yes],
    ['a node out of reach', {}, node('a', {}, [system('unreachable', 'NoExecute')]), yes],
    ['a cordoned node', {}, node('a', {}, [system('unschedulable', 'NoSchedule')]), yes],
    ['a node short of memory', {}, node('a', {}, [system('memory-pressure', 'NoSchedule')]), yes],
    ['a node without network', {}, node('a', {}, [system('network-unavailable', 'NoSchedule')]), stay],
    [
      'a node without network, for pods on the host network',
      { hostNetwork: true },
      node('a', {}, [system('network-unavailable', 'NoSchedule')]),
      yes,
    ],
  ])('%s', (_, podSpec, on, expected) => {
    const { shouldRun, mayStay } = judgeNode(daemonSet({}, podSpec as Partial<PodSpec>), on);
    expect(shouldRun ? yes : mayStay ? stay : no).toBe(expected);
  });
});

describe('targetNode', () => {
  const affine = (...terms: readonly object[]) =>
    ({
      spec: {
        affinity: {
          nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } },
        },
      },
    }) as unknown as Pod;
  const field = (operator: string, ...values: readonly string[]) => ({
    matchFields: [{ key: 'metadata.name', operator, values }],
  });
  it.each([
    ['a pod on a node', { spec: { nodeName: 'a' } } as Pod, 'a'],
    ['a pod that is for one', affine(field('In', 'b')), 'b'],
    ['a pod that is for one of two', affine(field('In', 'b', 'c')), undefined],
    ['a pod that is not for one', affine(field('NotIn', 'b')), undefined],
    ['a pod that is for one by another term', affine({ matchExpressions: [] }, field('In', 'c')), 'c'],
    ['any pod', { spec: {} } as Pod, undefined],
  ])('of %s', (_what, given, expected) => expect(targetNode(given)).toBe(expected));
});

it('what a template tolerates as daemons do is said once', () => {
  const same = { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' };
  const short = { ...same, operator: 'Equal', value: 'x' };
  const tolerations = [same, short, { ...same, effect: 'NoSchedule' }] as readonly Toleration[];
  const { spec } = daemonPodFor(daemonSet({}, { tolerations }), 'a', revision('new'));
  const told = spec!.tolerations!.filter(({ key }) => key === same.key);
  expect(told).toEqual([short, { ...same, effect: 'NoSchedule' }, same]);
});

it('a pod is pinned to its node, tolerates what daemons do, and says of which template it is', () => {
  const given = daemonSet({}, { tolerations: [{ key: 'own', operator: 'Exists' }] as readonly Toleration[] });
  const pod = daemonPodFor(given, 'a', revision('new'));
  expect(targetNode(pod)).toBe('a');
  expect(pod.metadata).toMatchObject({
    generateName: 'agent-',
    labels: { app: 'agent', 'controller-revision-hash': 'new', 'pod-template-generation': '4' },
  });
  expect(pod.spec?.tolerations?.map(({ key, effect }) => `${key}:${effect}`)).toEqual([
    'own:undefined',
    'node.kubernetes.io/not-ready:NoExecute',
    'node.kubernetes.io/unreachable:NoExecute',
    'node.kubernetes.io/disk-pressure:NoSchedule',
    'node.kubernetes.io/memory-pressure:NoSchedule',
    'node.kubernetes.io/pid-pressure:NoSchedule',
    'node.kubernetes.io/unschedulable:NoSchedule',
  ]);
});

it('failed pods are left alone longer each time, and not for ever', () => {
  const backoff = new FailedPodBackoff();
  const waits: number[] = [];
  for (let at = 0, round = 0; round < 12; round++) {
    backoff.note('a', at);
    waits.push(backoff.leftMs('a', at));
    at += backoff.leftMs('a', at);
  }
  expect(waits.slice(0, 4)).toEqual([1000, 2000, 4000, 8000]);
  expect(waits.at(-1)).toBe(900_000);
  expect(backoff.leftMs('b', 0)).toBe(0);
  expect(backoff.leftMs('a', 1e9)).toBe(0);
});
