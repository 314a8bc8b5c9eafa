import { describe, expect, it } from '@jest/globals';
import type { PersistentVolumeClaim } from '@pintle/api/core/v1';
import { pv, pvc } from '../volume-objects.fixture.js';
import {
  expandedStatus,
  failedStatus,
  isVolumeGrown,
  nodePendingStatus,
  resizingStatus,
  wantsExpansion,
} from './plan-expansion.js';

const claim = (wants: string, has: string, phase = 'Bound'): PersistentVolumeClaim => {
  const base = pvc('c', { size: wants, phase });
  return { ...base, status: { ...base.status, capacity: { storage: has } } };
};
const nowMs = Date.parse('2025-01-01T00:00:00Z');
const types = ({ conditions = [] }: NonNullable<PersistentVolumeClaim['status']>) => conditions.map(({ type }) => type);

describe('expansion', () => {
  it.each([
    ['asks for more', claim('2Gi', '1Gi'), true],
    ['asks for what it has', claim('1Gi', '1024Mi'), false],
    ['asks for less', claim('1Gi', '2Gi'), false],
    ['is not bound', claim('2Gi', '1Gi', 'Pending'), false],
  ])('%s', (_name, given, wanted) => {
    expect(wantsExpansion(given)).toBe(wanted);
  });

  it('knows a volume that has grown already', () => {
    expect(isVolumeGrown(claim('2Gi', '1Gi'), pv('v', { size: '1Gi' }))).toBe(false);
    expect(isVolumeGrown(claim('2Gi', '1Gi'), pv('v', { size: '2Gi' }))).toBe(true);
  });

  it('goes from asked to grown', () => {
    const asked = claim('2Gi', '1Gi');
    const resizing = resizingStatus(asked, nowMs);
    expect([types(resizing), resizing.allocatedResources, resizing.allocatedResourceStatuses]).toEqual([
      ['Resizing'],
      { storage: '2Gi' },
      { storage: 'ControllerResizeInProgress' },
    ]);
    expect(resizingStatus({ ...asked, status: resizing }, nowMs + 5_000)).toEqual(resizing);
    const pending = nodePendingStatus({ ...asked, status: resizing }, nowMs);
    expect([types(pending), pending.allocatedResourceStatuses]).toEqual([
      ['FileSystemResizePending'],
      { storage: 'NodeResizePending' },
    ]);
    const grown = expandedStatus({ ...asked, status: pending }, '2Gi');
    expect([types(grown), grown.capacity, grown.allocatedResourceStatuses]).toEqual([
      [],
      { storage: '2Gi' },
      undefined,
    ]);
  });

  it('tells of a failure until it goes on', () => {
    const asked = claim('2Gi', '1Gi');
    const failed = failedStatus(asked, nowMs, 'full', { infeasible: true });
    expect([types(failed), failed.allocatedResourceStatuses]).toEqual([
      ['ControllerResizeError'],
      { storage: 'ControllerResizeInfeasible' },
    ]);
    expect(types(resizingStatus({ ...asked, status: failed }, nowMs))).toEqual(['Resizing', 'ControllerResizeError']);
  });

  it('says the same of every attempt that fails alike', () => {
    const asked = claim('2Gi', '1Gi');
    for (const infeasible of [true, false]) {
      const attempt = (status: typeof asked.status, at: number) => {
        const resizing = resizingStatus({ ...asked, status: status! }, at);
        return failedStatus({ ...asked, status: resizing }, at, 'full', { infeasible });
      };
      const first = attempt(asked.status, nowMs);
      expect(resizingStatus({ ...asked, status: first }, nowMs + 5_000)).toEqual(first);
      expect(attempt(first, nowMs + 5_000)).toEqual(first);
      expect(types(expandedStatus({ ...asked, status: first }, '2Gi'))).toEqual([]);
    }
  });
});
