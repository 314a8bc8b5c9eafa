/** Everything that must hold, one step after the other; the first that fails ends the run. */
import { spawnSync } from 'node:child_process';

const steps: readonly (readonly [string, string])[] = [
  ['format and lint', 'npx biome check .'],
  ['types', 'npm run --silent types'],
  ['tests', 'npx jest'],
  ['build', 'npm run --silent build'],
  ['packages', 'npx tsx tools/check-packages.ts'],
  ['examples from the packed packages', 'npx tsx tools/examples/check-examples.ts'],
];

for (const [name, command] of steps) {
  console.log(`\n== ${name}: ${command}`);
  const { status } = spawnSync(command, { shell: true, stdio: 'inherit' });
  if (status !== 0) {
    console.error(`\n== ${name} failed`);
    process.exit(status ?? 1);
  }
}
