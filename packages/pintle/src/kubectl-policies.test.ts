/**
 * Unmodified kubectl where a cluster says no, or asks somebody first: quota, limits, Pod Security, certificate requests.
 * A certificate that was asked for, approved and issued lets its user in.
 */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { simulatedNodes } from '@pintle/cluster';
import { createServedCluster, type ServedCluster } from '@pintle/cluster/nodejs';
import { findKubectls, runKubectl } from './kubectl-binaries.js';

const found = findKubectls();
/** Hundreds of checks are made elsewhere; here the oldest and the newest are asked. */
const asked = [...new Set([found[0], found.at(-1)])].flatMap((kubectl) => kubectl ?? []);

interface Step {
  readonly args: string;
  readonly input?: string;
  readonly expect: RegExp;
  /** Exit status other than 0. */
  readonly status?: number;
}

const pod = (name: string, container: object) =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: { containers: [{ name: 'main', image: 'nginx', ...container }] },
  });

/** `$N` is a namespace of the version's own. */
const policySteps: readonly Step[] = [
  { args: 'create namespace $N', expect: /created/ },
  {
    args: 'create quota -n $N few --hard=pods=1,requests.cpu=1,count/configmaps=3',
    expect: /resourcequota\/few created/,
  },
  {
    args: 'wait -n $N --for=jsonpath={.status.hard.pods}=1 quota/few --timeout=20s',
    expect: /condition met/,
  },
  {
    args: 'apply -n $N -f -',
    input: pod('silent', {}),
    expect: /pods "silent" is forbidden: failed quota: few: must specify requests\.cpu for: main/,
    status: 1,
  },
  {
    args: 'apply -n $N -f -',
    input: JSON.stringify({
      apiVersion: 'v1',
      kind: 'LimitRange',
      metadata: { name: 'usual' },
      spec: { limits: [{ type: 'Container', defaultRequest: { cpu: '100m' }, max: { cpu: '500m' } }] },
    }),
    expect: /limitrange\/usual created/,
  },
  { args: 'apply -n $N -f -', input: pod('first', {}), expect: /pod\/first created/ },
  { args: 'get quota -n $N', expect: /few +count\/configmaps: \d\/3, pods: 1\/1, requests\.cpu: 100m\/1/ },
  {
    args: 'run second -n $N --image=nginx',
    expect: /pods "second" is forbidden: exceeded quota: few, requested: pods=1, used: pods=1, limited: pods=1/,
    status: 1,
  },
  {
    args: 'apply -n $N -f -',
    input: pod('greedy', { resources: { limits: { cpu: '2' } } }),
    expect: /maximum cpu usage per Container is 500m, but limit is 2/,
    status: 1,
  },
  { args: 'describe quota -n $N few', expect: /pods +1 +1/ },
  { args: 'describe limits -n $N', expect: /Container +cpu +- +500m +100m +500m/ },
  { args: 'delete pod -n $N first --now', expect: /deleted/ },
  {
    args: 'wait -n $N --for=jsonpath={.status.used.pods}=0 quota/few --timeout=20s',
    expect: /condition met/,
  },
  {
    args: 'label namespace $N pod-security.kubernetes.io/enforce=baseline pod-security.kubernetes.io/warn=restricted',
    expect: /labeled/,
  },
  {
    args: 'apply -n $N -f -',
    input: pod('strong', { securityContext: { privileged: true } }),
    expect:
      /violates PodSecurity "baseline:latest": privileged \(container "main" must not set securityContext\.privileged=true\)/,
    status: 1,
  },
  {
    args: 'create deployment web -n $N --image=nginx',
    expect: /Warning: would violate PodSecurity "restricted:latest": allowPrivilegeEscalation != false/,
  },
  {
    args: 'label namespace $N --overwrite pod-security.kubernetes.io/enforce=unheard',
    expect: /must be one of privileged, baseline, restricted/,
    status: 1,
  },
];

let cluster: ServedCluster;
let folder: string;

async function take(path: string, namespace: string, steps: readonly Step[]): Promise<void> {
  for (const step of steps) {
    const args = step.args.split(' ').map((word) => word.replace('$N', namespace));
    const { stdout, stderr, status } = await runKubectl(path, args, { folder, input: step.input ?? '' });
    expect({ args, output: `${stdout}${stderr}`, status }).toEqual({
      args,
      output: expect.stringMatching(step.expect),
      status: step.status ?? 0,
    });
  }
}

/** As a person makes one: a key of their own, and a request that openssl signs with it. */
async function requestFor(user: string, name: string): Promise<string> {
  const key = join(folder, `${name}.key`);
  execFileSync('openssl', ['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', key], {
    stdio: 'ignore',
  });
  const request = execFileSync('openssl', ['req', '-new', '-key', key, '-subj', `/O=developers/CN=${user}`]);
  return JSON.stringify({
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name },
    spec: {
      request: request.toString('base64'),
      signerName: 'kubernetes.io/kube-apiserver-client',
      expirationSeconds: 3600,
      usages: ['client auth'],
    },
  });
}

(asked.length === 0 ? describe.skip : describe)('kubectl', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pintle-kubectl-policies-'));
    cluster = await createServedCluster({ port: 0, kubeconfig: join(folder, 'kubeconfig'), nodes: simulatedNodes(1) });
  });

  afterAll(async () => {
    await cluster.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it.each(asked)(
    '$version is told what quota, limits and Pod Security refuse',
    async ({ version, path }) => take(path, `policies-${version.replace('.', '-')}`, policySteps),
    120_000,
  );

  it.each(asked)(
    '$version approves and denies certificate requests',
    async ({ version, path }) => {
      const [name, denied] = [`jane-${version}`, `joe-${version}`];
      await take(path, '', [
        { args: 'apply -f -', input: await requestFor('jane', name), expect: /created/ },
        { args: 'apply -f -', input: await requestFor('joe', denied), expect: /created/ },
        { args: `get csr ${name}`, expect: /kubernetes\.io\/kube-apiserver-client +kubernetes-admin +60m +Pending/ },
        { args: `certificate deny ${denied}`, expect: /denied/ },
        { args: `certificate approve ${name}`, expect: /approved/ },
        { args: `wait --for=jsonpath={.status.conditions[0].type}=Approved csr/${name}`, expect: /condition met/ },
        { args: `get csr ${denied}`, expect: /Denied/ },
        { args: `describe csr ${name}`, expect: /Requesting User: +kubernetes-admin/ },
        {
          args: `certificate approve ${denied}`,
          expect: /is already Denied/,
          status: 1,
        },
      ]);
      const certificate = await issued(path, name);
      await writeFile(join(folder, `${name}.crt`), certificate);
      const files = `--client-certificate=${join(folder, `${name}.crt`)} --client-key=${join(folder, `${name}.key`)}`;
      await take(path, '', [
        { args: `get csr ${name}`, expect: /Approved,Issued/ },
        { args: `config set-credentials ${name} ${files}`, expect: /User ".*" set/ },
        {
          args: `get pods --user=${name}`,
          expect:
            /pods is forbidden: User "jane" cannot list resource "pods" in API group "" in the namespace "default"/,
          status: 1,
        },
      ]);
    },
    60_000,
  );
});

/** The certificate, once the signer has come to it. */
async function issued(path: string, name: string): Promise<Buffer> {
  for (;;) {
    const args = ['get', 'csr', name, '-o', 'jsonpath={.status.certificate}'];
    const { stdout } = await runKubectl(path, args, { folder });
    if (stdout !== '') return Buffer.from(stdout, 'base64');
  }
}
