import { describe, expect, it } from '@jest/globals';
import { isOf, readable, readTestFile } from './behaviours.js';
import { differencesIn } from './differences.js';
import { pageOf } from './page.js';

const source = `/** Pods: what they do. And more. */
import { it } from '@jest/globals';
it('starts', () => {});
it.each([[1], [2]])('counts to %s', () => {});
(found ? describe : describe.skip)('kubectl', () => {
  it.each(versions)('$version looks | sees', () => {}, 60_000);
  describe('later', () => {
    it(\`ends\`, () => { expect(run('it', 'is no test')).toBe(1); });
    it('asks', async () => { expect(await test.pod('is none either')).toBe(1); });
  });
});
describe(\`\${plugin}, all of it\`, () => { it('filters', () => {}); });
`;

describe('the page of compatibility', () => {
  it('has every test, under what it stands in', () => {
    const file = readTestFile('packages/kubelet/src/pod.test.ts', source);
    expect(file.about).toBe('Pods');
    expect(file.behaviours.map(({ titles }) => titles)).toEqual([
      ['starts'],
      ['counts to %s'],
      ['kubectl', '$version looks | sees'],
      ['kubectl', 'later', 'ends'],
      ['kubectl', 'later', 'asks'],
      ['%s, all of it', 'filters'],
    ]);
    const page = pageOf([file], [{ path: 'packages/kubelet/src/pod.ts', text: 'slower | later.' }]);
    expect(page).toContain(
      '| kubectl › … looks \\| sees | [src/pod.test.ts](../../packages/kubelet/src/pod.test.ts) |',
    );
    expect(page).toContain('| slower \\| later. | [src/pod.ts](../../packages/kubelet/src/pod.ts) |');
  });

  it('knows a test that ran by its titles', () => {
    expect(isOf({ titles: ['kubectl', '$version looks'] }, ['kubectl', '1.33 looks'])).toBe(true);
    expect(isOf({ titles: ['kubectl', '$version looks'] }, ['kubectl', '1.33 waits'])).toBe(false);
    expect(isOf({ titles: ['a (b)'] }, ['a (b)'])).toBe(true);
    expect(isOf({ titles: ['a'] }, ['a', 'a'])).toBe(false);
    expect(readable('%s: $name.first is 100%')).toBe('…: … is 100%');
  });

  it('has what differs, to the end of its paragraph', () => {
    const code = `/**
 * A part.
 *
 * **Differs from Kubernetes**: it is
 * another one.
 *
 * More of it.
 */
/** Differs from Kubernetes: so is this. */`;
    expect(differencesIn('a.ts', code).map(({ text }) => text)).toEqual(['it is another one.', 'so is this.']);
  });
});
