/**
 * Attaching and detaching: what a node's pods need is attached by a VolumeAttachment, which a `VolumeDriver` carries
 * out; what they no longer need is let go when the node has unmounted it.
 */
import { Node, PersistentVolume, PersistentVolumeClaim, Pod } from '@pintle/api/core/v1';
import { CSIDriver, VolumeAttachment } from '@pintle/api/storage/v1';
import { podClaims } from '@pintle/api/volumes';
import type { ObjectKey } from '@pintle/client';
import { type Controller, controller, type ReconcileContext } from '@pintle/controller-runtime';
import { deepEqual, StatusError } from '@pintle/machinery';
import type { Informers } from '@pintle/watch';
import { ignoreNotFound } from '../ignore-not-found.js';
import { attachmentName } from './attachment-name.js';
import {
  type AttachmentFacts,
  multiAttachMessage,
  planAttachments,
  uniqueVolumeName,
  type WantedVolume,
} from './plan-attachments.js';

export * from './attacher.js';
export * from './attachment-name.js';
export * from './plan-attachments.js';

/** What is remembered of a node from one look to the next. */
type Remembered = Pick<AttachmentFacts, 'unneededSinceMs' | 'lastInUse'>;

export function attachDetachController({ concurrency = 10 }: { readonly concurrency?: number } = {}): Controller {
  const memory = new WeakMap<Informers, Map<string, Remembered>>();
  return controller({ name: 'attachdetach', component: 'attachdetach-controller', concurrency, gatherMs: 20 })
    .for(Node)
    .watches(Pod, ({ spec }) => (spec?.nodeName ? [{ name: spec.nodeName }] : []), {
      predicate: ({ object }) => podClaims(object).length > 0,
    })
    .watches(VolumeAttachment, ({ spec }, informers) => [
      { name: spec.nodeName },
      ...nodesWanting(spec.source.persistentVolumeName ?? '', informers),
    ])
    .watches(PersistentVolumeClaim, ({ spec }, informers) => nodesWanting(spec?.volumeName ?? '', informers))
    .watches(PersistentVolume, ({ metadata }, informers) => nodesWanting(metadata.name ?? '', informers))
    .watches(CSIDriver, () => [])
    .reconcile((context) => {
      const byNode = memory.get(context.informers) ?? new Map<string, Remembered>();
      memory.set(context.informers, byNode);
      return reconcile(context, byNode);
    });
}

const podsWithClaims = (informers: Informers) =>
  informers.informer(Pod, {
    indexes: {
      nodeWithClaims: (pod) => (pod.spec?.nodeName && podClaims(pod).length > 0 ? [pod.spec.nodeName] : []),
      claim: (pod) => podClaims(pod).map(({ name }) => `${pod.metadata.namespace}/${name}`),
    },
  }).lister;

const attachmentLister = (informers: Informers) =>
  informers.informer(VolumeAttachment, {
    indexes: {
      node: ({ spec }) => [spec.nodeName],
      volume: ({ spec }) => (spec.source.persistentVolumeName ? [spec.source.persistentVolumeName] : []),
    },
  }).lister;

/** The pods that use a volume, by the claim that it is bound to. */
function usersOf(volumeName: string, informers: Informers): readonly Pod[] {
  const bound = informers.informer(PersistentVolume).lister.get({ name: volumeName })?.spec?.claimRef;
  return bound === undefined ? [] : podsWithClaims(informers).byIndex('claim', `${bound.namespace}/${bound.name}`);
}

const nodesWanting = (volumeName: string, informers: Informers): readonly ObjectKey[] =>
  usersOf(volumeName, informers).flatMap(({ spec }) => (spec?.nodeName ? [{ name: spec.nodeName }] : []));

function factsOf(nodeName: string, informers: Informers, remembered: Remembered, nowMs: number): AttachmentFacts {
  const attachments = attachmentLister(informers);
  return {
    claimNamed: (key) => informers.informer(PersistentVolumeClaim).lister.get(key),
    volumeNamed: (name) => informers.informer(PersistentVolume).lister.get({ name }),
    driverNamed: (name) => informers.informer(CSIDriver).lister.get({ name }),
    attachmentsOf: (name) => attachments.byIndex('volume', name),
    attachments: attachments.byIndex('node', nodeName),
    ...remembered,
    nowMs,
  };
}

