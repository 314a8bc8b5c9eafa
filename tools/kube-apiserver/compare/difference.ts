/** Where two answers are not the same, as lines that a person can read: `body.spec.replicas: 1 | 2`. */
import { parseJson, stringifyJson } from '@pintle/machinery';
import type { Normal } from './normalize.js';

const shownCharactersMax = 300;

export function differences(expected: Normal, actual: Normal): readonly string[] {
  return [
    ...(expected.status === actual.status ? [] : [`status: ${expected.status} | ${actual.status}`]),
    ...between('headers', expected.headers, actual.headers),
    ...between('body', expected.body, actual.body),
  ];
}

/** Of any values, in the same lines. */
export function between(path: string, expected: unknown, actual: unknown): readonly string[] {
  if (Object.is(expected, actual)) return [];
  if (Array.isArray(expected) && Array.isArray(actual)) {
    if (path.endsWith('.causes')) return betweenCauses(path, expected, actual);
    const length = Math.max(expected.length, actual.length);
    return Array.from({ length }, (_, index) => between(`${path}[${index}]`, expected[index], actual[index])).flat();
  }
  if (isRecord(expected) && isRecord(actual)) {
    const names = [...new Set([...Object.keys(expected), ...Object.keys(actual)])];
    return names.flatMap((name) => between(`${path}.${name}`, expected[name], actual[name]));
  }
  return [`${path}: ${shown(expected)} | ${shown(actual)}`];
}

/** Of faults in any order: what both tell is left out first, so that one more does not make the others differ. */
function betweenCauses(path: string, expected: readonly unknown[], actual: readonly unknown[]): readonly string[] {
  const texts = (causes: readonly unknown[]) => new Set(causes.map((cause) => stringifyJson(cause)));
  const [left, right] = [texts(expected), texts(actual)];
  const [missing, more] = [[...left].filter((text) => !right.has(text)), [...right].filter((text) => !left.has(text))];
  const fieldOf = (text: string) => (parseJson(text) as { readonly field?: string }).field ?? '';
  for (const side of [missing, more]) side.sort((a, b) => fieldOf(a).localeCompare(fieldOf(b)));
  return Array.from({ length: Math.max(missing.length, more.length) }, (_, index) =>
    between(
      `${path}[${index}]`,
      ...([missing, more].map((texts) => texts[index] && parseJson(texts[index])) as [unknown, unknown]),
    ),
  ).flat();
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function shown(value: unknown): string {
  const text = value === undefined ? 'absent' : stringifyJson(value);
  return text.length > shownCharactersMax ? `${text.slice(0, shownCharactersMax)}… (${text.length})` : text;
}
