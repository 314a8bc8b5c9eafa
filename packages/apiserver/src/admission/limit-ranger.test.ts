import { describe, expect, it } from '@jest/globals';
import type { LimitRange, LimitRangeItem, Namespace, PersistentVolumeClaim, Pod } from '@pintle/api/core/v1';
import type { Client } from '@pintle/client';
import { createApiServer } from '../server.js';
import { claimLimitFaults, podLimitFaults, withLimitRangeDefaults } from './limit-range-rules.js';

type List = Readonly<Record<string, string>>;
interface Resources {
  readonly requests?: List;
  readonly limits?: List;
}

/** `cpu memory`, with `-` for what is not given. */
function list(text: string): List {
  const [cpu, memory] = text.split(' ');
  return { ...(cpu === '-' ? {} : { cpu: cpu! }), ...(memory === undefined || memory === '-' ? {} : { memory }) };
}
const resources = (text: string): Resources => {
  const [requests = '-', limits = '-'] = text.split(' / ');
  return { requests: list(requests), limits: list(limits) };
};
const pod = (containers: readonly Resources[], initContainers: readonly Resources[] = []): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'foo', namespace: 'default' },
  spec: {
    containers: containers.map((given, i) => ({ name: `foo-${i}`, image: `foo:V${i}`, resources: given })),
    ...(initContainers.length === 0
      ? {}
      : { initContainers: initContainers.map((given, i) => ({ name: `init-${i}`, image: 'init', resources: given })) }),
  },
});
const range = (...limits: readonly LimitRangeItem[]): LimitRange => ({
  apiVersion: 'v1',
  kind: 'LimitRange',
  metadata: { name: 'abc', namespace: 'default' },
  spec: { limits },
});

/** Both limits of upstream's valid range. */
const valid = range(
  { type: 'Pod', max: list('200m 4Gi'), min: list('50m 2Mi') },
  {
    type: 'Container',
    max: list('100m 2Gi'),
    min: list('25m 1Mi'),
    default: list('75m 10Mi'),
    defaultRequest: list('50m 5Mi'),
  },
);

interface LimitCase {
  readonly item: LimitRangeItem;
  /** `requests / limits` of a container each. */
  readonly containers: readonly string[];
  readonly init?: readonly string[];
  readonly faults?: readonly string[];
}
const container = (item: Partial<LimitRangeItem>): LimitRangeItem => ({ type: 'Container', ...item });
const whole = (item: Partial<LimitRangeItem>): LimitRangeItem => ({ type: 'Pod', ...item });
const ratioOf = (cpu: string) => ({ maxLimitRequestRatio: list(cpu) });

