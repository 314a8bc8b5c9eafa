/**
 * Tells the digest of the log that a seed gives, some times over, so that those of several versions of Node can be compared:
 *
 *     node --import tsx --conditions=@pintle/source tools/same-log.ts [RUNS]
 *
 * Ends with 1 where two runs differ.
 */
import { createHash } from 'node:crypto';
import { logOf } from '../packages/testing/src/event-log.fixture.js';

const seed = 11;
const runs = Number(process.argv[2] ?? 1);
const digests = new Set<string>();
let lines = 0;
for (let run = 0; run < runs; run++) {
  const log = await logOf(seed);
  lines = log.length;
  digests.add(createHash('sha256').update(log.join('\n')).digest('hex'));
}
console.log(`Node ${process.version}: ${runs} runs of seed ${seed}, ${lines} lines, ${[...digests].join(' and ')}`);
process.exitCode = digests.size === 1 ? 0 : 1;
