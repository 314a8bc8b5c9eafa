/** Unmodified kubectl of several versions, and how people run Jobs and CronJobs and autoscale. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { simulatedNodes } from '@pintle/cluster';
import { createServedCluster, type ServedCluster } from '@pintle/cluster/nodejs';
import { findKubectls, runKubectl } from './kubectl-binaries.js';

const found = findKubectls();

const pod = (image: string) => ({ restartPolicy: 'Never', containers: [{ name: 'main', image }] });
const manifest = {
  apiVersion: 'v1',
  kind: 'List',
  items: [
    {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'shards' },
      spec: { completions: 3, parallelism: 2, completionMode: 'Indexed', template: { spec: pod('ok') } },
    },
    {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'fails' },
      spec: { backoffLimit: 0, template: { spec: pod('fails') } },
    },
    {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'runs' },
      spec: { parallelism: 2, template: { spec: pod('runs') } },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web' },
      spec: {
        replicas: 1,
        selector: { matchLabels: { app: 'web' } },
        template: {
          metadata: { labels: { app: 'web' } },
          spec: { containers: [{ name: 'web', image: 'busy', resources: { requests: { cpu: '100m' } } }] },
        },
      },
    },
  ],
};

interface Step {
  readonly args: string;
  readonly expect: RegExp;
  /** Exit status other than 0. */
  readonly status?: number;
  /** Asked again until it is so: Events are written when there is time. */
  readonly isSoon?: boolean;
}

const soonMs = 20_000;
const againMs = 300;

