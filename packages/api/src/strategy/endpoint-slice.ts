/** EndpointSlices: addresses of one type, ports, hints, each within its limits. */
import {
  choiceErrors,
  deepEqual,
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  duplicateField,
  eachErrors,
  type FieldError,
  formatErrors,
  formatIp,
  immutableField,
  invalidField,
  ipFamilyOf,
  labelValueErrors,
  meantFamilyOf,
  noErrors,
  parseIp,
  qualifiedNameErrors,
  requiredChoiceErrors,
  requiredErrors,
  requiredField,
  type Strategy,
  tooManyField,
  validateLabels,
} from '@pintle/machinery';
import type { Endpoint, EndpointPort, EndpointSlice } from '../discovery/v1/discovery.js';
import { addressWarnings } from './address-warnings.js';
import { protocols } from './pod/containers.js';
import { addressErrors as ipErrors } from './pod/names.js';
import { endpointAddressErrors } from './special-addresses.js';

const endpointsMax = 1_000;
const portsMax = 20_000;
const addressesMax = 100;
const zoneHintsMax = 8;
const topologyMax = 16;

const most = (items: readonly unknown[], path: string, max: number): readonly FieldError[] =>
  items.length > max ? [tooManyField(path, items.length, max)] : noErrors;

function sliceErrors({ addressType, endpoints = [], ports = [] }: EndpointSlice): readonly FieldError[] {
  const tooMany = most(endpoints, 'endpoints', endpointsMax);
  const tooManyPorts = most(ports, 'ports', portsMax);
  const names = new Set<string>();
  return [
    ...requiredChoiceErrors(addressType, 'addressType', ['FQDN', 'IPv4', 'IPv6']),
    ...(tooMany.length > 0
      ? tooMany
      : eachErrors(endpoints, 'endpoints', (endpoint, at) => endpointErrors(endpoint, at, addressType))),
    ...(tooManyPorts.length > 0 ? tooManyPorts : eachErrors(ports, 'ports', (port, at) => portErrors(port, at, names))),
  ];
}

function endpointErrors(endpoint: Endpoint, path: string, type: string): readonly FieldError[] {
  const { addresses = [], hostname, nodeName, deprecatedTopology: topology = {}, hints } = endpoint;
  return [
    ...requiredErrors(addresses, `${path}.addresses`, 'must contain at least 1 address'),
    ...most(addresses, `${path}.addresses`, addressesMax),
    ...eachErrors(addresses, `${path}.addresses`, (address, at) => addressErrors(address, at, type)),
    ...(nodeName === undefined
      ? noErrors
      : dns1123SubdomainErrors(nodeName).map((message) => invalidField(`${path}.nodeName`, nodeName, message))),
    ...most(Object.keys(topology), `${path}.deprecatedTopology`, topologyMax),
    ...validateLabels(topology, `${path}.deprecatedTopology`),
    ...(hostname === undefined
      ? noErrors
      : dns1123LabelErrors(hostname).map((message) => invalidField(`${path}.hostname`, hostname, message))),
    ...zoneErrors(hints?.forZones ?? [], `${path}.hints.forZones`),
  ];
}

function addressErrors(address: string, path: string, type: string): readonly FieldError[] {
  if (type === 'FQDN') return domainErrors(address, path);
  if (type !== 'IPv4' && type !== 'IPv6') return noErrors;
  const faults = type === 'IPv4' ? ipErrors(address, path) : canonicalIpErrors(address, path);
  if (faults.length > 0) return faults;
  return [
    // Upstream tells of the list here.
    ...(meantFamilyOf(address) === type
      ? noErrors
      : [invalidField(path.replace(/\[\d+\]$/, ''), address, `must be an ${type} address`)]),
    ...endpointAddressErrors(address, path),
  ];
}

/** Also: written as addresses are written by convention. */
function canonicalIpErrors(address: string, path: string): readonly FieldError[] {
  const faults = ipErrors(address, path);
  const family = ipFamilyOf(address);
  if (family === undefined) return faults;
  const canonical = formatIp(family, parseIp(address)!);
  return canonical === address
    ? faults
    : [...faults, invalidField(path, address, `must be in canonical form (${JSON.stringify(canonical)})`)];
}

