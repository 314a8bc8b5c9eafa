/**
 * Tells the digest of the log that a seed gives, some times over, and then once under each of further versions of Node, which npm's
 * registry has:
 *
 *     node --import tsx --conditions=@pintle/source tools/same-log.ts [RUNS [VERSION...]]
 *
 * Ends with 1 where two runs differ.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { logOf } from '../packages/testing/src/event-log.fixture.js';

const seed = 11;
const [runs = '1', ...versions] = process.argv.slice(2);

const digests = new Set<string>();
let lines = 0;
for (let run = 0; run < Number(runs); run++) {
  const log = await logOf(seed);
  lines = log.length;
  digests.add(createHash('sha256').update(log.join('\n')).digest('hex'));
}
console.log(`Node ${process.version}: ${runs} runs of seed ${seed}, ${lines} lines, ${[...digests].join(' and ')}`);

for (const version of versions) {
  const node = ['exec', '--yes', `--package=node@${version}`, '--', 'node', ...process.execArgv, import.meta.filename];
  const { stdout, status } = spawnSync('npm', node, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  if (status !== 0) throw new Error(`under Node ${version} it ended with ${status}`);
  process.stdout.write(stdout);
  digests.add(stdout.trim().split(' ').at(-1) ?? '');
}
process.exitCode = digests.size === 1 ? 0 : 1;
