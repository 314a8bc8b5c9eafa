import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { missingFiles, noteBuilt, removeStrayFiles, strayFiles } from './built-files.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pintle-built-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function lay(...files: readonly string[]): void {
  for (const file of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), '');
  }
}
const left = () =>
  (readdirSync(join(folder, 'dist'), { recursive: true }) as string[]).filter((name) => name.includes('.')).sort();

it('takes away the chunks and declarations of earlier builds, and nothing else', () => {
  lay(
    'dist/esm/index.js',
    'dist/esm/chunk-NEW.js',
    'dist/esm/chunk-OLD.js',
    'dist/cjs/index.js',
    'dist/cjs/package.json',
  );
  lay('dist/esm/index.d.ts', 'dist/esm/gone.d.ts', 'dist/cjs/deep/gone.d.ts', 'dist/bin/compiled/abc.bin');
  noteBuilt(folder, 'esm', ['dist/esm/index.js', 'dist/esm/chunk-NEW.js']);
  noteBuilt(folder, 'cjs', ['dist/cjs/index.js', 'dist/cjs/package.json']);
  noteBuilt(folder, 'types', ['dist/esm/index.d.ts']);
  expect([...strayFiles(folder)].sort()).toEqual([
    'dist/cjs/deep/gone.d.ts',
    'dist/esm/chunk-OLD.js',
    'dist/esm/gone.d.ts',
  ]);
  removeStrayFiles(folder);
  expect(left()).toEqual([
    'bin/compiled/abc.bin',
    'cjs/index.js',
    'cjs/package.json',
    'esm/chunk-NEW.js',
    'esm/index.d.ts',
    'esm/index.js',
  ]);
  expect(missingFiles(folder)).toEqual([]);
});

it('looks again only after another build', () => {
  noteBuilt(folder, 'esm', ['dist/esm/index.js']);
  lay('dist/esm/index.js');
  removeStrayFiles(folder);
  lay('dist/esm/chunk-OLD.js');
  removeStrayFiles(folder);
  expect(left()).toHaveLength(2);
  noteBuilt(folder, 'cjs', []);
  const later = new Date(Date.now() + 60_000);
  utimesSync(join(folder, '.built/cjs.json'), later, later);
  removeStrayFiles(folder);
  expect(left()).toEqual(['esm/index.js']);
});

it('says nothing of what was never built, and misses what is gone', () => {
  expect([strayFiles(folder), missingFiles(folder)]).toEqual([[], []]);
  lay('dist/esm/index.js', 'dist/esm/index.d.ts');
  expect(strayFiles(folder)).toEqual([]);
  noteBuilt(folder, 'esm', ['dist/esm/index.js', 'dist/esm/other.js']);
  expect(strayFiles(folder)).toEqual([]);
  expect(missingFiles(folder)).toEqual(['dist/esm/other.js']);
});
