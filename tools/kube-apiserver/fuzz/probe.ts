/**
 * Requests that belong together, as a case of an area of the fuzzer: objects are made, asked for something, and what is left
 * is looked at. Nothing here is a dry run, so that each asking of a probe has names of its own: `ID` stands for them.
 */
import type { Random } from '@pintle/machinery';
import type { Row } from '../compare/row.js';
import { isRecord, withAt } from './mutate.js';
import { type Json, namedAddress } from './values.js';

export interface Area {
  readonly name: string;
  /** Asked once, before all probes; what is read is waited for. */
  readonly opening?: readonly Row[];
  /** Whether its rows are named by kind: what is known of a kind is known of them. */
  readonly namesKinds?: boolean;
  /** Whether less of a probe would act on others. */
  readonly isWhole?: boolean;
  /** Those that wait for streams may be many. */
  readonly probesAtOnce?: number;
  probe(random: Random): readonly Row[];
}

/** The rows with an id for `ID`, and an address of their own for the one that Services name, as each is one Service's. */
export const withId = (rows: readonly Row[], id: string, count: number): readonly Row[] =>
  JSON.parse(
    JSON.stringify(rows)
      .replaceAll(/\bID\b/g, id)
      .replaceAll(namedAddress, `10.96.${100 + (Math.floor(count / 200) % 100)}.${count % 200}`),
  ) as readonly Row[];

/** Each is one thing less: a row, a part of a query, the headers, a field of a body. */
export function* smallerProbes(rows: readonly Row[]): Generator<readonly Row[]> {
  for (let at = rows.length - 1; at >= 0; at--) yield rows.toSpliced(at, 1);
  for (const [at, row] of rows.entries()) for (const smaller of smallerRows(row)) yield rows.with(at, smaller);
}

function* smallerRows(row: Row): Generator<Row> {
  const { headers, contentType, body, as, ...plain } = row;
  const whole = { ...plain, ...(body === undefined ? {} : { body }) };
  if (headers !== undefined || as !== undefined)
    yield { ...whole, ...(contentType === undefined ? {} : { contentType }) };
  const [path, query = ''] = row.path.split('?') as [string, string?];
  const parts = query.split('&').filter(Boolean);
  for (let at = 0; at < parts.length; at++)
    yield { ...row, path: [path, parts.toSpliced(at, 1).join('&')].filter(Boolean).join('?') };
  for (const place of fieldsOf(body)) yield { ...row, body: withAt(body as Json, place, undefined) };
}

type Path = readonly (string | number)[];

/** Outer ones first. */
function fieldsOf(value: unknown, path: Path = []): readonly Path[] {
  const inside = Array.isArray(value) ? [...value.entries()] : isRecord(value) ? Object.entries(value) : [];
  const here = inside.map(([key]) => [...path, key]);
  return [...here, ...inside.flatMap(([key, each]) => fieldsOf(each, [...path, key]))];
}
