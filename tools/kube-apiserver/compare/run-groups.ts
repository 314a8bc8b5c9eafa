/** Asks both servers every row, in turn, and tells where their answers differ. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, Asking } from './ask.js';
import { differences } from './difference.js';
import { filled } from './fill.js';
import { known } from './known.js';
import type { Known } from './known-difference.js';
import { Memory, type Normal, normalize, parsed } from './normalize.js';
import type { Group, Row } from './row.js';

export interface Finding {
  readonly row: string;
  readonly request: string;
  readonly lines: readonly string[];
}

export interface Outcome {
  readonly rows: number;
  readonly same: number;
  readonly findings: readonly Finding[];
  /** What is known to differ: where, as lines of the report. */
  readonly explained: ReadonlyMap<Known, readonly Finding[]>;
}

interface Side {
  readonly asking: Asking;
  readonly memory: Memory;
  readonly saved: Map<string, unknown>;
}

/** `names`: what rows may speak of besides the answers that they save. */
export async function runGroups(
  groups: readonly Group[],
  [expected, actual]: readonly [Asking, Asking],
  names: Readonly<Record<string, unknown>>,
): Promise<Outcome> {
  const findings: Finding[] = [];
  const explained = new Map<Known, Finding[]>();
  let rows = 0;
  let same = 0;
  for (const group of groups) {
    const namespace = `c-${group.name}`;
    const sides = [expected, actual].map((asking) => ({
      ...{ asking, memory: new Memory() },
      saved: new Map(Object.entries(names)),
    }));
    for (const row of [...opening(namespace), ...group.rows]) {
      rows++;
      const [left, right] = await Promise.all(sides.map((side) => answerOf(row, namespace, side)));
      const title = `${group.name} › ${row.name}`;
      const reasons = new Map<Known | undefined, string[]>();
      for (const line of differences(left!, right!)) {
        const why = known.find((each) => explains(each, title, line, left!, right!));
        reasons.set(why, [...(reasons.get(why) ?? []), line]);
      }
      if (!reasons.has(undefined)) same++;
      for (const [why, lines] of reasons) {
        const finding = { row: title, request: `${row.method} ${row.path}`, lines };
        if (why === undefined) findings.push(finding);
        else explained.set(why, [...(explained.get(why) ?? []), finding]);
      }
    }
  }
  return { rows, same, findings, explained };
}

const explains = ({ row, line: pattern, answers }: Known, title: string, line: string, left: Normal, right: Normal) =>
  (row?.test(title) ?? true) && (pattern?.test(line) ?? true) && (answers?.(left, right) ?? true);

async function answerOf(row: Row, namespace: string, { asking, memory, saved }: Side) {
  const asked = filled(row, namespace, saved);
  let answer: Answer;
  try {
    answer = await answered(asking, asked);
  } catch (error) {
    answer = { status: 0, headers: {}, text: `no answer: ${(error as Error).message}` };
  }
  if (row.save !== undefined) saved.set(row.save, parsed(answer.text));
  return normalize(asked, answer, memory);
}

const againMs = 200;
const untilMs = 20_000;

async function answered(asking: Asking, row: Row): Promise<Answer> {
  const deadline = Date.now() + untilMs;
  for (;;) {
    const answer = await asking.ask(row);
    const isTold = row.until === undefined || answer.text.includes(row.until);
    if (isTold || Date.now() > deadline) return row.audited ? asking.audited(answer) : answer;
    await sleep(againMs);
  }
}

/** A namespace, and what controllers would put there before pods can be made. */
const opening = (namespace: string): readonly Row[] => [
  {
    ...{ name: 'a namespace', method: 'POST', path: '/api/v1/namespaces' },
    body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
  },
  {
    ...{ name: 'its service account', method: 'POST', path: `/api/v1/namespaces/${namespace}/serviceaccounts` },
    body: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } },
  },
];
