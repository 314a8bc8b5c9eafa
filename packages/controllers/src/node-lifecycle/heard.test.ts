import { describe, expect, it } from '@jest/globals';
import { type Heard, hear } from './heard.js';

describe('hear', () => {
  /** Looks as `when: what the node said last`, in seconds; when it was heard last. */
  it.each([
    ['the first time', ['100:97'], 100],
    ['silence', ['100:100', '120:100', '140:100'], 100],
    ['every ten seconds', ['100:100', '150:142'], 142],
    ['a clock that goes behind', ['100:-500', '150:-458'], 142],
    ['a clock that goes before', ['100:900', '150:942'], 142],
    ['a clock that was moved back', ['100:100', '150:20'], 150],
    ['a clock that was moved on', ['100:100', '150:3000'], 150],
    ['silence after a clock was moved', ['100:100', '150:20', '200:20'], 150],
    ['a clock that was moved on, a little before the last look', ['100:100', '150:100', '160:120'], 160],
  ])('%s', (_name, looks, expected) => {
    let heard: Heard | undefined;
    for (const look of looks) {
      const [nowMs = 0, saidMs = 0] = look.split(':').map((seconds) => Number(seconds) * 1000);
      heard = hear(heard, saidMs, nowMs);
    }
    expect(heard!.heardMs / 1000).toBe(expected);
  });
});
