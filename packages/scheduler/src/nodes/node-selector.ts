/**
 * Node selectors in two forms that must agree: `matchesTerm` of `@pintle/api/placement` reads one node's labels;
 * `compileTerm` makes a test of rows that reads label columns.
 */
import type { NodeSelectorRequirement, NodeSelectorTerm } from '@pintle/api/core/v1';
import { matchesRequirement, mayMatch, parseInteger } from '@pintle/api/placement';
import type { NodeTable } from './node-table.js';

export type RowTest = (row: number) => boolean;

const never: RowTest = () => false;

export function compileTerm(table: NodeTable, term: NodeSelectorTerm): RowTest {
  if (!mayMatch(term)) return never;
  const tests = [
    ...(term.matchExpressions ?? []).map((requirement) => compileRequirement(table, requirement)),
    ...(term.matchFields ?? []).map((requirement) => compileField(table, requirement)),
  ];
  return tests.length === 1 ? tests[0]! : (row) => tests.every((test) => test(row));
}

export function compileLabels(table: NodeTable, wanted: Readonly<Record<string, string>>): RowTest {
  const tests = Object.keys(wanted).map((key) =>
    compileRequirement(table, { key, operator: 'In', values: [wanted[key]!] }),
  );
  return tests.length === 1 ? tests[0]! : (row) => tests.every((test) => test(row));
}

function compileRequirement(table: NodeTable, requirement: NodeSelectorRequirement): RowTest {
  const { key, operator, values = [] } = requirement;
  const column = table.labels.column(key);
  if (column === undefined) {
    const absent = matchesRequirement(undefined, requirement);
    return () => absent;
  }
  const { ids, values: dictionary } = column;
  switch (operator) {
    case 'In':
    case 'NotIn': {
      const wanted = operator === 'In';
      const found = values.map((value) => dictionary.find(value)).filter((id) => id !== 0);
      if (found.length === 1) {
        const only = found[0]!;
        return (row) => (ids[row] === only) === wanted;
      }
      const set = new Set(found);
      return (row) => set.has(ids[row]!) === wanted;
    }
    case 'Exists':
      return (row) => ids[row] !== 0;
    case 'DoesNotExist':
      return (row) => ids[row] === 0;
    case 'Gt':
    case 'Lt': {
      if (values.length !== 1) return never;
      const bound = parseInteger(values[0]!);
      const sign = operator === 'Gt' ? 1 : -1;
      return (row) => ids[row] !== 0 && sign * (dictionary.value(ids[row]!)! - bound) > 0;
    }
    default:
      return never;
  }
}

function compileField(table: NodeTable, { key, operator, values = [] }: NodeSelectorRequirement): RowTest {
  if (key !== 'metadata.name' || (operator !== 'In' && operator !== 'NotIn')) return never;
  const rows = new Set(values.map((name) => table.rowOf(name)));
  const wanted = operator === 'In';
  return (row) => rows.has(row) === wanted;
}
