/** Bundles every package that changed, by turbo, with its telemetry off. */
import { spawnSync } from 'node:child_process';

const { status } = spawnSync('npx turbo run build --output-logs=errors-only --log-order=grouped', {
  shell: true,
  stdio: 'inherit',
  env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' },
});
process.exit(status ?? 1);
