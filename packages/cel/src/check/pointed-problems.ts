/** Problems as kube-apiserver shows them: each with its line of the source, and a caret under the place. */
import type { CheckProblem } from '../check-problem.js';

/** Of more than these only how many there are is told. */
const shownMax = 100;
/** Longer lines, in bytes, are not shown. */
const lineMaxBytes = 16_384;

export function pointedProblems(source: string, problems: readonly CheckProblem[]): string {
  // Where nothing is written there is no line to point into.
  const lines = source === '' ? [] : source.split('\n');
  const placed = problems.slice(0, shownMax).map(({ at, problem }) => ({ ...placeOf(lines, at), problem }));
  const texts = placed
    .sort((a, b) => a.line - b.line || a.column - b.column)
    .map(({ line, column, problem }) => {
      const head = `ERROR: <input>:${line}:${column + 1}: ${problem}`;
      const text = lines[line - 1];
      return text === undefined || bytesOf(text) > lineMaxBytes ? head : `${head}${pointed(text, column)}`;
    });
  const rest = problems.length - shownMax;
  return [...texts, ...(rest > 0 ? [`${rest} more errors were truncated`] : [])].join('\n');
}

/** Columns count characters from 0. What is of the expression as a whole is before all lines, what is missing before the first. */
function placeOf(lines: readonly string[], at: number): { readonly line: number; readonly column: number } {
  if (at < 0 || lines.length === 0) return { line: at === -1 ? -1 : 1, column: -1 };
  let [line, start] = [0, 0];
  while (line < lines.length - 1 && start + lines[line]!.length < at) start += lines[line++]!.length + 1;
  return { line: line + 1, column: [...lines[line]!.slice(0, at - start)].length };
}

const bytesOf = (text: string): number => new TextEncoder().encode(text).length;
const isWide = (character: string | undefined): boolean => character !== undefined && character > '\x7f';

/** Under what is no ASCII stand the wide forms of the dot and the caret. */
function pointed(line: string, column: number): string {
  const text = line.replaceAll('\t', ' ');
  const characters = [...text];
  const dots = characters.slice(0, Math.max(column, 0)).map((character) => (isWide(character) ? '\uff0e' : '.'));
  return `\n | ${text}\n | ${dots.join('')}${isWide(characters[column]) ? '\uff3e' : '^'}`;
}
