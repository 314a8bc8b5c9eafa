import { expect, it } from '@jest/globals';
import { virtualWorld } from '@pintle/machinery';
import { ask } from '../../http/asking.fixture.js';
import { createApiServer } from '../../server.js';

it('tells what came of looking at pods and templates, and of those that are exempt', async () => {
  const api = await createApiServer({
    ...{ world: virtualWorld(), podSecurityExemptions: { namespaces: ['free'] } },
  });
  const label = (mode: string) => `pod-security.kubernetes.io/${mode}`;
  const labels = {
    ...{ [label('enforce')]: 'baseline', [label('enforce-version')]: 'v1.20' },
    ...{ [label('warn')]: 'restricted', [label('audit')]: 'restricted', [label('audit-version')]: 'v1.99' },
  };
  for (const name of ['held', 'free'])
    await ask(api.handle, 'POST /api/v1/namespaces', {
      body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } },
    });
  const pod = (name: string, more: object = {}) => ({
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name } },
    spec: { containers: [{ name: 'c', image: 'i' }], ...more },
  });
  await ask(api.handle, 'POST /api/v1/namespaces/held/pods', { body: pod('a') });
  await ask(api.handle, 'POST /api/v1/namespaces/held/pods', { body: pod('b', { hostNetwork: true }) });
  await ask(api.handle, 'POST /api/v1/namespaces/free/pods', { body: pod('a') });
  await ask(api.handle, 'POST /api/v1/namespaces/held/podtemplates', {
    body: { apiVersion: 'v1', kind: 'PodTemplate', metadata: { name: 't' }, template: { spec: pod('x').spec } },
  });
  const told = (await api.metricsRegistry.text()).split('\n').filter((line) => /^pod_security.* [1-9]\d*$/.test(line));
  const line = (decision: string, level: string, version: string, mode: string, resource: string, count: number) =>
    `pod_security_evaluations_total{decision="${decision}",policy_level="${level}",policy_version="${version}",mode="${mode}",request_operation="create",resource="${resource}",subresource=""} ${count}`;
  expect(told.sort()).toEqual(
    [
      line('allow', 'baseline', 'v1.20', 'enforce', 'pod', 1),
      line('deny', 'baseline', 'v1.20', 'enforce', 'pod', 1),
      line('deny', 'restricted', 'latest', 'warn', 'pod', 1),
      line('deny', 'restricted', 'future', 'audit', 'pod', 2),
      line('deny', 'restricted', 'latest', 'warn', 'controller', 1),
      line('deny', 'restricted', 'future', 'audit', 'controller', 1),
      'pod_security_exemptions_total{request_operation="create",resource="pod",subresource=""} 1',
    ].sort(),
  );
});
