import { expect, it } from '@jest/globals';
import { CertificateSigningRequest } from '@pintle/api/certificates/v1';
import { ClusterRole, type ClusterRoleBinding } from '@pintle/api/rbac/v1';
import { testCluster } from '@pintle/testing';

/** Of `O=system:nodes, CN=system:node:n1`: PKCS #10 in PEM in base64. */
const request =
  'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIck1JR1NBZ0VBTURBeEZUQVRCZ05WQkFvTURITjVjM1JsYlRwdWIyUmxjekVYTUJVR0ExVUVBd3dPYzNsegpkR1Z0T201dlpHVTZiakV3V1RBVEJnY3Foa2pPUFFJQkJnZ3Foa2pPUFFNQkJ3TkNBQVFjYURGcGdKNzc2RU9hCmVxYW13TGovWlBJaHZGd0F4WkVmSDl3S2NBb0FiaFNMRmZ2N2s1ckJJbEJkdDdzRnZwUXRlN1k5T1ZaN1BINTcKWkZPaEg4WFhvQUF3Q2dZSUtvWkl6ajBFQXdJRFNBQXdSUUloQU43dEhmdGhOZm1uSG82dFJtdEtLR293T3VhSgpxZ1FxSDMrY05VaVYvbFpsQWlBa2kzZ2lZWTNpNU9IMEQzVjdnMjI2cmZIWWxRcU40b3VvUjVIT3RWQXVQUT09Ci0tLS0tRU5EIENFUlRJRklDQVRFIFJFUVVFU1QtLS0tLQo=';
const group = 'system:bootstrappers';

it('a kubelet that comes before its rights is approved when it has them', async () => {
  const cluster = await testCluster({ nodes: 0, authorizer: 'rbac' });
  const { client, apiServer } = cluster;
  const rule = (resources: string[], verbs: string[]) => ({ apiGroups: ['certificates.k8s.io'], resources, verbs });
  const grant = async (name: string, ...rules: object[]) => {
    const metadata = { name };
    await client.create({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata,
      rules,
    } as ClusterRole);
    await client.create<ClusterRoleBinding>({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: ClusterRole.kind, name },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: group }],
    });
  };
  await grant('asks', rule(['certificatesigningrequests'], ['create']));
  const kubelet = apiServer.client({ user: { name: 'system:bootstrap:abcdef', groups: [group] } });
  await kubelet.create<CertificateSigningRequest>({
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name: 'n1' },
    spec: {
      request,
      signerName: 'kubernetes.io/kube-apiserver-client-kubelet',
      usages: ['digital signature', 'client auth'],
    },
  });
  await cluster.advance({ minutes: 1 });
  const conditions = async () =>
    (await client.get(CertificateSigningRequest, { name: 'n1' })).status?.conditions?.map(({ type }) => type);
  expect(await conditions()).toBeUndefined();
  await grant('joins', rule(['certificatesigningrequests/nodeclient'], ['create']));
  await cluster.advance({ minutes: 2 });
  expect(await conditions()).toEqual(['Approved']);
  await cluster.stop();
});
