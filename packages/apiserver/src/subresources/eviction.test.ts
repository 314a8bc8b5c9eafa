import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ValidatingAdmissionPolicyBinding } from '@pintle/api/admissionregistration/v1';
import { Pod } from '@pintle/api/core/v1';
import { PodDisruptionBudget } from '@pintle/api/policy/v1';
import { StatusError } from '@pintle/machinery';
import { type ApiServer, createApiServer } from '../server.js';

let server: ApiServer;
beforeEach(async () => {
  server = await createApiServer();
});
afterEach(() => server.stop());

const namespace = 'default';
const labels = { app: 'web' };

/** A pod on a node, as its kubelet tells of it. */
async function createPod(name: string, { phase = 'Running', ready = true } = {}): Promise<void> {
  const client = server.client();
  await client.create({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels },
    spec: { nodeName: 'node-0', containers: [{ name: 'main', image: 'web' }], automountServiceAccountToken: false },
  } as unknown as Pod);
  const conditions = [{ type: 'Ready', status: ready ? 'True' : 'False' }];
  const body = { status: { phase, conditions } };
  await client.patch(Pod, { name, namespace }, { type: 'merge', body }, { subresource: 'status' });
}

type Status = NonNullable<PodDisruptionBudget['status']>;

/** A budget, counted as a disruption controller would have. */
async function createBudget(
  name: string,
  status: Partial<Status>,
  spec: PodDisruptionBudget['spec'] = {},
): Promise<void> {
  const metadata = { name, namespace };
  const client = server.client();
  await client.create({
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata,
    spec: { selector: { matchLabels: labels }, ...spec },
  } as PodDisruptionBudget);
  const body = { status: { observedGeneration: 1, expectedPods: 3, ...status } };
  await client.patch(PodDisruptionBudget, metadata, { type: 'merge', body }, { subresource: 'status' });
}

const evict = (name: string, more: object = {}) =>
  server.client().createSubresource(Pod, { name, namespace }, 'eviction', {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name, namespace },
    ...more,
  });

const refusal = async (attempt: Promise<unknown>) => {
  const error = await attempt.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  return StatusError.is(error) ? error.status : error;
};
const deletedPod = async (name: string) =>
  (await server.client().get(Pod, { name, namespace })).metadata.deletionTimestamp !== undefined;
const budgetStatus = async (name: string) =>
  (await server.client().get(PodDisruptionBudget, { name, namespace })).status;

const spent = { disruptionsAllowed: 0, currentHealthy: 2, desiredHealthy: 2 };
const roomy = { disruptionsAllowed: 1, currentHealthy: 3, desiredHealthy: 2 };