/** `$F` is the manifest, `$N` a namespace of the version's own. */
const steps: readonly Step[] = [
  { args: 'create namespace $N', expect: /created/ },
  { args: 'apply -n $N -f $F', expect: /job\.batch\/shards created[\s\S]*job\.batch\/runs created/ },
  { args: 'create job -n $N once --image=ok -- sleep 1', expect: /job\.batch\/once created/ },
  { args: 'wait -n $N --for=condition=complete job/once job/shards --timeout=20s', expect: /once condition met/ },
  { args: 'wait -n $N --for=condition=failed job/fails --timeout=20s', expect: /condition met/ },
  { args: 'get jobs -n $N', expect: /NAME +STATUS +COMPLETIONS +DURATION +AGE[\s\S]*fails +Failed +0\/1/ },
  {
    args: 'get jobs -n $N',
    expect: /once +Complete +1\/1[\s\S]*runs +Running +0\/1 of 2[\s\S]*shards +Complete +3\/3/,
  },
  {
    args: 'get jobs -n $N once -o wide',
    expect: /CONTAINERS +IMAGES +SELECTOR[\s\S]*once +ok +batch\.kubernetes\.io\/controller-uid=/,
  },
  {
    args: 'get job -n $N shards -o jsonpath={.status.completedIndexes}{.status.succeeded}',
    expect: /^0-23$/,
  },
  {
    args: 'describe job -n $N shards',
    isSoon: true,
    expect: /Completion Mode: +Indexed[\s\S]*Completed Indexes: +0-2/,
  },
  {
    args: 'describe job -n $N shards',
    isSoon: true,
    expect: /SuccessfulCreate[\s\S]*Completed +\S+ +job-controller +Job completed/,
  },
  {
    args: 'describe job -n $N fails',
    isSoon: true,
    expect: /0 Active[\s\S]*0 Succeeded \/ 1 Failed[\s\S]*BackoffLimitExceeded[\s\S]*specified backoff limit/,
  },
  {
    args: 'get pods -n $N -l job-name=shards -o name',
    expect: /pod\/shards-0-\w+\s+pod\/shards-1-\w+\s+pod\/shards-2-/,
  },
  { args: 'logs -n $N job/once', expect: /done/ },
  { args: 'patch job -n $N runs -p {"spec":{"suspend":true}}', expect: /patched/ },
  { args: 'wait -n $N --for=condition=suspended job/runs --timeout=20s', expect: /condition met/ },
  { args: 'get jobs -n $N runs', expect: /runs +Suspended/ },
  { args: 'delete job -n $N runs', expect: /job\.batch "runs" deleted/ },
  { args: 'wait -n $N --for=delete pod -l job-name=runs --timeout=20s', expect: /^$|condition met|no matching/ },

  {
    args: 'create cronjob -n $N tick --image=ok --schedule=@hourly -- sleep 1',
    expect: /cronjob\.batch\/tick created/,
  },
  {
    args: 'create cronjob -n $N wrong --image=ok --schedule=@sometimes',
    expect: /spec\.schedule: Invalid value: "@sometimes": unrecognized descriptor: @sometimes/,
    status: 1,
  },
  { args: 'get cronjobs -n $N', expect: /tick +@hourly +(<none> +)?False +0 +<none>/ },
  { args: 'create job -n $N --from=cronjob/tick now', expect: /job\.batch\/now created/ },
  { args: 'wait -n $N --for=condition=complete job/now --timeout=20s', expect: /condition met/ },
  {
    args: 'get job -n $N now -o jsonpath={.metadata.ownerReferences[0].kind}/{.metadata.ownerReferences[0].name}',
    expect: /^CronJob\/tick$/,
  },
  { args: 'describe cronjob -n $N tick', expect: /Schedule: +@hourly[\s\S]*Concurrency Policy: +Allow/ },
  { args: 'delete cronjob -n $N tick', expect: /deleted/ },
  { args: 'wait -n $N --for=delete job/now --timeout=20s', expect: /^$|condition met/ },

  { args: 'rollout status -n $N deploy/web --timeout=20s', expect: /successfully rolled out/ },
  { args: 'autoscale deploy -n $N web --min=1 --max=3 --cpu-percent=50', expect: /autoscaled/ },
  { args: 'wait -n $N --for=jsonpath={.spec.replicas}=3 deploy/web --timeout=35s', expect: /condition met/ },
  { args: 'get hpa -n $N', expect: /web +Deployment\/web +(cpu: )?[1-9]\d\d%\/50% +1 +3 +[123]/ },
  {
    args: 'describe hpa -n $N web',
    isSoon: true,
    expect:
      /resource cpu on pods +\(as a percentage of request\): +\d+% \(\d+m\) \/ 50%[\s\S]*ScalingActive +True +ValidMetricFound[\s\S]*SuccessfulRescale/,
  },
  { args: 'delete hpa -n $N web', expect: /deleted/ },
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

(found.length === 0 ? describe.skip : describe)('kubectl, Jobs and autoscalers', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pintle-batch-'));
    await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest));
    const images = {
      ok: { runMs: 200, log: [{ text: 'done' }] },
      fails: { runMs: 200, exitCode: 1 },
      busy: { cpuMillis: 400 },
    };
    cluster = await createServedCluster({
      port: 0,
      kubeconfig: join(folder, 'kubeconfig'),
      nodes: simulatedNodes(2, { images }),
    });
  });

  afterAll(async () => {
    await cluster.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function follow({ version, path }: (typeof found)[number]): Promise<void> {
    const namespace = `with-${version.replace('.', '-')}`;
    for (const step of steps) {
      const untilMs = Date.now() + (step.isSoon ? soonMs : 0);
      let { output, status } = await run(path, namespace, step.args);
      while (!step.expect.test(output) && Date.now() < untilMs) {
        await setTimeout(againMs);
        ({ output, status } = await run(path, namespace, step.args));
      }
      expect({ version, args: step.args, output, status }).toEqual({
        version,
        args: step.args,
        output: expect.stringMatching(step.expect),
        status: step.status ?? 0,
      });
    }
  }

  // Autoscalers are looked at every fifteen seconds: the versions go side by side.
  it('every version runs Jobs and CronJobs, and autoscales', async () => {
    await Promise.all(found.map(follow));
  }, 180_000);
});
