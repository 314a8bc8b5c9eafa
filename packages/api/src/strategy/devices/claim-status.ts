/** The status of a claim on devices: which devices it has, who uses them, and what drivers tell of them. */
import {
  deepEqual,
  type FieldError,
  forbiddenField,
  formatIp,
  immutableField,
  invalidField,
  noErrors,
  parseCidr,
  requiredChoiceErrors,
  requiredErrors,
  tooLongField,
  tooManyField,
} from '@pintle/machinery';
import type {
  AllocatedDeviceStatus,
  AllocationResult,
  DeviceAllocationResult,
  NetworkDeviceData,
  ResourceClaim,
} from '../../resource/v1beta2/index.js';
import { conditionErrors } from '../conditions.js';
import { nodeSelectorErrors } from '../pod/node-selector.js';
import { driverNameErrors } from '../pod/volume-sources.js';
import { type RequestNames, requestNamesOf, requestReferenceErrors, requestsMax } from './claim-requests.js';
import { configurationErrors, rawErrors } from './device-configuration.js';
import { listErrors, setErrors } from './device-lists.js';
import { deviceNameErrors, poolNameErrors } from './device-names.js';

const usersMax = 256;
const resultsMax = 32;
const configurationsMax = 2 * 32;
const conditionsMax = 8;
const dataMaxBytes = 10 * 1024;
const addressesMax = 16;
const interfaceNameMaxBytes = 256;
const hardwareAddressMaxBytes = 128;

interface Allocated {
  readonly driver: string;
  readonly pool: string;
  readonly device: string;
}
const idOf = ({ driver, pool, device }: Allocated): string => `${driver}/${pool}/${device}`;
const devicesOf = ({ status }: ResourceClaim) => new Set((status?.allocation?.devices?.results ?? []).map(idOf));

/** What is told of devices goes with them. */
export function withoutDeallocated(claim: ResourceClaim, old: ResourceClaim): ResourceClaim {
  const told = claim.status?.devices;
  if (told === undefined) return claim;
  const [now, before] = [devicesOf(claim), devicesOf(old)];
  const kept = told.filter((device) => !before.has(idOf(device)) || now.has(idOf(device)));
  if (kept.length === told.length) return claim;
  const { devices: _devices, ...status } = claim.status!;
  return { ...claim, status: kept.length === 0 ? status : { ...status, devices: kept } };
}

export function claimStatusErrors(claim: ResourceClaim, old: ResourceClaim): readonly FieldError[] {
  const { reservedFor = [], allocation, devices } = claim.status ?? {};
  const allocated = devicesOf(claim);
  return [
    ...setErrors(
      reservedFor,
      'status.reservedFor',
      usersMax,
      ({ resource, name, uid }, path) => [
        ...requiredErrors(resource, `${path}.resource`),
        ...requiredErrors(name, `${path}.name`),
        ...requiredErrors(uid, `${path}.uid`),
      ],
      ({ uid }) => uid,
      '.uid',
    ),
    ...setErrors(
      devices,
      'status.devices',
      Number.POSITIVE_INFINITY,
      (device, path) => deviceStatusErrors(device, path, allocated),
      idOf,
      '.deviceID',
    ),
    ...userErrors(claim, old),
    ...(allocation === undefined
      ? noErrors
      : old.status?.allocation === undefined
        ? allocationErrors(allocation, 'status.allocation', requestNamesOf(claim.spec?.devices ?? {}))
        : deepEqual(allocation, old.status.allocation)
          ? noErrors
          : [immutableField('status.allocation', allocation)]),
  ];
}

