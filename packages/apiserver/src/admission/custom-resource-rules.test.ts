import { expect, it } from '@jest/globals';
import { virtualWorld } from '@pintle/machinery';
import { ask } from '../http/asking.fixture.js';
import { createApiServer } from '../server.js';

it('how long the rules of custom resources take is told: to compile them once, and to judge each object', async () => {
  const world = virtualWorld();
  const api = await createApiServer({ world });
  const counts = async () =>
    (await api.metricsRegistry.text()).split('\n').filter((line) => /^apiserver_cel_\w+_count /.test(line));
  expect(await counts()).toEqual([
    'apiserver_cel_compilation_duration_seconds_count 0',
    'apiserver_cel_evaluation_duration_seconds_count 0',
  ]);
  const schema = {
    type: 'object',
    properties: { size: { type: 'integer', 'x-kubernetes-validations': [{ rule: 'self < 4' }] } },
  };
  await ask(api.handle, 'POST /apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
    body: {
      ...{ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' },
      metadata: { name: 'boxes.example.com' },
      spec: {
        ...{ group: 'example.com', scope: 'Namespaced', names: { plural: 'boxes', kind: 'Box' } },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }],
      },
    },
  });
  await world.advance(1_000);
  const codes: number[] = [];
  for (const size of [1, 2, 5]) {
    const body = { apiVersion: 'example.com/v1', kind: 'Box', metadata: { name: `b${size}` }, size };
    codes.push((await ask(api.handle, 'POST /apis/example.com/v1/namespaces/default/boxes', { body })).status);
  }
  expect(codes).toEqual([201, 201, 422]);
  expect(await counts()).toEqual([
    'apiserver_cel_compilation_duration_seconds_count 1',
    'apiserver_cel_evaluation_duration_seconds_count 3',
  ]);
});
