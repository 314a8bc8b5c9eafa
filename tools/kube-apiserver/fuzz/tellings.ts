/** What differs between two answers, as lines; and the group of a line, which names no place in a list and no value. */
import { between } from '../compare/difference.js';
import { known } from '../compare/known.js';
import type { Known } from '../compare/known-difference.js';
import type { Normal } from '../compare/normalize.js';

interface Cause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}
interface Status {
  readonly kind?: string;
  readonly message?: string;
  readonly details?: { readonly causes?: readonly Cause[] };
}

const isRefusal = ({ status }: Normal) => status >= 400;

/** Causes are compared as a set, so that one that lacks is one line. A refusal where the other accepts tells why it refuses. */
export function lines(expected: Normal, actual: Normal): readonly string[] {
  const statuses = expected.status === actual.status ? [] : [`status: ${expected.status} | ${actual.status}`];
  const headers = between('headers', expected.headers, actual.headers);
  const [left, right] = [expected.body, actual.body] as [Status, Status];
  if (isRefusal(expected) !== isRefusal(actual))
    return [...statuses, ...betweenCauses(causesOf(left), causesOf(right))];
  if (!isRefusal(expected)) return [...statuses, ...headers, ...between('body', left, right)];
  return [
    ...statuses,
    ...headers,
    ...between('body', withoutCauses(left), withoutCauses(right)),
    ...betweenCauses(causesOf(left), causesOf(right)),
  ];
}

const withoutCauses = ({ message: _, details, ...rest }: Status) => ({
  ...rest,
  details: { ...details, causes: undefined },
});

function causesOf(status: Status): readonly Cause[] {
  if (status?.kind !== 'Status') return [];
  const { causes = [] } = status.details ?? {};
  return causes.length > 0 ? causes : [{ field: 'message', message: status.message ?? '' }];
}

/** Those of one field and reason are one cause in other words: the one that ends alike, where there are several. */
function betweenCauses(lefts: readonly Cause[], rights: readonly Cause[]): readonly string[] {
  const without = (causes: readonly Cause[], others: readonly Cause[]) => {
    const there = new Set(others.map(words));
    return causes.filter((cause) => !there.has(words(cause)));
  };
  const unpaired = [...without(rights, lefts)];
  const alone = without(lefts, rights);
  const pairs = new Map<Cause, Cause>();
  for (const isAlike of [endsAlike, () => true])
    for (const cause of alone) {
      if (pairs.has(cause)) continue;
      const isOf = (other: Cause) => other.field === cause.field && other.reason === cause.reason;
      const at = unpaired.findIndex((other) => isOf(other) && isAlike(cause, other));
      if (at >= 0) pairs.set(cause, unpaired.splice(at, 1)[0]!);
    }
  const told = alone.map((cause) => {
    const other = pairs.get(cause);
    return other === undefined
      ? `cause: ${words(cause)} | absent`
      : `cause ${cause.field}.message: ${JSON.stringify(cause.message)} | ${JSON.stringify(other.message)}`;
  });
  return [...told, ...unpaired.map((cause) => `cause: absent | ${words(cause)}`)];
}

const endCharacters = 20;
const endsAlike = (a: Cause, b: Cause): boolean => (b.message ?? '').endsWith((a.message ?? '').slice(-endCharacters));

const words = ({ field, reason, message }: Cause) => `${field}: ${reason}: ${JSON.stringify(message)}`;

/** What is known to differ, as it was met: groups of lines, each with one of them and how many there are. */
export type Explained = Map<Known, Map<string, { readonly line: string; count: number }>>;

/** Those that nothing explains. The others are counted in `explained`. */
export function tellings(title: string, expected: Normal, actual: Normal, explained: Explained): readonly string[] {
  const explains = ({ row, line: pattern, answers }: Known, line: string) =>
    (row?.test(title) ?? true) && (pattern?.test(line) ?? true) && (answers?.(expected, actual) ?? true);
  return lines(expected, actual).filter((line) => {
    const why = known.find((each) => explains(each, line));
    if (why !== undefined) count(explained, why, `${title}: ${line}`, groupOf(line));
    return why === undefined;
  });
}

function count(explained: Explained, why: Known, line: string, group: string): void {
  const met = explained.get(why) ?? new Map();
  explained.set(why, met);
  const found = met.get(group) ?? { line, count: 0 };
  met.set(group, found);
  found.count++;
}

/** Say little of what is the matter where anything else is told. */
const general = /^(status|body\.(status|reason|code|details(\.\w+)?)|body\.metadata\.managedFields.*): /;

/** In order of what they say. */
export function groupsOf(told: readonly string[]): readonly string[] {
  // An answer of another kind is other in all that it says.
  const kinds = told.filter((line) => line.startsWith('body.kind: '));
  if (kinds.length > 0) return kinds.map(groupOf);
  const telling = told.filter((line) => !general.test(line));
  return [...new Set((telling.length > 0 ? telling : told.slice(0, 1)).map(groupOf))];
}

const templates: readonly (readonly [RegExp, string])[] = [
  [/spec\.(jobTemplate\.spec\.)?template\.spec\./g, 'POD.'],
  [/\[[^\]]*\]/g, '[]'],
  [/(Invalid|Unsupported|Duplicate) value: .*?(: |"|$)/g, '$1 value: …$2'],
  [/\\"[^"]*\\"/g, '…'],
  [/\d+/g, 'N'],
];
const charactersMax = 200;

const groupOf = (line: string): string =>
  templates.reduce((text, [pattern, word]) => text.replaceAll(pattern, word), line).slice(0, charactersMax);
