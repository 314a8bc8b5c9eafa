import { expect, it } from '@jest/globals';
import { ValidatingAdmissionPolicy } from '@pintle/api/admissionregistration/v1';
import { virtualWorld } from '@pintle/machinery';
import { createApiServer } from '../../server.js';

it('a policy is told in its status of fields that its kinds have not', async () => {
  const world = virtualWorld();
  const api = await createApiServer({ world });
  const client = api.client();
  const rule = (apiGroups: string[], resources: string[]) => ({
    apiGroups,
    apiVersions: ['v1'],
    operations: ['CREATE'],
    resources,
  });
  const validations = [
    { expression: 'object.spec.replicas > 1' },
    { expression: 'object.replicas > 1', messageExpression: "'replicas: ' + object.spec.replicas" },
    { expression: 'params.data.anything == "" && variables.many && authorizer.path("/").check("get").allowed()' },
    { expression: 'variables.images.startsWith("a") && params.nothing' },
  ];
  await client.create({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: 'p' },
    spec: {
      matchConstraints: { resourceRules: [rule(['apps'], ['deployments']), rule(['*'], ['*'])] },
      paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
      variables: [
        { name: 'many', expression: 'object.spec.replicas > 10' },
        { name: 'images', expression: 'object.spec.template.spec.containers' },
      ],
      validations,
    },
  } as unknown as ValidatingAdmissionPolicy);
  for (let i = 0; i < 20; i++) {
    // The language is loaded outside of virtual time.
    await new Promise(setImmediate);
    await world.settle();
  }
  const { status, metadata } = await client.get(ValidatingAdmissionPolicy, { name: 'p' });
  expect(status?.observedGeneration).toBe(metadata.generation ?? 1);
  const warnings = status?.typeChecking?.expressionWarnings ?? [];
  expect(warnings.map(({ fieldRef }) => fieldRef)).toEqual([
    'spec.validations[1].expression',
    'spec.validations[1].messageExpression',
    'spec.validations[3].expression',
  ]);
  expect(warnings[2]?.warning).toContain("'startsWith' applied to 'list(dyn).(string)'");
  expect(warnings[2]?.warning).toContain("1:43: undefined field 'nothing'");
  expect(warnings[0]?.warning).toMatch(
    /^apps\/v1, Kind=Deployment: ERROR: <input>:1:7: undefined field 'replicas'\n \| object\.replicas > 1\n \| \.+\^\n$/,
  );
});
