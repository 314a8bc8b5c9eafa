/**
 * The code in the READMEs, as programs. A block of a package's README is a whole program, and a comment after a
 * statement that is a literal says what it gives: `parse('1'); // 1` is checked when the program runs. A block of the
 * project's README is an excerpt of an example, and named by the first line's `// examples/…` comment.
 */
import { readFileSync } from 'node:fs';

const fence = /^```ts\n(.*?)^```$/gms;

/** The TypeScript blocks of a Markdown file. */
export function codeBlocks(path: string): readonly string[] {
  return [...readFileSync(path, 'utf8').matchAll(fence)].map(([, code = '']) => code);
}

const statementWithResult = /^([^\s/].*); \/\/ ('.*'|-?\d[\d_.]*|true|false|null|undefined|\[.*\]|\{.*\})$/gm;

/** The block as a program that fails where a stated result is not what comes. */
export function checkedProgram(block: string): string {
  const checked = block.replaceAll(
    statementWithResult,
    (_, expression: string, result: string) => `stated(${expression}, ${result});`,
  );
  return `import { deepStrictEqual } from 'node:assert';
const stated = (actual: unknown, expected: unknown) => deepStrictEqual(actual, expected);
void stated;
${checked}`;
}

const linesOf = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('//'));

/** Lines of an excerpt that the example it names does not have. */
export function linesNotInExample(block: string, read: (path: string) => string): readonly string[] {
  const path = /^\/\/ (examples\/\S+)/.exec(block)?.[1];
  if (path === undefined) return ['(the first line does not name an example, as "// examples/…")'];
  const example = new Set(linesOf(read(path)));
  return linesOf(block).filter((line) => !example.has(line));
}
