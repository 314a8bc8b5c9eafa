import { describe, expect, it } from '@jest/globals';
import { containerRuntimeConformance } from '@pintle/contracts/conformance';
import { virtualWorld } from '@pintle/machinery';
import { behaviours, runOf } from './behaviour.js';
import { simulatedNetwork } from './simulated-network.js';
import { simulatedRuntime } from './simulated-runtime.js';

const world = virtualWorld();

/** Moves time as far as the work needs. */
async function drive<T>(work: Promise<T>): Promise<T> {
  let done = false;
  const finished = work.finally(() => {
    done = true;
  });
  finished.catch(() => {});
  await world.settle();
  while (!done && world.nextTimerAt() !== undefined) await world.advance(world.nextTimerAt()! - world.clock.now());
  return finished;
}

describe('simulatedRuntime is a container runtime', () => {
  const cases = containerRuntimeConformance({
    create: () =>
      simulatedRuntime({
        world,
        images: {
          steady: {
            log: [{ text: 'ready' }],
            exec: { hello: { stdout: 'hello\n' }, fail: { exitCode: 5, takesMs: 10 } },
          },
          succeeds: { runMs: 100, startMs: 10 },
          fails: { runMs: 100, exitCode: 3, pullMs: 10 },
          stubborn: { log: [{ text: 'ready' }], stopMs: 1e12 },
          talks: {
            log: [{ text: 'one' }, { text: 'two', afterMs: 10, stream: 'stderr' }, { text: 'three', afterMs: 20 }],
          },
          unstartable: { startError: 'no such program' },
          missing: { pullError: 'no such image' },
        },
      }),
    programs: {
      steady: { image: 'steady' },
      succeeds: { image: 'succeeds' },
      fails: { image: 'fails' },
      stubborn: { image: 'stubborn' },
      talks: { image: 'talks' },
      unstartable: { image: 'unstartable' },
      missing: { image: 'missing' },
    },
    execs: { prints: ['hello'], fails: ['fail'] },
    drive,
    async until(look) {
      for (let step = 0; step < 1_000; step++) {
        const found = await look();
        if (found !== undefined) return found;
        await world.advance(10);
      }
      throw new Error('it did not come about within 10 s of virtual time');
    },
  });
  for (const { name, run } of cases) it(name, run);
});

describe('behaviours', () => {
  const behaviourOf = behaviours({
    'app:1': { runMs: 1 },
    'app:*': { runMs: 2 },
    '*/job': { runMs: 3 },
    'a.b': { runMs: 4 },
  });
  const cases: [image: string, runMs: number | undefined][] = [
    ['app:1', 1],
    ['app:2', 2],
    ['example.com/job', 3],
    ['a.b', 4],
    ['axb', undefined],
    ['toString', undefined],
  ];
  for (const [image, runMs] of cases)
    it(`${image} runs for ${runMs ?? 'ever'}`, () => expect(behaviourOf(image).runMs).toBe(runMs));

  it('may differ by attempt, the last one for all that follow', () => {
    const behaviour = { exitCode: 1, runMs: 5, runs: [{}, { runMs: 7 }, { exitCode: 0 }] };
    expect(
      [0, 1, 2, 9].map((attempt) => runOf(behaviour, attempt)).map(({ runMs, exitCode }) => [runMs, exitCode]),
    ).toEqual([
      [5, 1],
      [7, 1],
      [5, 0],
      [5, 0],
    ]);
  });
});

describe('a simulated container', () => {
  it('is found well between its times', async () => {
    const runtime = simulatedRuntime({ world, images: { app: { readyAfterMs: 1_000, illAfterMs: 5_000 } } });
    const sandboxId = await runtime.runPodSandbox({
      name: 'p',
      namespace: 'n',
      uid: 'u',
      attempt: 0,
      hostname: 'p',
      hostNetwork: false,
      labels: {},
      annotations: {},
    });
    const id = await runtime.createContainer(sandboxId, {
      name: 'c',
      attempt: 0,
      imageRef: await runtime.pullImage('app'),
      command: [],
      args: [],
      env: [],
      mounts: [],
      labels: {},
      annotations: {},
      stdin: false,
      stdinOnce: false,
      tty: false,
      resources: {},
    });
    await runtime.startContainer(id);
    const found: boolean[] = [];
    for (let second = 0; second < 6; second++) {
      found.push((await runtime.probe!(id, { port: 80 })).healthy);
      await world.advance(1_000);
    }
    expect(found).toEqual([false, true, true, true, true, false]);
    runtime.crash(id);
    expect(await runtime.containerStatus(id)).toMatchObject({ state: 'exited', exitCode: 137, signal: 9 });
  });
});

describe('simulatedNetwork', () => {
  it('gives each pod an address of its own, the same until it is given back', async () => {
    const network = simulatedNetwork({ cidr: '10.1.255.252/30' });
    const ipOf = async (uid: string) => (await network.setUpPod({ namespace: 'n', name: uid, uid })).ip;
    expect([await ipOf('a'), await ipOf('b'), await ipOf('a')]).toEqual([
      '10.1.255.253',
      '10.1.255.254',
      '10.1.255.253',
    ]);
    await expect(ipOf('c')).rejects.toMatchObject({ code: 'PINTLE_ADDRESS_POOL' });
    await network.tearDownPod('a');
    expect(await ipOf('c')).toBe('10.1.255.253');
  });
});