describe('pods/eviction', () => {
  it('deletes a pod that no budget is for, and says why', async () => {
    await createPod('a');
    await expect(evict('a')).resolves.toMatchObject({ status: 'Success' });
    const { metadata, status } = await server.client().get(Pod, { name: 'a', namespace });
    expect(metadata.deletionTimestamp).toBeDefined();
    expect(status?.conditions).toContainEqual(
      expect.objectContaining({
        type: 'DisruptionTarget',
        status: 'True',
        reason: 'EvictionByEvictionAPI',
        message: 'Eviction API: evicting',
      }),
    );
  });

  it('takes from the budget, and is refused when it is spent', async () => {
    await createPod('a');
    await createPod('b');
    await createBudget('web', roomy);
    await evict('a');
    expect(await budgetStatus('web')).toMatchObject({
      disruptionsAllowed: 0,
      disruptedPods: { a: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) },
      conditions: [{ type: 'DisruptionAllowed', status: 'False', reason: 'InsufficientPods' }],
    });
    const { metadata } = await server.client().get(PodDisruptionBudget, { name: 'web', namespace });
    expect(metadata.managedFields?.filter(({ subresource }) => subresource === 'status')).toMatchObject([
      { manager: 'kube-apiserver', operation: 'Update' },
      { manager: 'pintle', operation: 'Update' },
    ]);
    expect(await refusal(evict('b'))).toMatchObject({
      code: 429,
      reason: 'TooManyRequests',
      message: "Cannot evict pod as it would violate the pod's disruption budget.",
      details: {
        causes: [
          {
            reason: 'DisruptionBudget',
            message: 'The disruption budget web needs 2 healthy pods and has 3 currently',
          },
        ],
      },
    });
    expect(await deletedPod('b')).toBe(false);
  });

  it('lets only so many through at once', async () => {
    const names = ['a', 'b', 'c', 'd'];
    for (const name of names) await createPod(name);
    await createBudget('web', { ...roomy, disruptionsAllowed: 2 });
    await Promise.allSettled(names.map((name) => evict(name)));
    const gone = await Promise.all(names.map(deletedPod));
    expect(gone.filter((is) => is)).toHaveLength(2);
  });

  it('waits for a budget that has not been counted', async () => {
    await createPod('a');
    await createBudget('web', { ...roomy, observedGeneration: 0 });
    expect(await refusal(evict('a'))).toMatchObject({
      reason: 'TooManyRequests',
      details: {
        retryAfterSeconds: 10,
        causes: [{ message: 'The disruption budget web is still being processed by the server.' }],
      },
    });
  });

  it.each([
    // how the pod is, whether a spent budget lets it go, and with which policy for what is not ready
    [{ phase: 'Pending', ready: false }, spent, undefined, true],
    [{ phase: 'Succeeded', ready: false }, spent, undefined, true],
    [{ phase: 'Failed', ready: false }, spent, undefined, true],
    [{ ready: true }, spent, undefined, false],
    [{ ready: false }, spent, undefined, true],
    [{ ready: false }, spent, 'IfHealthyBudget', true],
    [{ ready: false }, { ...spent, currentHealthy: 1 }, undefined, false],
    [{ ready: false }, { ...spent, currentHealthy: 1 }, 'IfHealthyBudget', false],
    [{ ready: false }, { ...spent, currentHealthy: 1 }, 'AlwaysAllow', true],
    [{ ready: true }, { ...spent, currentHealthy: 1 }, 'AlwaysAllow', false],
    [{ ready: false }, { ...spent, currentHealthy: 0, desiredHealthy: 0 }, undefined, false],
  ])('%j under %j, policy %s: %s', async (pod, status, policy, goes) => {
    await createPod('a', pod);
    await createBudget('web', status, policy === undefined ? {} : { unhealthyPodEvictionPolicy: policy });
    const refused = await refusal(evict('a'));
    expect(refused).toEqual(goes ? undefined : expect.objectContaining({ reason: 'TooManyRequests' }));
    expect(await budgetStatus('web')).not.toHaveProperty('disruptedPods');
  });

  it('does not choose between two budgets', async () => {
    await createPod('a');
    await createBudget('web', roomy);
    await createBudget('too', roomy);
    expect(await refusal(evict('a'))).toMatchObject({
      code: 500,
      message: 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    });
  });

  it('changes nothing when it is only tried', async () => {
    await createPod('a');
    await createBudget('web', roomy);
    await evict('a', { deleteOptions: { dryRun: ['All'] } });
    expect(await deletedPod('a')).toBe(false);
    expect(await budgetStatus('web')).toMatchObject({ disruptionsAllowed: 1 });
  });

  it('says once that it is evicted, however often it is asked for', async () => {
    await createPod('a');
    await evict('a');
    const client = server.client();
    const key = { name: 'a', namespace };
    const read = () => client.get(Pod, key);
    // A kubelet writes the conditions without times of probes.
    const conditions = (await read()).status?.conditions?.map(({ lastProbeTime: _none, ...condition }) => condition);
    await client.patch(Pod, key, { type: 'merge', body: { status: { conditions } } }, { subresource: 'status' });
    const { metadata } = await read();
    await evict('a');
    expect((await read()).metadata.resourceVersion).toBe(metadata.resourceVersion);
  });

  it('holds to the preconditions, and to the name', async () => {
    await createPod('a');
    const { uid, resourceVersion } = (await server.client().get(Pod, { name: 'a', namespace })).metadata;
    const meant = (preconditions: object) => evict('a', { deleteOptions: { preconditions } });
    expect(await refusal(meant({ uid: 'another' }))).toMatchObject({
      reason: 'Conflict',
      message: `Operation cannot be fulfilled on Pod "a": the UID in the precondition (another) does not match the UID in record (${uid}). The object might have been deleted and then recreated`,
    });
    expect(await refusal(meant({ resourceVersion: '1' }))).toMatchObject({
      reason: 'Conflict',
      message: `Operation cannot be fulfilled on Pod "a": the ResourceVersion in the precondition (1) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`,
    });
    expect(await refusal(evict('a', { metadata: { name: 'b' } }))).toMatchObject({
      reason: 'BadRequest',
      message: 'name in URL does not match name in Eviction object',
    });
    expect(await deletedPod('a')).toBe(false);
  });
});

describe('admission', () => {
  const policy = (name: string, operations: readonly string[], resources: readonly string[]) =>
    [
      {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'ValidatingAdmissionPolicy',
        metadata: { name },
        spec: {
          matchConstraints: { resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations, resources }] },
          validations: [{ expression: 'false', messageExpression: "request.kind.kind + ' of ' + request.name" }],
        },
      },
      {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'ValidatingAdmissionPolicyBinding',
        metadata: { name },
        spec: { policyName: name, validationActions: ['Deny'] },
      },
    ] as unknown as readonly Pod[];

  it('is asked about the eviction, and not about the deletion that it leads to', async () => {
    const client = server.client();
    await createPod('a');
    for (const object of policy('kept', ['DELETE', 'UPDATE'], ['pods', 'pods/status'])) await client.create(object);
    expect(await refusal(client.delete(Pod, { name: 'a', namespace }))).toMatchObject({ code: 422 });
    for (const object of policy('stays', ['CREATE'], ['pods/eviction'])) await client.create(object);
    expect(await refusal(evict('a'))).toMatchObject({
      code: 422,
      message: expect.stringContaining('Eviction of a'),
    });
    await client.delete(ValidatingAdmissionPolicyBinding, { name: 'stays' });
    expect(await refusal(evict('a'))).toBeUndefined();
    expect(await deletedPod('a')).toBe(true);
  });
});
