/** A scheduler in a process of its own, over HTTPS, beside the one that the cluster has. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Event, Node, Pod } from '@pintle/api/core/v1';
import { simulatedNodes } from '@pintle/cluster';
import { createServedCluster, type ServedCluster } from '@pintle/cluster/nodejs';
import { filter, firstValueFrom } from 'rxjs';

const folder = mkdtempSync(join(tmpdir(), 'pintle-scheduler-'));
const kubeconfig = join(folder, 'kubeconfig');
let cluster: ServedCluster;
const children: ChildProcess[] = [];

beforeAll(async () => {
  cluster = await createServedCluster({ port: 0, kubeconfig, nodes: simulatedNodes(2) });
  await cluster.client.patch(
    Node,
    { name: 'node-1' },
    { type: 'merge', body: { metadata: { labels: { disk: 'ssd' } } } },
  );
}, 60_000);
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await cluster.stop();
  rmSync(folder, { recursive: true, force: true });
});

function run(config: string): {
  readonly child: ChildProcess;
  said(words: RegExp): Promise<string>;
  readonly ended: Promise<number | null>;
} {
  const path = join(folder, `config-${children.length}.yaml`);
  writeFileSync(path, config);
  const command = ['--import', 'tsx', '--conditions=@pintle/source', resolve('packages/pintle/src/cli.ts')];
  const child = spawn(process.execPath, [...command, 'scheduler', '--kubeconfig', kubeconfig, '--config', path], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  children.push(child);
  let output = '';
  child.stderr!.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise<number | null>((done) => child.once('exit', done));
  return {
    child,
    ended,
    said: (words) =>
      new Promise((found, failed) => {
        const look = () => words.test(output) && found(output);
        child.stderr!.on('data', look);
        child.once('exit', () => (words.test(output) ? found(output) : failed(new Error(output))));
        look();
      }),
  };
}

const bound = (name: string) =>
  firstValueFrom(
    cluster.client
      .watch<Pod>(Pod, { namespace: 'default', fieldSelector: `metadata.name=${name}` })
      .pipe(filter(({ type, object }) => type !== 'BOOKMARK' && Boolean((object as Pod).spec?.nodeName))),
  ).then(({ object }) => (object as Pod).spec!.nodeName);

const pod = (name: string, schedulerName: string): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default' },
  spec: { schedulerName, containers: [{ name: 'main', image: 'example' }] },
});

it('places the pods that ask for it, by its own configuration, and ends when told', async () => {
  const second = run(`
apiVersion: kubescheduler.config.k8s.io/v1
kind: KubeSchedulerConfiguration
leaderElection: { leaderElect: true, resourceName: second }
profiles:
  - schedulerName: second
    pluginConfig:
      - name: NodeAffinity
        args:
          addedAffinity:
            requiredDuringSchedulingIgnoredDuringExecution:
              nodeSelectorTerms: [{ matchExpressions: [{ key: disk, operator: In, values: [ssd] }] }]
`);
  await second.said(/scheduling for second at https:/);
  const names = ['a', 'b', 'c', 'd'];
  for (const name of names) await cluster.client.create(pod(name, 'second'));
  await cluster.client.create(pod('other', 'default-scheduler'));
  expect(await Promise.all(names.map(bound))).toEqual(names.map(() => 'node-1'));
  expect(await bound('other')).toMatch(/^node-/);
  const scheduled = firstValueFrom(
    cluster.client
      .watch<Event>(Event, { namespace: 'default', fieldSelector: 'reason=Scheduled,involvedObject.name=a' })
      .pipe(filter(({ type }) => type === 'ADDED')),
  );
  expect(((await scheduled).object as Event).reportingComponent).toBe('second');
  second.child.kill('SIGTERM');
  expect(await second.ended).toBe(0);
}, 60_000);

it('names what is wrong with its configuration before it begins', async () => {
  const wrong = run(
    'apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\nprofiles: [{ plugin: {} }]\n',
  );
  expect(await wrong.said(/profiles\[0\]\.plugin/)).toContain('pintle: ');
  expect(await wrong.ended).toBe(1);
}, 60_000);
