import { expect, it } from '@jest/globals';
import { RecentMap } from './recent-map.js';

it('knows what was set lately, and forgets the rest', () => {
  const map = new RecentMap<number>(10);
  for (let n = 0; n < 1000; n++) {
    map.set(`k${n}`, n);
    map.set('often', n);
    for (let back = 0; back < 5; back++) if (back <= n) expect(map.get(`k${n - back}`)).toBe(n - back);
  }
  const known = Array.from({ length: 1000 }, (_, n) => map.get(`k${n}`)).filter((value) => value !== undefined);
  expect(known.length).toBeLessThanOrEqual(20);
  expect(map.get('often')).toBe(999);
  map.set('often', 1000);
  map.delete('often');
  expect(map.get('often')).toBeUndefined();
});
