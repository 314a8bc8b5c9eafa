/**
 * Plays stories of a cluster (`controllers/stories/`) on an API server, with controllers and a scheduler, and tells which
 * went as they should, what kube-controller-manager and kube-scheduler complain of in their logs, and what is left behind
 * otherwise than in a run before:
 *
 *     node --import tsx --conditions=@pintle/source tools/kube-apiserver/controllers.ts \
 *       [--server pintle|kube-apiserver] [--actors upstream|pintle] [--only STORY,…] [--save FILE] [--against FILE] [--keep]
 *
 * Stories of what is full are played last, by controllers whose limits are narrow.
 *
 * By default upstream's controllers on Pintle's API server. Nodes are Pintle's simulated ones, over HTTP. With
 * `--server kube-apiserver --save FILE` it is upstream's behaviour that is kept, for `--against FILE`: what was left behind
 * there stands to the left of `|`. Needs what run.ts needs.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeAccessFiles } from './access-files.js';
import { leavingsApart } from './controllers/leavings.js';
import { type Outcome, type PlayOptions, play } from './controllers/play.js';
import { stories } from './controllers/stories/index.js';

const { values } = parseArgs({
  options: {
    server: { type: 'string', default: 'pintle' },
    actors: { type: 'string', default: 'upstream' },
    only: { type: 'string' },
    save: { type: 'string' },
    against: { type: 'string' },
    keep: { type: 'boolean' },
  },
});
const { server, actors } = values as Pick<PlayOptions, 'server' | 'actors'>;
const only = values.only?.split(',');
// kube-scheduler 1.34 allocates by `resource.k8s.io/v1`, which 1.33 and Pintle do not serve.
const leftOut = server === 'pintle' && actors === 'upstream' ? ['devices', 'device-ends'] : [];
const chosen = stories.filter(({ name }) => (only?.includes(name) ?? true) && !leftOut.includes(name));

const folder = await mkdtemp(join(tmpdir(), 'controllers-'));
const failed: string[] = [];
try {
  const outcome = await play(await writeAccessFiles(folder), {
    ...{ server, actors, stories: chosen },
    onEnd(name, tookMs, failure) {
      console.log(`${failure === undefined ? 'ok  ' : 'FAIL'} ${name} (${(tookMs / 1000).toFixed(1)} s)`);
      if (failure === undefined) return;
      console.log(`     ${failure}`);
      failed.push(name);
    },
  });
  for (const name of leftOut) console.log(`left out: ${name}`);
  const before: Outcome | undefined =
    values.against === undefined ? undefined : JSON.parse(await readFile(values.against, 'utf8'));
  const usual = new Set(before?.complaints.map(({ place }) => place));
  for (const { level, place, text, count } of outcome.complaints)
    if (!usual.has(place)) console.log(`${level} ${count} × ${place}] ${text}`);
  for (const [name, leavings] of Object.entries(outcome.leavings)) {
    const lines = before === undefined ? [] : leavingsApart(before.leavings[name] ?? {}, leavings);
    if (lines.length > 0) console.log(`\n${name}`);
    for (const line of lines) console.log(`  ${line}`);
  }
  if (values.save !== undefined) await writeFile(values.save, JSON.stringify(outcome, null, 1));
  process.exitCode = failed.length === 0 ? 0 : 1;
} finally {
  if (values.keep) console.log(`the logs are in ${folder}`);
  else await rm(folder, { recursive: true, force: true });
}
