/**
 * One table of requests, asked of upstream's kube-apiserver and of `pintle apiserver`; where the answers differ is told:
 *
 *     node --import tsx --conditions=@pintle/source tools/kube-apiserver/compare.ts [--only GROUP] [--report FILE] [--known FILE]
 *
 * Needs what run.ts needs. The rows are in `compare/rows/`, what differs and is known to in `compare/known.ts`.
 * `kube-apiserver: …` stands to the left of `|` in a line, Pintle's to the right.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeAccessFiles } from './access-files.js';
import { buildPrograms } from './build.js';
import { type Asking, asking } from './compare/ask.js';
import { startHooks } from './compare/hooks.js';
import { groups } from './compare/rows/index.js';
import { runGroups } from './compare/run-groups.js';
import { type RunningServer, startKubeApiServer, startPintle } from './servers.js';

const { values } = parseArgs({
  options: {
    ...({ only: { type: 'string' }, report: { type: 'string' } } as const),
    ...({ known: { type: 'string' }, keep: { type: 'boolean' } } as const),
  },
});
const linesShownMax = 12;

const programs = await buildPrograms();
const folder = await mkdtemp(join(tmpdir(), 'compare-'));
const files = await writeAccessFiles(folder);
const hooks = await startHooks(files);
const servers: RunningServer[] = [];
const askings: Asking[] = [];
const chosen = groups.filter(({ name }) => values.only === undefined || values.only.split(',').includes(name));
try {
  for (const start of [() => startKubeApiServer(programs, files), () => startPintle(files)]) {
    const server = await start();
    servers.push(server);
    askings.push(asking(server.url, files));
  }
  const { rows, same, findings, explained } = await runGroups(chosen, [askings[0]!, askings[1]!], {
    hooks: hooks.names,
  });
  for (const { row, request, lines } of findings) {
    console.log(`\n${row}\n  ${request}`);
    for (const line of lines.slice(0, linesShownMax)) console.log(`    ${line}`);
    if (lines.length > linesShownMax) console.log(`    and ${lines.length - linesShownMax} more`);
  }
  console.log(`\n${rows} rows: ${same} the same, ${findings.length} with differences`);
  for (const [{ why, words }, { length }] of explained) console.log(`  ${why}: ${words} (${length} rows)`);
  if (values.report !== undefined) await writeFile(values.report, JSON.stringify(findings, null, 1));
  if (values.known !== undefined) {
    const told = [...explained].map(([{ why, words }, where]) => ({ why, words, where }));
    await writeFile(values.known, JSON.stringify(told, null, 1));
  }
  process.exitCode = findings.length === 0 ? 0 : 1;
} finally {
  for (const each of askings) each.close();
  hooks.close();
  await Promise.all(servers.map((server) => server.stop()));
  if (values.keep) console.log(`the logs are in ${folder}`);
  else await rm(folder, { recursive: true, force: true });
}
