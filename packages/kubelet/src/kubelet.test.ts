import { afterEach, describe, expect, it } from '@jest/globals';
import { Lease } from '@pintle/api/coordination/v1';
import { type ConfigMap, Event, type Namespace, Node, Pod, type PodSpec, type Service } from '@pintle/api/core/v1';
import { createApiServer } from '@pintle/apiserver';
import type { Client } from '@pintle/client';
import { StatusError, type VirtualWorld, virtualWorld } from '@pintle/machinery';
import { createInformers, type Informers } from '@pintle/watch';
import { createKubelet, type Kubelet, type KubeletOptions } from './kubelet.js';
import type { SimulatedImages } from './simulated/behaviour.js';
import { simulatedNetwork } from './simulated/simulated-network.js';
import { type SimulatedRuntime, simulatedRuntime } from './simulated/simulated-runtime.js';
import { noVolumes } from './volumes/volume-port.js';

/** A node on virtual time, over a real API server. */
class Bench {
  readonly world: VirtualWorld = virtualWorld();
  client!: Client;
  informers!: Informers;
  kubelet!: Kubelet;
  runtime!: SimulatedRuntime;
  private stopServer!: () => Promise<void>;

  async open(images: SimulatedImages = {}): Promise<this> {
    const server = await this.drive(createApiServer({ world: this.world }));
    this.stopServer = () => server.stop();
    this.client = server.client();
    this.informers = createInformers({ client: this.client, world: this.world });
    this.informers.start();
    for (const name of ['default', 'kube-node-lease']) {
      await this.drive(
        this.client.create<Namespace>({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }).catch((error) => {
          if (!StatusError.is(error, 'AlreadyExists')) throw error;
        }),
      );
    }
    await this.startKubelet(images);
    return this;
  }

  async startKubelet(
    images: SimulatedImages,
    { runtime, volumes }: Partial<Pick<KubeletOptions, 'volumes'>> & { runtime?: SimulatedRuntime } = {},
  ) {
    this.runtime = runtime ?? simulatedRuntime({ world: this.world, images });
    this.kubelet = createKubelet({
      world: this.world,
      client: this.client,
      informers: this.informers,
      nodeName: 'n1',
      runtime: this.runtime,
      network: simulatedNetwork(),
      ...(volumes === undefined ? {} : { volumes }),
    });
    await this.drive(this.kubelet.start());
  }

  async drive<T>(work: Promise<T>): Promise<T> {
    let done = false;
    const finished = work.finally(() => {
      done = true;
    });
    finished.catch(() => {});
    await this.world.settle();
    for (let i = 0; !done && i < 10_000; i++) await this.world.advance(10);
    return finished;
  }

  async createPod(spec: Partial<PodSpec>, name = 'web'): Promise<void> {
    await this.drive(
      this.client.create<Pod>({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, namespace: 'default' },
        spec: {
          nodeName: 'n1',
          automountServiceAccountToken: false,
          containers: [{ name: 'main', image: 'app' }],
          ...spec,
        },
      }),
    );
  }
  pod(name = 'web'): Promise<Pod> {
    return this.drive(this.client.get(Pod, { namespace: 'default', name }));
  }
  /** The pod in short: phase, and each container's state. */
  async brief(name = 'web'): Promise<string> {
    const { status } = await this.pod(name);
    const states = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])].map(
      ({ name: container, state, restartCount, ready }) => {
        const text = state?.running ? 'running' : (state?.waiting?.reason ?? state?.terminated?.reason ?? '?');
        return `${container}:${text}${restartCount > 0 ? `#${restartCount}` : ''}${ready ? '+' : ''}`;
      },
    );
    return [status?.phase, ...states].join(' ');
  }
  async containerId(container = 'main'): Promise<string> {
    return (await this.runtime.listContainers()).find(({ name, state }) => name === container && state === 'running')!
      .id;
  }
  async events(kind = 'Pod'): Promise<string[]> {
    const events = await this.drive(this.client.list(Event, { namespace: 'default' }));
    return events
      .filter(
        ({ reportingComponent, involvedObject }) => reportingComponent === 'kubelet' && involvedObject.kind === kind,
      )
      .map(
        ({ type, reason, message, count }) => `${type} ${reason}: ${message}${(count ?? 1) > 1 ? ` x${count}` : ''}`,
      );
  }
  async close() {
    await this.kubelet.stop();
    await this.drive(this.informers.stop());
    await this.stopServer();
  }
}

