/** The service controller: a load balancer of the cloud for each Service that asks for one, and none for the others. */
import { Node, Service } from '@pintle/api/core/v1';
import type { CloudLoadBalancers } from '@pintle/contracts';
import { type Controller, controller, type ReconcileContext } from '@pintle/controller-runtime';
import { deepEqual, hasFinalizer, withFinalizer, withoutFinalizer } from '@pintle/machinery';
import { ignoreNotFound } from '../ignore-not-found.js';
import {
  cleanupFinalizer,
  ingressStatus,
  loadBalancerName,
  nodesBehind,
  planLoadBalancer,
  wantsLoadBalancer,
} from './plan-load-balancer.js';

export * from './plan-load-balancer.js';

export function serviceController({
  loadBalancers,
  concurrency = 5,
}: {
  readonly loadBalancers: CloudLoadBalancers;
  readonly concurrency?: number;
}): Controller {
  return controller({ name: 'service', component: 'service-controller', concurrency, gatherMs: 100 })
    .for(Service, {
      predicate: ({ type, object }) =>
        type !== 'deleted' && (wantsLoadBalancer(object) || hasFinalizer(object, cleanupFinalizer)),
    })
    .watches(
      Node,
      (_node, informers) =>
        informers
          .informer(Service)
          .lister.list()
          .filter(wantsLoadBalancer)
          .map(({ metadata: { name = '', namespace = '' } }) => ({ name, namespace })),
      {
        // A heartbeat puts no node behind a balancer, nor takes one away.
        predicate: (event) => event.type !== 'updated' || countsOf(event.old).join() !== countsOf(event.object).join(),
      },
    )
    .reconcile((context) => reconcile(context, loadBalancers));
}

const policies = ['Cluster', 'Local'] as const;
const countsOf = (node: Node) => policies.map((policy) => nodesBehind(policy, [node]).length);

async function reconcile(context: ReconcileContext<Service>, loadBalancers: CloudLoadBalancers): Promise<void> {
  const { object: service, client, informers, events } = context;
  if (service === undefined) return;
  if (!wantsLoadBalancer(service)) return release(context, service, loadBalancers);
  const held = hasFinalizer(service, cleanupFinalizer)
    ? service
    : await client.update(withFinalizer(service, cleanupFinalizer));
  const hadOne = held.status?.loadBalancer?.ingress !== undefined;
  if (!hadOne) events.record(service, 'Normal', 'EnsuringLoadBalancer', 'Ensuring load balancer');
  try {
    const wish = planLoadBalancer(held, informers.informer(Node).lister.list());
    const ingress = ingressStatus(await loadBalancers.ensure(wish));
    if (wish.nodes.length === 0)
      events.record(service, 'Warning', 'UnAvailableLoadBalancer', 'There are no available nodes for LoadBalancer');
    if (!deepEqual(held.status?.loadBalancer?.ingress, ingress))
      await client.update({ ...held, status: { ...held.status, loadBalancer: { ingress } } } as Service, {
        subresource: 'status',
      });
    if (!hadOne) events.record(service, 'Normal', 'EnsuredLoadBalancer', 'Ensured load balancer');
  } catch (error) {
    events.record(
      service,
      'Warning',
      'SyncLoadBalancerFailed',
      `Error syncing load balancer: failed to ensure load balancer: ${error instanceof Error ? error.message : String(error)}`,
    );
    throw error;
  }
}

async function release(
  { client, events }: ReconcileContext<Service>,
  service: Service,
  loadBalancers: CloudLoadBalancers,
): Promise<void> {
  if (!hasFinalizer(service, cleanupFinalizer)) return;
  events.record(service, 'Normal', 'DeletingLoadBalancer', 'Deleting load balancer');
  try {
    await loadBalancers.delete(loadBalancerName(service));
  } catch (error) {
    events.record(
      service,
      'Warning',
      'SyncLoadBalancerFailed',
      `Error syncing load balancer: failed to delete load balancer: ${error instanceof Error ? error.message : String(error)}`,
    );
    throw error;
  }
  let current = service;
  if (service.status?.loadBalancer?.ingress !== undefined)
    current = await client.update({ ...service, status: { ...service.status, loadBalancer: {} } } as Service, {
      subresource: 'status',
    });
  await client.update(withoutFinalizer(current, cleanupFinalizer)).catch(ignoreNotFound);
  events.record(service, 'Normal', 'DeletedLoadBalancer', 'Deleted load balancer');
}
