/** Endpoints: what must hold of their addresses and ports. */
import {
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  eachErrors,
  type FieldError,
  formatErrors,
  invalidField,
  noErrors,
  portNumberErrors,
  qualifiedNameErrors,
  requiredChoiceErrors,
  requiredField,
  type Strategy,
} from '@pintle/machinery';
import type { EndpointAddress, EndpointPort, Endpoints } from '../core/v1/service.js';
import { addressWarnings } from './address-warnings.js';
import { protocols } from './pod/containers.js';
import { addressErrors as ipErrors } from './pod/names.js';
import { endpointAddressErrors } from './special-addresses.js';

const endpointsErrors = ({ subsets }: Endpoints): readonly FieldError[] =>
  eachErrors(subsets, 'subsets', ({ addresses = [], notReadyAddresses = [], ports = [] }, at) => [
    ...(addresses.length === 0 && notReadyAddresses.length === 0
      ? [requiredField(at, 'must specify `addresses` or `notReadyAddresses`')]
      : noErrors),
    ...eachErrors(addresses, `${at}.addresses`, addressErrors),
    ...eachErrors(notReadyAddresses, `${at}.notReadyAddresses`, addressErrors),
    ...eachErrors(ports, `${at}.ports`, (port, place) => portErrors(port, place, ports.length > 1)),
  ]);

const addressErrors = ({ ip, hostname, nodeName }: EndpointAddress, path: string): readonly FieldError[] => [
  ...ipErrors(ip, `${path}.ip`),
  ...formatErrors(hostname, `${path}.hostname`, dns1123LabelErrors),
  ...(nodeName === undefined
    ? noErrors
    : dns1123SubdomainErrors(nodeName).map((message) => invalidField(`${path}.nodeName`, nodeName, message))),
  ...endpointAddressErrors(ip ?? '', `${path}.ip`),
];

const portErrors = (
  { name, port, protocol, appProtocol }: EndpointPort,
  path: string,
  nameRequired: boolean,
): readonly FieldError[] => [
  ...(name || !nameRequired ? formatErrors(name, `${path}.name`, dns1123LabelErrors) : [requiredField(`${path}.name`)]),
  ...portNumberErrors(port).map((message) => invalidField(`${path}.port`, port, message)),
  ...requiredChoiceErrors(protocol, `${path}.protocol`, protocols),
  ...(appProtocol === undefined
    ? noErrors
    : qualifiedNameErrors(appProtocol).map((message) => invalidField(`${path}.appProtocol`, appProtocol, message))),
];

export const endpointsStrategy: Strategy<Endpoints> = {
  validateCreate: endpointsErrors,
  validateUpdate: endpointsErrors,
  warnings: endpointsWarnings,
};

/** What the controller makes is as it should be. */
function endpointsWarnings({ metadata, subsets = [] }: Endpoints): readonly string[] {
  if (metadata.labels?.['endpoints.kubernetes.io/managed-by'] === 'endpoint-controller') return [];
  return subsets.flatMap((subset, index) =>
    (['addresses', 'notReadyAddresses'] as const).flatMap((list) =>
      (subset[list] ?? []).flatMap(({ ip = '' }, at) => addressWarnings(ip, `subsets[${index}].${list}[${at}].ip`)),
    ),
  );
}
