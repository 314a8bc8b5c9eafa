/** What has a limit: addresses of Endpoints, and of what is mirrored; parts of a range, and pods that have ended. */
import type { Loose, Stage, Story } from '../stage.js';
import { hearOf, makeNode, nodeName, runPod } from './node-of-data.js';
import { podSpec } from './pods-of.js';

const [readyCount, waitingCount] = [990, 20];
const atOnce = 20;

/** Some at a time. */
async function each(count: number, work: (index: number) => Promise<unknown>): Promise<void> {
  const left = Array.from({ length: count }, (_, index) => index);
  const inTurn = async () => {
    for (let index = left.shift(); index !== undefined; index = left.shift()) await work(index);
  };
  await Promise.all(Array.from({ length: atOnce }, inTurn));
}

const slicesOf = (stage: Stage, name: string) => stage.list('EndpointSlice', `kubernetes.io/service-name=${name}`);
const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);

async function manyEndpointsStory(stage: Stage): Promise<void> {
  await makeNode(stage, 'wide');
  await hearOf(stage, 'wide', true);
  const labels = { app: 'many' };
  await stage.make('v1', 'Service', 'many', { spec: { selector: labels, ports: [{ port: 80 }] } });
  const pod = (index: number) =>
    runPod(stage, `many-${index}`, 'wide', {
      ...{ metadata: { labels }, isReady: index < readyCount },
      podIP: `10.244.${100 + Math.floor(index / 250)}.${1 + (index % 250)}`,
    });
  await each(readyCount + waitingCount, pod);
  const counts = ({ subsets = [] }: Loose) => ({
    ready: sum(subsets.map(({ addresses = [] }: Loose) => addresses.length)),
    waiting: sum(subsets.map(({ notReadyAddresses = [] }: Loose) => notReadyAddresses.length)),
  });
  const settled = await stage.object('Endpoints', 'many', (it) => {
    const { ready, waiting } = counts(it);
    return ready === readyCount && ready + waiting === 1_000;
  });
  await stage.until('all in slices', async () => {
    const slices = await slicesOf(stage, 'many');
    const found = slices.flatMap(({ endpoints }) => endpoints ?? []);
    return slices.every(({ endpoints }) => endpoints.length <= 100) && found.length === readyCount + waitingCount;
  });
  await stage.make('v1', 'ConfigMap', 'seen', {
    data: { counts: JSON.stringify(counts(settled)), capacity: `${capacityOf(settled)}` },
  });
  const remove = (index: number) =>
    stage.client.delete(
      stage.kind('Pod'),
      { name: `many-${index}`, namespace: stage.namespace },
      { gracePeriodSeconds: 0 },
    );
  await each(waitingCount, (index) => remove(readyCount + index));
  await stage.object('Endpoints', 'many', (it) => capacityOf(it) === undefined && counts(it).ready === readyCount);
  await each(readyCount, remove);
  await stage.object('Endpoints', 'many', (it) => counts(it).ready === 0);
  await stage.until('no slice with endpoints', async () =>
    (await slicesOf(stage, 'many')).every(({ endpoints }) => !endpoints?.length),
  );
  await stage.remove('Node', nodeName(stage, 'wide'));
}

const capacityOf = ({ metadata }: Loose) => metadata.annotations?.['endpoints.kubernetes.io/over-capacity'];

async function wideMirrorStory(stage: Stage): Promise<void> {
  await stage.make('v1', 'Service', 'wide', { spec: { ports: [{ port: 80 }] } });
  const addresses = (count: number, net: number) =>
    Array.from({ length: count }, (_, index) => ({
      ip: `192.0.${net + Math.floor(index / 250)}.${1 + (index % 250)}`,
    }));
  const subsets = [
    { addresses: addresses(990, 10), notReadyAddresses: addresses(20, 20), ports: [{ name: 'a', port: 80 }] },
    { addresses: addresses(3, 30), ports: [{ name: 'b', port: 81 }] },
  ];
  await stage.make('v1', 'Endpoints', 'wide', { subsets });
  await stage.until('the mirror', async () => {
    const found = (await slicesOf(stage, 'wide')).flatMap(({ endpoints }) => endpoints ?? []);
    return found.length === 1_003;
  });
  await stage.until('the Event of it', async () =>
    (await stage.list('Event')).some(({ reason }) => reason === 'TooManyAddressesToMirror'),
  );
}

/** As many parts as there are of the range of `../upstream.ts`. */
const parts = 32;
const partOf = (index: number) => [`10.244.${index}.0/24`, `fd00:10:244:${index.toString(16)}::/64`];

