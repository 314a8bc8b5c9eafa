import { describe, expect, it } from '@jest/globals';
import { Job, type JobCondition } from '@pintle/api/batch/v1';
import { Pod } from '@pintle/api/core/v1';
import { testCluster } from '@pintle/testing';
import { expiryOf } from './index.js';

describe('expiryOf', () => {
  const is = (type: string, status = 'True') => ({ type, status, lastTransitionTime: '2025-01-01T00:00:10Z' });
  const endMs = Date.parse('2025-01-01T00:00:10Z');
  const cases: [
    name: string,
    ttl: number | undefined,
    conditions: JobCondition[],
    deleted: boolean,
    at: number | undefined,
  ][] = [
    ['no time to live', undefined, [is('Complete')], false, undefined],
    ['not at its end', 10, [is('Complete', 'False')], false, undefined],
    ['at an interim end', 10, [is('SuccessCriteriaMet')], false, undefined],
    ['complete', 10, [is('SuccessCriteriaMet'), is('Complete')], false, endMs + 10_000],
    ['failed', 10, [is('Failed')], false, endMs + 10_000],
    ['at once', 0, [is('Complete')], false, endMs],
    ['being deleted', 10, [is('Complete')], true, undefined],
  ];
  it.each(cases)('%s', (_name, ttlSecondsAfterFinished, conditions, deleted, at) =>
    expect(
      expiryOf({
        metadata: deleted ? { deletionTimestamp: '2025-01-01T00:00:11Z' } : {},
        spec: { ttlSecondsAfterFinished },
        status: { conditions },
      } as unknown as Job),
    ).toBe(at),
  );
});

describe('a finished Job', () => {
  it('goes with its pods after its time, which may still be changed', async () => {
    const cluster = await testCluster({ images: { ok: { runMs: 5_000 } } });
    const make = (name: string, ttlSecondsAfterFinished?: number) =>
      cluster.client.create({
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: { name, namespace: 'default' },
        spec: {
          ...(ttlSecondsAfterFinished === undefined ? {} : { ttlSecondsAfterFinished }),
          template: { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'ok' }] } },
        },
      } as Job);
    const names = async () => (await cluster.client.list(Job)).map(({ metadata }) => metadata.name);
    await make('kept');
    await make('short', 20);
    await make('long', 20);
    await cluster.advance({ seconds: 20 });
    expect(await names()).toEqual(['kept', 'long', 'short']);
    await cluster.client.patch(
      Job,
      { name: 'long' },
      { type: 'merge', body: { spec: { ttlSecondsAfterFinished: 60 } } },
    );
    await cluster.advance({ seconds: 10 });
    expect(await names()).toEqual(['kept', 'long']);
    await cluster.advance({ minutes: 1 });
    expect(await names()).toEqual(['kept']);
    expect(await cluster.client.list(Pod)).toHaveLength(1);
    await cluster.stop();
  });
});
