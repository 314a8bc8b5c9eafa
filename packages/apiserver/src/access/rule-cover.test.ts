import { describe, expect, it } from '@jest/globals';
import type { PolicyRule } from '@pintle/api/rbac/v1';
import fc from 'fast-check';
import { may, onPaths } from '../bootstrap/policy-rule.js';
import { covers } from './rbac.js';
import { compact, describeRule, uncovered } from './rule-cover.js';

const cases: readonly (readonly [what: string, owned: PolicyRule, wanted: PolicyRule, lacking: readonly string[]])[] = [
  ['the same', may('get', 'core', 'pods'), may('get', 'core', 'pods'), []],
  ['less', may('get list', 'core', 'pods secrets'), may('list', 'core', 'secrets'), []],
  [
    'another verb, on two resources',
    may('get', 'core', 'pods secrets'),
    may('get list watch', 'core', 'pods secrets'),
    [
      '{APIGroups:[""], Resources:["pods"], Verbs:["list" "watch"]}',
      '{APIGroups:[""], Resources:["secrets"], Verbs:["list" "watch"]}',
    ],
  ],
  ['all verbs', may('*', 'core', 'pods'), may('get', 'core', 'pods'), []],
  [
    'all verbs where one has each',
    may('get list', 'core', 'pods'),
    may('*', 'core', 'pods'),
    ['{APIGroups:[""], Resources:["pods"], Verbs:["*"]}'],
  ],
  ['a subresource by its star', may('get', 'apps', '*/scale'), may('get', 'apps', 'deployments/scale'), []],
  [
    'another subresource',
    may('get', 'apps', '*/scale'),
    may('get', 'apps', 'deployments/status'),
    ['{APIGroups:["apps"], Resources:["deployments/status"], Verbs:["get"]}'],
  ],
  ['one name of all', may('get', 'core', 'pods'), may('get', 'core', 'pods', 'a'), []],
  [
    'all names where one has one',
    may('get', 'core', 'pods', 'a'),
    may('get', 'core', 'pods'),
    ['{APIGroups:[""], Resources:["pods"], Verbs:["get"]}'],
  ],
  [
    'another name',
    may('get', 'core', 'pods', 'a'),
    may('get', 'core', 'pods', 'a b'),
    ['{APIGroups:[""], Resources:["pods"], ResourceNames:["b"], Verbs:["get"]}'],
  ],
  ['paths by a prefix', onPaths('get', '/api/*'), onPaths('get', '/api/v1 /api/*'), []],
  ['a path', onPaths('get', '/api'), onPaths('get', '/apis'), ['{NonResourceURLs:["/apis"], Verbs:["get"]}']],
];

describe('what rules leave uncovered', () => {
  it.each(cases)('%s', (_what, owned, wanted, lacking) => {
    expect(compact(uncovered([owned], [wanted])).map(describeRule)).toEqual(lacking);
  });

  it('is nothing that those rules would allow', () => {
    const some = (...values: string[]) => fc.subarray(values, { minLength: 1 });
    const rule = fc.record({
      verbs: some('get', 'list', '*'),
      apiGroups: some('', 'apps', '*'),
      resources: some('pods', 'pods/log', '*/log', '*'),
      resourceNames: fc.subarray(['a', 'b']),
    });
    const ask = fc.record({
      verb: fc.constantFrom('get', 'list'),
      group: fc.constantFrom('', 'apps'),
      subresource: fc.constantFrom(undefined, 'log', 'status'),
      name: fc.constantFrom(undefined, 'a', 'b', 'c'),
    });
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 3 }), rule, ask, (owned, wanted, { verb, group, subresource, name }) => {
        const attributes = {
          type: 'resource' as const,
          user: { name: 'u', groups: [] },
          verb,
          group,
          version: 'v1',
          resource: 'pods',
          ...(subresource === undefined ? {} : { subresource }),
          ...(name === undefined ? {} : { name }),
        };
        // Whoever gets a rule whose parts are covered can do nothing that the owner cannot.
        if (uncovered(owned, [wanted]).length === 0 && covers(wanted, attributes))
          expect(owned.some((each) => covers(each, attributes))).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});
