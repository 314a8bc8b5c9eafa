import { describe, expect, it } from '@jest/globals';
import type { Backend, ServiceRoute } from '@pintle/contracts';
import { BackendChooser, backendId } from './choose-backend.js';

const none = new Set<string>();
const backend = (ip: string, state: Backend['state'] = 'ready'): Backend => ({ ip, port: 80, state });
const route = (backends: readonly Backend[], words: Partial<ServiceRoute> = {}): ServiceRoute => ({
  name: 'a/web:',
  ip: '10.0.0.1',
  port: 80,
  protocol: 'TCP',
  backends,
  ...words,
});
const [a, b, c] = ['1.0.0.1', '1.0.0.2', '1.0.0.3'] as const;

describe('which backend', () => {
  const take = (chooser: BackendChooser, count: number, client = 'x', nowMs = 0) =>
    Array.from({ length: count }, () => chooser.choose(client, nowMs, none)?.ip);

  it('takes them in turn', () => {
    expect(take(new BackendChooser(route([backend(a), backend(b)])), 4)).toEqual([a, b, a, b]);
  });

  it('takes one that terminates only where nobody is ready', () => {
    const chooser = new BackendChooser(route([backend(a, 'terminating'), backend(b)]));
    expect(take(chooser, 2)).toEqual([b, b]);
    chooser.update(route([backend(a, 'terminating')]));
    expect(take(chooser, 2)).toEqual([a, a]);
  });

  it('passes over those that were tried, and knows when nobody is left', () => {
    const chooser = new BackendChooser(route([backend(a), backend(b)]));
    expect(chooser.choose('x', 0, new Set([backendId(backend(a))]))?.ip).toBe(b);
    expect(chooser.choose('x', 0, new Set([a, b].map((ip) => backendId(backend(ip)))))).toBeUndefined();
    expect(new BackendChooser(route([])).choose('x', 0, none)).toBeUndefined();
  });

  it('keeps a client on its backend until its time is over, counted from its last connection', () => {
    const chooser = new BackendChooser(route([backend(a), backend(b), backend(c)], { sessionAffinitySeconds: 10 }));
    expect(take(chooser, 3, 'x')).toEqual([a, a, a]);
    expect(take(chooser, 2, 'y')).toEqual([b, b]);
    expect(take(chooser, 1, 'x', 9_999)).toEqual([a]);
    expect(take(chooser, 1, 'x', 19_998)).toEqual([a]);
    expect(take(chooser, 1, 'x', 29_998)).toEqual([c]);
  });

  it('gives a client another backend when its own is gone', () => {
    const chooser = new BackendChooser(route([backend(a), backend(b)], { sessionAffinitySeconds: 10 }));
    expect(take(chooser, 1)).toEqual([a]);
    chooser.update(route([backend(b)], { sessionAffinitySeconds: 10 }));
    expect(take(chooser, 1)).toEqual([b]);
  });

  it('remembers so many clients and no more', () => {
    const chooser = new BackendChooser(route([backend(a), backend(b)], { sessionAffinitySeconds: 1_000 }));
    expect(chooser.choose('first', 0, none)?.ip).toBe(a);
    for (let client = 0; client < 10_001; client++) chooser.choose(`c${client}`, 0, none);
    // 10,002 turns were taken: the first client is treated as one that is new.
    expect(chooser.choose('first', 0, none)?.ip).toBe(a);
    expect(chooser.choose('c10000', 0, none)?.ip).toBe(b);
  });
});
