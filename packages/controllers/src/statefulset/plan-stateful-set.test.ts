import { describe, expect, it } from '@jest/globals';
import type { StatefulSet, StatefulSetSpec } from '@pintle/api/apps/v1';
import type { PersistentVolumeClaim, Pod } from '@pintle/api/core/v1';
import { newRevision } from '../history/controller-revision.js';
import { ordinalOf, podOf, statefulSetKind } from './identity.js';
import { planStatefulSet } from './plan-stateful-set.js';

const nowMs = Date.parse('2025-01-01T00:01:00Z');

function statefulSet(spec: Partial<StatefulSetSpec> = {}, more: Partial<StatefulSet> = {}): StatefulSet {
  const labels = { app: 'web' };
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'web', namespace: 'default', uid: 'set-uid', generation: 1 },
    ...more,
    spec: {
      replicas: 3,
      podManagementPolicy: 'OrderedReady',
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [] } },
      ...spec,
    } as StatefulSetSpec,
  };
}

const revision = (hash: string, number: number) =>
  newRevision(statefulSet(), statefulSetKind, { number, hash, hashLabel: 'hash' });
const [old, present] = [revision('old', 1), revision('new', 2)];

/**
 * Pods in few letters, as `0:old:ready 1:new:pending`: ordinal, revision, and how they are. `ready@30` is ready since
 * second 30 of the minute that it is now the end of.
 */
function pods(set: StatefulSet, text: string): readonly Pod[] {
  return text
    .split(' ')
    .filter((word) => word !== '')
    .map((word) => {
      const [ordinal = '', hash, state = ''] = word.split(':');
      const pod = podOf(set, Number(ordinal), hash === 'old' ? old : present);
      const [how, second = '00'] = state.split('@');
      const phase = how === 'failed' ? 'Failed' : how === 'pending' ? 'Pending' : 'Running';
      const conditions = [
        {
          type: 'Ready',
          status: how === 'ready' || how === 'ending' ? 'True' : 'False',
          lastTransitionTime: `2025-01-01T00:00:${second}Z`,
        },
      ];
      const deletionTimestamp = how === 'ending' ? { deletionTimestamp: '2025-01-01T00:00:30Z' } : {};
      return {
        ...pod,
        metadata: { ...pod.metadata, uid: `pod-${ordinal}`, ...deletionTimestamp },
        status: { phase, conditions } as Pod['status'],
      } as Pod;
    });
}

interface Case {
  readonly is: string;
  readonly spec?: Partial<StatefulSetSpec>;
  readonly deleted?: boolean;
  readonly pods: string;
  /** What is done, in order: `+0:new` makes a pod, `-2` removes one. */
  readonly does: string;
  /** ready/available/current/updated of replicas, and the current revision. */
  readonly status?: string;
}

const parallel = { podManagementPolicy: 'Parallel' } as const;
const rolling = (rollingUpdate: { partition?: number; maxUnavailable?: number | string }) => ({
  updateStrategy: { type: 'RollingUpdate' as const, rollingUpdate },
});

