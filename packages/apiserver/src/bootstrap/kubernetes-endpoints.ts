/**
 * Where the API server is to be reached, as the Endpoints and the EndpointSlice of the Service `kubernetes`: written past
 * validation, since a cluster of one machine is reached at its loopback address, which nobody else may name. Brought up to
 * date at every start.
 */
import type { Endpoints } from '@pintle/api/core/v1';
import type { EndpointSlice } from '@pintle/api/discovery/v1';
import { deepEqual, formatTime, ipFamilyOf, type KubernetesObject } from '@pintle/machinery';
import { StoredObject } from '../storage/stored-object.js';
import type { ApiCore } from '../verbs/api-core.js';

export interface ApiServerEndpoint {
  /** As `--advertise-address` of kube-apiserver. */
  readonly address: string;
  readonly port: number;
}

export async function putKubernetesEndpoints(core: ApiCore, { address, port }: ApiServerEndpoint): Promise<void> {
  const https = { name: 'https', port, protocol: 'TCP' };
  const endpoints: Endpoints = {
    apiVersion: 'v1',
    kind: 'Endpoints',
    // Nobody is to make another slice of it.
    metadata: { name: 'kubernetes', labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
    subsets: [{ addresses: [{ ip: address }], ports: [https] }],
  };
  const slice: EndpointSlice = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'kubernetes', labels: { 'kubernetes.io/service-name': 'kubernetes' }, generation: 1 },
    addressType: ipFamilyOf(address) ?? 'IPv4',
    endpoints: [{ addresses: [address], conditions: { ready: true } }],
    ports: [https],
  };
  await put(core, '/registry/core/endpoints/default/kubernetes', endpoints);
  await put(core, '/registry/discovery.k8s.io/endpointslices/default/kubernetes', slice);
}

/** Unless it says so already. */
async function put({ backend, world }: ApiCore, key: string, object: KubernetesObject): Promise<void> {
  const [entry] = (await backend.range({ start: key })).entries;
  const present = entry === undefined ? undefined : entry.value.at(entry.modRevision);
  if (present !== undefined && deepEqual({ ...present, metadata: object.metadata }, object)) return;
  const metadata = {
    ...object.metadata,
    namespace: 'default',
    uid: world.random.uuid(),
    creationTimestamp: formatTime(world.clock.now()),
    ...present?.metadata,
  };
  const value = StoredObject.of({ ...object, metadata });
  await backend.transact({ compare: [], success: [{ type: 'put', key, value }] });
}
