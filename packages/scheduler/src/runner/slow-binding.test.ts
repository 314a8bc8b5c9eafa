/** Pods whose binding takes its time say which node they are to have; and no more, when they do not get it. */
import { describe, expect, it } from '@jest/globals';
import { Node } from '@pintle/api/core/v1';
import type { SchedulerPlugin } from '../framework/plugin.js';
import { skip, status } from '../framework/status.js';
import { testNode, testPod } from '../test-objects.fixture.js';
import { SchedulerTestCluster, type SchedulerTestOptions } from './scheduler.fixture.js';

/** Does something at PreBind until it is told that it is done, or that it failed. */
class Preparation {
  finish: (failure?: string) => void = () => {};
  asked = 0;

  plugin(isNeeded = true): SchedulerPlugin {
    return {
      name: 'Preparation',
      preBindPreFlight: () => (isNeeded ? undefined : skip),
      preBind: () => {
        this.asked++;
        return new Promise((resolve) => {
          this.finish = (failure) => resolve(failure === undefined ? undefined : status('Unschedulable', failure));
        });
      },
      eventsToRegister: () => [],
    };
  }
}

/** Holds pods until it is told to let them go. */
class Hold {
  finish: () => void = () => {};

  plugin(): SchedulerPlugin {
    return {
      name: 'Hold',
      permit: (_state, _pod, _nodeName, handle) => {
        this.finish = () => {
          for (const held of handle.waitingPods()) held.allow('Hold');
        };
        return { status: status('Wait'), timeoutMs: 60_000 };
      },
      eventsToRegister: () => [],
    };
  }
}

const holding: SchedulerPlugin = {
  name: 'Holding',
  permit: () => ({ status: status('Wait'), timeoutMs: 60_000 }),
  eventsToRegister: () => [],
};

async function start(plugin: SchedulerPlugin, options: SchedulerTestOptions = {}) {
  const test = await SchedulerTestCluster.start({ plugins: [plugin], ...options });
  await test.setNode(testNode('a'));
  await test.setPod(testPod('p', { namespace: 'ns' }));
  await test.settle();
  const state = async () => {
    const pod = await test.pod('ns/p');
    return { bound: pod?.spec?.nodeName, nominated: pod?.status?.nominatedNodeName };
  };
  return { test, state };
}

describe('a pod', () => {
  it('for which something is prepared has a nominated node meanwhile', async () => {
    const preparation = new Preparation();
    const { test, state } = await start(preparation.plugin());
    expect(await state()).toEqual({ bound: undefined, nominated: 'a' });
    preparation.finish();
    await test.settle();
    expect((await state()).bound).toBe('a');
  });

  it('whose preparation fails has none any more', async () => {
    const preparation = new Preparation();
    const { test, state } = await start(preparation.plugin());
    preparation.finish('it broke');
    await test.settle();
    expect(await state()).toEqual({ bound: undefined, nominated: undefined });
  });

  it('that waits at Permit has one until it is turned away', async () => {
    const { test, state } = await start(holding);
    expect(await state()).toEqual({ bound: undefined, nominated: 'a' });
    await test.world.advance(61_000);
    expect(await state()).toEqual({ bound: undefined, nominated: undefined });
  });

  it.each([
    ['is prepared', new Preparation()],
    ['waits at Permit', new Hold()],
  ])('that %s is not waited for by a scheduler that stops', async (_, waits) => {
    const { test, state } = await start(waits.plugin());
    await test.scheduler.stop();
    expect([(await state()).bound, test.scheduler.counts.assumedOrBound]).toEqual([undefined, 0]);
  });

  it('that goes while it is prepared gives its room back at once, though its plugin does not listen', async () => {
    const { test } = await start(new Preparation().plugin());
    expect(test.scheduler.counts.assumedOrBound).toBe(1);
    await test.deletePod('ns/p');
    await test.settle();
    expect(test.scheduler.counts).toMatchObject({ assumedOrBound: 0, binding: 0, inFlight: 0 });
  });

  it.each([
    ['is prepared', new Preparation()],
    ['waits at Permit', new Hold()],
  ])('whose node goes while it %s goes to another', async (_, waits) => {
    const { test, state } = await start(waits.plugin());
    await test.client.delete(Node, { name: 'a' });
    await test.setNode(testNode('b'));
    await test.settle();
    waits.finish();
    await test.settle();
    expect(await state()).toEqual({ bound: undefined, nominated: undefined });
    await test.world.advance(15_000);
    waits.finish();
    await test.settle();
    expect([(await state()).bound, test.scheduler.counts.assumedOrBound]).toEqual(['b', 1]);
  });

  it('for which nothing is to be prepared has none: it is bound at once', async () => {
    const preparation = new Preparation();
    const requests: string[] = [];
    const onRequest = (text: string) => void requests.push(text);
    const { state } = await start(preparation.plugin(false), { onRequest });
    expect([await state(), preparation.asked]).toEqual([{ bound: 'a', nominated: undefined }, 0]);
    expect(requests.filter((text) => text === 'patch p')).toEqual([]);
  });

  it('says nothing where that is not wished', async () => {
    const preparation = new Preparation();
    const { state } = await start(preparation.plugin(), { nominatesBeforeBinding: false });
    expect([await state(), preparation.asked]).toEqual([{ bound: undefined, nominated: undefined }, 1]);
  });
});