let bench: Bench;
afterEach(() => bench.close());
const open = async (images?: SimulatedImages) => {
  bench = await new Bench().open(images);
};

describe('a node', () => {
  it('registers, keeps its lease, and tells that it is ready', async () => {
    await open();
    const node = await bench.drive(bench.client.get(Node, { name: 'n1' }));
    expect(node.metadata.labels).toMatchObject({
      'kubernetes.io/hostname': 'n1',
      'kubernetes.io/os': 'linux',
      'kubernetes.io/arch': 'amd64',
    });
    expect(node.status?.conditions?.map(({ type, status }) => `${type}=${status}`)).toEqual([
      'MemoryPressure=False',
      'DiskPressure=False',
      'PIDPressure=False',
      'Ready=True',
    ]);
    expect(node.status?.nodeInfo?.containerRuntimeVersion).toBe('simulated://0.1.0');
    const lease = () => bench.drive(bench.client.get(Lease, { namespace: 'kube-node-lease', name: 'n1' }));
    const first = await lease();
    expect(first.spec).toMatchObject({ holderIdentity: 'n1', leaseDurationSeconds: 40 });
    await bench.world.advance({ seconds: 11 });
    expect((await lease()).spec!.renewTime! > first.spec!.renewTime!).toBe(true);
    const heartbeat = node.status!.conditions![3]!.lastHeartbeatTime;
    await bench.world.advance({ minutes: 6 });
    expect(
      (await bench.drive(bench.client.get(Node, { name: 'n1' }))).status!.conditions![3]!.lastHeartbeatTime,
    ).not.toBe(heartbeat);
  });

  it('tells what becomes of it', async () => {
    await open();
    await bench.world.advance(1_000);
    const status = (reason: string) => `Normal ${reason}: Node n1 status is now: ${reason}`;
    const first = [
      'Normal Starting: Starting kubelet.',
      status('NodeHasSufficientMemory'),
      status('NodeHasNoDiskPressure'),
      status('NodeHasSufficientPID'),
      status('NodeReady'),
    ];
    expect(await bench.events('Node')).toEqual(first);
    const [event] = await bench.drive(bench.client.list(Event, { namespace: 'default' }));
    expect(event).toMatchObject({
      involvedObject: { kind: 'Node', name: 'n1', uid: 'n1' },
      source: { component: 'kubelet', host: 'n1' },
    });
    for (const unschedulable of [true, false]) {
      const body = { spec: { unschedulable } };
      await bench.drive(bench.client.patch(Node, { name: 'n1' }, { type: 'merge', body }));
      await bench.world.advance(1_000);
    }
    expect(await bench.events('Node')).toEqual([...first, status('NodeNotSchedulable'), status('NodeSchedulable')]);
  });

  const attaches = 'volumes.kubernetes.io/controller-managed-attach-detach';

  it('takes its Node up again, with what others put there', async () => {
    await open();
    await bench.drive(
      bench.client.patch(
        Node,
        { name: 'n1' },
        {
          type: 'merge',
          body: {
            metadata: { labels: { zone: 'a' }, annotations: { [attaches]: null } },
            spec: { unschedulable: true },
          },
        },
      ),
    );
    await bench.kubelet.stop();
    await bench.startKubelet({});
    const node = await bench.drive(bench.client.get(Node, { name: 'n1' }));
    expect([node.metadata.labels?.['zone'], node.spec?.unschedulable]).toEqual(['a', true]);
    expect(node.metadata.annotations).toEqual({ [attaches]: 'true' });
  });
});