/** Who begins anew gives nodes their time anew. */
async function reconcile(
  context: ReconcileContext<Node>,
  byNode: Map<string, Remembered>,
): Promise<undefined | { readonly requeueAfterMs: number }> {
  const { key, object: node, client, informers, events, world } = context;
  const before: Remembered = byNode.get(key.name) ?? { unneededSinceMs: new Map() };
  const facts = factsOf(key.name, informers, before, world.clock.now());
  const pods = podsWithClaims(informers).byIndex('nodeWithClaims', key.name);
  const plan = planAttachments(key.name, node, pods, facts);
  const lastInUse = node === undefined ? before.lastInUse : (node.status?.volumesInUse ?? []);
  const { unneededSinceMs } = plan;
  if (facts.attachments.length === 0) byNode.delete(key.name);
  else byNode.set(key.name, { unneededSinceMs, ...(lastInUse === undefined ? {} : { lastInUse }) });
  for (const { volume, pods: waiting } of plan.blocked) {
    const users = usersOf(volume.metadata.name ?? '', informers).filter(
      ({ spec, status }) =>
        spec?.nodeName && spec.nodeName !== key.name && status?.phase !== 'Succeeded' && status?.phase !== 'Failed',
    );
    for (const pod of waiting)
      events.record(pod, 'Warning', 'FailedAttachVolume', multiAttachMessage(volume.metadata.name ?? '', users));
  }
  if (node !== undefined) tellAttached(context, pods, facts);
  // First the node is told what it is to lose: what it has said is in use since then is not taken from it.
  if (node !== undefined) await writeAttached(context, node, facts, plan.detach);
  await Promise.all([
    ...plan.attach.map(({ volume }) => attach(context, key.name, volume)),
    ...plan.detach.map(({ metadata: { name = '', uid = '' } }) =>
      client.delete(VolumeAttachment, { name }, { preconditions: { uid } }).catch(ignoreNotFound),
    ),
  ]);
  return plan.forcedInMs === undefined ? undefined : { requeueAfterMs: plan.forcedInMs };
}

async function attach(
  { client }: ReconcileContext<Node>,
  nodeName: string,
  { metadata, spec }: PersistentVolume,
): Promise<void> {
  const { driver = '', volumeHandle = '' } = spec?.csi ?? {};
  const wish: VolumeAttachment = {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'VolumeAttachment',
    metadata: { name: attachmentName({ driver, volumeHandle, nodeName }) },
    spec: { attacher: driver, nodeName, source: { persistentVolumeName: metadata.name ?? '' } },
  };
  await client.create(wish).catch((error: unknown) => {
    if (!StatusError.is(error, 'AlreadyExists')) throw error;
  });
}

/** Pods are told when the last of those they wait for is there; a failure is told as often as it happens. */
function tellAttached(
  { events, causes, key }: ReconcileContext<Node>,
  pods: readonly Pod[],
  facts: AttachmentFacts,
): void {
  const changed = new Set(
    causes
      .filter(({ kind, change }) => kind === 'VolumeAttachment' && change === 'updated')
      .map((cause) => cause.key.name),
  );
  for (const attachment of facts.attachments) {
    if (!changed.has(attachment.metadata.name ?? '')) continue;
    const name = attachment.spec.source.persistentVolumeName ?? '';
    const users = pods.filter((pod) => uses(pod, name, facts));
    const { attached, attachError } = attachment.status ?? {};
    for (const pod of users) {
      if (attached)
        events.record(
          pod,
          'Normal',
          'SuccessfulAttachVolume',
          `AttachVolume.Attach succeeded for volume ${JSON.stringify(name)} `,
        );
      else if (attachError !== undefined)
        events.record(
          pod,
          'Warning',
          'FailedAttachVolume',
          `AttachVolume.Attach failed for volume ${JSON.stringify(name)} : rpc error on node ${key.name}: ${attachError.message}`,
        );
    }
  }
}

const uses = (pod: Pod, volumeName: string, facts: AttachmentFacts) =>
  podClaims(pod).some(
    ({ name }) => facts.claimNamed({ name, namespace: pod.metadata.namespace ?? '' })?.spec?.volumeName === volumeName,
  );

/**
 * The kubelet mounts what its node's status says is attached. Written to the very version of the node that was judged:
 * a kubelet that has said meanwhile that it uses a volume finds it attached still. Errors: `StatusError` Conflict.
 */
async function writeAttached(
  { client }: ReconcileContext<Node>,
  node: Node,
  facts: AttachmentFacts,
  detaching: readonly VolumeAttachment[],
): Promise<void> {
  const attached = facts.attachments
    .filter(
      (each) => each.status?.attached && each.metadata.deletionTimestamp === undefined && !detaching.includes(each),
    )
    .flatMap(({ spec, status }) => {
      const volume = facts.volumeNamed(spec.source.persistentVolumeName ?? '');
      if (volume === undefined) return [];
      return [{ name: uniqueVolumeName(volume), devicePath: status?.attachmentMetadata?.['devicePath'] ?? '' }];
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  if (deepEqual(attached, node.status?.volumesAttached ?? [])) return;
  const { name = '', uid, resourceVersion } = node.metadata;
  await client
    .patch(
      Node,
      { name },
      {
        type: 'merge',
        body: {
          metadata: { uid, resourceVersion },
          status: { volumesAttached: attached.length === 0 ? null : attached },
        },
      },
      { subresource: 'status' },
    )
    .catch(ignoreNotFound);
}

export type { WantedVolume };
