import { describe, expect, it } from '@jest/globals';
import { EventCorrelator, type ObservedEvent } from './event-correlator.js';

const event = (over: Partial<ObservedEvent> = {}): ObservedEvent => ({
  source: 'replicaset-controller',
  object: 'ReplicaSet\ndefault\nweb\n1',
  fieldPath: '',
  type: 'Normal',
  reason: 'SuccessfulCreate',
  message: 'Created pod: web-1',
  ...over,
});

describe('EventCorrelator', () => {
  it('counts what was told before, each message and each part for itself', () => {
    const correlator = new EventCorrelator();
    expect(correlator.observe(event(), 0)).toMatchObject({ type: 'create' });
    expect(correlator.observe(event(), 1)).toMatchObject({ type: 'count', count: 2 });
    expect(correlator.observe(event({ fieldPath: 'spec.containers{a}' }), 2)).toMatchObject({ type: 'create' });
    expect(correlator.observe(event({ message: 'Created pod: web-2' }), 3)).toMatchObject({ type: 'create' });
    expect(correlator.observe(event({ object: 'ReplicaSet\ndefault\nweb\n2' }), 4)).toMatchObject({ type: 'create' });
  });

  it('combines what differs by its message only, from the tenth message on', () => {
    const correlator = new EventCorrelator();
    const decisions = Array.from({ length: 11 }, (_, index) =>
      correlator.observe(event({ message: `Created pod: web-${index}` }), index),
    );
    expect(decisions.slice(0, 9).every(({ type }) => type === 'create')).toBe(true);
    expect(decisions[9]).toMatchObject({
      type: 'create',
      message: '(combined from similar events): Created pod: web-9',
    });
    expect(decisions[10]).toMatchObject({
      type: 'count',
      count: 2,
      message: '(combined from similar events): Created pod: web-10',
    });
  });

  it('tells messages apart again after ten minutes of silence', () => {
    const correlator = new EventCorrelator();
    for (let i = 0; i < 11; i++) correlator.observe(event({ message: `Created pod: web-${i}` }), 0);
    expect(correlator.observe(event({ message: 'Created pod: late' }), 600_001)).toMatchObject({
      type: 'create',
      message: 'Created pod: late',
    });
  });

  it('hears 25 events of one source about one object, then one in five minutes', () => {
    const correlator = new EventCorrelator();
    const heard = (nowMs: number) => correlator.observe(event(), nowMs).type !== 'drop';
    expect(Array.from({ length: 30 }, () => heard(0)).filter(Boolean)).toHaveLength(25);
    expect(heard(299_999)).toBe(false);
    expect(heard(300_000)).toBe(true);
    expect(heard(300_001)).toBe(false);
    expect(correlator.observe(event({ object: 'another' }), 300_001).type).toBe('create');
  });

  it('begins anew when what was written is gone', () => {
    const correlator = new EventCorrelator();
    const first = correlator.observe(event(), 0);
    if (first.type !== 'drop') correlator.forget(first.id);
    expect(correlator.observe(event(), 1)).toMatchObject({ type: 'create' });
  });
});
