/**
 * The examples as a user has them: the packed packages installed in a folder of its own, the examples and the
 * programs of the READMEs compiled against their types, and run, as ES modules and as CommonJS.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { checkedProgram, codeBlocks, excerptOf } from './readme-blocks.js';

const root = process.cwd();
const folder = mkdtempSync(join(tmpdir(), 'pintle-examples-'));
const patienceMs = 120_000;
let failed = 0;

function report(label: string, ok: boolean, why = ''): boolean {
  console.log(`${ok ? 'passed' : 'failed'}: ${label}`);
  if (!ok) {
    failed++;
    console.error(why);
  }
  return ok;
}

function run(label: string, cwd: string, command: string, ...args: readonly string[]): boolean {
  const env = { ...process.env };
  // The command is the installed one here, and nothing is from source.
  delete env['PINTLE'];
  const options = { cwd, env, encoding: 'utf8', timeout: patienceMs, killSignal: 'SIGKILL' } as const;
  const { status, stdout, stderr } = spawnSync(command, args, options);
  return report(label, status === 0, `${stdout}${stderr}${status === null ? 'it did not end in time' : ''}`);
}

/** The examples are written for jest; Node's own runner and jest's `expect` do for them here. */
const jestGlobals = `
const test = require('node:test');
exports.it = (name, work, timeout) => test.it(name, { timeout: timeout ?? 30_000 }, work);
exports.describe = test.describe;
exports.expect = require('expect').expect;
`;

const compilerOptions = {
  strict: true,
  noUncheckedIndexedAccess: true,
  target: 'ES2022',
  lib: ['ES2023', 'DOM', 'DOM.Iterable'],
  module: 'NodeNext',
  moduleResolution: 'NodeNext',
  types: ['node'],
  outDir: 'out',
  rootDir: '.',
};

function compiled(here: string, label: string): readonly string[] {
  writeFileSync(join(here, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['**/*.ts'] }));
  if (!run(`types, ${label}`, here, join(root, 'node_modules/.bin/tsc'), '-p', 'tsconfig.json')) return [];
  const out = join(here, 'out');
  return readdirSync(out, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.js'))
    .map((name) => join(out, name));
}

function checkExamples(type: 'module' | 'commonjs'): void {
  const label = type === 'module' ? 'ES modules' : 'CommonJS';
  const here = join(folder, type);
  mkdirSync(here);
  cpSync(join(root, 'examples'), join(here, 'examples'), { recursive: true });
  writeFileSync(join(here, 'package.json'), JSON.stringify({ type, private: true }));
  const programs = compiled(here, `examples as ${label}`);
  for (const file of programs)
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll('@jest/globals', join(folder, 'jest-globals.cjs')));
  for (const file of programs.filter((name) => name.endsWith('.test.js')))
    run(`${basename(file, '.js')}, ${label}`, here, process.execPath, '--test', file);
}

function checkReadmes(): void {
  const here = join(folder, 'readmes');
  mkdirSync(here);
  writeFileSync(join(here, 'package.json'), JSON.stringify({ type: 'module', private: true }));
  const pages = ['README.md', ...readdirSync(join(root, 'packages')).map((name) => `packages/${name}/README.md`)];
  for (const page of pages)
    for (const [at, block] of codeBlocks(join(root, page)).entries()) {
      const excerpt = excerptOf(block, (path) => readFileSync(join(root, path), 'utf8'));
      if (excerpt === undefined)
        writeFileSync(join(here, `${basename(dirname(page))}-${at + 1}.ts`), checkedProgram(block));
      else report(`${page}: excerpt of ${excerpt.of}`, excerpt.strange.length === 0, excerpt.strange.join('\n'));
    }
  for (const file of compiled(here, 'programs of the READMEs'))
    run(`README of ${basename(file, '.js')}`, here, process.execPath, file);
}

function installed(): boolean {
  const packed = join(folder, 'packed');
  mkdirSync(packed);
  const pack = ['pack', '--workspaces', '--include-workspace-root=false', '--pack-destination', packed, '--silent'];
  if (!run('npm pack', root, 'npm', ...pack)) return false;
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly devDependencies: Readonly<Record<string, string>>;
  };
  const tools = ['@jest/globals', '@types/node'].map((name) => `${name}@${devDependencies[name]}`);
  const tarballs = readdirSync(packed).map((name) => resolve(packed, name));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true }));
  writeFileSync(join(folder, 'jest-globals.cjs'), jestGlobals);
  const quiet = ['--prefer-offline', '--no-audit', '--no-fund'];
  return run('npm install of the packed packages', folder, 'npm', 'install', ...quiet, ...tarballs, ...tools);
}

try {
  if (installed()) {
    checkExamples('module');
    checkExamples('commonjs');
    checkReadmes();
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(failed === 0 ? 'the examples work from the packed packages' : `${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
