/**
 * One table of requests, asked of upstream's kube-apiserver and of `pintle apiserver`; where the answers differ is told:
 *
 *     node --import tsx --conditions=@pintle/source tools/kube-apiserver/compare.ts [--only GROUP] [--report FILE] [--known FILE]
 *
 * Needs what run.ts needs. The rows are in `compare/rows/`, what differs and is known to in `compare/known.ts`.
 * `kube-apiserver: …` stands to the left of `|` in a line, Pintle's to the right.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeAccessFiles } from './access-files.js';
import { buildPrograms } from './build.js';
import { type Asking, asking } from './compare/ask.js';
import { startBehind } from './compare/behind.js';
import { startHooks } from './compare/hooks.js';
import { known } from './compare/known.js';
import type { Group } from './compare/row.js';
import { groups } from './compare/rows/index.js';
import { type Outcome, runGroups } from './compare/run-groups.js';
import { startedAs } from './compare/started.js';
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
const behind = await startBehind('c-aggregated');
const chosen = groups.filter(({ name }) => values.only === undefined || values.only.split(',').includes(name));

/** Of groups whose servers are started in the same way. */
async function outcomeOf(servers: Group['servers'], same: readonly Group[]): Promise<Outcome> {
  const own = { ...files, folder: join(folder, servers ?? 'plain') };
  await mkdir(own.folder);
  const { flags, auditFile } = await startedAs(servers, own, hooks);
  const running: RunningServer[] = [];
  const askings: Asking[] = [];
  try {
    for (const start of [() => startKubeApiServer(programs, own, flags), () => startPintle(own, flags)]) {
      const server = await start();
      running.push(server);
      askings.push(asking(server.url, own, auditFile?.(server.name)));
    }
    const names = { hooks: hooks.names, behind: behind.names };
    return await runGroups(same, [askings[0]!, askings[1]!], names);
  } finally {
    for (const each of askings) each.close();
    await Promise.all(running.map((server) => server.stop()));
  }
}

try {
  const outcomes: Outcome[] = [];
  for (const servers of new Set(chosen.map((group) => group.servers)))
    outcomes.push(
      await outcomeOf(
        servers,
        chosen.filter((group) => group.servers === servers),
      ),
    );
  const findings = outcomes.flatMap((outcome) => outcome.findings);
  for (const { row, request, lines } of findings) {
    console.log(`\n${row}\n  ${request}`);
    for (const line of lines.slice(0, linesShownMax)) console.log(`    ${line}`);
    if (lines.length > linesShownMax) console.log(`    and ${lines.length - linesShownMax} more`);
  }
  const sum = (what: 'rows' | 'same') => outcomes.reduce((total, outcome) => total + outcome[what], 0);
  console.log(`\n${sum('rows')} rows: ${sum('same')} the same, ${findings.length} with differences`);
  const explained = known.flatMap((each) => {
    const where = outcomes.flatMap((outcome) => outcome.explained.get(each) ?? []);
    return where.length === 0 ? [] : [{ why: each.why, words: each.words, where }];
  });
  for (const { why, words, where } of explained) console.log(`  ${why}: ${words} (${where.length} rows)`);
  if (values.report !== undefined) await writeFile(values.report, JSON.stringify(findings, null, 1));
  if (values.known !== undefined) await writeFile(values.known, JSON.stringify(explained, null, 1));
  process.exitCode = findings.length === 0 ? 0 : 1;
} finally {
  hooks.close();
  behind.close();
  if (values.keep) console.log(`the logs are in ${folder}`);
  else await rm(folder, { recursive: true, force: true });
}
