/** Part of `discovery/v1`, as Kubernetes 1.33 serves it. Field numbers are those of the protobuf encoding. */
import { boolean, defineKind, type Infer, int32, list, map, object, ref, string } from '@pintle/machinery';
import { ObjectReference } from '../../core/v1/reference.js';

export const EndpointConditions = object(
  () => ({
    ready: boolean(1).pointer(),
    serving: boolean(2).pointer(),
    terminating: boolean(3).pointer(),
  }),
  'io.k8s.api.discovery.v1.EndpointConditions',
);
export interface EndpointConditions extends Infer<typeof EndpointConditions> {}

export const ForNode = object(
  () => ({
    name: string(1).required(),
  }),
  'io.k8s.api.discovery.v1.ForNode',
);
export interface ForNode extends Infer<typeof ForNode> {}

export const ForZone = object(
  () => ({
    name: string(1).required(),
  }),
  'io.k8s.api.discovery.v1.ForZone',
);
export interface ForZone extends Infer<typeof ForZone> {}

export const EndpointHints = object(
  () => ({
    forNodes: list(ref<ForNode>(ForNode), 2).atomic(),
    forZones: list(ref<ForZone>(ForZone), 1).atomic(),
  }),
  'io.k8s.api.discovery.v1.EndpointHints',
);
export interface EndpointHints extends Infer<typeof EndpointHints> {}

export const Endpoint = object(
  () => ({
    addresses: list(string(), 1).asSet().required(),
    conditions: ref<EndpointConditions>(EndpointConditions, 2).alwaysThere(),
    deprecatedTopology: map(string(), 5),
    hints: ref<EndpointHints>(EndpointHints, 8),
    hostname: string(3).pointer(),
    nodeName: string(6).pointer(),
    targetRef: ref<ObjectReference>(ObjectReference, 4),
    zone: string(7).pointer(),
  }),
  'io.k8s.api.discovery.v1.Endpoint',
);
export interface Endpoint extends Infer<typeof Endpoint> {}

export const EndpointPort = object(
  () => ({
    appProtocol: string(4).pointer(),
    name: string(1).pointer().default(''),
    port: int32(3).pointer(),
    protocol: string(2).pointer().default('TCP'),
  }),
  'io.k8s.api.discovery.v1.EndpointPort',
).atomic();
export interface EndpointPort extends Infer<typeof EndpointPort> {}

export const EndpointSlice = defineKind({
  group: 'discovery.k8s.io',
  version: 'v1',
  kind: 'EndpointSlice',
  plural: 'endpointslices',
  name: 'io.k8s.api.discovery.v1.EndpointSlice',
  fields: {
    addressType: string(4).enum('IPv4', 'IPv6', 'FQDN').required(),
    endpoints: list(ref<Endpoint>(Endpoint), 2).atomic().required(),
    ports: list(ref<EndpointPort>(EndpointPort), 3).atomic().orNull(),
  },
});
export interface EndpointSlice extends Infer<typeof EndpointSlice> {}
