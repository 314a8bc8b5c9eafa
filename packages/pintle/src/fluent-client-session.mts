/**
 * What `fluent-client.test.ts` has kubernetes-fluent-client do, against the cluster of `KUBECONFIG`: a program of its own, since
 * that client is an ES module and finds its cluster by itself. Prints what came of it as JSON, one line a step.
 */
import { GenericKind, K8s, kind, RegisterKind, WatchEvent } from 'kubernetes-fluent-client';

const namespace = 'default';
const say = (step: string, value: unknown) => process.stdout.write(`${JSON.stringify({ step, value })}\n`);
const until = async (holds: () => boolean | Promise<boolean>) => {
  while (!(await holds())) await new Promise((done) => setTimeout(done, 20));
};

// A watch over what changes.
const seen: string[] = [];
const watcher = K8s(kind.ConfigMap)
  .InNamespace(namespace)
  .WithLabel('app', 'fluent')
  .Watch(({ metadata, data }, phase) => {
    seen.push(`${phase} ${metadata?.name} ${data?.['x']}`);
  });
let isConnected = false;
watcher.events.on(WatchEvent.CONNECT, () => {
  isConnected = true;
});
await watcher.start();
await until(() => isConnected);

const configMap = (x: string) => ({
  metadata: { name: 'fluent', namespace, labels: { app: 'fluent' } },
  data: { x },
});
const applied = await K8s(kind.ConfigMap).Apply(configMap('1'));
say('applied', [applied.data?.['x'], applied.metadata?.managedFields?.[0]?.manager]);
await K8s(kind.ConfigMap).Apply(configMap('2'));
const patched = await K8s(kind.ConfigMap, { name: 'fluent', namespace }).Patch([
  { op: 'replace', path: '/data/x', value: '3' },
]);
say('patched', patched.data?.['x']);
const found = await K8s(kind.ConfigMap).InNamespace(namespace).WithField('metadata.name', 'fluent').Get();
say(
  'selected',
  found.items.map(({ data }) => data?.['x']),
);
const conflict = await K8s(kind.ConfigMap)
  .Apply(configMap('4'))
  .catch((error: { status: number; data: { message: string } }) => [error.status, error.data.message]);
say('in conflict', conflict);
await K8s(kind.ConfigMap).Apply(configMap('4'), { force: true });
await K8s(kind.ConfigMap).InNamespace(namespace).Delete('fluent');
await until(() => seen.length >= 5);
say('watched', seen);
watcher.close();

// A kind of its own.
class Site extends GenericKind {
  declare spec: { size: number };
  declare status?: { ready: boolean };
}
RegisterKind(Site, { group: 'example.com', version: 'v1', kind: 'Site', plural: 'sites' });
const schema = {
  type: 'object',
  properties: {
    spec: { type: 'object', properties: { size: { type: 'integer' } } },
    status: { type: 'object', properties: { ready: { type: 'boolean' } } },
  },
};
await K8s(kind.CustomResourceDefinition).Apply({
  metadata: { name: 'sites.example.com' },
  spec: {
    ...{ group: 'example.com', scope: 'Namespaced', names: { plural: 'sites', kind: 'Site' } },
    versions: [
      { name: 'v1', served: true, storage: true, subresources: { status: {} }, schema: { openAPIV3Schema: schema } },
    ],
  },
});
await until(() =>
  K8s(Site)
    .InNamespace(namespace)
    .Get()
    .then(
      () => true,
      () => false,
    ),
);
const site = { metadata: { name: 'shop', namespace }, spec: { size: 3 } };
await K8s(Site).Create(site as Site);
const shop = await K8s(Site).PatchStatus({ ...site, status: { ready: true } });
await K8s(Site, { name: 'shop', namespace }).Finalize('add', 'example.com/keep');
const kept = await K8s(Site).InNamespace(namespace).Get('shop');
say('own kind', [shop.status?.ready, kept.spec.size, kept.metadata?.finalizers]);

// Parts of built-in kinds.
const selector = { app: 'web' };
await K8s(kind.Deployment).Apply({
  metadata: { name: 'web', namespace },
  spec: {
    replicas: 1,
    selector: { matchLabels: selector },
    template: { metadata: { labels: selector }, spec: { containers: [{ name: 'main', image: 'x' }] } },
  },
});
await K8s(kind.Deployment, { name: 'web', namespace }).Scale(2);
say('scaled', (await K8s(kind.Deployment).InNamespace(namespace).Get('web')).spec?.replicas);
await until(async () => (await K8s(kind.Pod).InNamespace(namespace).Get('counter')).status?.phase === 'Succeeded');
say('log', await K8s(kind.Pod).InNamespace(namespace).Logs('counter'));
await K8s(kind.Pod).InNamespace(namespace).Evict('counter');
await until(() =>
  K8s(kind.Pod)
    .InNamespace(namespace)
    .Get('counter')
    .then(
      () => false,
      ({ status }: { status: number }) => status === 404,
    ),
);
say('evicted', true);
process.exit(0);
