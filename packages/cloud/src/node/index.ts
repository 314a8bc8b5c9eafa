/**
 * The node controllers of a cloud: a new node learns what machine it is, and one whose machine is gone or shut down is
 * deleted or tainted.
 */
import { Node } from '@pintle/api/core/v1';
import type { CloudInstances, CloudNode, CloudProvider } from '@pintle/contracts';
import { type Controller, controller } from '@pintle/controller-runtime';
import { deepEqual } from '@pintle/machinery';
import { ignoreNotFound } from '../ignore-not-found.js';
import { isUninitialized, mayBeGone, planAddresses, planLifecycle, shutdownTaint, withFacts } from './plan-node.js';

export * from './plan-node.js';

/** How often a node's addresses are asked for again (upstream's node-status-update-frequency). */
const refreshMs = 300_000;
/** How often the cloud is asked of a node that is not ready (upstream's node-monitor-period). */
const monitorMs = 5_000;

const cloudNode = ({ metadata, spec }: Node): CloudNode => ({
  name: metadata.name ?? '',
  ...(spec?.providerID ? { providerId: spec.providerID } : {}),
});

/** A cloud without machines has no node controllers. */
export function cloudNodeController({ instances }: { readonly instances: CloudInstances }): Controller {
  return controller({ name: 'cloud-node', component: 'cloud-node-controller', concurrency: 5 })
    .for(Node, { predicate: ({ type, object }) => type === 'added' || isUninitialized(object) })
    .reconcile(async ({ object: node, client, events }) => {
      if (node === undefined || node.metadata.deletionTimestamp !== undefined) return;
      const facts = await instances.facts(cloudNode(node));
      if (facts === undefined) {
        if (isUninitialized(node))
          throw new Error(`the cloud does not know node ${JSON.stringify(node.metadata.name)}`);
        return { requeueAfterMs: refreshMs };
      }
      let current = node;
      if (isUninitialized(node)) {
        current = await client.update(withFacts(node, facts));
        events.record(node, 'Normal', 'Synced', 'Node synced successfully');
      }
      const addresses = planAddresses(current, facts);
      if (addresses !== undefined && !deepEqual(addresses, current.status?.addresses ?? []))
        await client.update({ ...current, status: { ...current.status, addresses } }, { subresource: 'status' });
      return { requeueAfterMs: refreshMs };
    });
}

export function cloudNodeLifecycleController({
  cloud,
  instances,
}: {
  readonly cloud: Pick<CloudProvider, 'name'>;
  readonly instances: CloudInstances;
}): Controller {
  return controller({ name: 'cloud-node-lifecycle', component: 'cloud-node-lifecycle-controller', concurrency: 5 })
    .for(Node, { predicate: ({ type, object }) => type !== 'deleted' && mayBeGone(object) })
    .reconcile(async ({ key, object: node, client, events }) => {
      if (node === undefined || !mayBeGone(node)) return;
      const isThere = (await instances.facts(cloudNode(node))) !== undefined;
      const isShutDown = isThere && (await instances.isShutDown(cloudNode(node)));
      const step = planLifecycle(node, { isThere, isShutDown });
      if (step === 'delete') {
        const why = `Deleting node ${key.name} because it does not exist in the cloud provider ${cloud.name}`;
        events.record(node, 'Normal', 'DeletingNode', why);
        await client.delete(Node, key, { preconditions: { uid: node.metadata.uid ?? '' } }).catch(ignoreNotFound);
        return;
      }
      if (step !== 'keep') {
        const others = (node.spec?.taints ?? []).filter((taint) => taint.key !== shutdownTaint);
        const taints = step === 'taint' ? [...others, { key: shutdownTaint, effect: 'NoSchedule' as const }] : others;
        await client.update({ ...node, spec: { ...node.spec, taints } });
      }
      return { requeueAfterMs: monitorMs };
    });
}
