/**
 * Unmodified kubectl of the oldest and the newest version: the commands that people type less often, each of them once: edit,
 * watch, prune, kustomize, taint, every kind of `create`, the plumbing of `config`, `proxy` and the like.
 */
import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { simulatedNodes } from '@pintle/cluster';
import { createServedCluster, type ServedCluster } from '@pintle/cluster/nodejs';
import { findKubectls, kubectlEnvironment, runKubectl } from './kubectl-binaries.js';

const found = findKubectls();
const asked = [...new Set([found[0], found.at(-1)])].flatMap((kubectl) => kubectl ?? []);

interface Step {
  /** `$N` is a namespace of the version's own, `$D` the folder of files. */
  readonly args: string;
  readonly input?: string;
  readonly expect: RegExp;
  /** Exit status other than 0. */
  readonly status?: number;
}

const configMap = (name: string, data: object, labels = {}) =>
  JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels }, data });
const deployment = JSON.stringify({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'main', image: 'nginx:1' }] } },
  },
});
const created = (kind: string) => new RegExp(`^${kind}.* created`);

const files: Readonly<Record<string, string>> = {
  'prune/one.json': configMap('one', { a: '1' }, { set: 'prune' }),
  'prune/two.json': configMap('two', { a: '1' }, { set: 'prune' }),
  'kustomize/kustomization.yaml':
    'namePrefix: my-\nresources: [settings.yaml]\nconfigMapGenerator:\n- name: made\n  literals: [a=b]\n',
  'kustomize/settings.yaml': configMap('settings', { a: '1' }),
  'applied.json': configMap('applied', { a: '2' }),
  // kubectl hands the object as a file, and takes what is in it afterwards.
  'editor.sh': '#!/bin/sh\nsed -i -e "s/nginx:1/nginx:edited/" -e "s/a: \\"2\\"/a: \\"3\\"/" "$1"\n',
};

/** Every kind that `kubectl create` makes from its arguments. */
const creations: readonly Step[] = [
  { args: 'create configmap cm -n $N --from-literal=a=b --from-file=$D/applied.json', expect: created('configmap/cm') },
  { args: 'create secret generic plain -n $N --from-literal=a=b', expect: created('secret/plain') },
  {
    args: 'create secret docker-registry pull -n $N --docker-server=r.example --docker-username=u --docker-password=p',
    expect: created('secret/pull'),
  },
  { args: 'create serviceaccount robot -n $N', expect: created('serviceaccount/robot') },
  { args: 'create token robot -n $N --duration=1h', expect: /^[\w-]+\.[\w-]+\.[\w-]+\s*$/ },
  { args: 'create role reader -n $N --verb=get,list --resource=pods', expect: created('role') },
  { args: 'create rolebinding reads -n $N --role=reader --serviceaccount=$N:robot', expect: created('rolebinding') },
  { args: 'create clusterrole reader-$N --verb=get --resource=nodes', expect: created('clusterrole') },
  {
    args: 'create clusterrolebinding reads-$N --clusterrole=reader-$N --user=ann',
    expect: created('clusterrolebinding'),
  },
  { args: 'create service clusterip inside -n $N --tcp=80:8080', expect: created('service/inside') },
  { args: 'create service nodeport outside -n $N --tcp=80', expect: created('service/outside') },
  { args: 'create service loadbalancer balanced -n $N --tcp=80', expect: created('service/balanced') },
  { args: 'create service externalname away -n $N --external-name=example.com', expect: created('service/away') },
  { args: 'create deployment made -n $N --image=nginx --replicas=2 --port=80', expect: created('deployment') },
  { args: 'create job once -n $N --image=busybox -- true', expect: created('job') },
  { args: 'create cronjob often -n $N --image=busybox --schedule=@hourly -- true', expect: created('cronjob') },
  { args: 'create job from-often -n $N --from=cronjob/often', expect: created('job') },
  { args: 'create ingress front -n $N --rule=example.com/*=inside:80', expect: created('ingress') },
  { args: 'create poddisruptionbudget some -n $N --selector=app=web --min-available=1', expect: created('poddisr') },
  { args: 'create priorityclass high-$N --value=1000', expect: created('priorityclass') },
  { args: 'create quota few -n $N --hard=pods=100', expect: created('resourcequota') },
];

