/** What is behind a feature gate, through a server. */
import { expect, it } from '@jest/globals';
import { Pod } from '@pintle/api/core/v1';
import { memoryStore } from '@pintle/store';
import { createApiServer } from '../server.js';
import type { StoredObject } from '../storage/stored-object.js';

const amounts = { requests: { cpu: '1' }, limits: { cpu: '2' } };
const pod = (name: string): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default' },
  spec: { containers: [{ name: 'main', image: 'main' }], resources: amounts },
});

it('amounts for a whole pod are lost where the gate is off, and kept by pods that have them', async () => {
  const backend = memoryStore<StoredObject>();
  const key = { name: 'kept', namespace: 'default' };
  const open = await createApiServer({ backend, featureGates: { PodLevelResources: true } });
  expect((await open.client().create(pod('kept'))).spec?.resources).toEqual(amounts);
  await open.stop();
  const plain = await createApiServer({ backend });
  const client = plain.client();
  const made = await client.create(pod('new'));
  expect([made.spec?.resources, made.status?.qosClass]).toEqual([undefined, 'BestEffort']);
  const kept = await client.get(Pod, key);
  const labels = { a: 'b' };
  const changed = await client.update({ ...kept, metadata: { ...kept.metadata, labels } });
  expect([changed.metadata.labels, changed.spec?.resources]).toEqual([labels, amounts]);
  const applied = await client.apply(pod('applied'), { fieldManager: 'me' });
  expect(applied.spec?.resources).toBeUndefined();
  await plain.stop();
});
