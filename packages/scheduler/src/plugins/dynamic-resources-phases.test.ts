/**
 * The cases of DynamicResources of Kubernetes 1.33, by their names there: what each point says in turn, and what the API
 * server shows of the claim then. Left out are those where a feature is disabled that is always on here.
 */
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Pod } from '@pintle/api/core/v1';
import { DeviceClass, ResourceClaim, ResourceSlice } from '@pintle/api/resource/v1beta1';
import { createApiServer } from '@pintle/apiserver';
import type { Client } from '@pintle/client';
import { type VirtualWorld, virtualWorld, withDeadline } from '@pintle/machinery';
import {
  attributes,
  type DeviceClaimWords,
  deviceClaims,
  testDeviceClaim,
  testDeviceClass,
  testSlice,
} from '../device-objects.fixture.js';
import { AllocatedDevices } from '../dynamic-resources/allocated-devices.js';
import { CycleState } from '../framework/cycle-state.js';
import type { SchedulerHandle } from '../framework/plugin.js';
import { isSuccess, type Verdict } from '../framework/status.js';
import { podInfo } from '../nodes/pod-info.js';
import { tableOf } from '../simulate/simulation.js';
import { testNode, testPod } from '../test-objects.fixture.js';
import { dynamicResources } from './dynamic-resources.js';

/** What is said at each point that is reached; a verdict as `Code: reasons`, or `ok`. */
interface Phases {
  readonly preEnqueue?: string;
  readonly preFilter?: string;
  readonly filter?: Readonly<Record<string, string>>;
  readonly postFilter?: string;
  /** What is kept for the claim once it is reserved. */
  readonly pending?: string;
  readonly preBind?: string;
  /** At the end, as the API server shows it: its devices, and who uses it. */
  readonly claim?: string;
}

interface Case {
  readonly pod?: Pod;
  readonly claim?: ResourceClaim;
  /** Another claim that has its device. */
  readonly other?: DeviceClaimWords;
  readonly class?: DeviceClass | null;
  readonly slices?: readonly ResourceSlice[];
  readonly nodes?: readonly string[];
  /** What happens to the claim's finalizers before PreBind. */
  readonly finalizersThen?: readonly string[];
  /** The pod does not get there: before PreBind, or after. */
  readonly fails?: 'before PreBind' | 'at Bind';
  readonly want: Phases;
}

const finalizers = ['resource.kubernetes.io/delete-protection'];
const pod = (name?: object) =>
  testPod('p', {
    namespace: 'ns',
    ...(name === undefined
      ? deviceClaims('c')
      : {
          resourceClaims: [{ name: 'c', resourceClaimTemplateName: 't' }] as never,
          status: { resourceClaimStatuses: [name] } as never,
        }),
  });
const made = { name: 'c', resourceClaimName: 'c' };
const uid = pod().metadata.uid!;
const claim = (words: DeviceClaimWords = {}, request = {}) =>
  testDeviceClaim('c', [request], { namespace: 'ns', owner: uid, ...words });
const given = ['driver/n/i'];
const slice = (node: string, device = {}) => testSlice(`on-${node}`, { i: device }, { node });
const healthy = attributes({ healthy: true });
const broken = 'device.attributes["driver"].healthy';
const refused = (reason: string) => `UnschedulableAndUnresolvable: ${reason}`;
const nothing = { postFilter: 'Unschedulable: still not schedulable' };
const placed = {
  filter: { n: 'ok' },
  pending: 'driver/n/i',
  preBind: 'ok',
  claim: 'driver/n/i for p, protected',
};
const noNewClaims = { postFilter: 'Unschedulable: no new claims to deallocate' };
const celError = 'CEL runtime error: no such key: healthy, on device driver/n/i';

