/** Bundles every package that changed, by turbo, with its telemetry off, and takes away what earlier builds left. */
import { spawnSync } from 'node:child_process';
import { packageFolders, removeStrayFiles } from './built-files.js';

const { status } = spawnSync('npx turbo run build --output-logs=errors-only --log-order=grouped', {
  shell: true,
  stdio: 'inherit',
  env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' },
});
if (status === 0) packageFolders().forEach(removeStrayFiles);
process.exit(status ?? 1);
