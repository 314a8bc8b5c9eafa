/** A scheduling policy, tested with no cluster at all. */

import { expect, it } from '@jest/globals';
import { defaultPlugins, explain, formatExplanation, profile, schedule } from '@pintle/scheduler';
import { node, pod } from '@pintle/testing';

it('puts pods where their selector says, and tells why not elsewhere', () => {
  const policy = profile({ plugins: [...defaultPlugins()] });
  const nodes = [node('fast', { labels: { disk: 'ssd' } }), node('slow', { labels: { disk: 'hdd' } })];
  const pods = [
    pod('web-0', { requests: { cpu: '1' }, nodeSelector: { disk: 'ssd' } }),
    pod('web-1', { requests: { cpu: '8' } }),
  ];
  const result = schedule({ policy, nodes, pods });
  expect(result.placements.get('default/web-0')).toBe('fast');
  expect(result.placements.has('default/web-1')).toBe(false);
  expect(formatExplanation(explain(result, 'web-1'))).toContain('Insufficient cpu');
});
