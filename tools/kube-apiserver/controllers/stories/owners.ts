/** Owners that are elsewhere, many, or waiting for what they own; nodes declared out of service. */
import { condition, type Loose, type Stage, type Story } from '../stage.js';
import { podSpec } from './pods-of.js';

async function ownersStory(stage: Stage): Promise<void> {
  const rbac = 'rbac.authorization.k8s.io/v1';
  const referenceTo = (it: Loose, more: object = {}) => ({
    ...{ apiVersion: it.apiVersion, kind: it.kind, name: it.metadata.name, uid: it.metadata.uid },
    ...more,
  });
  const owned = (name: string, references: readonly object[], metadata: object = {}) =>
    stage.make('v1', 'ConfigMap', name, { metadata: { ownerReferences: references, ...metadata } });

  // Of the cluster: it may own what is in a namespace.
  const role = await stage.make(rbac, 'ClusterRole', `${stage.namespace}-owner`, { rules: [] });
  await owned('of-role', [referenceTo(role)]);
  await stage.remove('ClusterRole', role.metadata.name, 'Background');
  await stage.gone('ConfigMap', 'of-role');

  // Of another namespace: it is as if there were none.
  const other = `${stage.namespace}-other`;
  await stage.client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: other } } as Loose);
  const away = await stage.client.create({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'away', namespace: other },
  } as Loose);
  await owned('of-away', [referenceTo(away)]);
  await stage.gone('ConfigMap', 'of-away');
  const near = await stage.make('v1', 'ConfigMap', 'near');
  await owned('of-both', [referenceTo(near), referenceTo(away)]);
  await stage.object('ConfigMap', 'of-both', (it) => it.metadata.ownerReferences?.length === 1);

  // Of two, one stays.
  const second = await stage.make('v1', 'ConfigMap', 'second');
  await owned('of-two', [referenceTo(near), referenceTo(second)]);
  await stage.remove('ConfigMap', 'second', 'Background');
  await stage.object('ConfigMap', 'of-two', (it) => it.metadata.ownerReferences?.length === 1);

  // Who waits for what it owns is kept by what blocks, and by nothing else.
  const waiting = await stage.make('v1', 'ConfigMap', 'waiting');
  const finalizers = ['example.com/held'];
  await owned('blocking', [referenceTo(waiting, { blockOwnerDeletion: true })], { finalizers });
  await owned('not-blocking', [referenceTo(waiting)], { finalizers });
  await stage.remove('ConfigMap', 'waiting', 'Foreground');
  await stage.object('ConfigMap', 'blocking', (it) => it.metadata.deletionTimestamp !== undefined);
  await stage.patch('ConfigMap', 'blocking', { metadata: { finalizers: null } });
  await stage.gone('ConfigMap', 'waiting');
  await stage.object('ConfigMap', 'not-blocking', (it) => it.metadata.deletionTimestamp !== undefined);

  // In a chain, and in a circle.
  const top = await stage.make('v1', 'ConfigMap', 'top');
  const middle = await owned('middle', [referenceTo(top, { blockOwnerDeletion: true })]);
  await owned('bottom', [referenceTo(middle, { blockOwnerDeletion: true })]);
  await stage.remove('ConfigMap', 'top', 'Foreground');
  await stage.gone('ConfigMap', 'bottom');
  await stage.gone('ConfigMap', 'top');
  const left = await stage.make('v1', 'ConfigMap', 'left');
  const right = await owned('right', [referenceTo(left, { blockOwnerDeletion: true })]);
  const ownerReferences = [referenceTo(right, { blockOwnerDeletion: true })];
  await stage.patch('ConfigMap', 'left', { metadata: { ownerReferences } });
  await stage.remove('ConfigMap', 'left', 'Foreground');
  await stage.gone('ConfigMap', 'left');
  await stage.gone('ConfigMap', 'right');

  const lone = await stage.make('v1', 'ConfigMap', 'lone');
  await owned('kept', [referenceTo(lone)]);
  await stage.remove('ConfigMap', 'lone', 'Orphan');
  await stage.object('ConfigMap', 'kept', (it) => it.metadata.ownerReferences === undefined);
}

/** What runs on a node that its people say is gone for good is not waited for. */
async function outOfServiceStory(stage: Stage): Promise<void> {
  const node = 'silent';
  const tolerations = [{ operator: 'Exists' }];
  const spec = { ...podSpec('web'), nodeSelector: { only: node }, tolerations };
  const pod = (name: string, metadata: object = {}) =>
    stage.make('v1', 'Pod', name, { metadata: { labels: { app: 'lost' }, ...metadata }, spec });
  await pod('lost');
  await pod('kept', { finalizers: ['example.com/seen'] });
  await stage.pods(2, 'app=lost');
  await stage.cast.stopNode(node);
  const gone = await stage.object('Node', node, (it) => condition(it, 'Ready')?.status === 'Unknown', 120_000);
  const conditions = gone.status.conditions.map(({ type, status, reason, message }: Loose) => ({
    type,
    status,
    reason,
    message,
  }));
  const wanted = (it: Loose) =>
    it.spec.taints?.some(
      ({ key, effect }: Loose) => key === 'node.kubernetes.io/unreachable' && effect === 'NoExecute',
    );
  await stage.object('Node', node, wanted);
  for (const name of ['lost', 'kept'])
    await stage.object('Pod', name, (it) => condition(it, 'Ready')?.status === 'False');
  for (const name of ['lost', 'kept']) await stage.remove('Pod', name);
  const { spec: before } = await stage.get('Node', node);
  const taint = { key: 'node.kubernetes.io/out-of-service', value: 'nodeshutdown', effect: 'NoExecute' };
  await stage.patch('Node', node, { spec: { taints: [...before.taints, taint] } });
  await stage.gone('Pod', 'lost');
  await stage.object('Pod', 'kept', (it) => it.status.phase === 'Failed');
  await stage.make('v1', 'ConfigMap', 'seen', { data: { conditions: JSON.stringify(conditions) } });
}

export const ownerStories: readonly Story[] = [
  { name: 'owners', play: ownersStory },
  { name: 'out-of-service', play: outOfServiceStory },
];
