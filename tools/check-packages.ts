/**
 * Packs every package, which holds what the builds have made and no more, and holds it against publint and "are the types wrong"; and holds what an operator installs
 * against its size.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { missingFiles, packageFolders, strayFiles } from './built-files.js';
import { installedSize } from './installed-size.js';

/** What `npm i NAME` may bring at most: packages, and millions of bytes. */
const installs = { '@pintle/controller-runtime': { packagesMax: 12, megabytesMax: 13 } };

const packed = mkdtempSync(join(tmpdir(), 'pintle-packed-'));
let failed = 0;

function run(label: string, command: string, args: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status === 0) return;
  failed++;
  console.error(`${label} failed:\n${stdout}${stderr}`);
}

for (const [name, { packagesMax, megabytesMax }] of Object.entries(installs)) {
  const { packages, bytes } = installedSize(process.cwd(), name);
  const megabytes = bytes / 1e6;
  console.log(`npm i ${name} brings ${packages.size} packages, ${megabytes.toFixed(1)} MB`);
  if (packages.size <= packagesMax && megabytes <= megabytesMax) continue;
  failed++;
  const largest = [...packages]
    .sort(([, a], [, b]) => b - a)
    .map(([each, size]) => `${each} ${(size / 1e6).toFixed(2)} MB`);
  console.error(`that is more than ${packagesMax} packages or ${megabytesMax} MB:\n${largest.join('\n')}`);
}

for (const folder of packageFolders()) {
  const [stray, missing] = [strayFiles(folder), missingFiles(folder)];
  if (stray.length === 0 && missing.length === 0) continue;
  failed++;
  console.error(`${folder} is not as it was built: left over [${stray.join(' ')}], missing [${missing.join(' ')}]`);
}

try {
  run('npm pack', 'npm', [
    'pack',
    '--workspaces',
    '--include-workspace-root=false',
    '--pack-destination',
    packed,
    '--silent',
  ]);
  for (const tarball of readdirSync(packed).filter(
    (name) => name.startsWith('pintle-') && !name.startsWith('pintle-example'),
  )) {
    const file = join(packed, tarball);
    run(`publint ${tarball}`, 'npx', ['publint', '--strict', file]);
    // Resolution of Node 10 knows no subpath exports; what is left out here cannot be mended by a package of today.
    run(`attw ${tarball}`, 'npx', ['attw', '--profile', 'node16', file]);
  }
} finally {
  rmSync(packed, { recursive: true, force: true });
}
console.log(failed === 0 ? 'every package is sound' : `${failed} checks failed`);
process.exit(failed === 0 ? 0 : 1);
