import { describe, expect, it } from '@jest/globals';
import type { Container, Pod, PodSpec } from '@pintle/api/core/v1';
import type { ContainerStatus, PodSandbox } from '@pintle/contracts';
import { formatTime } from '@pintle/machinery';
import { type PodAction, planPod } from './plan-pod.js';
import { hostnameOf } from './pod-names.js';
import { emptyMemory, type PodMemory, rememberContainers } from './pod-state.js';

const now = Date.UTC(2025, 0, 1, 12);
const node = { hostIP: '10.0.0.1', runtimeName: 'sim' };

const container = (name: string, more: Partial<Container> = {}): Container => ({ name, image: 'app', ...more });
const sidecar = (name: string, more: Partial<Container> = {}) => container(name, { restartPolicy: 'Always', ...more });

function podOf(
  spec: Partial<PodSpec>,
  more: { metadata?: Partial<Pod['metadata']>; status?: Pod['status'] } = {},
): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'default', uid: 'u1', ...more.metadata },
    spec: { containers: [container('main')], restartPolicy: 'Always', terminationGracePeriodSeconds: 30, ...spec },
    ...(more.status === undefined ? {} : { status: more.status }),
  };
}

const sandboxOf = (attempt = 0, state: 'ready' | 'notReady' = 'ready'): PodSandbox => ({
  id: `s${attempt}`,
  state,
  createdAtMs: now - 60_000,
  config: {
    name: 'web',
    namespace: 'default',
    uid: 'u1',
    attempt,
    hostname: 'web',
    hostNetwork: false,
    labels: {},
    annotations: {},
  },
});