describe('a pod', () => {
  it('runs, with its address and its events', async () => {
    await open();
    await bench.createPod({});
    await bench.world.advance(100);
    const { status } = await bench.pod();
    expect(await bench.brief()).toBe('Running main:running+');
    expect(status?.podIP).toBe('10.244.0.1');
    expect(status?.containerStatuses?.[0]?.containerID).toMatch(/^simulated:\/\//);
    expect(await bench.events()).toEqual([
      'Normal Pulling: Pulling image "app"',
      'Normal Pulled: Successfully pulled image "app" in 0s (0s including waiting)',
      'Normal Created: Created container: main',
      'Normal Started: Started container main',
    ]);
  });

  it('tells of the resources of what runs, also of those that have none, and not of what waits', async () => {
    await open();
    const requests = { cpu: '10m' };
    const containers = [
      { name: 'plain', image: 'app' },
      { name: 'sized', image: 'app', resources: { requests } },
      {
        name: 'waits',
        image: 'app',
        resources: { requests },
        env: [{ name: 'X', valueFrom: { configMapKeyRef: { name: 'absent', key: 'x' } } }],
      },
    ];
    await bench.createPod({ containers });
    await bench.world.advance(3000);
    const told = (await bench.pod()).status?.containerStatuses?.map(({ name, resources, allocatedResources }) => ({
      ...{ name, resources, allocatedResources },
    }));
    expect(told).toEqual([
      { name: 'plain', resources: {}, allocatedResources: undefined },
      { name: 'sized', resources: { requests }, allocatedResources: requests },
      { name: 'waits', resources: undefined, allocatedResources: undefined },
    ]);
  });

  it('writes its status no more often than it changes', async () => {
    await open();
    await bench.createPod({});
    await bench.world.advance(100);
    const { resourceVersion } = (await bench.pod()).metadata;
    await bench.world.advance({ minutes: 10 });
    expect((await bench.pod()).metadata.resourceVersion).toBe(resourceVersion);
  });

  it('whose container is killed is back at once', async () => {
    await open();
    await bench.createPod({});
    await bench.world.advance(100);
    bench.runtime.crash(await bench.containerId());
    await bench.world.advance(100);
    expect(await bench.brief()).toBe('Running main:running#1+');
    expect((await bench.pod()).status?.containerStatuses?.[0]?.lastState?.terminated).toMatchObject({
      exitCode: 137,
      signal: 9,
      reason: 'Error',
    });
  });

  /** The seconds from now on in which it was started again. */
  async function restartsWithin(seconds: number): Promise<readonly number[]> {
    const restarts: number[] = [];
    let seen = 0;
    for (let second = 1; second <= seconds; second++) {
      await bench.world.advance(1_000);
      const count = (await bench.pod()).status?.containerStatuses?.[0]?.restartCount ?? 0;
      if (count > seen) restarts.push(second);
      seen = count;
    }
    return restarts;
  }

  it('that crashes backs off: 0, 10, 20, 40 s', async () => {
    await open({ app: { runMs: 1_000, exitCode: 1 } });
    await bench.createPod({});
    await bench.world.advance(100);
    // Each run takes one second; the wait is counted from its end.
    expect(await restartsWithin(80)).toEqual([1, 12, 33, 74]);
    expect(await bench.brief()).toBe('Running main:CrashLoopBackOff#4');
    expect(await bench.events()).toContainEqual(
      expect.stringMatching(
        /^Warning BackOff: Back-off restarting failed container main in pod web_default\(.*\) x\d$/,
      ),
    );
  });

  it('that cannot be started is shown so, and backs off like one that crashes', async () => {
    await open({ app: { startError: 'no such program' } });
    await bench.createPod({});
    await bench.world.advance(500);
    expect(await bench.brief()).toBe('Running main:RunContainerError');
    expect(await restartsWithin(79)).toEqual([1, 11, 31, 71]);
    expect(await bench.brief()).toBe('Running main:CrashLoopBackOff#4');
    const { lastState } = (await bench.pod()).status!.containerStatuses![0]!;
    expect(lastState?.terminated).toMatchObject({ exitCode: 128, reason: 'StartError', message: 'no such program' });
  });

  it('that cannot be started fails its pod where nothing is to be restarted', async () => {
    await open({ app: { startError: 'no such program' } });
    await bench.createPod({ restartPolicy: 'Never' });
    await bench.world.advance(100);
    expect(await bench.brief()).toBe('Failed main:StartError');
  });

  it('whose first init container fails for good leaves all others waiting', async () => {
    await open({ bad: { runMs: 100, exitCode: 1 } });
    const init = (name: string, image: string) => ({ name, image });
    const initContainers = [init('first', 'bad'), init('second', 'app')];
    await bench.createPod({ restartPolicy: 'Never', initContainers });
    await bench.world.advance(5_000);
    const { status } = await bench.pod();
    expect(status?.phase).toBe('Failed');
    const states = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])].map(
      ({ name, state }) => `${name} ${state?.terminated?.exitCode ?? state?.waiting?.reason}`,
    );
    expect(states).toEqual(['first 1', 'second PodInitializing', 'main PodInitializing']);
  });

  it('runs its init containers in order, then the others', async () => {
    await open({ init: { runMs: 2_000 } });
    await bench.createPod({
      initContainers: [
        { name: 'one', image: 'init' },
        { name: 'two', image: 'init' },
      ],
    });
    const seen: string[] = [];
    for (let second = 0; second < 6; second++) {
      await bench.world.advance(1_000);
      seen.push(await bench.brief());
    }
    expect(seen.filter((brief, i) => brief !== seen[i - 1])).toEqual([
      'Pending one:running two:PodInitializing main:PodInitializing',
      'Pending one:Completed+ two:running main:PodInitializing',
      'Running one:Completed+ two:Completed+ main:running+',
    ]);
  });

  it('of a job ends, and its sidecar with it', async () => {
    await open({ job: { runMs: 5_000 } });
    await bench.createPod({
      restartPolicy: 'Never',
      initContainers: [{ name: 'proxy', image: 'app', restartPolicy: 'Always' }],
      containers: [{ name: 'main', image: 'job' }],
    });
    await bench.world.advance(1_000);
    expect(await bench.brief()).toBe('Running proxy:running+ main:running+');
    await bench.world.advance(10_000);
    expect(await bench.brief()).toBe('Succeeded proxy:Completed main:Completed');
  });

  it('whose image is not there waits, and tries again', async () => {
    await open({ none: { pullError: 'it is nowhere' } });
    await bench.createPod({ containers: [{ name: 'main', image: 'none' }] });
    await bench.world.advance(500);
    expect(await bench.brief()).toBe('Pending main:ErrImagePull');
    await bench.world.advance(2_000);
    expect(await bench.brief()).toBe('Pending main:ImagePullBackOff');
    expect((await bench.pod()).status?.containerStatuses?.[0]?.state?.waiting?.message).toBe(
      'Back-off pulling image "none": ErrImagePull: image "none" could not be pulled: it is nowhere',
    );
    await bench.world.advance({ seconds: 60 });
    expect(await bench.events()).toContainEqual('Warning Failed: Error: ErrImagePull x3');
  });

  it('whose configuration is not there says what is missing, and starts when it is', async () => {
    await open();
    await bench.createPod({
      containers: [
        {
          name: 'main',
          image: 'app',
          env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'settings', key: 'a' } } }],
        },
      ],
    });
    await bench.world.advance(100);
    expect(await bench.brief()).toBe('Pending main:CreateContainerConfigError');
    expect((await bench.pod()).status?.containerStatuses?.[0]?.state?.waiting?.message).toBe(
      'configmap "settings" not found',
    );
    await bench.drive(
      bench.client.create<ConfigMap>({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'settings', namespace: 'default' },
        data: { a: '1' },
      }),
    );
    await bench.world.advance(11_000);
    expect(await bench.brief()).toBe('Running main:running+');
  });

  it('whose volume is not there stays in ContainerCreating', async () => {
    await open();
    await bench.createPod({ volumes: [{ name: 'cfg', configMap: { name: 'settings' } }] });
    await bench.world.advance(100);
    expect(await bench.brief()).toBe('Pending main:ContainerCreating');
    expect(await bench.events()).toEqual([
      'Warning FailedMount: MountVolume.SetUp failed for volume "cfg" : configmap "settings" not found',
    ]);
  });

  it('past its deadline has failed', async () => {
    await open();
    await bench.createPod({ activeDeadlineSeconds: 30 });
    await bench.world.advance(29_000);
    expect(await bench.brief()).toBe('Running main:running+');
    await bench.world.advance(5_000);
    expect((await bench.pod()).status).toMatchObject({ phase: 'Failed', reason: 'DeadlineExceeded' });
    expect(await bench.runtime.listContainers()).toMatchObject([{ state: 'exited' }]);
  });
});

