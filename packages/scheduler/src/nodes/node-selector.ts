/**
 * Node selectors in two forms that must agree: `matchesTerm` reads one node's labels; `compileTerm` makes a
 * test of rows that reads label columns.
 */
import type { Node, NodeSelectorRequirement, NodeSelectorTerm } from '@pintle/api/core/v1';
import { parseInteger } from './label-columns.js';
import type { NodeTable } from './node-table.js';

export type RowTest = (row: number) => boolean;

const never: RowTest = () => false;

/** A term without requirements matches nothing. */
export function isEmptyTerm({ matchExpressions, matchFields }: NodeSelectorTerm): boolean {
  return (matchExpressions?.length ?? 0) === 0 && (matchFields?.length ?? 0) === 0;
}

export function matchesTerm(node: Node, term: NodeSelectorTerm): boolean {
  if (isEmptyTerm(term)) return false;
  const { labels = {}, name } = node.metadata;
  return (
    (term.matchExpressions ?? []).every((requirement) => {
      const value = Object.hasOwn(labels, requirement.key) ? labels[requirement.key] : undefined;
      return matchesRequirement(value, requirement);
    }) && (term.matchFields ?? []).every((requirement) => matchesField(name, requirement))
  );
}

export function matchesLabels(node: Node, wanted: Readonly<Record<string, string>>): boolean {
  const { labels = {} } = node.metadata;
  return Object.keys(wanted).every((key) => Object.hasOwn(labels, key) && labels[key] === wanted[key]);
}

export function compileTerm(table: NodeTable, term: NodeSelectorTerm): RowTest {
  if (isEmptyTerm(term)) return never;
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

function matchesRequirement(value: string | undefined, { operator, values = [] }: NodeSelectorRequirement): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return value !== undefined && values.length === 1 && parseInteger(value) > parseInteger(values[0]!);
    case 'Lt':
      return value !== undefined && values.length === 1 && parseInteger(value) < parseInteger(values[0]!);
    default:
      return false;
  }
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

/** Only `metadata.name` can be selected by, `In` or `NotIn`. */
function matchesField(name: string | undefined, { key, operator, values = [] }: NodeSelectorRequirement): boolean {
  if (key !== 'metadata.name' || name === undefined) return false;
  if (operator === 'In') return values.includes(name);
  return operator === 'NotIn' && !values.includes(name);
}

function compileField(table: NodeTable, { key, operator, values = [] }: NodeSelectorRequirement): RowTest {
  if (key !== 'metadata.name' || (operator !== 'In' && operator !== 'NotIn')) return never;
  const rows = new Set(values.map((name) => table.rowOf(name)));
  const wanted = operator === 'In';
  return (row) => rows.has(row) === wanted;
}
