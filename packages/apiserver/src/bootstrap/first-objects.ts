/**
 * The objects that every cluster has from its first moment. What is there already stays as it is.
 *
 * **Differs from Kubernetes**: the priority classes of the system are described in words of our own.
 */

import type { Client, ObjectKey } from '@pintle/client';
import { type KubernetesObject, StatusError } from '@pintle/machinery';
import type { ApiCore } from '../verbs/api-core.js';
import { findEntry } from '../verbs/read.js';
import { trackingConfigMap } from './legacy-token-tracking.js';

export interface FirstObjectsOptions {
  /** The address of the Service `kubernetes`, and the port of the API server behind it. */
  readonly apiServer?: { readonly ip: string; readonly port: number };
  readonly policy?: readonly KubernetesObject[];
  /** When the server starts. */
  readonly nowMs: number;
}

const namespaces = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

const priorityClasses = [
  {
    name: 'system-cluster-critical',
    value: 2_000_000_000,
    description: 'For pods that the cluster cannot do without.',
  },
  { name: 'system-node-critical', value: 2_000_001_000, description: 'For pods that their node cannot do without.' },
];

export async function createFirstObjects(core: ApiCore, client: Client, options: FirstObjectsOptions): Promise<void> {
  const objects: KubernetesObject[] = [
    ...namespaces.map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
    ...priorityClasses.map(({ name, ...rest }) => ({
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name },
      ...rest,
    })),
    trackingConfigMap(options.nowMs),
    ...(options.apiServer === undefined ? [] : [kubernetesService(options.apiServer)]),
    ...(options.policy ?? []),
  ];
  for (const object of objects) {
    // Admission may have a mind of its own about new objects: what is there is not asked about.
    if (await isThere(core, object)) continue;
    try {
      await client.create(object);
    } catch (error) {
      if (!StatusError.is(error, 'AlreadyExists') && !isTakenAddress(error)) throw error;
    }
  }
}

async function isThere(core: ApiCore, object: KubernetesObject): Promise<boolean> {
  const resource = core.registry.byObject(object);
  return resource !== undefined && (await findEntry(core, resource, object.metadata as ObjectKey)) !== undefined;
}

/** The Service was there before: its own address is refused before its name is. */
const isTakenAddress = (error: unknown) =>
  StatusError.is(error, 'Invalid') && error.message.includes('already allocated');

function kubernetesService({ ip, port }: { readonly ip: string; readonly port: number }): KubernetesObject {
  const spec = {
    type: 'ClusterIP',
    clusterIP: ip,
    ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: port }],
    sessionAffinity: 'None',
    ipFamilyPolicy: 'SingleStack',
  };
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'kubernetes', namespace: 'default', labels: { component: 'apiserver', provider: 'kubernetes' } },
    spec,
  } as KubernetesObject;
}