const cases: Readonly<Record<string, Case>> = {
  empty: { pod: testPod('p', { namespace: 'ns' }), want: { preFilter: 'Skip: ' } },
  'claim-reference': {
    claim: claim({ given }),
    want: { filter: { n: 'ok' }, preBind: 'ok', claim: 'driver/n/i for p' },
  },
  'claim-template': {
    pod: pod(made),
    claim: claim({ given }),
    want: { filter: { n: 'ok' }, preBind: 'ok', claim: 'driver/n/i for p' },
  },
  'missing-claim': {
    pod: pod({ name: 'another' }),
    want: { preEnqueue: refused('pod "ns/p": ResourceClaim not created yet') },
  },
  'deleted-claim': {
    pod: pod(made),
    claim: claim({ given, deleting: true }),
    want: { preEnqueue: refused('resourceclaim "c" is being deleted') },
  },
  'wrong-claim': {
    pod: pod(made),
    claim: claim({ given, owner: 'somebody' }),
    want: { preEnqueue: refused('ResourceClaim ns/c was not created for pod ns/p (pod is not owner)') },
  },
  'no-resources': {
    claim: claim(),
    slices: [],
    want: { filter: { n: refused('cannot allocate all claims') }, ...nothing, claim: 'no devices' },
  },
  'with-resources': { claim: claim(), want: placed },
  'with-resources-has-finalizer': { claim: claim({ finalizers }), want: placed },
  'with-resources-finalizer-gets-removed': { claim: claim({ finalizers }), finalizersThen: [], want: placed },
  'with-resources-finalizer-gets-added': { claim: claim(), finalizersThen: finalizers, want: placed },
  'skip-bind': {
    claim: claim(),
    fails: 'before PreBind',
    want: { filter: { n: 'ok' }, pending: 'driver/n/i', claim: 'no devices' },
  },
  'exhausted-resources': {
    claim: claim(),
    other: { given },
    want: { filter: { n: refused('cannot allocate all claims') }, ...nothing, claim: 'no devices' },
  },
  'tainted-device-enabled': {
    claim: claim(),
    slices: [slice('n', { taints: [{ key: 'k', value: 'v', effect: 'NoSchedule' }] })],
    want: { filter: { n: refused('cannot allocate all claims') }, ...nothing, claim: 'no devices' },
  },
  'request-admin-access-with-DRAAdminAccess-featuregate': {
    claim: claim({}, { adminAccess: true }),
    other: { given },
    want: { ...placed, pending: 'driver/n/i admin', claim: 'driver/n/i admin for p, protected' },
  },
  'structured-ignore-allocated-admin-access': { claim: claim(), other: { given, admin: true }, want: placed },
  'claim-parameters-CEL-runtime-error': {
    claim: claim({}, { selector: broken }),
    want: { filter: { n: `Error: claim ns/c: selector #0: ${celError}` }, claim: 'no devices' },
  },
  'class-parameters-CEL-runtime-error': {
    claim: claim(),
    class: testDeviceClass('class', broken),
    want: { filter: { n: `Error: class class: selector #0: ${celError}` }, claim: 'no devices' },
  },
  'CEL-runtime-error-for-one-of-two-nodes': {
    claim: claim({}, { selector: broken }),
    nodes: ['n', 'n2'],
    slices: [slice('n'), slice('n2', healthy)],
    want: { filter: { n: `Error: claim ns/c: selector #0: ${celError}` }, claim: 'no devices' },
  },
  'CEL-runtime-error-for-one-of-three-nodes': {
    claim: claim({}, { selector: broken }),
    nodes: ['n', 'n2', 'n3'],
    slices: [slice('n'), slice('n2', healthy), slice('n3', healthy)],
    want: { filter: { n: `Error: claim ns/c: selector #0: ${celError}` }, claim: 'no devices' },
  },
  'missing-class': {
    claim: claim(),
    class: null,
    want: { preFilter: refused('request r0: device class class does not exist'), ...noNewClaims, claim: 'no devices' },
  },
  'wrong-topology': {
    claim: claim({ given, at: { 'no-such-label': 'no-such-value' } }),
    want: {
      filter: { n: refused('resourceclaim not available on the node') },
      postFilter: 'Unschedulable: deallocation of ResourceClaim completed',
      claim: 'no devices',
    },
  },
  'good-topology': {
    claim: claim({ given, at: { host: 'n' } }),
    want: { filter: { n: 'ok' }, preBind: 'ok', claim: 'driver/n/i for p' },
  },
  'bind-failure': {
    claim: claim({ given, at: { host: 'n' } }),
    fails: 'at Bind',
    want: { filter: { n: 'ok' }, preBind: 'ok', claim: 'driver/n/i' },
  },
  'bind-failure of a claim that was given its devices': {
    claim: claim(),
    fails: 'at Bind',
    want: { ...placed, claim: 'driver/n/i, protected' },
  },
  'reserved-okay': {
    claim: claim({ given, reservedFor: [uid] }),
    want: { filter: { n: 'ok' }, preBind: 'ok', claim: `driver/n/i for ${uid}` },
  },
  'claim-with-request-with-unknown-device-class': {
    claim: claim({}, { deviceClassName: 'unknown' }),
    want: {
      preFilter: refused('request r0: device class unknown does not exist'),
      ...noNewClaims,
      claim: 'no devices',
    },
  },
  'claim-with-prioritized-list-unknown-device-class': {
    claim: claim({}, { first: [{ name: 's1', deviceClassName: 'unknown' }] }),
    want: {
      preFilter: refused('request r0/s1: device class unknown does not exist'),
      ...noNewClaims,
      claim: 'no devices',
    },
  },
  'claim-with-prioritized-list': {
    claim: claim({}, { first: [{ name: 's1', deviceClassName: 'class' }] }),
    want: placed,
  },
};

