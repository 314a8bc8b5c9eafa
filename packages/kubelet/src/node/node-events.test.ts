import { expect, it } from '@jest/globals';
import type { NodeCondition } from '@pintle/api/core/v1';
import { conditionReasons } from './node-events.js';

const conditions = (...texts: readonly string[]): readonly NodeCondition[] =>
  texts.map((text) => {
    const [type = '', status = ''] = text.split('=');
    return { type, status } as NodeCondition;
  });
const well = ['MemoryPressure=False', 'DiskPressure=False', 'PIDPressure=False', 'Ready=True'];

it.each<readonly [string, readonly string[] | undefined, readonly string[], readonly string[]]>([
  ['new', undefined, well, ['NodeHasSufficientMemory', 'NodeHasNoDiskPressure', 'NodeHasSufficientPID', 'NodeReady']],
  ['the same', well, well, []],
  ['not ready any more', well, [...well.slice(0, 3), 'Ready=False'], ['NodeNotReady']],
  [
    'heard of again',
    well.map((text) => text.replace(/=.*/, '=Unknown')),
    well,
    ['NodeHasSufficientMemory', 'NodeHasNoDiskPressure', 'NodeHasSufficientPID', 'NodeReady'],
  ],
  [
    'under pressure',
    well,
    ['MemoryPressure=True', 'DiskPressure=True', 'PIDPressure=True', 'Ready=True'],
    ['NodeHasInsufficientMemory', 'NodeHasDiskPressure', 'NodeHasInsufficientPID'],
  ],
  ['with what others say of it', well, [...well, 'NetworkUnavailable=False'], []],
])('a node that is %s', (_what, before, after, reasons) => {
  expect(conditionReasons(before && conditions(...before), conditions(...after))).toEqual(reasons);
});
