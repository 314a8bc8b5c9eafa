/** `pods/log`: asks the pod's node. */
import type { Pod } from '@pintle/api/core/v1';
import { podLogOptions } from '@pintle/api/pod-spec';
import type { NodeAgent } from '@pintle/contracts';
import { badRequest, notFound, statusError } from '@pintle/machinery';
import { type ApiCore, storedObjectOf } from '../verbs/api-core.js';
import { findEntry, requireEntry } from '../verbs/read.js';
import type { SubresourceHandler } from './subresource.js';

/** How the API server reaches a node. Undefined: there is no such node to reach. */
export type NodeConnector = (nodeName: string) => NodeAgent | undefined;

/** The node agent of a pod. Errors: `StatusError` BadRequest for a pod that is on no node, NotFound for a node that there is not, ServiceUnavailable for one out of reach. */
export async function agentOf(core: ApiCore, connect: NodeConnector, pod: Pod): Promise<NodeAgent> {
  const nodeName = pod.spec?.nodeName;
  if (!nodeName) throw badRequest(`pod ${pod.metadata.name} does not have a host assigned`);
  const agent = connect(nodeName);
  if (agent !== undefined) return agent;
  const nodes = core.registry.byObject({ apiVersion: 'v1', kind: 'Node' });
  const node = nodes && (await findEntry(core, nodes, { name: nodeName }));
  // In the words of kube-apiserver, which takes the node for a pod here.
  if (node === undefined) throw notFound({ group: '', plural: 'pods' }, nodeName);
  throw statusError(
    'ServiceUnavailable',
    `node ${JSON.stringify(nodeName)} of pod ${JSON.stringify(pod.metadata.name)} cannot be reached`,
  );
}

/** The container meant, where a request may leave it out. Errors: `StatusError` BadRequest. */
export function containerOf(pod: Pod, asked: string | null): string {
  const { initContainers = [], containers = [], ephemeralContainers = [] } = pod.spec ?? {};
  const all = [...initContainers, ...containers, ...ephemeralContainers].map(({ name }) => name);
  const { name } = pod.metadata;
  if (asked !== null && asked !== '') {
    if (!all.includes(asked)) throw badRequest(`container ${asked} is not valid for pod ${name}`);
    return asked;
  }
  if (containers.length === 1) return containers[0]!.name;
  throw badRequest(`a container name must be specified for pod ${name}, choose one of: [${all.join(' ')}]`);
}

export function podLogSubresource(connect: NodeConnector): SubresourceHandler {
  return {
    async stream({ core, resource, key }, query, signal) {
      const options = podLogOptions(query, key.name, core.world.clock.now());
      const pod = storedObjectOf(resource, await requireEntry(core, resource, key)) as Pod;
      const container = containerOf(pod, query.get('container'));
      if (!pod.spec?.nodeName) return undefined;
      const agent = await agentOf(core, connect, pod);
      return agent.logs(
        { namespace: key.namespace ?? '', pod: key.name, container },
        { ...options, ...(signal === undefined ? {} : { signal }) },
      );
    },
  };
}
