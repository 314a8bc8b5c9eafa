/**
 * Puts a million requests that make no sense to an API server: `npm run fuzz -- --requests 1000000 --seed 1`. Ends with 1
 * where one was the server's fault, something was left unhandled, or memory grew.
 */
import { parseArgs } from 'node:util';
import { fuzz } from '../packages/apiserver/src/fuzz/fuzz-run.fixture.js';

const { values } = parseArgs({
  options: { requests: { type: 'string', default: '1000000' }, seed: { type: 'string', default: '1' } },
});
const requests = Number(values.requests);
const began = performance.now();
const { faults, rejections, heap, codes } = await fuzz({
  seed: Number(values.seed),
  requests,
  onProgress: (done) => {
    if (done % 50_000 === 0) console.log(`${done} requests, ${Math.round((performance.now() - began) / 1000)} s`);
  },
});
const megabytes = heap.map((bytes) => Math.round(bytes / 2 ** 20));
console.log(
  `answers by code: ${[...codes]
    .sort(([a], [b]) => a - b)
    .map(([code, count]) => `${code}: ${count}`)
    .join(', ')}`,
);
console.log(`heap at each tenth, MiB: ${megabytes.join(' ')}`);
for (const fault of faults) console.log(JSON.stringify(fault, undefined, 2));
for (const rejection of rejections) console.log('unhandled:', rejection);
// The first tenths warm up; later ones may not need half as much again.
const [warm = 0, last = 0] = [Math.max(...megabytes.slice(0, 3)), megabytes.at(-1)];
const grew = last > warm * 1.5 + 20;
if (grew) console.log('memory grew');
process.exit(faults.length > 0 || rejections.length > 0 || grew ? 1 : 0);
