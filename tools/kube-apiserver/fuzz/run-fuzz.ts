/** Asks both servers case after case, and gathers what differs in groups, each with the smallest case that shows it. */
import { parseDocument } from 'yaml';
import type { Answer, Asking } from '../compare/ask.js';
import { between } from '../compare/difference.js';
import { filled } from '../compare/fill.js';
import { Memory, type Normal, normalize, parsed } from '../compare/normalize.js';
import { del, post, type Row } from '../compare/row.js';
import { type Base, neverStored, newNamespace, storing, wishedBases } from './bases.js';
import { type FuzzCase, fuzzCase, rowOf } from './fuzz-case.js';
import { readingRow } from './reading-case.js';
import { shrunk } from './shrink.js';
import { type Explained, groupsOf, tellings } from './tellings.js';

export interface FuzzOptions {
  readonly expected: Asking;
  readonly actual: Asking;
  readonly seed: number;
  /** The seeds of the cases, which begin with `seed`. */
  readonly cases: readonly number[];
  /** Then it ends, whatever is left. */
  readonly timeMaxMs: number;
  /** Gathers what is known to differ. */
  readonly explained: Explained;
  /** All unless given. */
  readonly kinds?: readonly string[];
}

export interface FuzzGroup {
  readonly kinds: Set<string>;
  count: number;
  /** Of the case that showed it first. */
  readonly seed: number;
  /** Of the smallest case: the request, what it has other than its base, and what differs. */
  request: string;
  change: readonly string[];
  lines: readonly string[];
}

const oldNamespace = 'f-old';
/** A run of one seed has so many. */
export const casesOfSeed = 1_000_000;
const casesAtOnce = 6;
/** Of so many cases one reads. */
const readsEvery = 6;

export async function runFuzz({ expected, actual, seed, cases, timeMaxMs, kinds, explained }: FuzzOptions) {
  const endMs = Date.now() + timeMaxMs;
  const sides = [expected, actual].map((asking) => ({ asking, saved: new Map<string, unknown>() }));
  const ask = async (row: Row): Promise<readonly [Normal, Normal]> => {
    const answers = await Promise.all(
      sides.map(async ({ asking, saved }) => {
        const answer = await asking.ask(filled(row, oldNamespace, saved)).catch(noAnswer);
        if (row.save !== undefined) saved.set(row.save, parsed(answer.text));
        return normalize(row, { ...answer, text: withoutChance(row, answer.text) }, new Memory());
      }),
    );
    return answers as unknown as readonly [Normal, Normal];
  };
  for (const namespace of [oldNamespace, newNamespace]) for (const row of opening(namespace)) await ask(row);
  const [stored, others]: readonly [Base[], Base[]] = [[], []];
  for (const base of wishedBases(seed).filter(({ object }) => kinds?.includes(object.kind) ?? true)) {
    const [left, right] = await ask(storing(base));
    const isStored = left.status === 201 && right.status === 201;
    if (isStored) stored.push(base);
    else await ask(del('what one alone took', `${base.path}/${base.name}?propagationPolicy=Background`));
    if (isStored) continue;
    if (base.stored?.endsWith('-0') === true) others.push(neverStored(base));
  }
  const bases = [...stored, ...others];

  const tell = async (asked: FuzzCase) => {
    const [left, right] = await ask(rowOf(asked));
    return tellings(`fuzz › ${asked.base.object.kind}: ${asked.verb}`, left, right, explained);
  };
  const groups = new Map<string, FuzzGroup>();
  let compared = 0;
  /** What is of no group yet makes one, which `explain` completes. */
  const gather = async (
    told: readonly string[],
    of: Pick<FuzzGroup, 'seed'> & { readonly kind: string },
    explain: (group: FuzzGroup, name: string) => Promise<void>,
  ) => {
    compared++;
    for (const name of groupsOf(told)) {
      const known = groups.get(name);
      known?.kinds.add(of.kind);
      if (known !== undefined) {
        known.count++;
        continue;
      }
      const group = { kinds: new Set([of.kind]), count: 1, seed: of.seed, lines: told, request: '', change: [] };
      groups.set(name, group);
      await explain(group, name);
    }
  };
  const write = async (caseSeed: number) => {
    const asked = fuzzCase(caseSeed, bases);
    await gather(await tell(asked), { kind: asked.base.object.kind, seed: caseSeed }, async (group, name) => {
      const smallest = await shrunk(asked, async (smaller) => {
        compared++;
        return groupsOf(await tell(smaller)).includes(name);
      });
      const { method, path } = rowOf(smallest);
      const { yaml, twice, base, object } = smallest;
      group.request = `${method} ${path}${yaml === true ? ' as YAML' : ''}${twice === undefined ? '' : ` with ${twice} twice`}`;
      group.lines = await tell(smallest);
      group.change = between('', base.object, object);
      // What the smallest case tells is all of one group.
      for (const other of groupsOf(group.lines)) if (!groups.has(other)) groups.set(other, group);
    });
  };
  const read = async (caseSeed: number) => {
    const row = readingRow(caseSeed, stored);
    const [left, right] = await ask(row);
    const told = tellings(`fuzz › read: ${row.path}`, left, right, explained);
    await gather(told, { kind: 'read', seed: caseSeed }, async (group) => {
      group.request = `GET ${row.path} ${row.headers?.['accept'] ?? ''}`;
      for (const other of groupsOf(told)) if (!groups.has(other)) groups.set(other, group);
    });
  };
  const one = (caseSeed: number) => ((caseSeed % casesOfSeed) % readsEvery === 0 ? read : write)(caseSeed);
  let next = 0;
  const worker = async () => {
    while (next < cases.length && Date.now() < endMs) await one(cases[next++]!);
  };
  await Promise.all(Array.from({ length: casesAtOnce }, worker));
  return { compared, groups: [...new Set(groups.values())].sort((a, b) => b.count - a.count) };
}

/** What is longer is cut before an end is put to it. */
const generateBaseMax = 58;

/** Of a body in YAML, too; one that cannot be read has no generated name. */
function objectOf(body: unknown): unknown {
  if (typeof body !== 'string') return body;
  const { errors, contents } = parseDocument(body, { uniqueKeys: false });
  return errors.length > 0 ? null : (contents?.toJSON() ?? null);
}

/** Without the ends of generated names, and addresses of the range that one of the bases is. */
function withoutChance({ body }: Row, text: string): string {
  const addressed = text.replaceAll(/"10\.99\.0\.\d+"/g, '"10.96.0.1"');
  const { generateName } = (objectOf(body) as { metadata?: { generateName?: unknown } } | null)?.metadata ?? {};
  if (typeof generateName !== 'string') return addressed;
  const begin = JSON.stringify(generateName.slice(0, generateBaseMax)).slice(1, -1);
  const escaped = (characters: string) => characters.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const both = [begin, JSON.stringify(begin).slice(1, -1)].map(escaped).join('|');
  return addressed.replaceAll(
    new RegExp(`(?<![\\w.-])(${both})[bcdfghjklmnpqrstvwxz2456789]{5}(?![\\w-])`, 'g'),
    '$1-made',
  );
}

const noAnswer = (error: unknown): Answer => ({
  status: 0,
  headers: {},
  text: `no answer: ${(error as Error).message}`,
});

const opening = (name: string): readonly Row[] => [
  post('a namespace', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }),
  post('its account', `/api/v1/namespaces/${name}/serviceaccounts`, {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'default' },
  }),
];
