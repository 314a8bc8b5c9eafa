/**
 * Unmodified kubectl of several versions against a served cluster of simulated nodes: what people type, and what they
 * then see.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Node } from '@pintle/api/core/v1';
import { connect, kubeConfig } from '@pintle/client/nodejs';
import { simulatedNodes } from '@pintle/cluster';
import { createServedCluster, type ServedCluster } from '@pintle/cluster/nodejs';
import { findKubectls, runKubectl } from './kubectl-binaries.js';

const found = findKubectls();

const manifest = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'applied', labels: { app: 'applied' } },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'applied' } },
    template: { metadata: { labels: { app: 'applied' } }, spec: { containers: [{ name: 'main', image: 'nginx:1' }] } },
  },
};

interface Step {
  readonly args: string;
  readonly expect: RegExp;
  /** Exit status other than 0. */
  readonly status?: number;
}

/** `$F` is the manifest, `$N` a namespace of the version's own. */
const steps: readonly Step[] = [
  { args: 'version', expect: /Server Version: .*v1\.33/ },
  { args: 'cluster-info', expect: /control plane is running at/ },
  { args: 'api-versions', expect: /^apps\/v1$/m },
  { args: 'api-resources', expect: /deployments +deploy +apps\/v1 +true +Deployment/ },
  { args: 'get nodes', expect: /node-0 +Ready/ },
  { args: 'create namespace $N', expect: /namespace\/\S+ created/ },
  { args: 'apply -n $N -f $F', expect: /deployment\.apps\/applied created/ },
  { args: 'apply -n $N -f $F', expect: /deployment\.apps\/applied unchanged/ },
  { args: 'rollout status -n $N deploy/applied --timeout=20s', expect: /successfully rolled out/ },
  { args: 'get deploy -n $N', expect: /applied +2\/2 +2 +2/ },
  { args: 'get deploy -n $N -o wide', expect: /CONTAINERS +IMAGES +SELECTOR[\s\S]*nginx:1 +app=applied/ },
  { args: 'get pods -n $N -l app=applied -o name', expect: /pod\/applied-/ },
  {
    args: 'get pods -n $N --field-selector status.phase=Running -o jsonpath={.items[*].status.phase}',
    expect: /^Running Running$/,
  },
  { args: 'get deploy -n $N applied -o custom-columns=R:.spec.replicas', expect: /R\s+2/ },
  { args: 'get deploy -n $N applied -o yaml', expect: /kind: Deployment/ },
  { args: 'get pods -A', expect: /NAMESPACE +NAME +READY/ },
  { args: 'describe -n $N deploy applied', expect: /StrategyType: +RollingUpdate/ },
  { args: 'describe -n $N pod -l app=applied', expect: /Started container main/ },
  { args: 'apply -n $N --server-side --force-conflicts -f $F', expect: /serverside-applied/ },
  { args: 'diff -n $N --server-side --force-conflicts -f $F', expect: /^$/ },
  { args: 'scale -n $N deploy applied --replicas=3', expect: /scaled/ },
  { args: 'wait -n $N --for=jsonpath={.status.readyReplicas}=3 deploy/applied --timeout=20s', expect: /condition met/ },
  { args: 'set image -n $N deploy/applied main=nginx:2', expect: /image updated/ },
  { args: 'rollout status -n $N deploy/applied --timeout=20s', expect: /successfully rolled out/ },
  { args: 'rollout history -n $N deploy/applied', expect: /1 +<none>\s+2 +<none>/ },
  { args: 'rollout undo -n $N deploy/applied', expect: /rolled back/ },
  { args: 'rollout status -n $N deploy/applied --timeout=20s', expect: /successfully rolled out/ },
  { args: 'rollout pause -n $N deploy/applied', expect: /paused/ },
  { args: 'rollout resume -n $N deploy/applied', expect: /resumed/ },
  { args: 'rollout restart -n $N deploy/applied', expect: /restarted/ },
  {
    args: 'patch -n $N deploy applied --type=json -p [{"op":"replace","path":"/spec/replicas","value":1}]',
    expect: /patched/,
  },
  { args: 'patch -n $N deploy applied --type=merge -p {"metadata":{"labels":{"a":"b"}}}', expect: /patched/ },
  { args: 'patch -n $N deploy applied -p {"spec":{"minReadySeconds":0}}', expect: /patched/ },
  { args: 'label -n $N deploy applied tier=front', expect: /labeled/ },
  { args: 'annotate -n $N deploy applied note=x', expect: /annotated?/ },
  { args: 'expose -n $N deploy applied --port=80 --target-port=8080', expect: /service\/applied exposed/ },
  { args: 'create deployment -n $N made --image=nginx --replicas=1', expect: /deployment\.apps\/made created/ },
  { args: 'create configmap -n $N settings --from-literal=a=b', expect: /configmap\/settings created/ },
  { args: 'create secret generic -n $N hidden --from-literal=a=b', expect: /secret\/hidden created/ },
  { args: 'get -n $N cm,secret', expect: /configmap\/settings +1[\s\S]*secret\/hidden +Opaque +1/ },
  { args: 'create token default -n $N', expect: /^eyJ/ },
  { args: 'auth can-i delete pods -n $N', expect: /yes/ },
  { args: 'auth can-i delete pods -n $N --as=nobody', expect: /no/, status: 1 },
  { args: 'events -n $N', expect: /ScalingReplicaSet/ },
  { args: 'explain pod.spec.containers', expect: /Volumes to find as block devices\./ },
  { args: 'explain deployment.spec.strategy', expect: /The pace of a rolling update/ },
  { args: 'replace -n $N -f $F', expect: /replaced/ },
  { args: 'delete pod -n $N -l app=applied --force --grace-period=0', expect: /force deleted/ },
  { args: 'delete deploy -n $N made --cascade=foreground', expect: /deployment\.apps "made" deleted/ },
  { args: 'delete deploy -n $N applied --cascade=orphan', expect: /deployment\.apps "applied" deleted/ },
  { args: 'get rs -n $N', expect: /applied-/ },
  {
    args: 'get deploy -n $N nothing',
    expect: /Error from server \(NotFound\): deployments\.apps "nothing" not found/,
    status: 1,
  },
  { args: 'delete namespace $N --timeout=30s', expect: /namespace "\S+" deleted/ },
];

