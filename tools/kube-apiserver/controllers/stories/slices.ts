/** Endpoints of Services of every kind: who is ready, who is going, near whom, and those made by hand. */
import type { Loose, Stage, Story } from '../stage.js';
import { podSpec, template, workload } from './pods-of.js';

const slicesOf = (stage: Stage, name: string) => stage.list('EndpointSlice', `kubernetes.io/service-name=${name}`);

const endpointsOf = (stage: Stage, name: string, look: (endpoints: readonly Loose[]) => unknown) =>
  stage.until(`the endpoints of ${name}`, async () =>
    look((await slicesOf(stage, name)).flatMap(({ endpoints }) => endpoints ?? [])),
  );

async function endpointsStory(stage: Stage): Promise<void> {
  const service = (name: string, spec: object, metadata: object = {}) =>
    stage.make('v1', 'Service', name, { metadata, spec: { selector: { app: name }, ...spec } });
  const count = (name: string, wanted: number) => endpointsOf(stage, name, ({ length }) => length === wanted);
  const ports = [
    { name: 'http', port: 80, targetPort: 'web' },
    { name: 'dns', port: 53, protocol: 'UDP', targetPort: 5353, appProtocol: 'example.com/dns' },
  ];
  const pod = (name: string, app: string, containerPort: number, spec: object = {}) =>
    stage.make('v1', 'Pod', name, {
      metadata: { labels: { app } },
      spec: { ...podSpec('web', { ports: [{ name: 'web', containerPort }] }), ...spec },
    });
  // A port by a name that means another number in each pod.
  await pod('named-a', 'named', 8080);
  await pod('named-b', 'named', 9090);
  await pod('named-c', 'named', 7070, { hostname: 'c', subdomain: 'named' });
  const metadata = { labels: { tier: 'front' }, annotations: { note: 'kept' } };
  await service('named', { ports }, metadata);
  await count('named', 3);
  await service('headless', { ports, clusterIP: 'None', selector: { app: 'named' } });
  await count('headless', 3);

  const probe = { readinessProbe: { exec: { command: ['ready'] }, periodSeconds: 1 } };
  const ill = template('ill', 'never-ready', { containers: [{ name: 'main', image: 'never-ready', ...probe }] });
  await stage.make('v1', 'Pod', 'ill', ill as object);
  await service('ill', { ports: [{ port: 80 }] });
  await service('told', { ports: [{ port: 80 }], publishNotReadyAddresses: true, selector: { app: 'ill' } });
  await count('ill', 1);
  await count('told', 1);

  await stage.make('v1', 'Service', 'outside', { spec: { type: 'ExternalName', externalName: 'example.com' } });
  await service('nobody', { ports: [{ port: 80 }] });
  await stage.until('a slice of nobody', async () => (await slicesOf(stage, 'nobody')).length === 1);
  await service('leaver', { ports: [{ port: 80 }], selector: { app: 'named' } });
  await count('leaver', 3);
  await stage.remove('Service', 'leaver');
  await stage.until('the slices of the leaver to go', async () => (await slicesOf(stage, 'leaver')).length === 0);
  await stage.gone('Endpoints', 'leaver');
  await service('changing', { ports: [{ port: 80 }], selector: { app: 'named' } });
  await count('changing', 3);
  await stage.patch('Service', 'changing', {
    metadata: { labels: { now: 'yes' } },
    spec: { ports: [{ port: 81, targetPort: 8181 }] },
  });
  await stage.until('the new port', async () =>
    (await slicesOf(stage, 'changing')).every(({ ports: [port] }) => port.port === 8181),
  );

  const going = workload('going', 'slow-to-stop', { replicas: 1 }, { terminationGracePeriodSeconds: 60 });
  await stage.make('apps/v1', 'ReplicaSet', 'going', going);
  await service('going', { ports: [{ port: 80 }] });
  const [first] = await stage.pods(1, 'app=going');
  await count('going', 1);
  await stage.remove('Pod', first!.metadata.name);
  await endpointsOf(stage, 'going', (all) => all.length === 2 && all.every(({ conditions }) => conditions.serving));
}

