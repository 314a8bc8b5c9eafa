/** The launcher with a small program beside it, as the build lays them down. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { transformFileSync } from '@swc/core';

const folder = mkdtempSync(join(tmpdir(), 'pintle-launch-'));
const compiled = join(folder, 'compiled');
const { code } = transformFileSync(resolve('packages/pintle/src/launch.ts'), {
  jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
  module: { type: 'commonjs' },
});

/** As the build wraps a program, and marks it by its hash. */
const build = (mark: string, text: string) =>
  writeFileSync(
    join(folder, 'program.js'),
    `// ${mark}\n(function (exports, require, module, __filename, __dirname) {${text}\n})\n`,
  );

function run(...args: readonly string[]): string {
  const { stdout, stderr, status } = spawnSync(process.execPath, [...args.slice(0, -1), 'cli.js', args.at(-1)!], {
    cwd: folder,
    encoding: 'utf8',
  });
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  return stdout.trim();
}

const says = (text: string) =>
  `console.log('${text}', process.argv[2], require('node:path').basename(__filename), typeof exports);`;
/** When it was written, of each. */
const written = () =>
  Object.fromEntries(readdirSync(compiled).map((name) => [name, statSync(join(compiled, name)).mtimeMs]));

beforeEach(() => {
  rmSync(compiled, { recursive: true, force: true });
  writeFileSync(join(folder, 'cli.js'), code);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the launcher', () => {
  it('runs the program, and what the program asks for is found', () => {
    build('aa', says('hello'));
    expect(run('up')).toBe('hello up program.js object');
  });

  it('keeps the code that a run has compiled, and the next one runs it', () => {
    build('aa', says('hello'));
    run('up');
    const first = written();
    expect(Object.keys(first)).toEqual([expect.stringMatching(/^up-aa-\d+$/)]);
    expect(run('up')).toBe('hello up program.js object');
    // Code that V8 had refused would have been made anew.
    expect(written()).toEqual(first);
  });

  it('keeps code for each command, and for each V8 as it is set', () => {
    build('aa', says('hello'));
    run('up');
    run('apiserver');
    run('--no-opt', 'up');
    expect(Object.keys(written())).toHaveLength(3);
  });

  it('never runs the code of another program, though it be as long', () => {
    build('aa', says('hello'));
    run('up');
    build('bb', says('world'));
    expect(run('up')).toBe('world up program.js object');
    expect(Object.keys(written())).toEqual([expect.stringMatching(/^up-bb-/)]);
  });

  it('compiles what V8 refuses, and keeps that', () => {
    build('aa', says('hello'));
    run('up');
    const [file] = Object.keys(written());
    writeFileSync(join(compiled, file!), 'no code');
    expect(run('up')).toBe('hello up program.js object');
    expect(readFileSync(join(compiled, file!)).length).toBeGreaterThan('no code'.length);
  });

  it('does without where it may not write', () => {
    build('aa', says('hello'));
    writeFileSync(compiled, 'no folder');
    expect(run('up')).toBe('hello up program.js object');
    rmSync(compiled);
  });
});