const commands: readonly Step[] = [
  { args: 'apply -n $N -f -', input: deployment, expect: created('deployment.apps/web') },
  { args: 'rollout status -n $N deploy/web --timeout=20s', expect: /successfully rolled out/ },
  { args: 'edit -n $N deploy/web', expect: /deployment\.apps\/web edited/ },
  { args: 'get -n $N deploy/web -o jsonpath={..image}', expect: /^nginx:edited$/ },
  { args: 'edit -n $N deploy/web', expect: /Edit cancelled, no changes made/ },

  { args: 'apply -n $N -f $D/applied.json', expect: created('configmap/applied') },
  { args: 'apply view-last-applied -n $N cm/applied -o json', expect: /"a": "2"/ },
  { args: 'apply edit-last-applied -n $N cm/applied', expect: /configmap\/applied edited/ },
  { args: 'apply view-last-applied -n $N cm/applied -o json', expect: /"a": "3"/ },
  { args: 'apply set-last-applied -n $N -f $D/applied.json', expect: /configmap\/applied configured/ },
  { args: 'apply view-last-applied -n $N cm/applied', expect: /a: "2"/ },

  { args: 'apply -n $N -f $D/prune', expect: /configmap\/one created\nconfigmap\/two created/ },
  {
    args: 'apply -n $N -f $D/prune/one.json --prune -l set=prune --prune-allowlist=core/v1/ConfigMap',
    expect: /configmap\/one unchanged[\s\S]*configmap\/two pruned/,
  },
  { args: 'kustomize $D/kustomize', expect: /name: my-made-\w+[\s\S]*name: my-settings/ },
  { args: 'apply -n $N -k $D/kustomize', expect: /configmap\/my-made-\w+ created\nconfigmap\/my-settings created/ },
  { args: 'diff -n $N -k $D/kustomize', expect: /^$/ },
  { args: 'delete -n $N -k $D/kustomize', expect: /configmap "my-settings" deleted/ },

  {
    args: 'replace --force -n $N -f -',
    input: configMap('one', { a: 'forced' }),
    expect: /"one" deleted[\s\S]*replaced/,
  },
  { args: 'get -n $N cm/one -o jsonpath={.data.a}', expect: /^forced$/ },
  { args: 'patch -n $N cm/one --subresource=status -p {}', expect: /could not find the requested resource/, status: 1 },

  { args: 'taint nodes node-1 $N=yes:NoSchedule', expect: /node\/node-1 tainted/ },
  { args: 'taint nodes node-1 $N=no:NoSchedule', expect: /already has \S+ taint.*--overwrite is false/, status: 1 },
  { args: 'taint nodes node-1 $N-', expect: /node\/node-1 untainted/ },
  { args: 'cordon node-1', expect: /node\/node-1 cordoned/ },
  { args: 'get node node-1', expect: /SchedulingDisabled/ },
  { args: 'uncordon node-1', expect: /node\/node-1 uncordoned/ },

  {
    args: 'explain deployment.spec.template.spec --recursive',
    expect: /containers\s+<\[\]Container> -required-[\s\S]*livenessProbe/,
  },
  { args: 'explain hpa --api-version=autoscaling/v2', expect: /KIND:\s+HorizontalPodAutoscaler/ },
  {
    args: 'api-resources -o wide',
    expect: /pods +po +v1 +true +Pod +create,delete,deletecollection,get,list,patch,update,watch +all/,
  },
  { args: 'api-resources --namespaced=false -o name', expect: /^nodes$/m },
  { args: 'events -n $N --for deployment/web', expect: /ScalingReplicaSet/ },
  { args: 'events -n $N --types=Warning --for deployment/web', expect: /No events found/ },
  { args: 'logs -n $N deploy/web --tail=1 --timestamps --since=1h --limit-bytes=100 --all-containers', expect: /^/ },
  {
    args: 'logs -n $N deploy/web --previous',
    expect: /previous terminated container "main" in pod .* not found/,
    status: 1,
  },
  { args: 'cluster-info dump --namespaces=$N --output-directory=$D/dump-$N', expect: /Cluster info dumped to/ },
  {
    args: 'debug -n $N node/node-0 --image=busybox --attach=false',
    expect: /Creating debugging pod node-debugger-node-0-/,
  },
  { args: 'autoscale -n $N deploy/web --min=1 --max=3 --cpu-percent=80', expect: /autoscaled/ },
  { args: 'auth can-i delete nodes', expect: /yes/ },
  { args: 'label -n $N deploy/web tier=front', expect: /labeled/ },
  { args: 'get -n $N deploy -L tier -l tier', expect: /TIER\s+web .* front/ },
  { args: 'get -n $N all', expect: /pod\/web-[\s\S]*service\/inside[\s\S]*deployment\.apps\/web/ },
  { args: 'get -n $N deploy/web --subresource=scale -o jsonpath={.kind}', expect: /^Scale$/ },
  { args: 'get --raw /version', expect: /"major":"1"/ },
  {
    args: 'scale -n $N deploy/web --current-replicas=7 --replicas=2',
    expect: /Expected replicas to be 7, was 1/,
    status: 1,
  },
  { args: 'delete -n $N deploy/web --wait --timeout=20s', expect: /"web" deleted/ },
  { args: 'wait -n $N --for=delete deploy/web --timeout=20s', expect: /^/ },
];

