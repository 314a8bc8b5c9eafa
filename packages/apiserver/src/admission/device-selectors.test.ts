/** Selectors of devices that cannot be. */
import { describe, expect, it } from '@jest/globals';
import { type KubernetesObject, StatusError, virtualWorld } from '@pintle/machinery';
import { createApiServer } from '../server.js';

async function serverClient() {
  const world = virtualWorld({ seed: 1 });
  const pending = createApiServer({ world, featureGates: { DRAPrioritizedList: true } });
  await world.settle();
  return (await pending).client();
}

const withSelectors = (expressions: readonly string[]) => ({
  selectors: expressions.map((expression) => ({ cel: { expression } })),
});
const object = (kind: string, spec: object) =>
  ({ apiVersion: 'resource.k8s.io/v1beta2', kind, metadata: { name: 'x' }, spec }) as KubernetesObject;
const claim = (...expressions: readonly string[]) => ({
  devices: {
    requests: [{ name: 'r', firstAvailable: [{ name: 'a', deviceClassName: 'c', ...withSelectors(expressions) }] }],
  },
});

async function told(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'accepted';
  } catch (error) {
    if (!StatusError.is(error)) throw error;
    return error.message;
  }
}

describe('a selector', () => {
  it.each([
    ['device.driver == "dra.example.com"', 'accepted'],
    ['device.attributes["dra.example.com"].?model.orValue("") == "a"', 'accepted'],
    ['device.capacity["dra.example.com"].memory.compareTo(quantity("1Gi")) >= 0', 'accepted'],
    ['device.attributes["dra.example.com"].version.isGreaterThan(semver("1.0.0"))', 'accepted'],
    [
      'device.driver',
      'spec.selectors[0].cel.expression: Invalid value: "device.driver": must evaluate to bool or the unknown type, not string',
    ],
    ['device.nothing == 1', "undefined field 'nothing'"],
    [
      'device.driver ==',
      'spec.selectors[0].cel.expression: Invalid value: "device.driver ==": compilation failed: ERROR',
    ],
    [
      'device.attributes.all(a, device.attributes.all(b, device.attributes.all(c, device.attributes.all(d, true))))',
      'spec.selectors[0].cel.expression: Forbidden: too complex, exceeds cost limit',
    ],
  ])('%s', async (expression, words) => {
    const client = await serverClient();
    expect(await told(client.create(object('DeviceClass', withSelectors([expression]))))).toContain(words);
  });

  it('is told by its place in claims and templates', async () => {
    const client = await serverClient();
    expect(await told(client.create(object('ResourceClaim', claim('true', '1'))))).toContain(
      'spec.devices.requests[0].firstAvailable[0].selectors[1].cel.expression: Invalid value: "1": must evaluate to bool or the unknown type, not int',
    );
    expect(await told(client.create(object('ResourceClaimTemplate', { spec: claim('1') })))).toContain(
      'spec.spec.devices.requests[0].firstAvailable[0].selectors[0].cel.expression: Invalid value: "1"',
    );
  });
});
