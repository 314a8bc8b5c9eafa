/**
 * The code in the READMEs, as programs. A block is a whole program, and a comment after a statement that is a
 * literal says what it gives: `parse('1'); // 1` is checked when the program runs. Or it is an excerpt of a file that
 * CI runs, which its first line names: `// examples/…` or `// packages/…`.
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

/**
 * What a block is an excerpt of, with the lines that the file does not have; absent where the block is a program.
 * Indentation does not count.
 */
export function excerptOf(
  block: string,
  read: (path: string) => string,
): { readonly of: string; readonly strange: readonly string[] } | undefined {
  const path = /^\/\/ ((?:examples|packages)\/\S+)/.exec(block)?.[1];
  if (path === undefined) return undefined;
  const lines = new Set(linesOf(read(path)));
  return { of: path, strange: linesOf(block).filter((line) => !lines.has(line)) };
}
