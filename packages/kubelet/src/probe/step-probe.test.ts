import { describe, expect, it } from '@jest/globals';
import { initialProbeState, nextProbeAt, type ProbeType, stepProbe, type Verdict } from './step-probe.js';

describe('stepProbe', () => {
  // Outcomes as letters: s(uccess), f(ailure), u(nknown); the verdict after each.
  const cases: [
    type: ProbeType,
    thresholds: { successThreshold?: number; failureThreshold?: number },
    outcomes: string,
    verdicts: string,
  ][] = [
    ['readiness', {}, 'fs', 'fs'],
    ['readiness', {}, 'sfffs', 'sssfs'],
    ['readiness', { successThreshold: 2 }, 'sfss', 'fffs'],
    ['readiness', { failureThreshold: 1 }, 'sf', 'sf'],
    ['liveness', {}, 'ffsfff', 'sssssf'],
    ['liveness', { failureThreshold: 1 }, 'uf', 'sf'],
    ['liveness', {}, 'ffuf', 'sssf'],
    ['startup', { failureThreshold: 2 }, 'fsf', 'uss'],
    ['startup', { failureThreshold: 2 }, 'ff', 'uf'],
  ];
  const letters: Record<string, Verdict> = { s: 'success', f: 'failure', u: 'unknown' };
  for (const [type, thresholds, outcomes, verdicts] of cases) {
    it(`${type} ${JSON.stringify(thresholds)}: ${outcomes} gives ${verdicts}`, () => {
      let state = initialProbeState(type);
      const seen = [...outcomes].map((letter) => {
        state = stepProbe(state, letters[letter]!, thresholds);
        return state.verdict[0];
      });
      expect(seen.join('')).toBe(verdicts);
    });
  }
});

describe('nextProbeAt', () => {
  const probe = { initialDelaySeconds: 5, periodSeconds: 7 };
  const fresh = initialProbeState('liveness');
  it('first after the initial delay, then every period', () => {
    expect(nextProbeAt('liveness', probe, fresh, {}, 1_000, undefined)).toBe(6_000);
    expect(nextProbeAt('liveness', probe, fresh, {}, 1_000, 6_000)).toBe(13_000);
  });
  it('waits for the startup probe', () => {
    expect(nextProbeAt('readiness', probe, fresh, { startup: 'unknown' }, 0, undefined)).toBeUndefined();
    expect(nextProbeAt('readiness', probe, fresh, { startup: 'success' }, 0, undefined)).toBe(5_000);
  });
  it('ends the startup probe with its verdict, and the liveness probe with a failure', () => {
    expect(nextProbeAt('startup', probe, { verdict: 'unknown', streak: 1 }, { startup: 'unknown' }, 0, 0)).toBe(7_000);
    expect(
      nextProbeAt('startup', probe, { verdict: 'success', streak: 1 }, { startup: 'success' }, 0, 0),
    ).toBeUndefined();
    expect(nextProbeAt('liveness', probe, { verdict: 'failure', streak: 3 }, {}, 0, 0)).toBeUndefined();
    expect(nextProbeAt('readiness', probe, { verdict: 'failure', streak: 3 }, {}, 0, 0)).toBe(7_000);
  });
});
