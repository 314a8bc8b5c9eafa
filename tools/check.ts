/**
 * Everything that must hold, one step after the other; the first that fails ends the run. `-- --without NAME` leaves
 * out a step that has just been made.
 */
import { spawnSync } from 'node:child_process';

const steps: readonly (readonly [string, string])[] = [
  ['format and lint', 'npx biome check .'],
  ['types', 'npm run --silent types'],
  ['tests', 'npx jest'],
  ['compatibility page', 'npm run --silent compatibility -- --check'],
  ['build', 'npm run --silent build'],
  ['packages', 'npx tsx tools/check-packages.ts'],
  ['examples from the packed packages', 'npx tsx tools/examples/check-examples.ts'],
];

const without = process.argv.flatMap((argument, at) => (process.argv[at - 1] === '--without' ? [argument] : []));
const strange = without.filter((name) => !steps.some(([step]) => step === name));
if (strange.length > 0) {
  console.error(`no step "${strange[0]}"; there are: ${steps.map(([name]) => name).join(', ')}`);
  process.exit(2);
}

for (const [name, command] of steps) {
  if (without.includes(name)) continue;
  console.log(`\n== ${name}: ${command}`);
  const { status } = spawnSync(command, { shell: true, stdio: 'inherit' });
  if (status !== 0) {
    console.error(`\n== ${name} failed`);
    process.exit(status ?? 1);
  }
}
