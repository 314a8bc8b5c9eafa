/** What is read back from bytes, as after a restart. */
import { expect, it } from '@jest/globals';
import type { KubernetesObject } from '@pintle/machinery';
import { StoredObject, storedObjectCodec } from './stored-object.js';

const configMap = (name: string, resourceVersion: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, labels: { app: 'web' }, resourceVersion },
  data: { x: '1' },
});

const readBack = (name: string, revision: number) => {
  const written = StoredObject.of(configMap(name, '') as KubernetesObject);
  return storedObjectCodec.decode(storedObjectCodec.encode(written, revision), revision).at(revision);
};

it('objects that are read back in a row share what they have in common', () => {
  const [a, b] = [readBack('a', 7), readBack('b', 8)];
  expect([a, b]).toEqual([configMap('a', '7'), configMap('b', '8')]);
  expect(Object.isFrozen(b.metadata)).toBe(true);
  expect((b as unknown as { data: unknown }).data).toBe((a as unknown as { data: unknown }).data);
  expect(b.metadata.labels).toBe(a.metadata.labels);
});