const cases: readonly Case[] = [
  { is: 'an empty set: the first pod alone', pods: '', does: '+0:new', status: '0/0/0/0 of 0, new' },
  { is: 'waits while a pod starts', pods: '0:new:pending', does: '', status: '0/0/0/1 of 1, old' },
  { is: 'makes the next when the one before is ready', pods: '0:new:ready', does: '+1:new' },
  { is: 'fills a gap before it goes on', pods: '0:new:ready 2:new:ready', does: '+1:new' },
  { is: 'replaces what failed', pods: '0:new:failed 1:new:ready', does: '-0' },
  { is: 'waits for what ends', pods: '0:new:ready 1:new:ending', does: '' },
  {
    is: 'is complete',
    pods: '0:new:ready 1:new:ready 2:new:ready',
    does: '',
    status: '3/3/3/3 of 3, new',
  },
  { is: 'in parallel makes all', spec: parallel, pods: '', does: '+0:new +1:new +2:new' },
  {
    is: 'in parallel does not wait for what is not ready',
    spec: parallel,
    pods: '0:new:pending 1:new:pending',
    does: '+2:new',
  },
  {
    is: 'scales down from the top, one at a time',
    spec: { replicas: 1 },
    pods: '0:new:ready 1:new:ready 2:new:ready',
    does: '-2',
  },
  {
    is: 'removes a well pod above an ill one',
    spec: { replicas: 1 },
    pods: '0:new:ready 1:new:ill 2:new:ready',
    does: '-2',
  },
  {
    is: 'does not remove an ill pod while a lower one is ill too',
    spec: { replicas: 1 },
    pods: '0:new:ready 1:new:ill 2:new:ill',
    does: '',
  },
  {
    is: 'removes the only ill pod',
    spec: { replicas: 1 },
    pods: '0:new:ready 1:new:ready 2:new:ill',
    does: '-2',
  },
  {
    is: 'in parallel scales down at once',
    spec: { ...parallel, replicas: 1 },
    pods: '0:new:ready 1:new:ready 2:new:ill',
    does: '-2 -1',
  },
  {
    is: 'moves to other ordinals',
    spec: { replicas: 2, ordinals: { start: 2 } },
    pods: '0:new:ready 2:new:ready 3:new:ready',
    does: '-0',
  },
  {
    is: 'removes nothing while a pod in range is not well',
    spec: { replicas: 2 },
    pods: '0:new:ready 1:new:ill 2:new:ready',
    does: '',
  },
  {
    is: 'updates nothing while a pod in range is being made',
    pods: '0:new:ready 2:old:ready',
    does: '+1:new',
  },
  {
    is: 'updates nothing while pods are removed',
    spec: { replicas: 2 },
    pods: '0:old:ready 1:old:ready 2:old:ready',
    does: '-2',
  },
  { is: 'is one pod where nothing is said', spec: { replicas: undefined as never }, pods: '', does: '+0:new' },
  { is: 'starts at its first ordinal', spec: { ordinals: { start: 7 } }, pods: '', does: '+7:new' },
  { is: 'does nothing when deleted', deleted: true, pods: '0:new:ready', does: '', status: '1/1/0/1 of 1, old' },
  {
    is: 'updates from the top',
    pods: '0:old:ready 1:old:ready 2:old:ready',
    does: '-2',
    status: '3/3/2/0 of 3, old',
  },
  {
    is: 'makes an updated pod of the new revision',
    pods: '0:old:ready 1:old:ready',
    does: '+2:new',
  },
  { is: 'updates the next when the one above is ready', pods: '0:old:ready 1:old:ready 2:new:ready', does: '-1' },
  {
    is: 'keeps pods below the partition',
    spec: rolling({ partition: 2 }),
    pods: '0:old:ready 1:old:ready 2:new:ready',
    does: '',
    status: '3/3/2/1 of 3, old',
  },
  {
    is: 'remakes pods below the partition of the old revision',
    spec: rolling({ partition: 2 }),
    pods: '0:old:ready 2:new:ready',
    does: '+1:old',
  },
  {
    is: 'takes as many as may be unavailable',
    spec: rolling({ maxUnavailable: 2 }),
    pods: '0:old:ready 1:old:ready 2:old:ready',
    does: '-2 -1',
    status: '3/3/1/0 of 3, old',
  },
  {
    is: 'rounds a percentage down',
    spec: rolling({ maxUnavailable: '99%' }),
    pods: '0:old:ready 1:old:ready 2:old:ready',
    does: '-2 -1',
  },
  { is: 'has no partition where none is said', spec: { replicas: 1, ...rolling({}) }, pods: '0:old:ready', does: '-0' },
  {
    is: 'takes at least one where the percentage comes to none',
    spec: rolling({ maxUnavailable: '10%' }),
    pods: '0:old:ready 1:old:ready 2:old:ready',
    does: '-2',
  },
  {
    is: 'counts what is unavailable already',
    spec: { ...parallel, ...rolling({ maxUnavailable: 2 }) },
    pods: '0:old:ready 1:old:ready 2:new:ill',
    does: '-1',
  },
  {
    is: 'leaves pods to whoever deletes them',
    spec: { updateStrategy: { type: 'OnDelete' } },
    pods: '0:old:ready 1:old:ready 2:old:ready',
    does: '',
  },
  {
    is: 'makes what was deleted by hand of the new revision',
    spec: { updateStrategy: { type: 'OnDelete' } },
    pods: '0:old:ready 1:old:ready',
    does: '+2:new',
  },
  {
    is: 'is no rollout that ends where pods are deleted by hand',
    spec: { updateStrategy: { type: 'OnDelete' } },
    pods: '0:new:ready 1:new:ready 2:new:ready',
    does: '',
    status: '3/3/0/3 of 3, old',
  },
  {
    is: 'is not over while a pod is not ready',
    pods: '0:new:ready 1:new:ready 2:new:ill',
    does: '',
    status: '2/2/0/3 of 3, old',
  },
  { is: 'stays stuck at a broken pod', pods: '0:old:ready 1:old:ready 2:new:ill', does: '' },
  {
    is: 'in parallel replaces a broken pod of another revision',
    spec: parallel,
    pods: '0:new:ready 1:new:ready 2:old:ill',
    does: '-2',
  },
  {
    is: 'waits until a pod is available',
    spec: { minReadySeconds: 20 },
    pods: '0:new:ready@50',
    does: '',
    status: '1/0/0/1 of 1, old',
  },
  { is: 'goes on when it is', spec: { minReadySeconds: 20 }, pods: '0:new:ready@40', does: '+1:new' },
];