const cases: readonly LimitCase[] = [
  { item: container({ min: list('50m') }), containers: ['100m'] },
  { item: container({ min: list('50m') }), containers: ['100m / 200m'] },
  { item: container({ min: list('- 50Mi') }), containers: ['- 60Mi'] },
  { item: container({ min: list('- 50Mi') }), containers: ['- 60Mi / - 100Mi'] },
  { item: container({ max: list('2') }), containers: ['500m / 1'] },
  { item: container({ max: list('2') }), containers: ['- / 1'] },
  { item: container({ max: list('- 1Gi') }), containers: ['- 250Mi / - 500Mi'] },
  { item: container({ max: list('- 1Gi') }), containers: ['- / - 500Mi'] },
  { item: container(ratioOf('1.5')), containers: ['500m / 750m'] },
  { item: whole({ min: list('100m') }), containers: ['75m', '75m'] },
  { item: whole({ min: list('100m') }), containers: ['75m / 200m', '75m / 200m'] },
  { item: whole({ min: list('- 100Mi') }), containers: ['- 60Mi', '- 60Mi'], init: ['- 100Mi'] },
  { item: whole({ min: list('- 100Mi') }), containers: ['- 60Mi / - 100Mi'], init: ['- 100Mi / - 100Mi'] },
  { item: whole({ max: list('2') }), containers: ['500m / 1', '500m / 1'], init: ['1 / 2', '1 / 1'] },
  { item: whole({ max: list('2') }), containers: ['- / 1', '- / 1'], init: ['- / 2', '- / 2'] },
  {
    item: whole({ max: list('- 2Gi'), maxLimitRequestRatio: list('- 1.5') }),
    containers: Array(3).fill('- 300Mi / - 450Mi'),
  },
  {
    item: container({ min: list('50m') }),
    containers: ['40m / 200m'],
    faults: ['minimum cpu usage per Container is 50m, but request is 40m'],
  },
  {
    item: container({ min: list('50m') }),
    containers: ['-'],
    faults: ['minimum cpu usage per Container is 50m.  No request is specified'],
  },
  {
    item: container({ min: list('50m') }),
    containers: ['60m'],
    init: ['60m / 40m'],
    faults: ['minimum cpu usage per Container is 50m, but limit is 40m'],
  },
  {
    item: container({ min: list('- 50Mi') }),
    containers: ['- 40Mi / - 100Mi'],
    faults: ['minimum memory usage per Container is 50Mi, but request is 40Mi'],
  },
  {
    item: container({ max: list('2') }),
    containers: ['500m / 2500m'],
    faults: ['maximum cpu usage per Container is 2, but limit is 2500m'],
  },
  {
    item: container({ max: list('2') }),
    containers: ['-'],
    faults: ['maximum cpu usage per Container is 2.  No limit is specified'],
  },
  {
    item: container(ratioOf('1')),
    containers: ['1250m / 2500m'],
    faults: ['cpu max limit to request ratio per Container is 1, but provided ratio is 2.000000'],
  },
  {
    item: container(ratioOf('1')),
    containers: ['- / 1'],
    faults: ['cpu max limit to request ratio per Container is 1, but no request is specified or request is 0'],
  },
  {
    item: container(ratioOf('1')),
    containers: ['1 / 0'],
    faults: ['cpu max limit to request ratio per Container is 1, but no limit is specified or limit is 0'],
  },
  {
    item: container({ max: list('- 1Gi') }),
    containers: ['- 250Mi / - 2Gi'],
    faults: ['maximum memory usage per Container is 1Gi, but limit is 2Gi'],
  },
  {
    item: whole({ min: list('100m') }),
    containers: ['75m / 200m'],
    faults: ['minimum cpu usage per Pod is 100m, but request is 75m'],
  },
  {
    item: whole({ max: list('2') }),
    containers: Array(3).fill('500m / 1'),
    faults: ['maximum cpu usage per Pod is 2, but limit is 3'],
  },
  {
    item: whole({ max: list('- 1Gi') }),
    containers: ['- / - 500Mi'],
    init: ['- / - 1.5Gi'],
    faults: ['maximum memory usage per Pod is 1Gi, but limit is 1536Mi'],
  },
  {
    item: whole({ max: list('- 2Gi'), maxLimitRequestRatio: list('- 1.5') }),
    containers: Array(3).fill('- 250Mi / - 500Mi'),
    faults: ['memory max limit to request ratio per Pod is 1500m, but provided ratio is 2.000000'],
  },
  {
    item: container({ min: list('50m 50Mi'), max: list('1') }),
    containers: ['10m 10Mi / 2'],
    faults: [
      'minimum cpu usage per Container is 50m, but request is 10m',
      'minimum memory usage per Container is 50Mi, but request is 10Mi',
      'maximum cpu usage per Container is 1, but limit is 2',
    ],
  },
];

describe('the bounds of a pod', () => {
  it.each(cases)('$item: $containers $init', ({ item, containers, init = [], faults = [] }) => {
    expect(podLimitFaults(pod(containers.map(resources), init.map(resources)), range(item))).toEqual(faults);
  });

  it('counts sidecars beside the containers', () => {
    const { spec, ...rest } = pod([resources('1 / 1')], [resources('2 / 2')]);
    const initContainers = spec!.initContainers!.map((one) => ({ ...one, restartPolicy: 'Always' as const }));
    expect(podLimitFaults({ ...rest, spec: { ...spec!, initContainers } }, range(whole({ max: list('2') })))).toEqual([
      'maximum cpu usage per Pod is 2, but limit is 3',
    ]);
  });
});

