/** `pintle snapshot`: what the scheduler reads of a cluster is read back as a trace, and lands where it was. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { ConfigMap, Namespace, type Pod, type Secret } from '@pintle/api/core/v1';
import { connect, kubeConfig } from '@pintle/client/nodejs';
import { simulatedNodes } from '@pintle/cluster';
import { createServedCluster, type ServedCluster } from '@pintle/cluster/nodejs';
import { statusError } from '@pintle/machinery';
import { parseTrace } from '@pintle/scheduler';
import { takeSnapshot } from './snapshot.js';

let folder: string;
let cluster: ServedCluster;

const pod = (name: string): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default' },
  spec: { containers: [{ name: 'main', image: 'nginx' }] } as Pod['spec'],
});

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pintle-snapshot-'));
  cluster = await createServedCluster({ port: 0, kubeconfig: join(folder, 'kubeconfig'), nodes: simulatedNodes(2) });
  const data = { password: 'c2VjcmV0' };
  await cluster.client.create<Secret>({ ...pod('hidden'), kind: 'Secret', data } as Secret);
  for (const name of ['a', 'b', 'c']) await cluster.client.create(pod(name));
});

afterAll(async () => {
  await cluster.stop();
  await rm(folder, { recursive: true, force: true });
});

it('prints what scheduling reads, through a kubeconfig', async () => {
  const cli = ['--import', 'tsx', '--conditions=@pintle/source', resolve('packages/pintle/src/cli.ts')];
  const args = [...cli, 'snapshot', '--kubeconfig', join(folder, 'kubeconfig')];
  const run = await promisify(execFile)(process.execPath, args);
  expect(run.stderr).toBe('');
  const trace = parseTrace(run.stdout);
  expect(trace.nodes.map(({ metadata }) => metadata.name)).toEqual(['node-0', 'node-1']);
  expect(trace.pods.map((traced) => traced.pod.metadata.name)).toEqual(['a', 'b', 'c']);
  expect(new Set(trace.objects?.map(({ kind }) => kind))).toEqual(new Set(['Namespace', 'Service', 'PriorityClass']));
  expect(run.stdout).not.toMatch(/managedFields|c2VjcmV0/);
});

it('reads page after page, and leaves out what a cluster does not serve', async () => {
  const client = await connect(kubeConfig({ path: join(folder, 'kubeconfig') }));
  const asked: string[] = [];
  const { objects, left } = await takeSnapshot({
    list: async (kind, options) => {
      asked.push(kind.kind);
      if (kind.kind === 'ResourceSlice')
        throw statusError('NotFound', 'the server could not find the requested resource');
      return client.list(kind, { ...options, limit: 2 });
    },
  });
  expect(asked.filter((kind) => kind === 'Pod')).toHaveLength(2);
  expect(objects.filter(({ kind }) => kind === 'Pod')).toHaveLength(3);
  expect(objects.every(({ apiVersion, kind }) => apiVersion !== undefined && kind !== undefined)).toBe(true);
  expect(left).toEqual([{ kind: 'ResourceSlice', why: 'the server could not find the requested resource' }]);
  expect([ConfigMap.kind, Namespace.kind].map((kind) => asked.includes(kind))).toEqual([false, true]);
});

it('fails where nodes may not be read', async () => {
  const refused = async () => {
    throw statusError('Forbidden', 'nodes is forbidden');
  };
  await expect(takeSnapshot({ list: refused })).rejects.toThrow('nodes is forbidden');
});
