/** The files that the page is made of: the tests of the packages that behave as parts of Kubernetes, and their code. */
import { readdir, readFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { readTestFile, type TestFile } from './behaviours.js';
import { type Difference, differencesIn } from './differences.js';

const root = resolve(import.meta.dirname, '../..');

/** Those whose behaviour users of Kubernetes know. */
const packages = [
  ...['api', 'apiserver', 'cel', 'cloud', 'cluster', 'controllers', 'kubelet', 'machinery', 'network', 'pintle'],
  ...['scheduler', 'volumes'],
];

export async function readSources(): Promise<{ files: readonly TestFile[]; differences: readonly Difference[] }> {
  const files: TestFile[] = [];
  const differences: Difference[] = [];
  for (const name of packages) {
    const folder = join(root, 'packages', name, 'src');
    const found = await readdir(folder, { recursive: true }).catch(() => []);
    for (const entry of found.filter((path) => path.endsWith('.ts')).sort()) {
      const path = relative(root, join(folder, entry)).replaceAll('\\', '/');
      const text = await readFile(join(root, path), 'utf8');
      if (!path.endsWith('.test.ts')) differences.push(...differencesIn(path, text));
      else {
        const file = readTestFile(path, text);
        if (file.behaviours.length > 0) files.push(file);
      }
    }
  }
  return { files, differences };
}