describe('probes', () => {
  it('readiness comes and goes', async () => {
    await open({ app: { readyAfterMs: 5_000, illAfterMs: 20_000 } });
    await bench.createPod({
      containers: [
        {
          name: 'main',
          image: 'app',
          readinessProbe: { httpGet: { port: 80 }, periodSeconds: 2, failureThreshold: 2 },
        },
      ],
    });
    await bench.world.advance(100);
    const seen: boolean[] = [];
    for (let second = 0; second < 26; second += 2) {
      await bench.world.advance(2_000);
      seen.push((await bench.pod()).status?.conditions?.find(({ type }) => type === 'Ready')?.status === 'True');
    }
    expect(seen.map(Number).join('')).toBe('0011111111000');
    expect(await bench.events()).toContainEqual(
      expect.stringContaining('Warning Unhealthy: Readiness probe failed: connection refused x'),
    );
  });

  it('liveness restarts, by exec as well', async () => {
    await open({ app: { illAfterMs: 20_000 } });
    await bench.createPod({
      containers: [{ name: 'main', image: 'app', livenessProbe: { exec: { command: ['check'] }, periodSeconds: 5 } }],
    });
    await bench.world.advance(29_000);
    expect(await bench.brief()).toBe('Running main:running+');
    await bench.world.advance(3_000);
    expect(await bench.brief()).toBe('Running main:running#1+');
    expect(await bench.events()).toContain('Normal Killing: Container main failed liveness probe, will be restarted');
  });

  it('startup holds the others back', async () => {
    await open({ app: { readyAfterMs: 25_000 } });
    await bench.createPod({
      containers: [
        {
          name: 'main',
          image: 'app',
          startupProbe: { tcpSocket: { port: 80 }, periodSeconds: 10, failureThreshold: 5 },
          livenessProbe: { tcpSocket: { port: 80 }, periodSeconds: 1, failureThreshold: 1 },
        },
      ],
    });
    await bench.world.advance(24_000);
    expect((await bench.pod()).status?.containerStatuses?.[0]).toMatchObject({
      started: false,
      ready: false,
      restartCount: 0,
    });
    await bench.world.advance(10_000);
    expect((await bench.pod()).status?.containerStatuses?.[0]).toMatchObject({
      started: true,
      ready: true,
      restartCount: 0,
    });
  });

  it('by gRPC restart what is ill, as others do', async () => {
    await open({ app: { illAfterMs: 15_000 } });
    await bench.createPod({ containers: [{ name: 'main', image: 'app', livenessProbe: { grpc: { port: 80 } } }] });
    await bench.world.advance(10_000);
    expect(await bench.brief()).toBe('Running main:running+');
    await bench.world.advance(90_000);
    expect((await bench.pod()).status?.containerStatuses?.[0]?.restartCount).toBeGreaterThan(0);
  });
});

