import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, it } from '@jest/globals';
import { containerRuntimeConformance } from '@pintle/contracts/conformance';
import { processRuntime } from './process-runtime.js';

const home = mkdtempSync(join(tmpdir(), 'pintle-conformance-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const shell = (script: string) => ({ image: 'host', command: ['/bin/sh', '-c', script] });
let count = 0;

describe('processRuntime is a container runtime', () => {
  const cases = containerRuntimeConformance({
    create: () =>
      processRuntime({ directory: join(home, String(count++)), images: { host: 'host' }, closeGraceMs: 100 }),
    programs: {
      steady: shell('trap "exit 0" TERM; echo ready; while :; do sleep 0.02; done'),
      succeeds: shell('exit 0'),
      fails: shell('exit 3'),
      stubborn: shell('trap "" TERM; echo ready; while :; do sleep 0.02; done'),
      talks: shell('sleep 0.05; echo one; sleep 0.05; echo two >&2; sleep 0.05; echo three; sleep 1000'),
      unstartable: { image: 'host', command: ['no-such-program'] },
      missing: { image: 'missing' },
    },
    execs: { prints: ['echo', 'hello'], fails: ['sh', '-c', 'exit 5'] },
    drive: (work) => work,
    async until(look) {
      const deadline = performance.now() + 10_000;
      for (;;) {
        const found = await look();
        if (found !== undefined) return found;
        if (performance.now() > deadline) throw new Error('it did not come about within 10 s');
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
  });
  for (const { name, run } of cases) it(name, run);
});
