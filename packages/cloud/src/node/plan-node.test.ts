import { describe, expect, it } from '@jest/globals';
import type { Node } from '@pintle/api/core/v1';
import type { InstanceFacts } from '@pintle/contracts';
import { mayBeGone, planAddresses, planLifecycle, shutdownTaint, uninitializedTaint, withFacts } from './plan-node.js';

const facts: InstanceFacts = {
  providerId: 'sim://n1',
  instanceType: 'm5.large',
  addresses: [
    { type: 'InternalIP', address: '10.0.0.1' },
    { type: 'InternalIP', address: '10.0.0.2' },
    { type: 'ExternalIP', address: '203.0.113.1' },
  ],
  zone: 'a',
  region: 'eu',
  labels: { 'example.com/rack': '7' },
};

const node = (
  given: { ready?: string; taints?: readonly string[]; labels?: object; ip?: string; providerID?: string } = {},
) =>
  ({
    metadata: {
      name: 'n1',
      labels: given.labels ?? {},
      ...(given.ip === undefined ? {} : { annotations: { 'alpha.kubernetes.io/provided-node-ip': given.ip } }),
    },
    spec: {
      ...(given.providerID === undefined ? {} : { providerID: given.providerID }),
      taints: (given.taints ?? []).map((key) => ({ key, effect: 'NoSchedule' })),
    },
    status: { conditions: [{ type: 'Ready', status: given.ready ?? 'True' }] },
  }) as unknown as Node;

describe('withFacts', () => {
  it('says what machine it is, and frees the node of its taint', () => {
    const told = withFacts(node({ taints: [uninitializedTaint, 'other'] }), facts);
    expect(told.spec).toEqual({ providerID: 'sim://n1', taints: [{ key: 'other', effect: 'NoSchedule' }] });
    expect(told.metadata.labels).toMatchObject({
      'node.kubernetes.io/instance-type': 'm5.large',
      'topology.kubernetes.io/zone': 'a',
      'topology.kubernetes.io/region': 'eu',
      'example.com/rack': '7',
    });
    expect(withFacts(told, facts)).toBe(told);
  });

  it('leaves a label of the provider’s own, and the provider id, as they are', () => {
    const told = withFacts(node({ labels: { 'example.com/rack': '1' }, providerID: 'sim://other' }), facts);
    expect([told.metadata.labels?.['example.com/rack'], told.spec?.providerID]).toEqual(['1', 'sim://other']);
  });
});

describe('planAddresses', () => {
  it.each([
    ['all', undefined, ['10.0.0.1', '10.0.0.2', '203.0.113.1']],
    ['the one asked for, and those of other types', '10.0.0.2', ['10.0.0.2', '203.0.113.1']],
    ['two asked for', '10.0.0.2,203.0.113.1', ['10.0.0.2', '203.0.113.1']],
    ['one that it does not have', '10.0.0.9', undefined],
  ])('%s', (_name, ip, expected) => {
    const planned = planAddresses(node(ip === undefined ? {} : { ip }), facts);
    expect(planned?.map(({ address }) => address)).toEqual(expected);
  });
});

describe('planLifecycle', () => {
  const [there, gone, down] = [
    { isThere: true, isShutDown: false },
    { isThere: false, isShutDown: false },
    { isThere: true, isShutDown: true },
  ];
  it.each([
    ['ready', node(), gone, 'keep'],
    ['ready again', node({ taints: [shutdownTaint] }), there, 'untaint'],
    ['not ready', node({ ready: 'Unknown' }), there, 'keep'],
    ['not ready, and gone', node({ ready: 'Unknown' }), gone, 'delete'],
    ['not ready, and shut down', node({ ready: 'False' }), down, 'taint'],
    ['shut down still', node({ ready: 'False', taints: [shutdownTaint] }), down, 'keep'],
    ['on again, and not ready yet', node({ ready: 'False', taints: [shutdownTaint] }), there, 'untaint'],
  ])('%s', (_name, given, state, expected) => {
    expect(planLifecycle(given, state)).toBe(expected);
  });

  it('asks the cloud only of nodes that may be gone', () => {
    expect(mayBeGone(node())).toBe(false);
    expect(mayBeGone(node({ ready: 'Unknown' }))).toBe(true);
    expect(mayBeGone(node({ ready: 'Unknown', taints: [uninitializedTaint] }))).toBe(false);
  });
});
