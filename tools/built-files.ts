/**
 * What a build has made, so that what earlier ones left behind can be told from it and taken away. Each kind of build notes
 * its files in the package's `.built` folder; turbo keeps the notes of bundles, and brings them back with the bundles.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';

/** Bundles by format, and declarations. */
export type BuildKind = 'esm' | 'cjs' | 'bin' | 'types';

const bundleKinds = ['esm', 'cjs', 'bin'] as const;
const allKinds = [...bundleKinds, 'types'] as const;
/** What a command makes of itself when it runs, which is not packed. */
const compiled = 'dist/bin/compiled/';

const notePath = (folder: string, kind: BuildKind) => join(folder, '.built', `${kind}.json`);
const slashed = (path: string) => (sep === '/' ? path : path.replaceAll(sep, '/'));

/** `files` are below the package's folder, as `dist/esm/index.js`. */
export function noteBuilt(folder: string, kind: BuildKind, files: readonly string[]): void {
  const path = notePath(folder, kind);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(files.map(slashed).sort(), undefined, 1)}\n`);
}

const noted = (folder: string, kinds: readonly BuildKind[]): ReadonlySet<string> | undefined => {
  const found = kinds.map((kind) => notePath(folder, kind)).filter((path) => existsSync(path));
  if (found.length === 0) return undefined;
  return new Set(found.flatMap((path) => JSON.parse(readFileSync(path, 'utf8')) as string[]));
};

/** What builds make; folders have no such names. */
const builtNames = /\.(?:[cm]?js|json|map|ts)$/;
const isDeclaration = (file: string) => file.endsWith('.d.ts');

/** What is in `dist` that no build has noted. Of a kind that was never built, nothing can be said. */
export function strayFiles(folder: string): readonly string[] {
  if (!existsSync(join(folder, 'dist'))) return [];
  const [bundles, declarations] = [noted(folder, bundleKinds), noted(folder, ['types'])];
  const names = readdirSync(join(folder, 'dist'), { recursive: true }) as string[];
  return names.flatMap((name) => {
    if (!builtNames.test(name)) return [];
    const file = `dist/${slashed(name)}`;
    const known = isDeclaration(file) ? declarations : bundles;
    return file.startsWith(compiled) || known === undefined || known.has(file) ? [] : [file];
  });
}

/** Noted, and not there. */
export function missingFiles(folder: string): readonly string[] {
  const known = [...(noted(folder, bundleKinds) ?? []), ...(noted(folder, ['types']) ?? [])];
  return known.filter((file) => !existsSync(join(folder, file)));
}

/** Takes them away. Where nothing was built since the last time, nothing is looked at. */
export function removeStrayFiles(folder: string): void {
  const built = join(folder, '.built');
  const mark = join(built, 'clean');
  if (!existsSync(built) || madeAtMs(mark) >= Math.max(...allKinds.map((kind) => madeAtMs(notePath(folder, kind)))))
    return;
  for (const file of strayFiles(folder)) rmSync(join(folder, file));
  writeFileSync(mark, '');
}

const madeAtMs = (path: string): number => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** The folders of all packages. */
export const packageFolders = (): readonly string[] => readdirSync('packages').map((name) => join('packages', name));