async function nodeRangesStory(stage: Stage): Promise<void> {
  const range = (index: number) => {
    const [podCIDR, second] = partOf(index);
    return { podCIDR, podCIDRs: [podCIDR, second] };
  };
  const cidrs = async () => (await stage.list('Node')).map(({ spec }) => spec.podCIDRs as string[] | undefined);
  // Those of the other stories have theirs first.
  await stage.until('ranges of all nodes', async () => (await cidrs()).every((each) => each?.length === 2));
  await makeNode(stage, 'own', {}, range(parts - 1));
  await makeNode(stage, 'elsewhere', {}, { podCIDR: '192.168.5.0/24', podCIDRs: ['192.168.5.0/24'] });
  await makeNode(stage, 'given');
  await stage.object('Node', nodeName(stage, 'given'), ({ spec }) => spec.podCIDRs?.length === 2);
  const taken = async () => (await cidrs()).filter((each) => each?.some((cidr) => cidr.startsWith('10.244.'))).length;
  const fillers = Array.from({ length: parts - (await taken()) }, (_, index) => `filler-${index}`);
  for (const name of fillers) {
    await makeNode(stage, name);
    await stage.object('Node', nodeName(stage, name), ({ spec }) => spec.podCIDRs?.length === 2);
  }
  if (new Set((await cidrs()).map(String)).size !== (await cidrs()).length) throw new Error('a range was given twice');
  await makeNode(stage, 'late');
  await stage.until('the Event that there is none', async () =>
    (await stage.listAll('Event')).some(
      ({ reason, involvedObject }) => reason === 'CIDRNotAvailable' && involvedObject.name === nodeName(stage, 'late'),
    ),
  );
  for (const name of fillers) await stage.remove('Node', nodeName(stage, name));
  await stage.object('Node', nodeName(stage, 'late'), ({ spec }) => spec.podCIDRs?.length === 2);
  await stage.object(
    'Node',
    nodeName(stage, 'late'),
    ({ metadata }) => metadata.annotations?.['node.alpha.kubernetes.io/ttl'] === '0',
  );
  const told = (await stage.listAll('Event'))
    .filter(
      ({ involvedObject, source }) =>
        involvedObject.name.startsWith(stage.namespace) && source?.component === 'cidrAllocator',
    )
    .filter(({ involvedObject }) => !involvedObject.name.includes('filler'))
    .map(({ involvedObject: { kind, name, uid }, type, reason, message }) =>
      JSON.stringify({ kind, name, isByName: uid === name, type, reason, message }),
    );
  await stage.make('v1', 'ConfigMap', 'seen', { data: { told: [...new Set(told)].sort().join('\n') } });
}

/** As `../upstream.ts` says. */
const endedMax = 3;

async function endedPodsStory(stage: Stage): Promise<void> {
  const pod = (name: string) =>
    stage.make('v1', 'Pod', name, {
      metadata: { labels: { app: 'ended' } },
      spec: { ...podSpec('quick'), restartPolicy: 'Never' },
    });
  // Each a second younger than the one before, as they are told apart by that.
  for (const name of ['first', 'second', 'evicted', 'third', 'fourth']) {
    await pod(name);
    await stage.object('Pod', name, ({ status }) => status.phase === 'Succeeded');
  }
  await stage.patch('Pod', 'evicted', { status: { phase: 'Failed', reason: 'Evicted' } }, 'status');
  await stage.make('v1', 'Pod', 'runs', { metadata: { labels: { app: 'ended' } }, spec: podSpec('web') });
  await stage.until(`${endedMax} that have ended`, async () => {
    const names = (await stage.list('Pod', 'app=ended')).map(({ metadata }) => metadata.name);
    return names.length === endedMax + 1;
  });
}

async function hintsByCpuStory(stage: Stage): Promise<void> {
  const apart = 'node-role.kubernetes.io/control-plane';
  const others = (await stage.list('Node')).filter(({ metadata }) => metadata.labels['only'] !== undefined);
  // Upstream looks again when a node's zone changes, and not when its part does.
  const label = (labels: object) =>
    Promise.all(others.map(({ metadata: { name } }) => stage.patch('Node', name, { metadata: { labels } })));
  const zone = 'topology.kubernetes.io/zone';
  await label({ [apart]: '', [zone]: 'c' });
  const pod = (name: string, node: string) =>
    stage.make('v1', 'Pod', name, {
      metadata: { labels: { app: 'near' } },
      spec: { ...podSpec('web'), nodeName: node },
    });
  const told = async () =>
    (await slicesOf(stage, 'near'))
      .flatMap(({ endpoints }) => endpoints ?? [])
      .map(({ zone, hints }) => `${zone}:${hints?.forZones.map(({ name }: Loose) => name) ?? ''}`)
      .sort()
      .join(' ');
  const becomes = (wanted: string) =>
    stage
      .until(`hints ${wanted}`, async () => (await told()) === wanted)
      .catch(async (error: Error) => {
        throw new Error(`${error.message}: ${await told()}`);
      });
  for (const node of ['node-0', 'node-1', 'node-2']) await pod(`on-${node}`, node);
  await stage.pods(3, 'app=near');
  await stage.make('v1', 'Service', 'near', {
    metadata: { annotations: { 'service.kubernetes.io/topology-mode': 'Auto' } },
    spec: { selector: { app: 'near' }, ports: [{ port: 80 }] },
  });
  await becomes('a:a a:a b:b');
  // Of four in one zone one is for the other.
  await stage.remove('Pod', 'on-node-2');
  await becomes('a: a:');
  await pod('more', 'node-0');
  await becomes('a:a a:a a:b');
  await stage.remove('Pod', 'more');
  await becomes('a: a:');
  await stage.remove('Pod', 'on-node-1');
  await becomes('a:');
  await pod('again-1', 'node-1');
  await pod('again-2', 'node-2');
  await becomes('a:a a:a b:b');
  // A node that does not say where it is.
  await label({ [apart]: null, [zone]: null });
  await becomes('a: a: b:');
}

export const fullStories: readonly Story[] = [
  { name: 'many-endpoints', isLimited: true, play: manyEndpointsStory },
  { name: 'wide-mirror', isLimited: true, play: wideMirrorStory },
  { name: 'node-ranges', isLimited: true, play: nodeRangesStory },
  { name: 'ended-pods', isLimited: true, play: endedPodsStory },
  { name: 'hints-by-cpu', isLimited: true, play: hintsByCpuStory },
];