function domainErrors(address: string, path: string): readonly FieldError[] {
  const name = address.endsWith('.') ? address.slice(0, -1) : address;
  const messages = dns1123SubdomainErrors(name);
  if (messages.length > 0) return [invalidField(path, name, messages.join(','))];
  return name.includes('.')
    ? noErrors
    : [invalidField(path, name, 'should be a domain with at least two segments separated by dots')];
}

function zoneErrors(zones: readonly { readonly name: string }[], path: string): readonly FieldError[] {
  const tooMany = most(zones, path, zoneHintsMax);
  if (tooMany.length > 0) return tooMany;
  const names = zones.map(({ name }) => name);
  return eachErrors(zones, path, ({ name }, at, index) => [
    ...(names.indexOf(name) < index ? [duplicateField(`${at}.name`, name)] : noErrors),
    ...labelValueErrors(name).map((message) => invalidField(`${at}.name`, name, message)),
  ]);
}

function portErrors(
  { name = '', protocol, appProtocol }: EndpointPort,
  path: string,
  names: Set<string>,
): readonly FieldError[] {
  const again = names.has(name);
  names.add(name);
  return [
    ...formatErrors(name, `${path}.name`, dns1123LabelErrors),
    ...(again ? [duplicateField(`${path}.name`, name)] : noErrors),
    ...(protocol === undefined
      ? [requiredField(`${path}.protocol`)]
      : choiceErrors(protocol, `${path}.protocol`, protocols)),
    ...(appProtocol === undefined
      ? noErrors
      : qualifiedNameErrors(appProtocol).map((message) => invalidField(`${path}.appProtocol`, appProtocol, message))),
  ];
}

/** By v1 the topology of old is not written; the node that it named goes where nodes are named now. */
function withoutTopology(slice: EndpointSlice, old?: EndpointSlice): EndpointSlice {
  const { endpoints = [] } = slice;
  const isKept = old !== undefined && deepEqual(endpoints, old.endpoints);
  if (isKept || endpoints.every(({ deprecatedTopology }) => deprecatedTopology === undefined)) return slice;
  const known = (old?.endpoints ?? []).flatMap(({ deprecatedTopology }) => deprecatedTopology?.[hostLabel] ?? []);
  return {
    ...slice,
    endpoints: endpoints.map(({ deprecatedTopology, ...endpoint }) => {
      const host = deprecatedTopology?.[hostLabel];
      const isMoved = endpoint.nodeName === undefined && host !== undefined && known.includes(host);
      return isMoved && dns1123SubdomainErrors(host).length === 0 ? { ...endpoint, nodeName: host } : endpoint;
    }),
  };
}

const hostLabel = 'kubernetes.io/hostname';

export const endpointSliceStrategy: Strategy<EndpointSlice> = {
  prepareForCreate: (slice) => withoutTopology(slice),
  prepareForUpdate: withoutTopology,
  // Labels count as well: they say which Service the slice is of.
  generationChanged: (slice, old) =>
    !deepEqual(slice.endpoints ?? [], old.endpoints ?? []) ||
    !deepEqual(slice.ports ?? [], old.ports ?? []) ||
    !deepEqual(slice.metadata.labels, old.metadata.labels),
  validateCreate: sliceErrors,
  // What is wrong with endpoints that were there before is told no more.
  validateUpdate: (slice, old) => [
    ...sliceErrors(deepEqual(slice.endpoints, old.endpoints) ? { ...slice, endpoints: [] } : slice),
    ...(slice.addressType === old.addressType ? noErrors : [immutableField('addressType', slice.addressType)]),
  ],
  warnings: sliceWarnings,
};

const controllers = ['endpointslice-controller.k8s.io', 'endpointslicemirroring-controller.k8s.io'];

/** What the controllers make is as it should be. */
function sliceWarnings(
  { metadata, addressType, endpoints = [] }: EndpointSlice,
  old?: EndpointSlice,
): readonly string[] {
  return [
    ...(addressType === 'FQDN' && old === undefined ? ['spec.addressType: FQDN endpoints are deprecated'] : []),
    ...(controllers.includes(metadata.labels?.['endpointslice.kubernetes.io/managed-by'] ?? '')
      ? []
      : endpoints.flatMap(({ addresses = [] }, index) =>
          addresses.flatMap((ip, at) => addressWarnings(ip, `endpoints[${index}].addresses[${at}]`)),
        )),
  ];
}
