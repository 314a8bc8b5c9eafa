import { describe, expect, it } from '@jest/globals';
import { formatLevelVersion, policyOf } from './policy.js';

/** `enforce=baseline enforce-version=v1.22`, as labels. */
const labels = (text: string) =>
  Object.fromEntries(
    text
      .split(' ')
      .filter((part) => part !== '')
      .map((part) => part.split('=') as [string, string])
      .map(([key, value]) => [`pod-security.kubernetes.io/${key}`, value]),
  );

describe('the policy of a namespace', () => {
  it.each([
    ['', 'privileged:latest', 'privileged:latest', 'privileged:latest', 0],
    ['enforce=baseline', 'baseline:latest', 'privileged:latest', 'baseline:latest', 0],
    ['warn=restricted', 'privileged:latest', 'privileged:latest', 'restricted:latest', 0],
    ['audit=baseline', 'privileged:latest', 'baseline:latest', 'privileged:latest', 0],
    ['enforce=baseline warn=restricted', 'baseline:latest', 'privileged:latest', 'restricted:latest', 0],
    ['enforce=baseline enforce-version=v1.22', 'baseline:v1.22', 'privileged:latest', 'baseline:v1.22', 0],
    [
      'enforce=baseline enforce-version=v1.22 warn-version=latest',
      'baseline:v1.22',
      'privileged:latest',
      'baseline:latest',
      0,
    ],
    ['enforce=baseline warn-version=v1.23', 'baseline:latest', 'privileged:latest', 'baseline:v1.23', 0],
    [
      'enforce=baseline enforce-version=v1.20 warn=restricted warn-version=v1.21 audit=restricted audit-version=v1.22',
      'baseline:v1.20',
      'restricted:v1.22',
      'restricted:v1.21',
      0,
    ],
    ['enforce=baseline warn=privileged', 'baseline:latest', 'privileged:latest', 'privileged:latest', 0],
    ['enforce=baseline warn=foo', 'baseline:latest', 'privileged:latest', 'privileged:latest', 1],
    ['enforce=foo', 'restricted:latest', 'privileged:latest', 'privileged:latest', 1],
    ['audit=foo audit-version=1.2', 'privileged:latest', 'privileged:latest', 'privileged:latest', 2],
    ['enforce=restricted enforce-version=v1.01', 'restricted:latest', 'privileged:latest', 'restricted:latest', 1],
  ])('%s', (text, enforce, audit, warn, faults) => {
    const { policy, errors } = policyOf(labels(text));
    expect([policy.enforce, policy.audit, policy.warn].map(formatLevelVersion)).toEqual([enforce, audit, warn]);
    expect(errors).toHaveLength(faults);
  });

  it('says what is wrong with labels', () => {
    expect(policyOf(labels('enforce=foo warn-version=bar')).errors).toEqual([
      {
        type: 'FieldValueInvalid',
        field: 'metadata.labels[pod-security.kubernetes.io/enforce]',
        badValue: 'foo',
        detail: 'must be one of privileged, baseline, restricted',
      },
      {
        type: 'FieldValueInvalid',
        field: 'metadata.labels[pod-security.kubernetes.io/warn-version]',
        badValue: 'bar',
        detail: 'must be "latest" or "v1.x"',
      },
    ]);
  });
});
