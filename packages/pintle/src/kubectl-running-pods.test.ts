/** Unmodified kubectl and pods that run already: a container to look into one (`kubectl debug`), a copy, and another size. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { simulatedNodes } from '@pintle/cluster';
import { createServedCluster, type ServedCluster } from '@pintle/cluster/nodejs';
import { findKubectls, runKubectl } from './kubectl-binaries.js';

const found = findKubectls();
/** `--subresource=resize` came with 1.32. */
const resizing = found.filter(({ version }) => Number(version.split('.')[1]) >= 32);

interface Step {
  readonly args: string;
  readonly input?: string;
  readonly expect: RegExp;
  /** Exit status other than 0. */
  readonly status?: number;
  /** Asked again until it is so. */
  readonly eventually?: boolean;
}

const manifest = (name: string) =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: {
      containers: [
        {
          name: 'main',
          image: 'nginx',
          resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { cpu: '200m', memory: '128Mi' } },
        },
      ],
    },
  });
const patch = (resources: object) => JSON.stringify({ spec: { containers: [{ name: 'main', resources }] } });

/** Of what comes about a moment later. A round takes a tenth of a second or so. */
const roundsMax = 100;

let cluster: ServedCluster;
let folder: string;

async function take(path: string, name: string, steps: readonly Step[]): Promise<void> {
  for (const step of steps) {
    const args = step.args.split(' ').map((word) => word.replace('$P', name));
    const ask = () => runKubectl(path, args, { folder, input: step.input ?? '' });
    let { stdout, stderr, status } = await ask();
    for (let round = 0; step.eventually && round < roundsMax && !step.expect.test(stdout); round++)
      ({ stdout, stderr, status } = await ask());
    expect({ args, output: `${stdout}${stderr}`, status }).toEqual({
      args,
      output: expect.stringMatching(step.expect),
      status: step.status ?? 0,
    });
  }
}

(found.length === 0 ? describe.skip : describe)('kubectl', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pintle-kubectl-running-'));
    cluster = await createServedCluster({ port: 0, kubeconfig: join(folder, 'kubeconfig'), nodes: simulatedNodes(1) });
  });

  afterAll(async () => {
    await cluster.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it.each(found)(
    '$version looks into a pod',
    async ({ version, path }) =>
      take(path, `debugged-${version}`, [
        { args: 'apply -f -', input: manifest(`debugged-${version}`), expect: /created/ },
        { args: 'wait --for=condition=Ready pod/$P --timeout=20s', expect: /condition met/ },
        {
          args: 'debug $P --image=busybox --target=main --container=look --attach=false -- sh',
          expect: /Targeting container "main"/,
        },
        {
          args: 'get pod $P -o jsonpath={.status.ephemeralContainerStatuses[0].state}',
          expect: /running/,
          eventually: true,
        },
        { args: 'get pod $P -o jsonpath={.status.ephemeralContainerStatuses[*].name}', expect: /^look$/ },
        { args: 'get pod $P', expect: /1\/1 +Running/ },
        { args: 'describe pod $P', expect: /Ephemeral Containers:\s+look:[\s\S]*Image: +busybox/ },
        {
          args: 'debug $P --image=busybox --container=main --attach=false',
          expect: /container name "main" is already in use|already exists|Duplicate value/i,
          status: 1,
        },
        { args: 'logs $P -c look', expect: /^/ },
      ]),
    60_000,
  );

  it.each(found)(
    '$version looks into a copy of a pod',
    async ({ version, path }) =>
      take(path, `copied-${version}`, [
        { args: 'apply -f -', input: manifest(`copied-${version}`), expect: /created/ },
        { args: 'wait --for=condition=Ready pod/$P --timeout=20s', expect: /condition met/ },
        {
          args: 'debug $P --copy-to=$P-copy --image=busybox --container=look --share-processes --attach=false -- sh',
          expect: /^/,
        },
        {
          args: 'get pod $P-copy -o jsonpath={.spec.containers[*].image},{.spec.shareProcessNamespace}',
          expect: /^nginx busybox,true$/,
        },
        { args: 'wait --for=condition=Ready pod/$P-copy --timeout=20s', expect: /condition met/ },
        { args: 'debug $P --copy-to=$P-copy --set-image=*=nginx:2', expect: /already exists/, status: 1 },
        { args: 'debug $P --copy-to=$P-next --set-image=*=nginx:2 --same-node --attach=false', expect: /^/ },
        {
          args: 'get pod $P-next -o jsonpath={.spec.containers[*].image},{.spec.nodeName}',
          expect: /^nginx:2,node-0$/,
        },
        { args: 'debug $P --copy-to=$P-last --replace --set-image=main=nginx:3 --attach=false', expect: /^/ },
        { args: 'get pod $P-last -o jsonpath={.spec.containers[*].image}', expect: /^nginx:3$/ },
        { args: 'wait --for=delete pod/$P --timeout=20s', expect: /^/ },
      ]),
    60_000,
  );

  it.each(resizing)(
    '$version gives a pod another size',
    async ({ version, path }) =>
      take(path, `sized-${version}`, [
        { args: 'apply -f -', input: manifest(`sized-${version}`), expect: /created/ },
        { args: 'wait --for=condition=Ready pod/$P --timeout=20s', expect: /condition met/ },
        { args: `patch pod $P --subresource=resize -p ${patch({ requests: { cpu: '150m' } })}`, expect: /patched/ },
        {
          args: 'wait --for=jsonpath={.status.containerStatuses[0].resources.requests.cpu}=150m pod/$P --timeout=20s',
          expect: /condition met/,
        },
        { args: 'get pod $P -o jsonpath={.status.containerStatuses[0].restartCount}', expect: /^0$/ },
        {
          args: `patch pod $P --subresource=resize -p ${patch({ limits: { memory: '100Mi' } })}`,
          expect: /memory limits cannot be decreased unless resizePolicy is RestartContainer/,
          status: 1,
        },
        {
          args: `patch pod $P -p ${patch({ requests: { cpu: '50m' } })}`,
          expect: /pod updates may not change fields other than/,
          status: 1,
        },
      ]),
    60_000,
  );
});
