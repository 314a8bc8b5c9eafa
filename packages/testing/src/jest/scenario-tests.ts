/** Scenario files as tests of jest. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { runScenario } from '../scenario/run-scenario.js';
import type { TestClusterOptions } from '../test-cluster.js';

/** A scenario of many virtual days takes some real seconds, more where the machine is busy. */
const patienceMs = 60_000;

/**
 * Declares a test for each `*.scenario` file of a folder. With `PINTLE_REWRITE=1` in the environment the files are
 * written anew with what happened instead: read the difference as you would read code.
 */
export function scenarioTests(folder: string, options: TestClusterOptions = {}): void {
  const rewrite = process.env['PINTLE_REWRITE'] === '1';
  const names = readdirSync(folder).filter((name) => name.endsWith('.scenario'));
  if (names.length === 0) throw new Error(`there is no *.scenario file in ${folder}`);
  describe('scenario', () => {
    it.each(names)(
      '%s',
      async (name) => {
        const path = join(folder, name);
        const expected = readFileSync(path, 'utf8');
        const { text } = await runScenario(expected, options);
        if (rewrite) writeFileSync(path, text);
        else expect(text).toBe(expected);
      },
      patienceMs,
    );
  });
}