/** A run in short: `main running`, `main exited 1`, with `#2` for the attempt, `@5` for seconds since its end, `s1` for its sandbox. */
function runOf(text: string): ContainerStatus {
  const [name, state, ...rest] = text.split(' ');
  const find = (pattern: RegExp) => rest.map((word) => pattern.exec(word)?.[1]).find((found) => found !== undefined);
  const attempt = Number(find(/^#(\d+)$/) ?? 0);
  const finishedAtMs = now - Number(find(/^@(\d+)$/) ?? 1) * 1000;
  const exitCode = Number(find(/^(\d+)$/) ?? 0);
  return {
    id: `${name}-${attempt}`,
    sandboxId: `s${find(/^s(\d+)$/) ?? 0}`,
    name: name!,
    attempt,
    state: state as ContainerStatus['state'],
    image: 'app',
    imageRef: 'ref',
    createdAtMs: now - 100_000,
    labels: {},
    ...(state === 'created' ? {} : { startedAtMs: now - 50_000 }),
    ...(state === 'exited' ? { finishedAtMs, exitCode, reason: exitCode === 0 ? 'Completed' : 'Error' } : {}),
  };
}

interface Situation {
  pod?: Pod;
  sandbox?: PodSandbox | 'none';
  runs?: readonly string[];
  memory?: Partial<PodMemory>;
}

function plan({ pod = podOf({}), sandbox = sandboxOf(), runs = [], memory = {} }: Situation) {
  return planPod({
    pod,
    state: { ...(sandbox === 'none' ? {} : { sandbox }), containers: runs.map(runOf) },
    memory: { ...emptyMemory(now - 60_000), volumesMounted: true, ip: '10.1.0.5', ...memory },
    nowMs: now,
    node,
  });
}

function short(action: PodAction): string {
  switch (action.type) {
    case 'startContainer':
      return `start ${action.container.name}#${action.attempt}`;
    case 'killContainer':
      return `kill ${action.id} in ${action.graceMs / 1000}s: ${action.message}`;
    case 'killPod':
      return `killPod in ${action.graceMs / 1000}s`;
    case 'createSandbox':
      return `sandbox#${action.attempt}`;
    default:
      return action.type;
  }
}
const actionsOf = (situation: Situation) => plan(situation).actions.map(short);

const deleted = { deletionTimestamp: formatTime(now), deletionGracePeriodSeconds: 7 };
const init = [container('first'), container('second')];
const mixed = [container('first'), sidecar('proxy'), container('last')];
const debugged = (more: Partial<PodSpec> = {}) =>
  podOf({ ephemeralContainers: [{ name: 'debugger', image: 'tools' }], ...more });
const probed = (more: Partial<Container>) => podOf({ containers: [container('main', more)] });
const failing = (verdicts: Record<string, 'success' | 'failure' | 'unknown'>, id = 'main-0') => ({
  verdicts: new Map([[id, verdicts]]),
});

describe('what to do', () => {
  const cases: [what: string, situation: Situation, actions: readonly string[]][] = [
    ['a new pod', { sandbox: 'none', memory: { volumesMounted: false } }, ['mountVolumes', 'sandbox#0']],
    ['with volumes', { sandbox: 'none' }, ['sandbox#0']],
    ['with a sandbox', {}, ['start main#0']],
    ['running', { runs: ['main running'] }, []],
    [
      'after a fault of the whole pod',
      { sandbox: 'none', memory: { fault: { reason: 'x', message: 'y', retryAtMs: now + 1 } } },
      [],
    ],
    [
      'when that is to be tried again',
      { sandbox: 'none', memory: { fault: { reason: 'x', message: 'y', retryAtMs: now } } },
      ['sandbox#0'],
    ],
    ['the sandbox is lost', { sandbox: sandboxOf(0, 'notReady'), runs: ['main exited 1'] }, ['sandbox#1']],
    [
      'the sandbox is lost, a container is not',
      { sandbox: sandboxOf(0, 'notReady'), runs: ['main running'] },
      ['killPod in 30s'],
    ],
    ['a new sandbox after a lost one', { sandbox: sandboxOf(1), runs: ['main exited 1 s0'] }, ['start main#1']],

    ['first crash: at once', { runs: ['main exited 1'] }, ['start main#1']],
    ['success is restarted too', { runs: ['main exited 0'] }, ['start main#1']],
    [
      'second crash: waits',
      {
        runs: ['main exited 1 #1 @9'],
        memory: { backoffs: new Map([['main', { delayMs: 10_000, updatedAtMs: now - 20_000 }]]) },
      },
      [],
    ],
    [
      'the wait is over',
      {
        runs: ['main exited 1 #1 @10'],
        memory: { backoffs: new Map([['main', { delayMs: 10_000, updatedAtMs: now - 20_000 }]]) },
      },
      ['start main#2'],
    ],
    ['OnFailure, failed', { pod: podOf({ restartPolicy: 'OnFailure' }), runs: ['main exited 3'] }, ['start main#1']],
    [
      'OnFailure, succeeded',
      { pod: podOf({ restartPolicy: 'OnFailure' }), runs: ['main exited 0'] },
      ['killPod in 30s'],
    ],
    ['Never, failed', { pod: podOf({ restartPolicy: 'Never' }), runs: ['main exited 3'] }, ['killPod in 30s']],
    ['an ephemeral container', { pod: debugged(), runs: ['main running'] }, ['start debugger#0']],
    [
      'an ephemeral container beside one that fails to begin',
      { pod: debugged({ initContainers: init }), runs: ['first running'] },
      ['start debugger#0'],
    ],
    ['an ephemeral container once ended', { pod: debugged(), runs: ['main running', 'debugger exited 1'] }, []],
    [
      'an ephemeral container keeps no pod alive',
      { pod: debugged({ restartPolicy: 'Never' }), runs: ['main exited 0', 'debugger running'] },
      ['killPod in 30s'],
    ],
    [
      'Never, one of two runs',
      {
        pod: podOf({ restartPolicy: 'Never', containers: [container('a'), container('b')] }),
        runs: ['a exited 3', 'b running'],
      },
      [],
    ],
    [
      'ended, sandbox stopped',
      { pod: podOf({ restartPolicy: 'Never' }), sandbox: sandboxOf(0, 'notReady'), runs: ['main exited 3'] },
      ['tearDown'],
    ],
    [
      'ended, torn down',
      {
        pod: podOf({ restartPolicy: 'Never' }),
        sandbox: sandboxOf(0, 'notReady'),
        runs: ['main exited 3'],
        memory: { tornDown: true },
      },
      [],
    ],
    [
      'a start that failed, waiting',
      {
        runs: ['main created'],
        memory: { faults: new Map([['main', { reason: 'RunContainerError', message: 'x', retryAtMs: now + 1 }]]) },
      },
      [],
    ],
    [
      'a start that failed, again',
      {
        runs: ['main created'],
        memory: { faults: new Map([['main', { reason: 'RunContainerError', message: 'x', retryAtMs: now }]]) },
      },
      ['start main#1'],
    ],

    ['init containers: the first', { pod: podOf({ initContainers: init }) }, ['start first#0']],
    ['init containers: while the first runs', { pod: podOf({ initContainers: init }), runs: ['first running'] }, []],
    [
      'init containers: the second',
      { pod: podOf({ initContainers: init }), runs: ['first exited 0'] },
      ['start second#0'],
    ],
    [
      'init containers: a failure',
      { pod: podOf({ initContainers: init }), runs: ['first exited 1'] },
      ['start first#1'],
    ],
    [
      'init containers: a failure with Never',
      { pod: podOf({ initContainers: init, restartPolicy: 'Never' }), runs: ['first exited 1'] },
      ['killPod in 30s'],
    ],
    [
      'init containers: all done',
      { pod: podOf({ initContainers: init }), runs: ['first exited 0', 'second exited 0'] },
      ['start main#0'],
    ],
    ['init containers: done and removed', { pod: podOf({ initContainers: init }), runs: ['main running'] }, []],
    [
      'init containers: again in a new sandbox',
      {
        pod: podOf({ initContainers: init }),
        sandbox: sandboxOf(1),
        runs: ['first exited 0 s0', 'second exited 0 s0', 'main exited 1 s0'],
      },
      ['start first#1'],
    ],

    ['sidecars: before it', { pod: podOf({ initContainers: mixed }), runs: ['first exited 0'] }, ['start proxy#0']],
    [
      'sidecars: starting, by its probe',
      {
        pod: podOf({ initContainers: mixed }),
        runs: ['first exited 0', 'proxy running'],
        memory: failing({ startup: 'unknown' }, 'proxy-0'),
      },
      [],
    ],
    [
      'sidecars: started',
      {
        pod: podOf({ initContainers: mixed }),
        runs: ['first exited 0', 'proxy running'],
        memory: failing({ startup: 'success' }, 'proxy-0'),
      },
      ['start last#0'],
    ],
    [
      'sidecars: restarted while the pod runs',
      {
        pod: podOf({ initContainers: mixed }),
        runs: ['first exited 0', 'proxy exited 1', 'last exited 0', 'main running'],
      },
      ['start proxy#1'],
    ],
    [
      'sidecars: restarted with Never too',
      {
        pod: podOf({ initContainers: mixed, restartPolicy: 'Never' }),
        runs: ['first exited 0', 'proxy exited 1', 'last exited 0', 'main running'],
      },
      ['start proxy#1'],
    ],
    [
      'sidecars: end with the last app container',
      {
        pod: podOf({ initContainers: mixed, restartPolicy: 'Never' }),
        runs: ['first exited 0', 'proxy running', 'last exited 0', 'main exited 0'],
      },
      ['killPod in 30s'],
    ],

    [
      'liveness failed',
      { pod: probed({ livenessProbe: {} }), runs: ['main running'], memory: failing({ liveness: 'failure' }) },
      ['kill main-0 in 30s: Container main failed liveness probe, will be restarted'],
    ],
    [
      'liveness failed, with a grace of its own',
      {
        pod: probed({ livenessProbe: { terminationGracePeriodSeconds: 3 } }),
        runs: ['main running'],
        memory: failing({ liveness: 'failure' }),
      },
      ['kill main-0 in 3s: Container main failed liveness probe, will be restarted'],
    ],
    [
      'startup failed',
      { pod: probed({ startupProbe: {} }), runs: ['main running'], memory: failing({ startup: 'failure' }) },
      ['kill main-0 in 30s: Container main failed startup probe, will be restarted'],
    ],
    [
      'liveness failed, Never',
      {
        pod: podOf({ restartPolicy: 'Never', containers: [container('main', { livenessProbe: {} })] }),
        runs: ['main running'],
        memory: failing({ liveness: 'failure' }),
      },
      ['kill main-0 in 30s: Container main failed liveness probe'],
    ],
    [
      'readiness failed',
      { pod: probed({ readinessProbe: {} }), runs: ['main running'], memory: failing({ readiness: 'failure' }) },
      [],
    ],

    ['deleted', { pod: podOf({}, { metadata: deleted }), runs: ['main running'] }, ['killPod in 7s']],
    [
      'deleted, liveness failing',
      { pod: podOf({}, { metadata: deleted }), runs: ['main running'], memory: failing({ liveness: 'failure' }) },
      ['killPod in 7s'],
    ],
    [
      'deleted before it began',
      { pod: podOf({}, { metadata: deleted }), sandbox: 'none', memory: { volumesMounted: false } },
      ['tearDown'],
    ],
    [
      'deleted, all ended',
      { pod: podOf({}, { metadata: deleted }), sandbox: sandboxOf(0, 'notReady'), runs: ['main exited 143'] },
      ['tearDown'],
    ],
    [
      'deleted, torn down',
      {
        pod: podOf({}, { metadata: deleted }),
        sandbox: sandboxOf(0, 'notReady'),
        runs: ['main exited 143'],
        memory: { tornDown: true },
      },
      ['deletePod'],
    ],
    ['gone from the API', { runs: ['main running'], memory: { gone: true } }, ['killPod in 1s']],
    ['gone, torn down', { sandbox: sandboxOf(0, 'notReady'), memory: { gone: true, tornDown: true } }, ['forgetPod']],
    ['its deadline is over', { pod: podOf({ activeDeadlineSeconds: 60 }), runs: ['main running'] }, ['killPod in 30s']],
    ['its deadline is not over', { pod: podOf({ activeDeadlineSeconds: 61 }), runs: ['main running'] }, []],
    [
      'failed by another',
      { pod: podOf({}, { status: { phase: 'Failed', reason: 'Evicted' } }), runs: ['main running'] },
      ['killPod in 30s'],
    ],
  ];
  for (const [what, situation, actions] of cases)
    it(`${what}: ${actions.join(', ') || 'nothing'}`, () => expect(actionsOf(situation)).toEqual(actions));
});

describe('after a restart of the whole node', () => {
  const ran = (name: string, restartCount: number) => ({
    name,
    restartCount,
    ready: true,
    image: 'app',
    imageID: 'ref',
    containerID: 'sim://old',
    state: { running: { startedAt: formatTime(now - 90_000) } },
  });
  const restarted = (pod: Pod) => ({
    pod,
    sandbox: 'none' as const,
    memory: { remembered: rememberContainers(pod, now) },
  });

  it('runs again, with the restarts counted on', () => {
    const pod = podOf({}, { status: { phase: 'Running', containerStatuses: [ran('main', 4)] } });
    const situation = restarted(pod);
    expect(actionsOf(situation)).toEqual(['sandbox#0']);
    expect(actionsOf({ ...situation, sandbox: sandboxOf() })).toEqual(['start main#5']);
    const status = plan({ ...situation, runs: ['main running #5'], sandbox: sandboxOf() }).status
      .containerStatuses![0]!;
    expect(status).toMatchObject({
      restartCount: 5,
      lastState: { terminated: { exitCode: 137, reason: 'ContainerStatusUnknown', containerID: 'sim://old' } },
    });
  });

  it('a pod that never restarts has failed', () => {
    const pod = podOf(
      { restartPolicy: 'Never' },
      { status: { phase: 'Running', containerStatuses: [ran('main', 0)] } },
    );
    const made = plan(restarted(pod));
    expect(made.actions.map(short)).toEqual(['tearDown']);
    expect(made.status.phase).toBe('Failed');
  });

  it('a pod that had ended stays ended', () => {
    const pod = podOf(
      { restartPolicy: 'OnFailure' },
      {
        status: {
          phase: 'Succeeded',
          containerStatuses: [{ ...ran('main', 0), state: { terminated: { exitCode: 0, reason: 'Completed' } } }],
        },
      },
    );
    const made = plan(restarted(pod));
    expect(made.actions.map(short)).toEqual(['tearDown']);
    expect(made.status.phase).toBe('Succeeded');
    expect(made.status.containerStatuses![0]!.state).toMatchObject({
      terminated: { exitCode: 0, reason: 'Completed' },
    });
  });
});

describe('what to tell', () => {
  const condition = (situation: Situation, type: string) =>
    plan(situation).status.conditions!.find((one) => one.type === type);
  const brief = (situation: Situation) => {
    const { status } = plan(situation);
    const one = status.containerStatuses![0]!;
    const state = one.state!;
    const text =
      state.running !== undefined
        ? 'running'
        : state.waiting !== undefined
          ? state.waiting.reason
          : `${state.terminated!.reason} ${state.terminated!.exitCode}`;
    return `${status.phase} ${text} ready=${one.ready} started=${one.started} restarts=${one.restartCount}`;
  };
  const crashing = { backoffs: new Map([['main', { delayMs: 80_000, updatedAtMs: now - 20_000 }]]) };
  const pullFault = {
    reason: 'ErrImagePull',
    message: 'no',
    retryAtMs: now + 9_000,
    later: { reason: 'ImagePullBackOff', message: 'back-off', fromMs: now },
  };

  const cases: [what: string, situation: Situation, told: string][] = [
    ['nothing yet', { sandbox: 'none' }, 'Pending ContainerCreating ready=false started=false restarts=0'],
    [
      'init containers to come',
      { pod: podOf({ initContainers: init }) },
      'Pending PodInitializing ready=false started=false restarts=0',
    ],
    [
      'init containers done',
      { pod: podOf({ initContainers: init }), runs: ['first exited 0', 'second exited 0'] },
      'Pending ContainerCreating ready=false started=false restarts=0',
    ],
    ['running', { runs: ['main running'] }, 'Running running ready=true started=true restarts=0'],
    [
      'running, postStart not done',
      { runs: ['main running'], memory: { starting: new Set(['main-0']) } },
      'Running running ready=false started=false restarts=0',
    ],
    [
      'not ready',
      { runs: ['main running'], memory: failing({ readiness: 'failure' }) },
      'Running running ready=false started=true restarts=0',
    ],
    [
      'starting',
      { runs: ['main running'], memory: failing({ startup: 'unknown', readiness: 'failure' }) },
      'Running running ready=false started=false restarts=0',
    ],
    ['restarted', { runs: ['main exited 1', 'main running #1'] }, 'Running running ready=true started=true restarts=1'],
    ['about to be restarted', { runs: ['main exited 1'] }, 'Running Error 1 ready=false started=false restarts=0'],
    [
      'crashing',
      { runs: ['main exited 1 #3'], memory: crashing },
      'Running CrashLoopBackOff ready=false started=false restarts=3',
    ],
    [
      'an image that is not there',
      { memory: { faults: new Map([['main', { ...pullFault, later: { ...pullFault.later, fromMs: now + 1 } }]]) } },
      'Pending ErrImagePull ready=false started=false restarts=0',
    ],
    [
      'an image that is not there, later',
      { memory: { faults: new Map([['main', pullFault]]) } },
      'Pending ImagePullBackOff ready=false started=false restarts=0',
    ],
    [
      'succeeded',
      { pod: podOf({ restartPolicy: 'Never' }), runs: ['main exited 0'] },
      'Succeeded Completed 0 ready=false started=false restarts=0',
    ],
    [
      'failed',
      { pod: podOf({ restartPolicy: 'Never' }), runs: ['main exited 2'] },
      'Failed Error 2 ready=false started=false restarts=0',
    ],
    [
      'ending',
      { pod: podOf({}, { metadata: deleted }), runs: ['main running'] },
      'Running running ready=true started=true restarts=0',
    ],
    [
      'ended',
      { pod: podOf({}, { metadata: deleted }), runs: ['main exited 143'] },
      'Failed Error 143 ready=false started=false restarts=0',
    ],
    [
      'ended well',
      { pod: podOf({}, { metadata: deleted }), runs: ['main exited 0'] },
      'Succeeded Completed 0 ready=false started=false restarts=0',
    ],
    [
      'ended before it began',
      { pod: podOf({}, { metadata: deleted }), sandbox: 'none' },
      'Failed ContainerStatusUnknown 137 ready=false started=false restarts=0',
    ],
    [
      'its sidecar runs still',
      {
        pod: podOf({ initContainers: [sidecar('proxy')], restartPolicy: 'Never' }),
        runs: ['proxy running', 'main exited 0'],
      },
      'Running Completed 0 ready=false started=false restarts=0',
    ],
  ];
  for (const [what, situation, told] of cases) it(`${what}: ${told}`, () => expect(brief(situation)).toBe(told));

  it("a crash loop in kubelet's words, and wakes when it is over", () => {
    const made = plan({ runs: ['main exited 1 #3'], memory: crashing });
    expect(made.status.containerStatuses![0]!.state!.waiting!.message).toBe(
      'back-off 1m20s restarting failed container=main pod=web_default(u1)',
    );
    expect(made.status.containerStatuses![0]!.lastState!.terminated!.exitCode).toBe(1);
    expect(made.wakeAtMs).toBe(now - 1_000 + 80_000);
  });

  it('conditions of a running pod, in order, with PodScheduled of the scheduler kept', () => {
    const pod = podOf(
      {},
      {
        status: { conditions: [{ type: 'PodScheduled', status: 'True', lastTransitionTime: '2024-01-01T00:00:00Z' }] },
      },
    );
    expect(plan({ pod, runs: ['main running'] }).status.conditions).toEqual([
      { type: 'PodReadyToStartContainers', status: 'True', lastTransitionTime: formatTime(now) },
      { type: 'Initialized', status: 'True', lastTransitionTime: formatTime(now) },
      { type: 'Ready', status: 'True', lastTransitionTime: formatTime(now) },
      { type: 'ContainersReady', status: 'True', lastTransitionTime: formatTime(now) },
      { type: 'PodScheduled', status: 'True', lastTransitionTime: '2024-01-01T00:00:00Z' },
    ]);
  });

  it('a condition keeps its time while it stays the same', () => {
    const old = [{ type: 'Ready', status: 'True' as const, lastTransitionTime: '2024-01-01T00:00:00Z' }];
    const pod = podOf({}, { status: { conditions: old } });
    expect(condition({ pod, runs: ['main running'] }, 'Ready')?.lastTransitionTime).toBe('2024-01-01T00:00:00Z');
    expect(condition({ pod, runs: ['main exited 1'] }, 'Ready')?.lastTransitionTime).toBe(formatTime(now));
  });

  const conditionCases: [what: string, situation: Situation, type: string, told: object][] = [
    [
      'unready',
      { runs: ['main exited 1'] },
      'Ready',
      { status: 'False', reason: 'ContainersNotReady', message: 'containers with unready status: [main]' },
    ],
    [
      'uninitialized',
      { pod: podOf({ initContainers: init }), runs: ['first exited 0'] },
      'Initialized',
      { status: 'False', reason: 'ContainersNotInitialized', message: 'containers with incomplete status: [second]' },
    ],
    [
      'completed',
      { pod: podOf({ restartPolicy: 'Never' }), runs: ['main exited 0'] },
      'Ready',
      { status: 'False', reason: 'PodCompleted' },
    ],
    [
      'completed',
      { pod: podOf({ restartPolicy: 'Never' }), runs: ['main exited 0'] },
      'Initialized',
      { status: 'True', reason: 'PodCompleted' },
    ],
    [
      'failed',
      { pod: podOf({ restartPolicy: 'Never' }), runs: ['main exited 1'] },
      'ContainersReady',
      { status: 'False', reason: 'PodFailed' },
    ],
    ['without a sandbox', { sandbox: 'none' }, 'PodReadyToStartContainers', { status: 'False' }],
    [
      'a gate nobody has opened',
      { pod: podOf({ readinessGates: [{ conditionType: 'gate' }] }), runs: ['main running'] },
      'Ready',
      {
        status: 'False',
        reason: 'ReadinessGatesNotReady',
        message: 'corresponding condition of pod readiness gate "gate" does not exist.',
      },
    ],
  ];
  for (const [what, situation, type, told] of conditionCases)
    it(`${type} of a pod that is ${what}`, () => expect(condition(situation, type)).toMatchObject(told));

  it('a deadline that is over', () => {
    expect(plan({ pod: podOf({ activeDeadlineSeconds: 60 }), runs: ['main running'] }).status).toMatchObject({
      phase: 'Failed',
      reason: 'DeadlineExceeded',
      message: 'Pod was active on the node longer than the specified deadline',
    });
    expect(plan({ pod: podOf({ activeDeadlineSeconds: 100 }), runs: ['main running'] }).wakeAtMs).toBe(now + 40_000);
  });

  it.each([
    ['its own', 'web', { hostname: 'front' }, 'front'],
    ['by its name', 'web', {}, 'web'],
    ['of a long name what fits', 'a'.repeat(70), {}, 'a'.repeat(63)],
    ['and no end that a host name may not have', `${'a'.repeat(60)}.-.b`, {}, 'a'.repeat(60)],
  ])('the host name is %s', (_what, name, more, expected) => {
    const pod = podOf(more);
    expect(hostnameOf({ ...pod, metadata: { ...pod.metadata, name } })).toBe(expected);
  });

  it('ephemeral containers apart from the others', () => {
    const { status } = plan({ pod: debugged(), runs: ['main running', 'debugger running'] });
    expect(status.containerStatuses?.map(({ name }) => name)).toEqual(['main']);
    expect(status.ephemeralContainerStatuses).toMatchObject([
      { name: 'debugger', ready: false, state: { running: {} } },
    ]);
    expect(status.initContainerStatuses).toBeUndefined();
  });

  it('where it is, and since when', () => {
    expect(plan({ runs: ['main running'] }).status).toMatchObject({
      hostIP: '10.0.0.1',
      hostIPs: [{ ip: '10.0.0.1' }],
      podIP: '10.1.0.5',
      podIPs: [{ ip: '10.1.0.5' }],
      startTime: formatTime(now - 60_000),
    });
  });
});