describe('the end of a pod', () => {
  const exists = async () =>
    bench.pod().then(
      () => true,
      (error) => {
        if (StatusError.is(error, 'NotFound')) return false;
        throw error;
      },
    );
  const remove = (gracePeriodSeconds?: number) =>
    bench.drive(
      bench.client.delete(
        Pod,
        { namespace: 'default', name: 'web' },
        gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds },
      ),
    );

  it('asks, waits, and takes it out of the API', async () => {
    await open({ app: { stopMs: 5_000 } });
    await bench.createPod({});
    await bench.world.advance(100);
    await remove();
    await bench.world.advance(4_000);
    expect(await bench.brief()).toBe('Running main:running+');
    await bench.world.advance(2_000);
    expect(await exists()).toBe(false);
    expect(await bench.runtime.listPodSandboxes()).toEqual([]);
    expect(bench.kubelet.podCount).toBe(0);
    expect(await bench.events()).toContain('Normal Killing: Stopping container main');
  });

  it('kills when the grace is over', async () => {
    await open({ app: { stopMs: 1e9 } });
    await bench.createPod({ terminationGracePeriodSeconds: 10 });
    await bench.world.advance(100);
    await remove();
    await bench.world.advance(9_000);
    expect(await exists()).toBe(true);
    await bench.world.advance(2_000);
    expect(await exists()).toBe(false);
  });

  it('a second deletion with less grace hurries', async () => {
    await open({ app: { stopMs: 1e9 } });
    await bench.createPod({ terminationGracePeriodSeconds: 3_600 });
    await bench.world.advance(100);
    await remove();
    await bench.world.advance(1_000);
    await remove(3);
    await bench.world.advance(4_000);
    expect(await exists()).toBe(false);
  });

  it('a forced deletion leaves nothing behind', async () => {
    await open();
    await bench.createPod({});
    await bench.world.advance(100);
    await remove(0);
    await bench.world.advance(5_000);
    expect([await exists(), await bench.runtime.listPodSandboxes(), bench.kubelet.podCount]).toEqual([false, [], 0]);
  });

  it('while its image is pulled', async () => {
    await open({ app: { pullMs: 1e9 } });
    await bench.createPod({});
    await bench.world.advance(1_000);
    expect(await bench.brief()).toBe('Pending main:ContainerCreating');
    await remove();
    await bench.world.advance(1_000);
    expect(await exists()).toBe(false);
  });

  it('runs preStop first, within the grace', async () => {
    await open({ app: { exec: { 'say bye': { takesMs: 4_000 } } } });
    await bench.createPod({
      containers: [{ name: 'main', image: 'app', lifecycle: { preStop: { exec: { command: ['say', 'bye'] } } } }],
    });
    await bench.world.advance(100);
    await remove();
    await bench.world.advance(3_500);
    expect(await bench.brief()).toBe('Running main:running+');
    await bench.world.advance(1_000);
    expect(await exists()).toBe(false);
  });

  it('a failing postStart kills the container, and it is started again', async () => {
    await open({ app: { exec: { hi: { exitCode: 1 } } } });
    await bench.createPod({
      containers: [{ name: 'main', image: 'app', lifecycle: { postStart: { exec: { command: ['hi'] } } } }],
    });
    await bench.world.advance(5_000);
    expect((await bench.pod()).status?.containerStatuses?.[0]?.restartCount).toBeGreaterThan(0);
    expect(await bench.events()).toContainEqual(expect.stringContaining('Warning FailedPostStartHook'));
  });
});