describe('the bounds of a claim', () => {
  it.each([
    ['1Gi', { min: '1Gi' }, []],
    ['1Gi', { max: '1Gi' }, []],
    ['5Gi', { min: '1Gi', max: '10Gi' }, []],
    ['500Mi', { min: '1Gi' }, ['minimum storage usage per PersistentVolumeClaim is 1Gi, but request is 500Mi']],
    [
      '100Gi',
      { min: '1Gi', max: '1Gi' },
      ['maximum storage usage per PersistentVolumeClaim is 1Gi, but request is 100Gi'],
    ],
    [undefined, { max: '1Gi' }, ['maximum storage usage per PersistentVolumeClaim is 1Gi.  No request is specified']],
  ] as const)('%s within %j', (storage, { min, max }: { min?: string; max?: string }, faults) => {
    const claim = {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: {},
      spec: { resources: { requests: storage === undefined ? {} : { storage } } },
    } as PersistentVolumeClaim;
    const item: LimitRangeItem = {
      type: 'PersistentVolumeClaim',
      ...(min === undefined ? {} : { min: { storage: min } }),
      ...(max === undefined ? {} : { max: { storage: max } }),
    };
    expect(claimLimitFaults(claim, range(item))).toEqual(faults);
  });
});

describe('defaults', () => {
  const told = (given: Pod) => given.metadata.annotations?.['kubernetes.io/limit-ranger'];

  it.each([
    [
      '-',
      '50m 5Mi / 75m 10Mi',
      'LimitRanger plugin set: cpu, memory request for container foo-0; cpu, memory limit for container foo-0',
    ],
    [
      '- 512Mi',
      '50m 512Mi / 75m 10Mi',
      'LimitRanger plugin set: cpu request for container foo-0; cpu, memory limit for container foo-0',
    ],
    ['100m 512Mi / 200m 1G', '100m 512Mi / 200m 1G', undefined],
  ])('%s becomes %s', (given, expected, annotation) => {
    const filled = withLimitRangeDefaults(pod([resources(given)]), valid);
    expect(filled.spec!.containers[0]!.resources).toEqual(resources(expected));
    expect(told(filled)).toBe(annotation);
  });

  it('fills in init containers too', () => {
    const filled = withLimitRangeDefaults(pod([resources('1 1 / 1 1')], [resources('-')]), valid);
    expect(filled.spec!.initContainers![0]!.resources).toEqual(resources('50m 5Mi / 75m 10Mi'));
    expect(told(filled)).toBe(
      'LimitRanger plugin set: cpu, memory request for init container init-0; cpu, memory limit for init container init-0',
    );
  });
});

describe('the plug-in', () => {
  async function served(...limits: readonly LimitRange[]): Promise<Client> {
    const client = (await createApiServer()).client();
    await client
      .create<Namespace>({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } })
      .catch(() => {});
    for (const limit of limits) await client.create(limit);
    return client;
  }

  it('sets defaults on create', async () => {
    const client = await served(range({ type: 'Container', max: list('100m') }));
    const { spec } = await client.create(pod([{}]));
    expect(spec!.containers[0]!.resources).toEqual({ requests: { cpu: '100m' }, limits: { cpu: '100m' } });
  });

  it('refuses what is out of bounds, and lets updates be', async () => {
    const client = await served();
    const made = await client.create(pod([resources('1')]));
    await client.create(range({ type: 'Container', min: list('25m 1Mi') }));
    await client.update({ ...made, metadata: { ...made.metadata, labels: { a: 'b' } } });
    await expect(
      client.create({ ...pod([resources('1m')]), metadata: { name: 'small', namespace: 'default' } }),
    ).rejects.toMatchObject({
      code: 403,
      message: 'pods "small" is forbidden: minimum cpu usage per Container is 25m, but request is 1m',
    });
  });

  it('says all that is wrong at once', async () => {
    const client = await served(range({ type: 'Container', min: list('25m') }), {
      ...range({ type: 'Pod', max: list('1') }),
      metadata: { name: 'pods', namespace: 'default' },
    });
    await expect(client.create(pod([resources('1m / 2m'), resources('2m / 2m')]))).rejects.toThrow(
      'pods "foo" is forbidden: [minimum cpu usage per Container is 25m, but request is 1m, minimum cpu usage per Container is 25m, but request is 2m]',
    );
  });
});