async function hintsStory(stage: Stage): Promise<void> {
  for (const node of ['node-0', 'node-1', 'node-2'])
    await stage.make('v1', 'Pod', `on-${node}`, {
      metadata: { labels: { app: 'near' } },
      spec: { ...podSpec('web'), nodeName: node },
    });
  await stage.pods(3, 'app=near');
  const service = (name: string, spec: object, metadata: object = {}) =>
    stage.make('v1', 'Service', name, {
      metadata,
      spec: { selector: { app: 'near' }, ports: [{ port: 80 }], ...spec },
    });
  const hinted = (all: readonly Loose[]) => all.length === 3 && all.every(({ hints }) => hints !== undefined);
  await service('close', { trafficDistribution: 'PreferClose' });
  await endpointsOf(stage, 'close', hinted);
  await service('auto', {}, { annotations: { 'service.kubernetes.io/topology-mode': 'Auto' } });
  await endpointsOf(stage, 'auto', ({ length }) => length === 3);
  await service('anywhere', { trafficDistribution: 'PreferClose' });
  await endpointsOf(stage, 'anywhere', hinted);
  await stage.patch('Service', 'anywhere', { spec: { trafficDistribution: null } });
  await endpointsOf(stage, 'anywhere', (all) => all.every(({ hints }) => hints === undefined));
}

async function mirrorStory(stage: Stage): Promise<void> {
  const service = (name: string, spec: object = {}) =>
    stage.make('v1', 'Service', name, { spec: { ports: [{ port: 80 }], ...spec } });
  const endpoints = (name: string, subsets: readonly object[], metadata: object = {}) =>
    stage.make('v1', 'Endpoints', name, { metadata, subsets });
  const count = (name: string, wanted: number) => endpointsOf(stage, name, ({ length }) => length === wanted);
  await service('two');
  const http = { name: 'http', port: 8080 };
  await endpoints(
    'two',
    [
      { addresses: [{ ip: '192.0.2.1', hostname: 'a', nodeName: 'node-0' }, { ip: '192.0.2.2' }], ports: [http] },
      {
        addresses: [{ ip: '192.0.2.3' }],
        notReadyAddresses: [{ ip: '192.0.2.4' }],
        ports: [{ name: 'b', port: 9090 }],
      },
    ],
    { labels: { team: 'a' }, annotations: { note: 'kept' } },
  );
  await count('two', 4);
  await service('both');
  await endpoints('both', [{ addresses: [{ ip: '192.0.2.7' }, { ip: '2001:db8::7' }], ports: [http] }]);
  await count('both', 2);
  await service('skipped');
  await endpoints('skipped', [{ addresses: [{ ip: '192.0.2.8' }], ports: [http] }], {
    labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' },
  });
  await endpoints('of-no-service', [{ addresses: [{ ip: '192.0.2.9' }], ports: [http] }]);
  await service('shrinking');
  await endpoints('shrinking', [{ addresses: [{ ip: '192.0.2.10' }, { ip: '192.0.2.11' }], ports: [http] }]);
  await count('shrinking', 2);
  await stage.patch('Endpoints', 'shrinking', { subsets: [{ addresses: [{ ip: '192.0.2.11' }], ports: [http] }] });
  await count('shrinking', 1);
  await service('leaver');
  await endpoints('leaver', [{ addresses: [{ ip: '192.0.2.12' }], ports: [http] }]);
  await count('leaver', 1);
  await stage.remove('Endpoints', 'leaver');
  await stage.until('the mirror to go', async () => (await slicesOf(stage, 'leaver')).length === 0);
}

export const sliceStories: readonly Story[] = [
  { name: 'endpoints', play: endpointsStory },
  { name: 'hints', play: hintsStory },
  { name: 'mirror', play: mirrorStory },
];