describe('planStatefulSet', () => {
  it.each(cases)('$is', ({ spec, deleted, pods: text, does, status }) => {
    const base = statefulSet(spec);
    const set = deleted ? { ...base, metadata: { ...base.metadata, deletionTimestamp: '2025-01-01T00:00:00Z' } } : base;
    const isRolling = text.includes('old') || status?.endsWith('old');
    const plan = planStatefulSet({
      set,
      pods: pods(set, text),
      current: isRolling ? old : present,
      update: present,
      collisionCount: 0,
      claim: () => undefined,
      nowMs,
    });
    const steps = plan.stages.flat(2).map(({ type, pod }) => {
      const ordinal = pod.metadata.name?.replace('web-', '');
      return type === 'create'
        ? `+${ordinal}:${pod.metadata.labels?.['controller-revision-hash']?.replace('web-', '')}`
        : `-${ordinal}`;
    });
    expect(steps.join(' ')).toBe(does);
    if (status === undefined) return;
    const { replicas, readyReplicas, availableReplicas, currentReplicas, updatedReplicas, currentRevision } =
      plan.status;
    const counts = [readyReplicas, availableReplicas, currentReplicas, updatedReplicas].map((count) => count ?? 0);
    expect(`${counts.join('/')} of ${replicas}, ${currentRevision?.replace('web-', '')}`).toBe(status);
  });

  it.each([
    [undefined, '+0:new'],
    [1, '+0:old'],
  ])('without a partition, of the old revision as many as were current: %s', (currentReplicas, does) => {
    const status = currentReplicas === undefined ? {} : { status: { currentReplicas } };
    const set = { ...statefulSet({ updateStrategy: { type: 'RollingUpdate' } }), ...status } as StatefulSet;
    const facts = { set, pods: [], current: old, update: present, collisionCount: 0, claim: () => undefined, nowMs };
    const [made] = planStatefulSet(facts).stages.flat(2);
    const of = made?.pod.metadata.labels?.['controller-revision-hash']?.replace('web-', '');
    expect(`+${made?.pod.metadata.name?.replace('web-', '')}:${of}`).toBe(does);
  });

  it('says when a pod becomes available', () => {
    const set = statefulSet({ minReadySeconds: 20 });
    const facts = { set, current: present, update: present, collisionCount: 0, claim: () => undefined, nowMs };
    expect(planStatefulSet({ ...facts, pods: pods(set, '0:new:ready@50') }).availableInMs).toBe(10_000);
  });
});

