/**
 * What `client-node.test.ts` has the official JavaScript client do, against the kubeconfig named as an argument: a program
 * of its own, since that client is an ES module. Prints what came of it as JSON, one line a step.
 */

import { once } from 'node:events';
import { get } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { PassThrough, Readable } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';
import {
  AppsV1Api,
  CoreV1Api,
  Exec,
  KubeConfig,
  KubernetesObjectApi,
  Log,
  makeInformer,
  PatchStrategy,
  PortForward,
  setHeaderOptions,
  type V1ConfigMap,
  type V1Deployment,
  type V1Status,
  Watch,
} from '@kubernetes/client-node';

const config = new KubeConfig();
config.loadFromFile(process.argv[2]!);
const core = config.makeApiClient(CoreV1Api);
const apps = config.makeApiClient(AppsV1Api);
const namespace = 'default';
const say = (step: string, value: unknown) => process.stdout.write(`${JSON.stringify({ step, value })}\n`);
const until = async (holds: () => boolean) => {
  while (!holds()) await new Promise((done) => setTimeout(done, 20));
};

const configMap = (x: string): V1ConfigMap => ({ metadata: { name: 'a', namespace }, data: { x } });
const deployment: V1Deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace },
  spec: {
    replicas: 0,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'main', image: 'x' }] } },
  },
};

// An informer: what was there, then each change.
const seen: string[] = [];
const informer = makeInformer(config, `/api/v1/namespaces/${namespace}/configmaps`, () =>
  core.listNamespacedConfigMap({ namespace }),
);
for (const event of ['add', 'update', 'delete'] as const)
  informer.on(event, ({ metadata, data }: V1ConfigMap) => {
    if (metadata?.name === 'a') seen.push(`${event} ${data?.['x']}`);
  });
informer.on('error', (error: unknown) => seen.push(`error ${String(error)}`));
await informer.start();
await core.createNamespacedConfigMap({ namespace, body: configMap('1') });
await core.replaceNamespacedConfigMap({ namespace, name: 'a', body: configMap('2') });
await core.patchNamespacedConfigMap(
  { namespace, name: 'a', body: { data: { x: '3' } } },
  setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
);
await core.deleteNamespacedConfigMap({ namespace, name: 'a' });
await until(() => seen.length >= 4);
say('informer', seen);
await informer.stop();

// A watch by hand, from a version.
const { metadata } = await core.listNamespacedConfigMap({ namespace });
const watched: string[] = [];
const ended = new Promise<void>((done) => {
  void new Watch(config)
    .watch(
      `/api/v1/namespaces/${namespace}/configmaps`,
      { resourceVersion: metadata!.resourceVersion, allowWatchBookmarks: true, timeoutSeconds: 2 },
      (type: string, object: V1ConfigMap) => watched.push(`${type} ${object.metadata?.name}`),
      () => done(),
    )
    .then(() => core.createNamespacedConfigMap({ namespace, body: configMap('1') }));
});
await ended;
say('watch', watched);

// Patches of all kinds, and what is refused.
await apps.createNamespacedDeployment({ namespace, body: deployment });
const patch = async (type: PatchStrategy, body: object, more: object = {}) => {
  const patched = await apps.patchNamespacedDeployment(
    { namespace, name: 'web', body, ...more },
    setHeaderOptions('Content-Type', type),
  );
  return patched.spec?.minReadySeconds;
};
say('patches', [
  await patch(PatchStrategy.JsonPatch, [{ op: 'add', path: '/spec/minReadySeconds', value: 1 }]),
  await patch(PatchStrategy.MergePatch, { spec: { minReadySeconds: 2 } }),
  await patch(PatchStrategy.StrategicMergePatch, { spec: { minReadySeconds: 3 } }),
  await patch(
    PatchStrategy.ServerSideApply,
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec: { minReadySeconds: 4 } },
    { fieldManager: 'me', force: true },
  ),
]);
const refused = await patch(
  PatchStrategy.ServerSideApply,
  { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec: { minReadySeconds: 5 } },
  { fieldManager: 'you' },
).catch((error: { code: number; body: string }) => ({ code: error.code, message: JSON.parse(error.body).message }));
say('refused', refused);
const scale = await apps.readNamespacedDeploymentScale({ namespace, name: 'web' });
say('scale', { kind: scale.kind, replicas: scale.spec?.replicas });

// Objects by their kind alone, and the log of a pod.
const objects = KubernetesObjectApi.makeApiClient(config);
const read = await objects.read({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace } });
say('by kind', read.metadata?.name);
const hasRun = async () => (await core.readNamespacedPod({ namespace, name: 'counter' })).status?.phase === 'Succeeded';
while (!(await hasRun())) await new Promise((done) => setTimeout(done, 50));
const output = new PassThrough();
let text = '';
output.on('data', (piece: Buffer) => {
  text += piece.toString();
});
await new Log(config).log(namespace, 'counter', 'main', output, { follow: true });
await until(() => text.split('\n').length > 3);
say('log', text);

// Streams: a command with input, output and an exit code, and a port.
const isRunning = async () => (await core.readNamespacedPod({ namespace, name: 'server' })).status?.phase === 'Running';
while (!(await isRunning())) await new Promise((done) => setTimeout(done, 50));
const [stdout, stderr] = [new PassThrough(), new PassThrough()];
const command = ['sh', '-c', 'cat; echo oops >&2; exit 3'];
const ran = await new Promise<V1Status>((done, failed) => {
  new Exec(config)
    .exec(namespace, 'server', 'main', command, stdout, stderr, Readable.from(['hello']), false, done)
    .catch(failed);
});
say('exec', [String(stdout.read()), String(stderr.read()), ran.details?.causes?.[0]?.message]);
const forward = new PortForward(config);
const local = createServer((socket) => {
  forward.portForward(namespace, 'server', [8080], socket, null, socket).catch(() => socket.destroy());
});
local.listen(0, '127.0.0.1');
await once(local, 'listening');
const { port } = local.address() as AddressInfo;
const fetched = () =>
  new Promise<string>((done, failed) => {
    get({ host: '127.0.0.1', port, agent: false }, (answer) => void textOf(answer).then(done, failed)).on(
      'error',
      failed,
    );
  });
let answer = await fetched().catch(() => '');
while (answer === '') answer = await fetched().catch(() => '');
say('port', answer);
process.exit(0);
