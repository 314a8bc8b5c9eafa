/** Cases of kube-controller-manager's `TestConfigMapCreation` and `TestConfigMapUpdateNoHotLoop`. */
import { describe, expect, it } from '@jest/globals';
import { ConfigMap } from '@pintle/api/core/v1';
import { testCluster } from '@pintle/testing';

const key = { name: 'kube-root-ca.crt', namespace: 'default' };
const description = 'kubernetes.io/description';

describe('the published root certificate', () => {
  it.each([
    ['other data', { data: { 'ca.crt': 'other' } }],
    ['more data', { data: { 'ca.crt': 'PEM', more: 'of it' } }],
    ['no data', { data: null }],
    ['no description', { metadata: { annotations: null } }],
  ])('is put right where it has %s', async (_name, body) => {
    const cluster = await testCluster({ rootCertificate: 'PEM' });
    const { client } = cluster;
    await client.patch(ConfigMap, key, { type: 'merge', body });
    await cluster.settle();
    const { data, metadata } = await client.get(ConfigMap, key);
    expect(data).toEqual({ 'ca.crt': 'PEM' });
    expect(metadata.annotations?.[description]).toMatch(/API server/);
    await cluster.stop();
  });

  it('is left alone where it has a description and annotations of others, and comes back', async () => {
    const cluster = await testCluster({ rootCertificate: 'PEM' });
    const { client } = cluster;
    const body = { metadata: { annotations: { [description]: 'Ours.', mine: 'yes' } } };
    const { metadata } = await client.patch(ConfigMap, key, { type: 'merge', body });
    await cluster.settle();
    expect((await client.get(ConfigMap, key)).metadata.resourceVersion).toBe(metadata.resourceVersion);
    await client.delete(ConfigMap, key);
    await cluster.settle();
    expect((await client.get(ConfigMap, key)).metadata.uid).not.toBe(metadata.uid);
    await cluster.stop();
  });
});
