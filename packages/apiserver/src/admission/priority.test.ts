/** Cases of upstream's priority plug-in: what of classes pods get, what they may not say themselves, and that there is one default. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { Pod } from '@pintle/api/core/v1';
import { PriorityClass } from '@pintle/api/scheduling/v1';
import type { Client } from '@pintle/client';
import { virtualWorld } from '@pintle/machinery';
import { createApiServer } from '../server.js';

let client: Client;
beforeEach(async () => {
  client = (await createApiServer({ world: virtualWorld(), disableAdmissionPlugins: ['ServiceAccount'] })).client();
});

const priorityClass = (name: string, value: number, more: Partial<PriorityClass> = {}): PriorityClass => ({
  apiVersion: 'scheduling.k8s.io/v1',
  kind: 'PriorityClass',
  metadata: { name },
  value,
  ...more,
});
const pod = (spec: Partial<Pod['spec']>): Pod =>
  ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'default' },
    spec: { containers: [{ name: 'main', image: 'x' }], ...spec },
  }) as Pod;
const given = async (spec: Partial<Pod['spec']>) => {
  const { priorityClassName, priority, preemptionPolicy } = (await client.create(pod(spec))).spec!;
  return [priorityClassName, priority, preemptionPolicy];
};

describe('a pod', () => {
  beforeEach(async () => {
    await client.create(priorityClass('low', 1_000, { globalDefault: true }));
    await client.create(priorityClass('high', 2_000));
    await client.create(priorityClass('polite', 3_000, { preemptionPolicy: 'Never' }));
  });

  it.each<readonly [Partial<Pod['spec']>, readonly unknown[]]>([
    [{}, ['low', 1_000, 'PreemptLowerPriority']],
    [{ priority: 1_000 }, ['low', 1_000, 'PreemptLowerPriority']],
    [{ priorityClassName: 'high' }, ['high', 2_000, 'PreemptLowerPriority']],
    [{ priorityClassName: 'polite' }, ['polite', 3_000, 'Never']],
    [{ priorityClassName: 'polite', preemptionPolicy: 'Never' }, ['polite', 3_000, 'Never']],
    [{ priorityClassName: 'system-node-critical' }, ['system-node-critical', 2_000_001_000, 'PreemptLowerPriority']],
  ])('that says %j has %j', async (spec, expected) => {
    expect(await given(spec)).toEqual(expected);
  });

  it.each<readonly [Partial<Pod['spec']>, string]>([
    [{ priorityClassName: 'none' }, 'no PriorityClass with name none was found'],
    [
      { priority: 5 },
      'the integer value of priority (5) must not be provided in pod spec; priority admission controller computed 1000 from the given PriorityClass name',
    ],
    [
      { priorityClassName: 'high', priority: 5 },
      'the integer value of priority (5) must not be provided in pod spec; priority admission controller computed 2000 from the given PriorityClass name',
    ],
    [
      { preemptionPolicy: 'Never' },
      'the string value of PreemptionPolicy (Never) must not be provided in pod spec; priority admission controller computed PreemptLowerPriority from the given PriorityClass name',
    ],
    [
      { priorityClassName: 'polite', preemptionPolicy: 'PreemptLowerPriority' },
      'the string value of PreemptionPolicy (PreemptLowerPriority) must not be provided in pod spec; priority admission controller computed Never from the given PriorityClass name',
    ],
  ])('that says %j is refused', async (spec, message) => {
    await expect(client.create(pod(spec))).rejects.toThrow(`pods "p" is forbidden: ${message}`);
  });
});

it('a pod without any class has the lowest priority, and preempts', async () => {
  expect(await given({})).toEqual([undefined, 0, 'PreemptLowerPriority']);
  await client.delete(Pod, { name: 'p', namespace: 'default' });
  await expect(given({ preemptionPolicy: 'Never' })).rejects.toThrow('PreemptionPolicy (Never) must not be provided');
});

describe('the default', () => {
  const refusal = (name: string) =>
    `priorityclasses.scheduling.k8s.io "${name}" is forbidden: PriorityClass low is already marked as default. Only one default can exist`;

  it('is one', async () => {
    const low = await client.create(priorityClass('low', 1_000, { globalDefault: true }));
    await expect(client.create(priorityClass('more', 5, { globalDefault: true }))).rejects.toThrow(refusal('more'));
    const high = await client.create(priorityClass('high', 2_000));
    await expect(client.update({ ...high, globalDefault: true })).rejects.toThrow(refusal('high'));
    // The one that is it may change otherwise, and give it up.
    const told = await client.update({ ...low, description: 'for all' });
    await client.update({ ...told, globalDefault: false });
    expect(await client.update({ ...high, globalDefault: true })).toMatchObject({ globalDefault: true });
    expect((await client.get(PriorityClass, { name: 'low' })).globalDefault).toBeFalsy();
  });
});
