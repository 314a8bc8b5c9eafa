/** What a pod waits for once others leave for it, in a running scheduler. */
import { expect, it } from '@jest/globals';
import { Node } from '@pintle/api/core/v1';
import { SchedulerTestCluster } from '../runner/scheduler.fixture.js';
import { testNode, testPod } from '../test-objects.fixture.js';

it('a pod waits no more for a node that can help it no more, and others may have its room', async () => {
  const test = await SchedulerTestCluster.start();
  await test.setPriority('high', 10);
  await test.setNode(testNode('a', { cpu: '1' }));
  await test.setPod(testPod('x', { namespace: 'ns', cpu: '1' }));
  await test.settle();
  await test.setPod(testPod('p', { namespace: 'ns', cpu: '1', priorityClassName: 'high' }));
  await test.settle();
  const nominated = async () => (await test.pod('ns/p'))?.status?.nominatedNodeName;
  expect(await nominated()).toBe('a');
  const body = { spec: { taints: [{ key: 'k', effect: 'NoSchedule' }] } };
  await test.client.patch(Node, { name: 'a' }, { type: 'merge', body });
  const tolerations = [{ key: 'k', operator: 'Exists' as const }];
  await test.setPod(testPod('q', { namespace: 'ns', cpu: '1', tolerations }));
  await test.settle();
  await test.deletePod('ns/x');
  await test.world.advance(60_000);
  await test.settle();
  expect([await nominated(), await test.nodeOf('ns/q')]).toEqual([undefined, 'a']);
});
