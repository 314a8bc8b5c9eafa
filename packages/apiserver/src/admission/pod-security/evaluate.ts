/** Holds pods to a level of the Pod Security Standards as a version of Kubernetes had them. Pure. */
import { baselineChecks } from './baseline-checks.js';
import type { Check, PodLike, Violation } from './check.js';
import type { LevelVersion, PolicyVersion } from './policy.js';
import { restrictedChecks } from './restricted-checks.js';

/** Every violation, those of baseline first, each level's in alphabetical order of its checks. */
export function violationsOf(pod: PodLike, { level, version }: LevelVersion): readonly Violation[] {
  if (level === 'privileged') return [];
  const found: Violation[] = [];
  for (const check of level === 'baseline' ? baselineChecks : checksOfRestricted(version)) {
    const violation = atVersion(check, version)?.(pod);
    if (violation !== undefined) found.push(violation);
  }
  return found;
}

function checksOfRestricted(version: PolicyVersion): readonly Check[] {
  const present = restrictedChecks.filter((check) => atVersion(check, version) !== undefined);
  return [...baselineChecks.filter(({ id }) => !present.some(({ overrides }) => overrides === id)), ...present];
}

function atVersion({ since }: Check, version: PolicyVersion): Check['since'][number] | undefined {
  let newest: Check['since'][number] | undefined;
  for (const minor of Object.keys(since).map(Number)) if (minor <= version) newest = since[minor];
  return newest;
}

/** As refusals and warnings tell it: each reason with its detail. */
export const describeViolations = (violations: readonly Violation[]): string =>
  violations.map(({ reason, detail }) => (detail === '' ? reason : `${reason} (${detail})`)).join(', ');
