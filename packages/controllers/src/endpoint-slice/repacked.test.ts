import { describe, expect, it } from '@jest/globals';
import type { PortGroup } from './plan-endpoints.js';
import { repacked } from './repacked.js';

/** `80,443: 10.0.0.1 -10.0.0.2/u`: ports, and who has them, those that are not ready with a dash, with a uid where needed. */
function group(text: string): PortGroup {
  const [ports = '', addresses = ''] = text.split(':');
  return {
    ports: ports
      .split(',')
      .filter(Boolean)
      .map((port) => ({ port: Number(port) })),
    endpoints: addresses.split(' ').flatMap((each) => {
      const [, waits, ip, uid] = /^(-?)([\d.]+)(?:\/(\w+))?$/.exec(each) ?? [];
      if (ip === undefined) return [];
      return [{ addresses: [ip], conditions: { ready: waits === '' }, ...(uid ? { targetRef: { uid } } : {}) }];
    }),
  };
}
const told = ({ ports, endpoints }: PortGroup) =>
  `${ports.map(({ port }) => port)}:${endpoints
    .map(
      ({ addresses, conditions, targetRef }) =>
        ` ${conditions?.ready ? '' : '-'}${addresses[0]}${targetRef ? `/${targetRef.uid}` : ''}`,
    )
    .join('')}`;

describe('repacked', () => {
  it.each([
    ['addresses in the order of their text', ['80: 10.0.0.2 10.0.0.10 10.0.0.1'], ['80: 10.0.0.1 10.0.0.10 10.0.0.2']],
    ['a port of several groups once', ['80: 10.0.0.2', '80: 10.0.0.1'], ['80: 10.0.0.1 10.0.0.2']],
    ['ports that the same ones have together', ['80: 10.0.0.1', '81: 10.0.0.1'], ['80,81: 10.0.0.1']],
    ['ports that others have apart', ['80,81: 10.0.0.1', '81: 10.0.0.2'], ['80: 10.0.0.1', '81: 10.0.0.1 10.0.0.2']],
    [
      'ports at which the same are ready, and are not',
      ['80: 10.0.0.1', '81: -10.0.0.1'],
      ['80: 10.0.0.1', '81: -10.0.0.1'],
    ],
    ['whoever is ready and is not, as not ready', ['80: 10.0.0.1 -10.0.0.1'], ['80: -10.0.0.1']],
    ['the same the other way round', ['80: -10.0.0.1', '80: 10.0.0.1'], ['80: -10.0.0.1']],
    ['two pods of one address', ['80: 10.0.0.1/b 10.0.0.1/a'], ['80: 10.0.0.1/a 10.0.0.1/b']],
    ['those without ports', [': 10.0.0.1', '80: 10.0.0.2', ': 10.0.0.3'], [': 10.0.0.1 10.0.0.3', '80: 10.0.0.2']],
    ['nobody', [], []],
  ])('%s', (_what, given, expected) => {
    expect(repacked(given.map(group)).map(told)).toEqual(expected);
  });
});
