import { expect, it } from '@jest/globals';
import { KeyRecords } from './key-record.js';
import type { Waking } from './waking.js';

it('there is one record of each key, however its namespace is left out, and none when it is forgotten', () => {
  const records = new KeyRecords();
  const node = records.of({ name: 'a' });
  const pod = records.of({ name: 'a', namespace: 'web' });
  expect(records.of({ name: 'a', namespace: '' })).toBe(node);
  expect(records.of({ name: 'a', namespace: 'web' })).toBe(pod);
  expect([node.id, node.key, pod.id, pod.key]).toEqual(['a', { name: 'a' }, 'web/a', { name: 'a', namespace: 'web' }]);
  records.delete(pod);
  // One that is forgotten is not found by where the last one was.
  expect(records.of({ name: 'b', namespace: 'web' })).toBe(records.of({ name: 'b', namespace: 'web' }));
  expect(records.of({ name: 'a', namespace: 'web' })).not.toBe(pod);
  expect(records.of({ name: 'a' })).toBe(node);
});

it('holds the first changes that woke it, until they are taken', () => {
  const record = new KeyRecords().of({ name: 'a' });
  expect(record.takeWakings()).toBeUndefined();
  for (let i = 0; i < 30; i++) record.wake({ kind: 'Pod', key: { name: `${i}` }, change: 'added' });
  expect(record.isForgettable).toBe(false);
  const taken = record.takeWakings() as readonly Waking[];
  expect(taken.map(({ key }) => key.name)).toEqual(Array.from({ length: 20 }, (_, i) => `${i}`));
  expect(record.takeWakings()).toBeUndefined();
  expect(record.isForgettable).toBe(true);
});
