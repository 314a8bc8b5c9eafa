/** Unmodified kubectl asks who it is and what it may, and writes roles: `kubectl auth`, `create role`, `create token`. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { simulatedNodes } from '@pintle/cluster';
import { createServedCluster, type ServedCluster } from '@pintle/cluster/nodejs';
import { findKubectls, runKubectl } from './kubectl-binaries.js';

const found = findKubectls();
const asked = [...new Set([found[0], found.at(-1)])].flatMap((kubectl) => kubectl ?? []);

interface Step {
  readonly args: string;
  readonly input?: string;
  readonly expect: RegExp;
  /** Exit status other than 0. */
  readonly status?: number;
}

const roles = (verbs: readonly string[]) =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'List',
    items: [
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'Role',
        metadata: { name: 'reconciled', namespace: '$N' },
        rules: [{ apiGroups: [''], resources: ['configmaps'], verbs }],
      },
    ],
  });

const steps: readonly Step[] = [
  { args: 'create namespace $N', expect: /created/ },
  { args: 'create serviceaccount -n $N robot', expect: /created/ },
  { args: 'create role -n $N reader --verb=get,list --resource=pods,pods/log', expect: /reader created/ },
  {
    args: 'create rolebinding -n $N robot-reads --role=reader --serviceaccount=$N:robot',
    expect: /robot-reads created/,
  },
  { args: 'auth can-i create pods --as=system:serviceaccount:$N:robot -n $N', expect: /^no/, status: 1 },
  { args: 'auth can-i get pods --as=system:serviceaccount:$N:robot -n $N', expect: /^yes/ },
  { args: 'auth can-i get pods/log --as=system:serviceaccount:$N:robot -n $N', expect: /^yes/ },
  { args: 'auth can-i get pods --as=system:serviceaccount:$N:robot -n default', expect: /^no/, status: 1 },
  { args: 'auth can-i get /version --as=nobody', expect: /^yes/ },
  { args: 'auth can-i * *', expect: /^yes/ },
  {
    args: 'auth can-i --list -n $N --as=system:serviceaccount:$N:robot',
    expect: /pods\/log +\[\] +\[\] +\[get list\]/,
  },
  { args: 'auth can-i --list', expect: /\*\.\* +\[\] +\[\] +\[\*\]/ },
  {
    args: 'auth reconcile -f -',
    input: roles(['get']),
    expect: /role.rbac.authorization.k8s.io\/reconciled reconciled/,
  },
  { args: 'auth reconcile -f -', input: roles(['get', 'list']), expect: /missing rules added/ },
  { args: 'get role -n $N reconciled -o jsonpath={.rules[*].verbs}', expect: /"get".*"list"/ },
  {
    args: 'create role -n $N more --verb=delete --resource=secrets --as=ann --as-group=system:serviceaccounts',
    expect: /cannot create resource "roles"/,
    status: 1,
  },
  { args: 'create token robot -n $N --audience=vault --duration=20m', expect: /^ey[\w-]+\.[\w-]+\.[\w-]+/ },
  { args: 'create token absent -n $N', expect: /serviceaccounts "absent" not found/, status: 1 },
];

(asked.length === 0 ? describe.skip : describe)('kubectl', () => {
  let folder: string;
  let cluster: ServedCluster;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pintle-kubectl-access-'));
    cluster = await createServedCluster({ port: 0, kubeconfig: join(folder, 'kubeconfig'), nodes: simulatedNodes(1) });
  });

  afterAll(async () => {
    await cluster.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it.each(asked)(
    '$version asks what it may, and writes roles',
    async ({ version, path }) => {
      const namespace = `access-${version.replace('.', '-')}`;
      for (const step of steps) {
        const args = step.args.replaceAll('$N', namespace).split(' ');
        const input = step.input?.replaceAll('$N', namespace);
        const run = await runKubectl(path, args, { folder, ...(input === undefined ? {} : { input }) });
        expect({ args: step.args, status: run.status, text: `${run.stdout}${run.stderr}` }).toEqual({
          args: step.args,
          status: step.status ?? 0,
          text: expect.stringMatching(step.expect),
        });
      }
    },
    120_000,
  );

  it.each(asked.filter(({ version }) => version >= '1.28'))('$version asks who it is', async ({ path }) => {
    const { stdout } = await runKubectl(path, ['auth', 'whoami'], { folder });
    expect(stdout).toMatch(/Username +kubernetes-admin/);
    expect(stdout).toMatch(/Groups +\[system:masters system:authenticated\]/);
    expect(stdout).toMatch(/credential-id +\[X509SHA256=[0-9a-f]{64}\]/);
    const as = ['--as=ann', '--as-group=cooks', '--as-group=bakers', '--as-uid=7'];
    const other = await runKubectl(path, ['auth', 'whoami', ...as], { folder });
    expect(other.stdout).toMatch(/Username +ann\n.*UID +7\nGroups +\[cooks bakers system:authenticated\]/s);
  });

  it.each(asked)(
    '$version shows what pods and nodes use',
    async ({ version, path }) => {
      const name = `used-${version.replace('.', '-')}`;
      const kubectl = (args: string) => runKubectl(path, args.split(' '), { folder });
      await kubectl(`run ${name} --image=nginx`);
      expect((await kubectl(`wait --for=condition=Ready pod/${name} --timeout=30s`)).stdout).toMatch(/condition met/);
      // A sample may be older than the pod; the next is taken ten seconds later at the latest.
      let pods = await kubectl('top pods');
      for (let i = 0; i < 30 && !pods.stdout.includes(name); i++) {
        await new Promise((resolve) => setTimeout(resolve, 500));
        pods = await kubectl('top pods');
      }
      expect(pods.stdout).toMatch(new RegExp(`NAME +CPU\\(cores\\) +MEMORY\\(bytes\\)[\\s\\S]*${name} +\\d+m +\\d+Mi`));
      expect((await kubectl('top nodes')).stdout).toMatch(/node-0 +\d+m +\d+% +\d+Mi +\d+%/);
      expect((await kubectl('get --raw /apis/metrics.k8s.io/v1beta1/nodes')).stdout).toContain(
        '"kind":"NodeMetricsList"',
      );
      expect((await kubectl('api-resources --api-group=metrics.k8s.io')).stdout).toMatch(
        /nodes .*NodeMetrics[\s\S]*pods .*PodMetrics/,
      );
    },
    60_000,
  );
});
