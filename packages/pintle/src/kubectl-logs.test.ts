/** Unmodified kubectl and what containers print: all the ways of `kubectl logs`, over real processes. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Pod } from '@pintle/api/core/v1';
import type { ServedCluster } from '@pintle/cluster/nodejs';
import { findKubectls, runKubectl } from './kubectl-binaries.js';
import { hostContainer, hostPod, processCluster } from './streams-cluster.js';

const found = findKubectls();
const asked = [...new Set([found[0], found.at(-1)])].flatMap((kubectl) => kubectl ?? []);

const shell = (name: string, command: string) => hostContainer(name, ['sh', '-c', command]);
const restarting = (pod: Pod): Pod => ({ ...pod, spec: { ...pod.spec!, restartPolicy: 'OnFailure' } });

const time = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z`;

const cases: readonly (readonly [args: string, output: RegExp, status?: number])[] = [
  ['logs counter', /^one\ntwo\nthree\n$/],
  ['logs counter --tail=2', /^two\nthree\n$/],
  ['logs counter --tail=0', /^$/],
  ['logs counter --timestamps', new RegExp(`^${time} one\n${time} two\n${time} three\n$`)],
  ['logs counter --limit-bytes=5', /^one\nt$/],
  ['logs counter --since=1h', /^one\ntwo\nthree\n$/],
  ['logs counter --since-time=2999-01-01T00:00:00Z', /^$/],
  ['logs counter --follow', /^one\ntwo\nthree\n$/],
  ['logs counter --prefix', /^\[pod\/counter\/main\] one\n/],
  ['logs talkers -c right', /^from the right\n$/],
  // Of several containers kubectl asks in no order.
  ['logs talkers --all-containers --prefix', /^(\[pod\/talkers\/(left|right)\] from the \2\n){2}$/],
  ['logs -l app=talkers --all-containers --tail=1', /^from the (left\nfrom the right|right\nfrom the left)\n$/],
  ['logs failing --previous', /^first\n$/],
  ['logs failing', /^second\n$/],
  ['logs talkers -c nobody', /container nobody is not valid for pod talkers/, 1],
  ['logs counter --previous', /previous terminated container "main" in pod "counter" not found/, 1],
  ['logs nobody', /pods "nobody" not found/, 1],
  ['logs counter --tail=-2', /--tail must be greater than or equal to -1/, 1],
];

let cluster: ServedCluster;
let folder: string;

(asked.length === 0 ? describe.skip : describe)('kubectl logs', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pintle-logs-'));
    cluster = await processCluster(folder);
    const mark = join(folder, 'was-here');
    await cluster.client.create(hostPod('counter', shell('main', 'echo one; echo two; echo three')));
    await cluster.client.create(
      hostPod('talkers', shell('left', 'echo from the left'), shell('right', 'echo from the right')),
    );
    const failing = `if [ -e ${mark} ]; then echo second; sleep 100000; else touch ${mark}; echo first; exit 1; fi`;
    await cluster.client.create(restarting(hostPod('failing', shell('main', failing))));
    const { path } = asked[0]!;
    const wait = (pods: string, what: string) =>
      runKubectl(path, ['wait', ...pods.split(' '), `--for=jsonpath={.status.${what}`, '--timeout=30s'], { folder });
    await wait('pod/counter pod/talkers', 'phase}=Succeeded');
    await wait('pod/failing', 'containerStatuses[0].restartCount}=1');
    await wait('pod/failing', 'containerStatuses[0].ready}=true');
  }, 90_000);

  afterAll(async () => {
    await cluster.stop();
    await rm(folder, { recursive: true, force: true });
  });

  describe.each(asked)('$version', ({ path }) => {
    it.each(cases)('%s', async (args, output, status = 0) => {
      const run = await runKubectl(path, args.split(' '), { folder });
      expect({ output: run.stdout + run.stderr, status: run.status }).toEqual({
        output: expect.stringMatching(output),
        status,
      });
    });
  });
});
