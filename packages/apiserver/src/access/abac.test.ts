/** Policies of a file, each against questions. */
import { describe, expect, it } from '@jest/globals';
import { abacAuthorizer } from './abac.js';
import type { AccessAttributes } from './access.js';

const ann = { name: 'ann', groups: ['ops', 'system:authenticated'] };
const nobody = { name: 'system:anonymous', groups: ['system:unauthenticated'] };
const of = (more: object = {}): AccessAttributes => ({
  ...{ type: 'resource', user: ann, verb: 'get', group: '', version: 'v1', resource: 'pods', namespace: 'a' },
  ...more,
});
const path = (of: string, more: object = {}): AccessAttributes => ({
  type: 'path',
  user: ann,
  verb: 'get',
  path: of,
  ...more,
});
const policy = (spec: object) =>
  JSON.stringify({ apiVersion: 'abac.authorization.kubernetes.io/v1beta1', kind: 'Policy', spec });
const all = { apiGroup: '*', resource: '*', namespace: '*' };

const cases: readonly (readonly [line: string, asked: AccessAttributes, allowed: boolean])[] = [
  [policy({ user: 'ann', ...all }), of({ verb: 'delete', group: 'apps' }), true],
  [policy({ user: 'ann', ...all }), of({ user: nobody }), false],
  [policy({ user: 'ann', ...all }), path('/version'), false],
  [policy({ user: 'ann', ...all, readonly: true }), of({ verb: 'watch' }), true],
  [policy({ user: 'ann', ...all, readonly: true }), of({ verb: 'create' }), false],
  [policy({ user: 'ann', ...all, resource: 'services' }), of(), false],
  [policy({ user: 'ann', ...all, apiGroup: 'apps' }), of(), false],
  [policy({ user: 'ann', ...all, namespace: 'a' }), of(), true],
  [policy({ user: 'ann', ...all, namespace: 'a' }), of({ namespace: 'b' }), false],
  [policy({ user: 'ann', resource: 'nodes' }), of({ resource: 'nodes', namespace: undefined }), true],
  [policy({ group: 'ops', ...all }), of(), true],
  [policy({ group: 'others', ...all }), of(), false],
  [policy({ user: 'ann', group: 'others', ...all }), of(), false],
  [policy({ user: 'bob', group: 'ops', ...all }), of(), false],
  [policy(all), of(), false],
  [policy({ user: '*', ...all }), of(), true],
  [policy({ group: '*', ...all }), of(), true],
  [policy({ user: '*', ...all }), of({ user: nobody }), false],
  [policy({ user: 'ann', nonResourcePath: '*' }), path('/version'), true],
  [policy({ user: 'ann', nonResourcePath: '/api/*' }), path('/api/v1'), true],
  [policy({ user: 'ann', nonResourcePath: '/api/*' }), path('/apis'), false],
  [policy({ user: 'ann', nonResourcePath: '/version' }), path('/version/'), false],
  [policy({ user: 'ann', nonResourcePath: '/version', readonly: true }), path('/version', { verb: 'post' }), false],
  [policy({ user: 'ann', nonResourcePath: '*' }), of(), false],
  ['{}', of({ verb: 'delete', group: 'apps' }), true],
  ['{}', path('/version'), true],
  ['{}', of({ user: nobody }), false],
  ['{"user":"*"}', of({ user: nobody }), false],
  ['{"user":"ann","readonly":true}', of({ verb: 'create' }), false],
  ['{"user":"ann","namespace":"a"}', of({ namespace: 'b' }), false],
  ['{"user":"ann","namespace":"a"}', path('/version'), false],
  ['{"group":"ops","resource":"pods"}', of(), true],
];

describe('a policy of a file', () => {
  it.each(cases)('%s of %j: %s', (line, asked, allowed) => {
    const decision = abacAuthorizer(`# who may what\n\n${line}\n`)(asked);
    expect(decision).toEqual(allowed ? { decision: 'allow' } : { decision: 'noOpinion', reason: 'No policy matched.' });
  });

  it('is one of many, of which any may allow', () => {
    const ask = abacAuthorizer(`${policy({ user: 'bob', ...all })}\n${policy({ user: 'ann', ...all })}`);
    expect(ask(of())).toEqual({ decision: 'allow' });
  });

  it.each<readonly [string, RegExp]>([
    ['{', /error reading policy file, line 2: \{: /],
    ['[]', /line 2: \[\]: a policy is an object/],
    ['{"kind":"Policy","apiVersion":"v2"}', /line 2: .*no kind "Policy" is registered for version "v2"/],
    [policy({ user: 7 }), /line 2: .*user must be a string/],
    ['{"readonly":"yes"}', /line 2: .*readonly must be a boolean/],
  ])('is refused where it is none: %s', (line, message) => {
    expect(() => abacAuthorizer(`{}\n${line}`)).toThrow(message);
  });
});
