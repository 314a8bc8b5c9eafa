import { expect, it } from '@jest/globals';
import { ConfigMap } from '@pintle/api/core/v1';
import { FlowSchema } from '@pintle/api/flowcontrol/v1';
import { ServiceCIDR } from '@pintle/api/networking/v1';
import { ClusterRole } from '@pintle/api/rbac/v1';
import { virtualWorld } from '@pintle/machinery';
import { createApiServer } from '../server.js';

it('tells since when the use of tokens in Secrets is noted', async () => {
  const world = virtualWorld();
  const server = await createApiServer({ world });
  const name = 'kube-apiserver-legacy-service-account-token-tracking';
  const { data } = await server.client().get(ConfigMap, { name, namespace: 'kube-system' });
  expect(data).toEqual({ since: new Date(world.clock.now()).toISOString().slice(0, 10) });
  await server.stop();
});

it('what the server makes itself tells whose its fields are', async () => {
  const server = await createApiServer({ world: virtualWorld(), port: 6443, authorizer: 'rbac', flowControl: {} });
  const range = await server.client().get(ServiceCIDR, { name: 'kubernetes' });
  expect(range.metadata.managedFields).toMatchObject([{ fieldsV1: { 'f:spec': { 'f:cidrs': {} } } }]);
  expect(range.metadata.managedFields?.[0]?.fieldsV1).not.toHaveProperty('f:status');
  const [role, schema] = [
    await server.client().get(ClusterRole, { name: 'view' }),
    await server.client().get(FlowSchema, { name: 'exempt' }),
  ];
  expect(role.metadata.managedFields).toMatchObject([
    {
      ...{ manager: 'kube-apiserver', operation: 'Update', apiVersion: 'rbac.authorization.k8s.io/v1' },
      fieldsV1: { 'f:aggregationRule': { 'f:clusterRoleSelectors': {} } },
    },
  ]);
  expect(schema.metadata.managedFields?.[0]).toMatchObject({
    ...{ manager: 'api-priority-and-fairness-config-producer-v1', operation: 'Update' },
    fieldsV1: { 'f:spec': { 'f:matchingPrecedence': {} } },
  });
  await server.stop();
});
