/**
 * Emits the declarations of all packages in one run of the compiler, and lays them beside the bundles: the same
 * files once for ES modules and once for CommonJS, which a package.json of its own marks as such.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, rmSync } from 'node:fs';

rmSync('.types', { recursive: true, force: true });
execFileSync(process.execPath, ['node_modules/typescript7/bin/tsc', '-p', 'tsconfig.types.json'], { stdio: 'inherit' });
for (const name of readdirSync('packages')) {
  const emitted = `.types/packages/${name}/src`;
  if (!existsSync(emitted)) continue;
  for (const format of ['esm', 'cjs']) cpSync(emitted, `packages/${name}/dist/${format}`, { recursive: true });
}
