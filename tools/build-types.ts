/**
 * Emits the declarations of all packages in one run of the compiler, and lays them beside the bundles: the same
 * files once for ES modules and once for CommonJS, which a package.json of its own marks as such. Those of files that are no more go.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { noteBuilt, packageFolders, removeStrayFiles } from './built-files.js';

rmSync('.types', { recursive: true, force: true });
execFileSync(process.execPath, ['node_modules/typescript7/bin/tsc', '-p', 'tsconfig.types.json'], { stdio: 'inherit' });
for (const folder of packageFolders()) {
  const emitted = join('.types', folder, 'src');
  if (!existsSync(emitted)) continue;
  const files = (readdirSync(emitted, { recursive: true }) as string[]).filter((name) => name.endsWith('.ts'));
  const laid = ['esm', 'cjs'].map((format) => join('dist', format));
  for (const into of laid) cpSync(emitted, join(folder, into), { recursive: true });
  const all = laid.flatMap((into) => files.map((file) => join(into, file)));
  noteBuilt(folder, 'types', all);
  removeStrayFiles(folder);
}
