/** Importing one group loads what its types are made of, which is the core group at most: by following the imports. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const root = resolve('packages/api/src');

/** The modules of this package that are loaded with `file`. Imports of types alone load nothing. */
function loadedWith(file: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const [, from] of readFileSync(file, 'utf8').matchAll(/^(?:import|export) (?!type )[^;]*?from '(\.[^']+)';/gm))
    loadedWith(resolve(dirname(file), from!.replace(/\.js$/, '.ts')), seen);
  return seen;
}

const entries = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) =>
  /^\w+\/v\d\w*\/index\.ts$/.test(name),
);

describe('importing one group', () => {
  for (const entry of entries) {
    it(`${dirname(entry)} loads no other`, () => {
      const [group] = entry.split('/');
      const loaded = [...loadedWith(resolve(root, entry))].map((file) => relative(root, file).split('/')[0]);
      expect(loaded.length).toBeGreaterThan(1);
      expect(loaded.filter((each) => each !== group && each !== 'core')).toEqual([]);
    });
  }
});