describe('claims', () => {
  const template = { metadata: { name: 'data' }, spec: {} } as PersistentVolumeClaim;
  const reference = (kind: string, name: string, uid: string, controller = true) => ({
    apiVersion: kind === 'Pod' ? 'v1' : 'apps/v1',
    kind,
    name,
    uid,
    ...(controller ? { controller, blockOwnerDeletion: true } : {}),
  });
  const [bySet, byPod] = [reference('StatefulSet', 'web', 'set-uid'), reference('Pod', 'web-1', 'pod-1')];
  const stranger = reference('Backup', 'nightly', 'backup-uid');
  const plan = (policy: string, replicas: number, claim: Partial<PersistentVolumeClaim['metadata']> | undefined) => {
    const [whenDeleted, whenScaled] = policy.split('/') as ['Retain' | 'Delete', 'Retain' | 'Delete'];
    const set = statefulSet({
      replicas,
      ...parallel,
      updateStrategy: { type: 'OnDelete' },
      volumeClaimTemplates: [template],
      persistentVolumeClaimRetentionPolicy: { whenDeleted, whenScaled },
    });
    const present1 = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'data-web-1', ...claim } };
    return planStatefulSet({
      set,
      pods: pods(set, '1:new:ready'),
      current: present,
      update: present,
      collisionCount: 0,
      claim: (name) =>
        name === 'data-web-1' && claim !== undefined
          ? (present1 as PersistentVolumeClaim)
          : ({ ...present1, metadata: { name, ownerReferences: whenDeleted === 'Delete' ? [bySet] : [] } } as never),
      nowMs,
    });
  };

  it.each([
    // whenDeleted/whenScaled, whether the pod is in range, the owners that the claim has, those that it shall have
    ['Retain/Retain', true, [], undefined],
    ['Retain/Retain', true, [bySet], []],
    ['Retain/Retain', false, [byPod], []],
    ['Delete/Retain', true, [], [bySet]],
    ['Delete/Retain', true, [bySet], undefined],
    ['Delete/Retain', false, [byPod], [bySet]],
    ['Retain/Delete', true, [], undefined],
    ['Retain/Delete', true, [byPod], []],
    ['Retain/Delete', false, [], [byPod]],
    ['Delete/Delete', true, [byPod], [bySet]],
    ['Delete/Delete', false, [bySet], [byPod]],
    ['Delete/Delete', false, [byPod], undefined],
    // a reference that does not control is put right
    ['Delete/Retain', true, [reference('StatefulSet', 'web', 'set-uid', false)], [bySet]],
    // what somebody else controls is let go, and not taken
    ['Delete/Delete', true, [stranger], undefined],
    ['Delete/Delete', true, [stranger, bySet], [stranger]],
    ['Retain/Retain', true, [stranger], undefined],
    // an earlier set of this name
    ['Delete/Retain', true, [reference('StatefulSet', 'web', 'earlier')], undefined],
  ])('%s, in range %s', (policy, inRange, ownerReferences, expected) => {
    const steps = plan(policy, inRange ? 2 : 1, { ownerReferences }).stages.flat(2);
    const updates = steps.flatMap((step) =>
      step.type === 'update-claim' && step.claim.metadata.name === 'data-web-1' ? [step.claim] : [],
    );
    expect(updates.map(({ metadata }) => metadata.ownerReferences)).toEqual(expected === undefined ? [] : [expected]);
  });

  const withoutLabel = ({ metadata, ...pod }: Pod): Pod => {
    const { 'statefulset.kubernetes.io/pod-name': _name, ...labels } = metadata.labels ?? {};
    return { ...pod, metadata: { ...metadata, labels } };
  };
  const withVolumes = (volumes: object) => (pod: Pod) => ({ ...pod, spec: { ...pod.spec, volumes } }) as Pod;
  const claimed = (name: string, claimName: string) => ({ name, persistentVolumeClaim: { claimName } });
  it.each([
    ['well', 'ready', (pod: Pod) => pod, []],
    ['waiting, without its claim', 'pending', (pod: Pod) => pod, ['create-claim']],
    ['well, without its label', 'ready', withoutLabel, ['create-claim', 'update']],
    ['well, without its volume', 'ready', withVolumes([]), ['create-claim', 'update']],
    ['of another claim', 'ready', withVolumes([claimed('data', 'data-web-7')]), ['create-claim', 'update']],
    ['of another volume', 'ready', withVolumes([claimed('other', 'data-web-0')]), ['create-claim', 'update']],
  ])('a pod %s', (_is, how, change, expected) => {
    const set = statefulSet({ replicas: 1, volumeClaimTemplates: [template] });
    const facts = { set, current: present, update: present, collisionCount: 0, claim: () => undefined, nowMs };
    const steps = planStatefulSet({ ...facts, pods: pods(set, `0:new:${how}`).map(change) }).stages.flat(2);
    expect(steps.map(({ type }) => type)).toEqual(expected);
    const [right] = pods(set, '0:new:ready');
    for (const { type, pod } of steps)
      if (type === 'update')
        expect([pod.metadata.labels?.['statefulset.kubernetes.io/pod-name'], pod.spec?.volumes?.[0]]).toEqual([
          'web-0',
          right!.spec?.volumes?.[0],
        ]);
  });

  it.each([
    ['web-0', 0],
    ['web-12', 12],
    ['web-2147483647', 2_147_483_647],
    ['web-2147483648', undefined],
    ['web', undefined],
    ['web-a', undefined],
    ['other-0', undefined],
    ['my-web-0', undefined],
  ])('the ordinal of %s', (name, expected) => {
    expect(ordinalOf(statefulSet(), { metadata: { name } } as Pod)).toBe(expected);
  });

  it.each([
    ['is made before its pod', undefined, ['create-claim', 'create']],
    ['is taken as it is', {}, ['create']],
    ['of an earlier pod has to be gone', { ownerReferences: [reference('Pod', 'web-0', 'earlier')] }, []],
    ['that is being deleted is waited for', { deletionTimestamp: '2025-01-01T00:00:00Z' }, ['refuse']],
  ])('a claim %s', (_, metadata, expected) => {
    // What comes after it waits, whatever becomes of it.
    const set = statefulSet({ replicas: 2, volumeClaimTemplates: [template] });
    const claim = metadata && ({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata } as PersistentVolumeClaim);
    const facts = { set, pods: [], current: present, update: present, collisionCount: 0, nowMs };
    const steps = planStatefulSet({ ...facts, claim: () => claim }).stages.flat(2);
    expect(steps.map(({ type }) => type)).toEqual(expected);
  });
});
