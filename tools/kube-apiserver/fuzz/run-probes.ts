/** Asks both servers probe after probe of an area, and gathers what differs in groups, each with the smallest probe that shows it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '@pintle/machinery';
import type { Answer, Asking } from '../compare/ask.js';
import { filled } from '../compare/fill.js';
import { Memory, type Normal, normalize, parsed } from '../compare/normalize.js';
import { post, type Row } from '../compare/row.js';
import { type Area, smallerProbes, withId } from './probe.js';
import { type Explained, groupsOf, tellings } from './tellings.js';

export interface ProbeOptions {
  readonly expected: Asking;
  readonly actual: Asking;
  /** Their seeds. */
  readonly cases: readonly number[];
  readonly timeMaxMs: number;
  /** Gathers what is known to differ. */
  readonly explained: Explained;
}

export interface ProbeGroup {
  readonly name: string;
  count: number;
  readonly seed: number;
  rows: readonly Row[];
  /** Which of them it is that is answered otherwise. */
  row: string;
  lines: readonly string[];
}

export const probeNamespace = 'f-probes';
const probesAtOnce = 6;
/** Of one probe. */
const shrinkingsMax = 80;

export async function runProbes(area: Area, { expected, actual, cases, timeMaxMs, explained }: ProbeOptions) {
  const endMs = Date.now() + timeMaxMs;
  let asked = 0;
  /** The first row that differs, and how. */
  const differing = async (rows: readonly Row[]): Promise<{ row: Row; lines: readonly string[] } | undefined> => {
    // What the probes of another area left does not meet these: no two begin alike and are as long.
    const id = `${area.name[0]}${area.name.length}x${++asked}q`;
    const sides = [expected, actual].map((asking) => ({
      asking,
      saved: new Map<string, unknown>(),
      memory: new Memory(),
    }));
    for (const row of withId(rows, id, asked)) {
      const answers = await Promise.all(
        sides.map(async ({ asking, saved, memory }) => {
          const answer = await askUntil(asking, filled(row, probeNamespace, saved));
          if (row.save !== undefined) saved.set(row.save, parsed(answer.text));
          return normalize(row, { ...answer, text: answer.text.replaceAll(id, 'ID') }, memory);
        }),
      );
      const [left, right] = answers as unknown as readonly [Normal, Normal];
      const title = area.namesKinds === true ? row.name : `${area.name}: ${row.name}`;
      const lines = tellings(`fuzz › ${title}`, left, right, explained);
      if (lines.length > 0) return { row, lines };
      // Where one alone did what was asked, and that is known, nothing after it is the same.
      if (left.status >= 400 !== right.status >= 400) return undefined;
    }
    return undefined;
  };
  const namesOf = (found: { row: Row; lines: readonly string[] } | undefined): readonly string[] =>
    found === undefined ? [] : groupsOf(found.lines).map((name) => `${found.row.name}: ${name}`);

  for (const row of opening) await expected.ask(row).then(() => actual.ask(row));
  for (const row of (area.opening ?? []).map((row) => filled(row, probeNamespace, new Map())))
    for (const side of [expected, actual]) await open(side, row);
  const groups = new Map<string, ProbeGroup>();
  let compared = 0;
  const one = async (probeSeed: number) => {
    const rows = area.probe(seededRandom(probeSeed));
    const found = await differing(rows);
    compared++;
    for (const name of namesOf(found)) {
      const known = groups.get(name);
      if (known !== undefined) {
        known.count++;
        continue;
      }
      const group: ProbeGroup = { name, count: 1, seed: probeSeed, rows, row: found!.row.name, lines: found!.lines };
      groups.set(name, group);
      let left = area.isWhole === true ? 0 : shrinkingsMax;
      for (let smaller = true; smaller; ) {
        smaller = false;
        for (const candidate of smallerProbes(group.rows)) {
          if (left-- <= 0 || Date.now() > endMs) break;
          const still = await differing(candidate);
          if (!namesOf(still).includes(name)) continue;
          Object.assign(group, { rows: candidate, lines: still!.lines });
          smaller = true;
          break;
        }
      }
      for (const other of groupsOf(group.lines).map((line) => `${group.row}: ${line}`))
        if (!groups.has(other)) groups.set(other, group);
    }
  };
  let next = 0;
  const worker = async () => {
    while (next < cases.length && Date.now() < endMs) await one(cases[next++]!);
  };
  await Promise.all(Array.from({ length: area.probesAtOnce ?? probesAtOnce }, worker));
  return { compared, groups: [...new Set(groups.values())].sort((a, b) => b.count - a.count) };
}

const untilWaits = 60;

/** Once more for as long as the answer lacks what the row waits for. */
async function askUntil(asking: Asking, row: Row): Promise<Answer> {
  for (let waits = row.until === undefined ? 0 : untilWaits; ; waits--) {
    const answer = await asking.ask(row).catch(noAnswer);
    if (waits === 0 || answer.text.includes(row.until!)) return answer;
    await sleep(100);
  }
}

const openingWaits = 100;

/** What is read is asked for again until it is there. Errors: `Error` where it is refused. */
async function open(side: Asking, row: Row): Promise<void> {
  for (let waits = row.method === 'GET' ? openingWaits : 0; ; waits--) {
    const { status, text } = await side.ask(row);
    if (status < 400 || status === 409) return;
    if (waits === 0) throw new Error(`${row.name}: ${text}`);
    await sleep(100);
  }
}

const noAnswer = (error: unknown): Answer => ({
  status: 0,
  headers: {},
  text: `no answer: ${(error as Error).message}`,
});

const opening: readonly Row[] = [
  post('a namespace', '/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: probeNamespace },
  }),
  post('its account', `/api/v1/namespaces/${probeNamespace}/serviceaccounts`, {
    ...{ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } },
  }),
];
