/**
 * Requests from a seed, asked of upstream's kube-apiserver and of `pintle apiserver`: of every built-in kind, an object bent
 * at random by its schema is created, updated, patched, applied. Where the answers differ is shrunk, and told once a group:
 *
 *     node --import tsx --conditions=@pintle/source tools/kube-apiserver/fuzz.ts [--seed 1] [--requests 20000] [--areas AREA,…] [--only KIND,…] [--report FILE] [--known FILE]
 *
 * Areas other than the `objects` are made of several requests each, and really done: `applying`, `deleting`, `watching`, `parts`,
 * `patching`, `reviewing`, `routing`, `custom`, `expressions`, `encoding`, `paging`, `judging`. With `--cases 9000001,…`, those alone are asked again: each is told with its seed, which begins with that of its run.
 * Needs what run.ts needs. `compare.ts` asks what people wrote; what is known to differ is in its `compare/known.ts`.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeAccessFiles } from './access-files.js';
import { buildPrograms } from './build.js';
import { asking } from './compare/ask.js';
import { areas } from './fuzz/areas.js';
import { casesOfSeed, runFuzz } from './fuzz/run-fuzz.js';
import { runProbes } from './fuzz/run-probes.js';
import type { Explained } from './fuzz/tellings.js';
import { type RunningServer, startKubeApiServer, startPintle } from './servers.js';

const { values } = parseArgs({
  options: {
    ...({ seed: { type: 'string', default: '1' }, requests: { type: 'string', default: '20000' } } as const),
    ...({ only: { type: 'string' }, report: { type: 'string' } } as const),
    known: { type: 'string' },
    ...({ cases: { type: 'string' }, seconds: { type: 'string', default: '240' } } as const),
    areas: { type: 'string', default: 'objects' },
  },
});

const chosen = values.areas.split(',');
const [first] = (values.cases ?? '').split(',').map(Number);
const seed = first ? Math.floor(first / casesOfSeed) : Number(values.seed);
const cases =
  values.cases?.split(',').map(Number) ??
  Array.from({ length: Number(values.requests) }, (_, index) => seed * casesOfSeed + index);

const programs = await buildPrograms();
const folder = await mkdtemp(join(tmpdir(), 'fuzz-'));
const files = await writeAccessFiles(folder);
const servers: RunningServer[] = [];
try {
  for (const start of [() => startKubeApiServer(programs, files), () => startPintle(files)])
    servers.push(await start());
  const askings = servers.map(({ url }) => asking(url, files));
  const timeMaxMs = (Number(values.seconds) * 1000) / chosen.length;
  const explained: Explained = new Map();
  const asked = { expected: askings[0]!, actual: askings[1]!, cases, timeMaxMs, explained };
  let differing = 0;
  for (const area of areas.filter(({ name }) => chosen.includes(name))) {
    const { compared, groups } = await runProbes(area, asked);
    differing += groups.length;
    for (const { count, seed, row, rows, lines } of groups) {
      console.log(`\n${count} × ${area.name}: ${row} (${seed})`);
      for (const { method, path, body, headers, contentType, protobuf, as } of rows) {
        const bent = protobuf === undefined ? undefined : `in protobuf ${JSON.stringify(protobuf)}`;
        const rest = [contentType, bent, headers?.['accept'], as].filter(
          (word) => word !== undefined && word !== 'application/json',
        );
        console.log(`  ${method} ${path} ${JSON.stringify(body) ?? ''} ${rest.join(' ')}`);
      }
      for (const line of lines) console.log(`    ${line}`);
    }
    console.log(`\n${compared} probes of ${area.name} compared, ${groups.length} groups differ`);
  }
  const { compared, groups } = !chosen.includes('objects')
    ? { compared: 0, groups: [] }
    : await runFuzz({
        ...{ ...asked, seed },
        ...(values.only === undefined ? {} : { kinds: values.only.split(',') }),
      });
  for (const { lines, kinds, count, seed, request, change } of groups) {
    console.log(`\n${count} × ${[...kinds].join(', ')} (${seed})\n  ${request}`);
    for (const line of change) console.log(`    + ${line}`);
    for (const line of lines) console.log(`    ${line}`);
  }
  console.log(`\n${compared} requests compared, ${groups.length} groups differ`);
  if (values.report !== undefined)
    await writeFile(
      values.report,
      JSON.stringify(
        groups.map((group) => ({ ...group, kinds: [...group.kinds] })),
        null,
        1,
      ),
    );
  if (values.known !== undefined) {
    const told = [...explained].map(([{ why, words }, met]) => ({ why, words, met: [...met.values()] }));
    await writeFile(values.known, JSON.stringify(told, null, 1));
  }
  process.exitCode = groups.length + differing === 0 ? 0 : 1;
  for (const each of askings) each.close();
} finally {
  await Promise.all(servers.map((server) => server.stop()));
  await rm(folder, { recursive: true, force: true });
}
