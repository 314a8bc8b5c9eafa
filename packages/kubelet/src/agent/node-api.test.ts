/** What a kubelet tells over HTTP, on virtual time, of pods of a simulated runtime over a real API server. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Pod } from '@pintle/api/core/v1';
import { type ApiServer, createApiServer } from '@pintle/apiserver';
import type { NodeAnswer } from '@pintle/contracts';
import { type VirtualWorld, virtualWorld } from '@pintle/machinery';
import { createInformers, type Informers } from '@pintle/watch';
import { createKubelet, type Kubelet } from '../kubelet.js';
import { simulatedNetwork } from '../simulated/simulated-network.js';
import { simulatedRuntime } from '../simulated/simulated-runtime.js';

let world: VirtualWorld;
let api: ApiServer;
let informers: Informers;
let kubelet: Kubelet;
let uid: string;

beforeEach(async () => {
  world = virtualWorld();
  const drive = async <T>(work: Promise<T>): Promise<T> => {
    let over = false;
    const done = work.finally(() => {
      over = true;
    });
    for (let i = 0; i < 1_000 && !over; i++) await world.advance(10);
    return done;
  };
  api = await drive(createApiServer({ world }));
  const client = api.client();
  informers = createInformers({ client, world });
  informers.start();
  const images = { app: { log: [{ text: 'hello' }], memoryBytes: 1_000, cpuMillis: 500 } };
  const runtime = simulatedRuntime({ world, images });
  kubelet = createKubelet({ world, client, informers, nodeName: 'n1', runtime, network: simulatedNetwork() });
  await drive(kubelet.start());
  const made = await client.create<Pod>({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      nodeName: 'n1',
      containers: [{ name: 'main', image: 'app' }],
      automountServiceAccountToken: false,
    } as Pod['spec'],
  });
  uid = made.metadata.uid!;
  await world.advance(10_000);
});
afterEach(async () => {
  await kubelet.stop();
  informers.stop();
  await api.stop();
});

async function asked(path: string, query = ''): Promise<NodeAnswer & { readonly text: string }> {
  const answer = await kubelet.get(path, new URLSearchParams(query));
  let text = '';
  if (typeof answer.body === 'string') text = answer.body;
  else for await (const chunk of answer.body) text += new TextDecoder().decode(chunk);
  return { ...answer, text };
}

it.each(['/healthz', '/healthz/', '/healthz/ping', '/healthz/syncloop'])('%s is ok', async (path) => {
  expect(await asked(path)).toMatchObject({ status: 200, text: 'ok' });
});

it('says of its health what was looked at', async () => {
  expect((await asked('/healthz', 'verbose')).text).toBe(
    '[+]ping ok\n[+]log ok\n[+]syncloop ok\nhealthz check passed\n',
  );
});

it('tells of its pods: as the API has them, and as they run', async () => {
  const pods = JSON.parse((await asked('/pods')).text);
  expect(pods).toMatchObject({ kind: 'PodList', apiVersion: 'v1', items: [{ metadata: { name: 'web', uid } }] });
  const running = JSON.parse((await asked('/runningpods/')).text);
  expect(running.items).toEqual([
    {
      metadata: { name: 'web', namespace: 'default', uid, creationTimestamp: null },
      spec: { containers: [{ name: 'main', image: 'app', resources: {} }] },
      status: {},
    },
  ]);
});

it('tells what is used, as a document and as metrics', async () => {
  const summary = JSON.parse((await asked('/stats/summary')).text);
  expect(summary).toMatchObject({
    node: { nodeName: 'n1', memory: { workingSetBytes: 1_000 } },
    pods: [{ podRef: { name: 'web', namespace: 'default', uid }, containers: [{ name: 'main' }] }],
  });
  const { contentType, text } = await asked('/metrics/resource');
  expect(contentType).toMatch(/^text\/plain; version=0\.0\.4/);
  const lines = text.split('\n');
  expect(lines).toContain('container_memory_working_set_bytes{container="main",namespace="default",pod="web"} 1000');
  expect(lines).toContain('node_memory_working_set_bytes 1000');
  const seconds = (name: string) => Number(lines.find((line) => line.startsWith(name))?.split(' ')[1]);
  expect(seconds('pod_cpu_usage_seconds_total')).toBeCloseTo(summary.pods[0].cpu.usageCoreNanoSeconds / 1e9, 6);
  expect(seconds('pod_cpu_usage_seconds_total')).toBeGreaterThan(1);
  const own = (await asked('/metrics')).text.split('\n');
  expect(own).toEqual(
    expect.arrayContaining([
      'kubelet_node_name{node="n1"} 1',
      'kubelet_running_containers{container_state="running"} 1',
      'kubelet_running_pods 1',
    ]),
  );
});

it('tells how it is set up', async () => {
  expect(JSON.parse((await asked('/configz')).text)).toEqual({
    kubeletconfig: {
      enableServer: true,
      syncFrequency: '60s',
      nodeStatusReportFrequency: '300s',
      nodeLeaseDurationSeconds: 40,
      maxPods: 110,
    },
  });
});

describe('logs', () => {
  it('are found by the names of pods, and as the files that a machine has of them', async () => {
    expect((await asked('/containerLogs/default/web/main')).text).toBe('hello\n');
    expect((await asked('/containerLogs/default/web/main', 'tailLines=0')).text).toBe('');
    expect((await asked('/logs/')).text).toBe('<pre>\n<a href="pods/">pods/</a>\n</pre>\n');
    expect((await asked('/logs/pods/')).text).toContain(`<a href="default_web_${uid}/">`);
    expect((await asked(`/logs/pods/default_web_${uid}/`)).text).toContain('<a href="main/">');
    expect((await asked(`/logs/pods/default_web_${uid}/main/`)).text).toContain('<a href="0.log">');
    expect((await asked(`/logs/pods/default_web_${uid}/main/0.log`)).text).toMatch(/^\S+Z hello\n$/);
  });

  it.each([
    ['/containerLogs/default/web/other', 400, 'container other is not valid for pod web\n'],
    ['/containerLogs/default/none/main', 404, 'pods "none" not found\n'],
    ['/containerLogs/default/web', 404, '404 page not found\n'],
    ['/containerLogs/default/web/main?tailLines=x', 400, 'strconv.ParseInt: parsing "x": invalid syntax\n'],
    ['/logs/pods/../../etc/passwd', 404, '404 page not found\n'],
    ['/logs/pods/%2e%2e/main/0.log', 404, '404 page not found\n'],
    ['/logs/%zz/', 404, '404 page not found\n'],
    ['/logs/syslog', 404, '404 page not found\n'],
    ['/exec/default/web/main', 404, '404 page not found\n'],
    ['/', 404, '404 page not found\n'],
  ])('%s: %d', async (line, status, text) => {
    const [path = '', query] = line.split('?');
    expect(await asked(path, query)).toMatchObject({ status, text });
  });
});
