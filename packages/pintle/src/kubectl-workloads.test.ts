/** Unmodified kubectl of several versions, and how people roll out StatefulSets and DaemonSets, drain and evict. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { simulatedNodes } from '@pintle/cluster';
import { createServedCluster, type ServedCluster } from '@pintle/cluster/nodejs';
import { findKubectls, runKubectl } from './kubectl-binaries.js';

const found = findKubectls();

const template = (name: string) => ({
  metadata: { labels: { app: name } },
  spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'main', image: 'nginx:1' }] },
});
const workload = (kind: string, name: string, spec: object) => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name, labels: { app: name } },
  spec: { selector: { matchLabels: { app: name } }, template: template(name), ...spec },
});
const manifest = {
  apiVersion: 'v1',
  kind: 'List',
  items: [
    workload('StatefulSet', 'db', { replicas: 2, serviceName: 'db' }),
    workload('DaemonSet', 'agent', {}),
    {
      apiVersion: 'v1',
      kind: 'ReplicationController',
      metadata: { name: 'old' },
      spec: { replicas: 1, template: template('old') },
    },
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'db' },
      spec: { minAvailable: 2, selector: { matchLabels: { app: 'db' } } },
    },
  ],
};

interface Step {
  readonly args: string;
  readonly expect: RegExp;
  /** Exit status other than 0. */
  readonly status?: number;
}

const complete = /partitioned roll out complete: 2 new pods have been updated|successfully rolled out/;

/** What both kinds are asked for; `$K` is the kind and name. */
const rollout = (target: string): readonly Step[] =>
  [
    { args: 'rollout status -n $N $K --timeout=20s', expect: complete },
    { args: 'rollout history -n $N $K', expect: /REVISION +CHANGE-CAUSE\s+1 +<none>/ },
    { args: 'set image -n $N $K main=nginx:2', expect: /image updated/ },
    { args: 'rollout status -n $N $K --timeout=20s', expect: complete },
    {
      args: 'get pods -n $N -l app=$A -o jsonpath={.items[*].spec.containers[0].image}',
      expect: /^nginx:2( nginx:2)*$/,
    },
    { args: 'rollout history -n $N $K', expect: /1 +<none>\s+2 +<none>/ },
    { args: 'rollout history -n $N $K --revision=1', expect: /Image:\s+nginx:1/ },
    { args: 'rollout undo -n $N $K', expect: /rolled back/ },
    { args: 'rollout status -n $N $K --timeout=20s', expect: complete },
    {
      args: 'get pods -n $N -l app=$A -o jsonpath={.items[*].spec.containers[0].image}',
      expect: /^nginx:1( nginx:1)*$/,
    },
    { args: 'rollout history -n $N $K', expect: /2 +<none>\s+3 +<none>/ },
    { args: 'rollout undo -n $N $K --to-revision=2', expect: /rolled back/ },
    {
      args: 'rollout undo -n $N $K --to-revision=7',
      expect: /unable to find specified revision 7 in history/,
      status: 1,
    },
    { args: 'rollout restart -n $N $K', expect: /restarted/ },
    { args: 'rollout status -n $N $K --timeout=20s', expect: complete },
    {
      args: 'get pods -n $N -l app=$A -o jsonpath={.items[*].metadata.annotations.kubectl\\.kubernetes\\.io/restartedAt}',
      expect: /^\d{4}-\S+( \d{4}-\S+)*$/,
    },
  ].map((step) => ({
    ...step,
    args: step.args.replace('$K', target).replace('$A', target.split('/')[1]!),
  }));

const steps: readonly Step[] = [
  { args: 'create namespace $N', expect: /created/ },
  { args: 'apply -n $N -f $F', expect: /statefulset\.apps\/db created\s+daemonset\.apps\/agent created/ },
  ...rollout('statefulset/db'),
  ...rollout('daemonset/agent'),
  { args: 'get sts -n $N', expect: /db +2\/2/ },
  { args: 'get ds -n $N', expect: /agent +3 +3 +3 +3 +3/ },
  { args: 'get controllerrevisions -n $N', expect: /statefulset\.apps\/db +5/ },
  {
    args: 'describe sts -n $N db',
    expect: /Update Strategy: +RollingUpdate[\s\S]*create Pod db-0 in StatefulSet db successful/,
  },
  { args: 'describe ds -n $N agent', expect: /Desired Number of Nodes Scheduled: 3[\s\S]*Created pod: agent-/ },
  { args: 'scale -n $N sts/db --replicas=3', expect: /scaled/ },
  { args: 'rollout status -n $N sts/db --timeout=20s', expect: /complete/ },
  { args: 'scale -n $N rc/old --replicas=2', expect: /scaled/ },
  { args: 'wait -n $N --for=jsonpath={.status.readyReplicas}=2 rc/old --timeout=20s', expect: /condition met/ },
  { args: 'describe rc -n $N old', expect: /Replicas: +2 current \/ 2 desired/ },
  { args: 'get pdb -n $N', expect: /db +2 +N\/A +1/ },
  { args: 'describe pdb -n $N db', expect: /Min available: +2[\s\S]*Allowed disruptions: +1[\s\S]*Current: +3/ },
  { args: 'delete rc,sts,ds,pdb -n $N --all', expect: /"db" deleted/ },
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

async function follow(path: string, namespace: string, each: readonly Step[]): Promise<void> {
  for (const step of each) {
    const { output, status } = await run(path, namespace, step.args);
    expect({ args: step.args, output, status }).toEqual({
      args: step.args,
      output: expect.stringMatching(step.expect),
      status: step.status ?? 0,
    });
  }
}

(found.length === 0 ? describe.skip : describe)('kubectl and workloads', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pintle-workloads-'));
    await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest));
    cluster = await createServedCluster({ port: 0, kubeconfig: join(folder, 'kubeconfig'), nodes: simulatedNodes(3) });
  });

  afterAll(async () => {
    await cluster.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it.each(found)(
    '$version rolls out, looks back and goes back',
    ({ version, path }) => follow(path, `with-${version.replace('.', '-')}`, steps),
    120_000,
  );

  it('a drain waits for the budget', async () => {
    const { path } = found.at(-1)!;
    await follow(path, 'drained', [
      { args: 'create namespace $N', expect: /created/ },
      { args: 'apply -n $N -f $F', expect: /created/ },
      { args: 'rollout status -n $N sts/db --timeout=20s', expect: /complete/ },
      // Two of two have to stay: whichever node they are on.
      { args: 'cordon node-0 node-1 node-2', expect: /cordoned/ },
      {
        args: 'drain node-0 node-1 node-2 --ignore-daemonsets --timeout=3s --pod-selector=app=db',
        expect: /Cannot evict pod as it would violate the pod's disruption budget/,
        status: 1,
      },
      { args: 'uncordon node-0 node-1 node-2', expect: /uncordoned/ },
      { args: 'patch pdb -n $N db -p {"spec":{"minAvailable":0}}', expect: /patched/ },
      {
        args: 'wait -n $N --for=jsonpath={.status.disruptionsAllowed}=2 pdb/db --timeout=20s',
        expect: /condition met/,
      },
      {
        args: 'drain node-0 node-1 node-2 --ignore-daemonsets --timeout=20s --pod-selector=app=db',
        expect: /pod\/db-0 evicted[\s\S]*drained/,
      },
      { args: 'uncordon node-0 node-1 node-2', expect: /uncordoned/ },
    ]);
  }, 60_000);
});
