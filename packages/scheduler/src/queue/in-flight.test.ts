import { expect, it } from '@jest/globals';
import { clusterEvents } from '../framework/cluster-event.js';
import { InFlight } from './in-flight.js';

const add = { event: clusterEvents.nodeAdd };

it('keeps for each pod what came after it was popped, and nothing for nobody', () => {
  const inFlight = new InFlight();
  inFlight.record(add);
  inFlight.start('a');
  inFlight.record(add);
  inFlight.start('b');
  inFlight.record(add);
  expect([inFlight.eventsSince('a').length, inFlight.eventsSince('b').length]).toEqual([2, 1]);
  inFlight.done('a');
  expect(inFlight.eventsSince('b')).toHaveLength(1);
  inFlight.done('b');
  inFlight.start('c');
  expect(inFlight.eventsSince('c')).toEqual([]);
  expect(inFlight.eventsSince('nobody')).toEqual([]);
});

it('tells a pod that was in flight for too long that anything may have happened', () => {
  const inFlight = new InFlight(10);
  inFlight.start('held');
  for (let i = 0; i < 8; i++) inFlight.record(add);
  inFlight.start('recent');
  for (let i = 0; i < 4; i++) inFlight.record(add);
  expect(inFlight.eventsSince('held')).toEqual([{ event: clusterEvents.forceActivate }]);
  expect(inFlight.eventsSince('recent')).toHaveLength(4);
  inFlight.done('held');
  expect(inFlight.eventsSince('recent')).toHaveLength(4);
});