let cluster: ServedCluster;
let folder: string;

async function run(path: string, namespace: string, args: string): Promise<{ output: string; status: number }> {
  const words = args
    .split(' ')
    .map((word) => word.replace('$N', namespace).replace('$F', join(folder, 'manifest.json')));
  const { stdout, stderr, status } = await runKubectl(path, words, { folder });
  return { output: `${stdout}${stderr}`, status };
}

(found.length === 0 ? describe.skip : describe)('kubectl', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pintle-kubectl-'));
    await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest));
    cluster = await createServedCluster({ port: 0, kubeconfig: join(folder, 'kubeconfig'), nodes: simulatedNodes(2) });
  });

  afterAll(async () => {
    await cluster.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('the TypeScript client does too, by the same kubeconfig', async () => {
    const client = await connect(kubeConfig({ path: join(folder, 'kubeconfig') }));
    expect((await client.list(Node)).map(({ metadata }) => metadata.name)).toEqual(['node-0', 'node-1']);
  });

  it.each(found)(
    '$version does what people ask of it',
    async ({ version, path }) => {
      const namespace = `with-${version.replace('.', '-')}`;
      for (const step of steps) {
        const { output, status } = await run(path, namespace, step.args);
        expect({ args: step.args, output, status }).toEqual({
          args: step.args,
          output: expect.stringMatching(step.expect),
          status: step.status ?? 0,
        });
      }
    },
    120_000,
  );
});