const configuration: readonly Step[] = [
  { args: 'config set-cluster other --server=https://other:6443 --kubeconfig=$D/other', expect: /Cluster "other" set/ },
  { args: 'config set-credentials me --token=secret --kubeconfig=$D/other', expect: /User "me" set/ },
  { args: 'config set-context there --cluster=other --user=me --kubeconfig=$D/other', expect: /Context "there"/ },
  { args: 'config use-context there --kubeconfig=$D/other', expect: /Switched to context "there"/ },
  { args: 'config current-context --kubeconfig=$D/other', expect: /^there$/m },
  { args: 'config get-contexts --kubeconfig=$D/other', expect: /\* +there +other +me/ },
  { args: 'config rename-context there here --kubeconfig=$D/other', expect: /renamed to "here"/ },
  { args: 'config view --kubeconfig=$D/other', expect: /token: REDACTED/ },
  { args: 'config delete-context here --kubeconfig=$D/other', expect: /deleted context here/ },
  { args: 'config view --minify -o jsonpath={.clusters[0].cluster.server}', expect: /^https:\/\/127\.0\.0\.1:\d+$/ },
];

let cluster: ServedCluster;
let folder: string;

async function take(path: string, namespace: string, steps: readonly Step[]): Promise<void> {
  for (const step of steps) {
    const args = step.args.split(' ').map((word) => word.replaceAll('$N', namespace).replaceAll('$D', folder));
    const { stdout, stderr, status } = await runKubectl(path, args, { folder, input: step.input ?? '' });
    expect({ args: step.args, output: `${stdout}${stderr}`, status }).toEqual({
      args: step.args,
      output: expect.stringMatching(step.expect),
      status: step.status ?? 0,
    });
  }
}

const fetched = (url: string) =>
  new Promise<string>((done, failed) => {
    get(url, { agent: false }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      response.on('end', () => done(text));
    }).on('error', failed);
  });

(asked.length === 0 ? describe.skip : describe)('kubectl', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pintle-kubectl-commands-'));
    for (const name of ['prune', 'kustomize']) await mkdir(join(folder, name));
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    await chmod(join(folder, 'editor.sh'), 0o755);
    cluster = await createServedCluster({ port: 0, kubeconfig: join(folder, 'kubeconfig'), nodes: simulatedNodes(2) });
    for (const { version, path } of asked)
      await runKubectl(path, ['create', 'namespace', spaceOf(version)], { folder });
  });

  afterAll(async () => {
    await cluster.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const spaceOf = (version: string) => `for-${version.replace('.', '-')}`;

  it.each(asked)(
    '$version creates every kind that it has a command for',
    ({ version, path }) => take(path, spaceOf(version), creations),
    120_000,
  );

  it.each(asked)(
    '$version edits, prunes, customizes, replaces, taints, explains, dumps and scales',
    ({ version, path }) => take(path, spaceOf(version), commands),
    240_000,
  );

  it.each(asked)(
    '$version keeps its configuration',
    ({ version, path }) => take(path, spaceOf(version), configuration),
    60_000,
  );

  it.each(asked)(
    '$version watches, and tells of what changes',
    async ({ version, path }) => {
      const args = ['get', 'cm', 'watched', '-n', spaceOf(version), '-w', '-o', 'jsonpath={.data.a} '];
      await runKubectl(path, ['create', 'cm', 'watched', '-n', spaceOf(version), '--from-literal=a=1'], { folder });
      const child = spawn(path, args, { env: kubectlEnvironment(folder) });
      let output = '';
      const told = (text: string) =>
        new Promise<void>((done) => {
          const look = () => output.includes(text) && done();
          child.stdout.on('data', look);
          look();
        });
      child.stdout.on('data', (chunk: Buffer) => {
        output += chunk.toString();
      });
      await told('1');
      for (const value of ['2', '3']) {
        const patch = JSON.stringify({ data: { a: value } });
        await runKubectl(path, ['patch', 'cm', 'watched', '-n', spaceOf(version), '-p', patch], { folder });
        await told(value);
      }
      child.kill('SIGKILL');
      expect(output).toBe('1 2 3 ');
    },
    60_000,
  );

  it.each(asked)(
    '$version is a proxy for programs without credentials',
    async ({ path }) => {
      const child = spawn(path, ['proxy', '--port=0'], { env: kubectlEnvironment(folder) });
      try {
        const port = await new Promise<string>((done) =>
          child.stdout.on('data', (chunk: Buffer) => {
            const [, found] = /127\.0\.0\.1:(\d+)/.exec(chunk.toString()) ?? [];
            if (found !== undefined) done(found);
          }),
        );
        expect(JSON.parse(await fetched(`http://127.0.0.1:${port}/api/v1/nodes`)).items).toHaveLength(2);
        expect(await fetched(`http://127.0.0.1:${port}/readyz`)).toBe('ok');
      } finally {
        child.kill('SIGKILL');
      }
    },
    60_000,
  );
});
