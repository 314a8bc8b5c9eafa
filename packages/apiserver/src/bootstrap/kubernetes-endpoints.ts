/**
 * Where the API server listens, as the EndpointSlice of the Service `kubernetes`: written past validation, since a cluster
 * of one machine is reached at its loopback address, which nobody else may name. Brought up to date at every start.
 */
import type { EndpointSlice } from '@pintle/api/discovery/v1';
import { formatTime } from '@pintle/machinery';
import { StoredObject } from '../storage/stored-object.js';
import { type ApiCore, storedObjectOf } from '../verbs/api-core.js';

const key = '/registry/discovery.k8s.io/endpointslices/default/kubernetes';

export async function putKubernetesEndpoints({ backend, world }: ApiCore, port: number): Promise<void> {
  const [entry] = (await backend.range({ start: key })).entries;
  const present = entry === undefined ? undefined : (storedObjectOf(entry) as EndpointSlice);
  if (present?.ports?.[0]?.port === port) return;
  const metadata = {
    name: 'kubernetes',
    namespace: 'default',
    labels: { 'kubernetes.io/service-name': 'kubernetes' },
    uid: world.random.uuid(),
    creationTimestamp: formatTime(world.clock.now()),
    generation: 1,
  };
  const slice: EndpointSlice = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { ...metadata, ...present?.metadata },
    addressType: 'IPv4',
    endpoints: [{ addresses: ['127.0.0.1'], conditions: { ready: true } }],
    ports: [{ name: 'https', port, protocol: 'TCP' }],
  };
  await backend.transact({ compare: [], success: [{ type: 'put', key, value: StoredObject.of(slice) }] });
}