describe('after a restart of the whole process', () => {
  it('pods run again, with their restarts counted on', async () => {
    await open();
    await bench.createPod({});
    await bench.world.advance(100);
    bench.runtime.crash(await bench.containerId());
    await bench.world.advance(100);
    const { uid } = (await bench.pod()).metadata;
    await bench.kubelet.stop();
    await bench.runtime.close();
    await bench.startKubelet({});
    await bench.world.advance(1_000);
    expect(await bench.brief()).toBe('Running main:running#2+');
    expect((await bench.pod()).metadata.uid).toBe(uid);
  });
});

it('what an earlier kubelet ran of pods that are gone is removed, with the files', async () => {
  await open();
  await bench.createPod({});
  await bench.world.advance(1_000);
  const { uid } = (await bench.pod()).metadata;
  await bench.kubelet.stop();
  await bench.drive(bench.client.delete(Pod, { namespace: 'default', name: 'web' }, { gracePeriodSeconds: 0 }));
  const unmounted: string[] = [];
  const unmountAll = async (podUid: string) => {
    unmounted.push(podUid);
  };
  await bench.startKubelet({}, { runtime: bench.runtime, volumes: { ...noVolumes(), unmountAll } });
  await bench.world.advance(1_000);
  expect(await bench.drive(bench.runtime.listPodSandboxes())).toEqual([]);
  expect(unmounted).toEqual([uid]);
});

