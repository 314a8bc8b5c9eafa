import { expect, it } from '@jest/globals';
import { ClusterObjects } from '../nodes/cluster-objects.js';
import { podInfo } from '../nodes/pod-info.js';
import { testPod } from '../test-objects.fixture.js';
import { schedulingGates } from './scheduling-gates.js';

it.each([
  ['none', [], undefined],
  ['one', ['foo'], 'waiting for scheduling gates: [foo]'],
  ['two', ['foo', 'bar'], 'waiting for scheduling gates: [foo bar]'],
])('a pod with gates: %s', (_, names, reason) => {
  const pod = testPod('p', names.length === 0 ? {} : { schedulingGates: names.map((name) => ({ name })) });
  const verdict = schedulingGates().preEnqueue(podInfo(pod), new ClusterObjects());
  expect(verdict).toEqual(reason && { code: 'UnschedulableAndUnresolvable', reasons: [reason] });
});
