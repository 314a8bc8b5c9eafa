#!/usr/bin/env node
/**
 * What is executed as `pintle`: runs the bundled program beside it, from compiled code where an earlier run has left that.
 * Node compiles a program anew each time it starts, which was half of the time until a cluster was ready. It deliberately
 * knows nothing of the program but where it is.
 *
 * Compiled code is kept beside the program, for each command and each V8 with its flags; a folder that may not be written
 * keeps none. A program that is built anew carries another mark, and finds none.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { cachedDataVersionTag } from 'node:v8';
import { Script } from 'node:vm';

/** A command has compiled by then what its start needs. */
const settledMs = 5_000;

const path = join(__dirname, 'program.js');
const folder = join(__dirname, 'compiled');

// The program is ASCII: so it takes one byte a character in memory too.
const source = readFileSync(path, 'latin1');
const mark = /^\/\/ (\w+)/.exec(source)?.[1] ?? '';
const command = /^[a-z]+$/.test(process.argv[2] ?? '') ? process.argv[2] : 'none';
const file = `${command}-${mark}-${cachedDataVersionTag()}`;

const cachedData = kept();
// The build has wrapped it into a function, as Node does with CommonJS: six megabytes are not copied for that.
const script = new Script(source, {
  filename: path,
  ...(cachedData === undefined ? {} : { cachedData }),
});
if (cachedData === undefined || script.cachedDataRejected) {
  const keepOnce = once(keep);
  setTimeout(keepOnce, settledMs).unref();
  process.once('exit', keepOnce);
}
const program = { exports: {} };
script.runInThisContext()(program.exports, createRequire(path), program, path, dirname(path));

function kept(): Buffer | undefined {
  try {
    return readFileSync(join(folder, file));
  } catch {
    return undefined;
  }
}

function keep(): void {
  try {
    mkdirSync(folder, { recursive: true });
    for (const other of readdirSync(folder)) if (!other.includes(mark)) rmSync(join(folder, other));
    // Written aside and renamed, so that another start finds the whole file or none.
    const aside = join(folder, `${process.pid}-${mark}`);
    writeFileSync(aside, script.createCachedData());
    renameSync(aside, join(folder, file));
  } catch {
    // It only costs time.
  }
}

function once(work: () => void): () => void {
  let done = false;
  return () => {
    if (!done) work();
    done = true;
  };
}