describe('the node agent', () => {
  const target = { namespace: 'default', pod: 'web', container: 'main' };
  const text = async (bytes: AsyncIterable<Uint8Array>) => {
    let all = '';
    for await (const chunk of bytes) all += new TextDecoder().decode(chunk);
    return all;
  };

  it('gives logs, of the run before as well', async () => {
    await open({ app: { log: [{ text: 'hello' }] } });
    await bench.createPod({});
    await bench.world.advance(100);
    expect(await text(await bench.kubelet.logs(target, {}))).toBe('hello\n');
    await expect(bench.kubelet.logs(target, { previous: true })).rejects.toThrow(
      'previous terminated container "main" in pod "web" not found',
    );
    bench.runtime.crash(await bench.containerId());
    await bench.world.advance(100);
    expect(await text(await bench.kubelet.logs(target, { previous: true }))).toBe('hello\n');
    await expect(bench.kubelet.logs({ ...target, container: 'x' }, {})).rejects.toThrow(
      'container x is not valid for pod web',
    );
    await expect(bench.kubelet.logs({ ...target, pod: 'x' }, {})).rejects.toThrow('pods "x" not found');
  });

  it('says why there is no log yet', async () => {
    await open({ app: { pullError: 'nowhere' } });
    await bench.createPod({});
    await bench.world.advance(100);
    await expect(bench.kubelet.logs(target, {})).rejects.toThrow(
      `container "main" in pod "web" is waiting to start: image can't be pulled`,
    );
  });

  it('runs commands, and measures', async () => {
    await open({ app: { exec: { 'echo hi': { stdout: 'hi\n' } }, memoryBytes: 1_000, cpuMillis: 500 } });
    await bench.createPod({});
    await bench.world.advance(10_000);
    const session = await bench.kubelet.exec(target, { command: ['echo', 'hi'] });
    expect([await text(session.stdout), await session.exitCode]).toEqual(['hi\n', 0]);
    const summary = (await bench.kubelet.statsSummary()) as { node: object; pods: { containers: object[] }[] };
    expect(summary.node).toMatchObject({ nodeName: 'n1', memory: { workingSetBytes: 1_000 } });
    expect(summary.pods[0]!.containers).toMatchObject([{ name: 'main', memory: { workingSetBytes: 1_000 } }]);
  });
});

it('services of the namespace are in the environment', async () => {
  await open();
  await bench.drive(
    bench.client.create<Service>({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'my-db', namespace: 'default' },
      spec: { ports: [{ port: 5432, name: 'sql' }], selector: { app: 'db' } },
    }),
  );
  await bench.world.advance(100);
  const seen: string[] = [];
  const create = bench.runtime.createContainer;
  bench.runtime.createContainer = (sandboxId, config) => {
    seen.push(...config.env.map(({ name }) => name));
    return create(sandboxId, config);
  };
  await bench.createPod({});
  await bench.world.advance(100);
  expect(seen).toEqual(
    expect.arrayContaining([
      'MY_DB_SERVICE_HOST',
      'MY_DB_SERVICE_PORT',
      'MY_DB_SERVICE_PORT_SQL',
      'MY_DB_PORT_5432_TCP_ADDR',
    ]),
  );
});
