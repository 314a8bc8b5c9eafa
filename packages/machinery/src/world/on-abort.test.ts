import { describe, expect, it } from '@jest/globals';
import { onAbort } from './on-abort.js';

describe('onAbort', () => {
  it('tells all who follow, once and in their order, and who ceased to nothing', () => {
    const controller = new AbortController();
    const told: string[] = [];
    onAbort(controller.signal, () => told.push('a'));
    const cease = onAbort(controller.signal, () => told.push('b'));
    onAbort(controller.signal, () => told.push('c'));
    cease();
    controller.abort();
    controller.abort();
    expect(told).toEqual(['a', 'c']);
  });

  it('takes one listener of a signal, however many follow', () => {
    const { signal } = new AbortController();
    let listeners = 0;
    const { addEventListener } = signal;
    signal.addEventListener = ((...args: Parameters<typeof addEventListener>) => {
      listeners++;
      addEventListener.apply(signal, args);
    }) as typeof addEventListener;
    const ends = Array.from({ length: 50 }, () => onAbort(signal, () => {}));
    for (const end of ends) end();
    onAbort(signal, () => {});
    expect(listeners).toBe(1);
  });

  it('does nothing without a signal', () => expect(onAbort(undefined, () => {})()).toBeUndefined());
});
