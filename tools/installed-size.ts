/**
 * What an install of one package brings with it: every package of its tree, and the bytes of their files. An operator
 * takes `@pintle/controller-runtime` for this to be little, so it is held by numbers. After a build.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface InstalledSize {
  /** By name. */
  readonly packages: ReadonlyMap<string, number>;
  readonly bytes: number;
}

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly files?: readonly string[];
}

/** Errors: where a package of the tree is not installed, or one of the workspace is not built. */
export function installedSize(root: string, name: string): InstalledSize {
  const packages = new Map<string, number>();
  const visit = (folder: string, each: string): void => {
    if (packages.has(each)) return;
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
    const isOwn = each.startsWith('@pintle/');
    if (isOwn && !existsSync(join(folder, 'dist'))) throw new Error(`${each} is not built: npm run build`);
    const shipped = isOwn ? ['package.json', ...(manifest.files ?? [])] : readdirSync(folder);
    packages.set(
      each,
      shipped.reduce((sum, file) => sum + bytesOf(join(folder, file)), 0),
    );
    for (const dependency of Object.keys(manifest.dependencies ?? {})) visit(folderOf(folder, dependency), dependency);
  };
  visit(join(root, 'packages', name.replace('@pintle/', '')), name);
  return { packages, bytes: [...packages.values()].reduce((sum, bytes) => sum + bytes, 0) };
}

/** As Node looks for it: from the folder of who asks, upwards. */
function folderOf(from: string, name: string): string {
  const folder = join(from, 'node_modules', name);
  if (existsSync(folder)) return folder;
  if (dirname(from) === from) throw new Error(`${name} is not installed`);
  return folderOf(dirname(from), name);
}

/** What is nested in `node_modules` is another package's. */
function bytesOf(path: string): number {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return 0;
  if (!stat.isDirectory()) return stat.size;
  return readdirSync(path)
    .filter((file) => file !== 'node_modules')
    .reduce((sum, file) => sum + bytesOf(join(path, file)), 0);
}