describe('what DynamicResources says and does', () => {
  let world: VirtualWorld;
  let client: Client;
  beforeAll(async () => {
    world = virtualWorld({ seed: 1 });
    const server = createApiServer({ world, kinds: [DeviceClass, ResourceClaim, ResourceSlice] });
    await world.settle();
    client = (await server).client();
    await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ns' } });
  });

  async function store(wanted: ResourceClaim): Promise<ResourceClaim> {
    const { status, metadata } = wanted;
    const { uid: _uid, deletionTimestamp: _deleting, ...rest } = metadata;
    const created = await client.create({ ...wanted, metadata: rest });
    const stored = await client.update({ ...created, status } as ResourceClaim, { subresource: 'status' });
    if (metadata.deletionTimestamp === undefined) return stored;
    return { ...stored, metadata: { ...stored.metadata, deletionTimestamp: metadata.deletionTimestamp } };
  }

  async function run(of: Case): Promise<Phases> {
    const { nodes = ['n'], slices = [slice('n')], class: deviceClass = testDeviceClass('class'), fails } = of;
    const info = podInfo(of.pod ?? pod());
    const stored = of.claim && (await store(of.claim));
    const other = of.other && testDeviceClaim('other', [{}], { namespace: 'ns', ...of.other });
    const objects = [stored, other, deviceClass, ...slices].filter((object) => object !== undefined && object !== null);
    const table = tableOf(
      nodes.map((name) => testNode(name, { labels: { host: name } })),
      [],
      objects,
    );
    const state = new CycleState(table);
    // The plugin uses no more of it.
    const handle = { table, client, world } as unknown as SchedulerHandle;
    const plugin = dynamicResources();
    const said: { -readonly [K in keyof Phases]: Phases[K] } = {};
    const end = async (): Promise<Phases> => {
      await world.settle();
      if (stored === undefined || said.preEnqueue !== undefined) return said;
      return { ...said, claim: textOf(await client.get(ResourceClaim, { name: 'c', namespace: 'ns' })) };
    };
    const postFilter = () => {
      said.postFilter = verdictText(plugin.postFilter(state, info, undefined as never, handle)?.status);
      return end();
    };

    const entered = plugin.preEnqueue(info, table.objects);
    if (!isSuccess(entered)) said.preEnqueue = verdictText(entered);
    if (said.preEnqueue !== undefined) return end();
    const before = plugin.preFilter(state, info, table) as Verdict;
    if (!isSuccess(before)) said.preFilter = verdictText(before);
    if (before?.code === 'Skip') return end();
    if (said.preFilter !== undefined) return postFilter();
    const filter: Record<string, string> = {};
    said.filter = filter;
    for (const name of nodes) {
      try {
        filter[name] = verdictText(plugin.filter(state, info, table.info(table.rowOf(name)!)));
      } catch (error) {
        filter[name] = `Error: ${(error as Error).message}`;
        return end();
      }
    }
    const nodeName = nodes.find((name) => filter[name] === 'ok');
    if (nodeName === undefined) return postFilter();
    expect(plugin.reserve(state, info, nodeName, handle)).toBeUndefined();
    const allocated = AllocatedDevices.of(table.objects);
    const pending = allocated.pendingFor(stored!);
    if (pending !== undefined) said.pending = devicesText(pending);
    if (fails !== 'before PreBind') {
      if (of.finalizersThen !== undefined)
        await client.update({ ...stored!, metadata: { ...stored!.metadata, finalizers: of.finalizersThen } });
      said.preBind = verdictText(
        await withDeadline(world.clock, 1000, 'PreBind', async (deadline) =>
          plugin.preBind(state, info, nodeName, handle, deadline),
        ),
      );
      // What was written is in use before it is seen.
      if (pending?.devices?.results?.[0]?.adminAccess !== true) expect(allocated.isUsed('driver/n/i')).toBe(true);
    }
    if (fails !== undefined) plugin.unreserve(state, info, nodeName, handle);
    expect(allocated.pendingFor(stored!) !== undefined).toBe(pending !== undefined && fails !== 'before PreBind');
    return end();
  }

  afterEach(async () => {
    const name = { name: 'c', namespace: 'ns' };
    for (const { metadata } of await client.list(ResourceClaim)) {
      if (metadata.finalizers !== undefined)
        await client.patch(ResourceClaim, name, { type: 'merge', body: { metadata: { finalizers: null } } });
      await client.delete(ResourceClaim, name);
    }
  });

  it.each(Object.entries(cases))('%s', async (_, of) => expect(await run(of)).toEqual(of.want));
});

const verdictText = (verdict: Verdict) =>
  isSuccess(verdict) ? 'ok' : `${verdict.code}: ${verdict.reasons.join(', ')}`;

function devicesText({ devices }: NonNullable<NonNullable<ResourceClaim['status']>['allocation']>): string {
  return devices!
    .results!.map(
      ({ driver, pool, device, adminAccess }) => `${driver}/${pool}/${device}${adminAccess ? ' admin' : ''}`,
    )
    .join(' ');
}

function textOf({ status, metadata }: ResourceClaim): string {
  const devices = status?.allocation === undefined ? 'no devices' : devicesText(status.allocation);
  const users = (status?.reservedFor ?? []).map(({ name }) => name);
  return `${devices}${users.length > 0 ? ` for ${users}` : ''}${metadata.finalizers?.length ? ', protected' : ''}`;
}