/** Who uses the devices of a claim that is on its way out may leave, and nobody may come. */
function userErrors({ metadata, status }: ResourceClaim, old: ResourceClaim): readonly FieldError[] {
  const path = 'status.reservedFor';
  const users = status?.reservedFor ?? [];
  if (users.length === 0) return noErrors;
  if (status?.allocation === undefined)
    return [forbiddenField(path, 'may not be specified when `allocated` is not set')];
  const before = old.status?.reservedFor ?? [];
  const isNew = users.some((user) => !before.some((each) => deepEqual(each, user)));
  return metadata.deletionTimestamp !== undefined && isNew
    ? [
        forbiddenField(
          path,
          'new entries may not be added while `deallocationRequested` or `deletionTimestamp` are set',
        ),
      ]
    : noErrors;
}

const allocationErrors = (
  { devices, nodeSelector }: AllocationResult,
  path: string,
  names: RequestNames,
): readonly FieldError[] => [
  ...resultErrors(devices ?? {}, `${path}.devices`, names),
  ...(nodeSelector === undefined ? noErrors : nodeSelectorErrors(nodeSelector, `${path}.nodeSelector`)),
];

const sources = ['FromClaim', 'FromClass'];

const resultErrors = (
  { results, config }: DeviceAllocationResult,
  path: string,
  names: RequestNames,
): readonly FieldError[] => [
  ...listErrors(results, `${path}.results`, resultsMax, ({ request, driver, pool, device }, at) => [
    ...requestReferenceErrors(request, `${at}.request`, names),
    ...driverNameErrors(driver, `${at}.driver`),
    ...poolNameErrors(pool, `${at}.pool`),
    ...deviceNameErrors(device, `${at}.device`),
  ]),
  ...listErrors(config, `${path}.config`, configurationsMax, (configuration, at) => [
    ...requiredChoiceErrors(configuration.source, `${at}.source`, sources),
    ...setErrors(
      configuration.requests,
      `${at}.requests`,
      requestsMax,
      (name, place) => requestReferenceErrors(name, place, names),
      (name) => name,
    ),
    ...configurationErrors(configuration, at),
  ]),
];

const deviceStatusErrors = (
  device: AllocatedDeviceStatus,
  path: string,
  allocated: ReadonlySet<string>,
): readonly FieldError[] => [
  ...driverNameErrors(device.driver, `${path}.driver`),
  ...poolNameErrors(device.pool, `${path}.pool`),
  ...deviceNameErrors(device.device, `${path}.device`),
  ...(allocated.has(idOf(device))
    ? noErrors
    : [invalidField(path, idOf(device), 'must be an allocated device in the claim')]),
  ...((device.conditions?.length ?? 0) > conditionsMax
    ? [tooManyField(`${path}.conditions`, device.conditions!.length, conditionsMax)]
    : noErrors),
  ...conditionErrors(device.conditions, `${path}.conditions`),
  ...(device.data === undefined ? noErrors : rawErrors(device.data, `${path}.data`, dataMaxBytes)),
  ...(device.networkData === undefined ? noErrors : networkErrors(device.networkData, `${path}.networkData`)),
];

const networkErrors = (
  { interfaceName = '', hardwareAddress = '', ips }: NetworkDeviceData,
  path: string,
): readonly FieldError[] => [
  ...(interfaceName.length > interfaceNameMaxBytes
    ? [tooLongField(`${path}.interfaceName`, '', interfaceNameMaxBytes)]
    : noErrors),
  ...(hardwareAddress.length > hardwareAddressMaxBytes
    ? [tooLongField(`${path}.hardwareAddress`, '', hardwareAddressMaxBytes)]
    : noErrors),
  ...setErrors(ips, `${path}.ips`, addressesMax, interfaceAddressErrors, (ip) => ip),
];

/** An address with the length of the range that it is in. */
function interfaceAddressErrors(address: string, path: string): readonly FieldError[] {
  const range = parseCidr(address);
  if (range === undefined)
    return [invalidField(path, address, 'must be a valid address in CIDR form, (e.g. 10.9.8.7/24 or 2001:db8::1/64)')];
  const canonical = `${formatIp(range.family, range.address)}/${range.prefixBits}`;
  return canonical === address
    ? noErrors
    : [invalidField(path, address, `must be in canonical form (${JSON.stringify(canonical)})`)];
}
