/** What a claim on devices asks for: requests and their alternatives, what holds of them together, and configurations. */
import {
  dns1123SubdomainErrors,
  eachErrors,
  type FieldError,
  invalidField,
  noErrors,
  notSupportedField,
  requiredField,
  requiredFormatErrors,
} from '@pintle/machinery';
import type {
  DeviceClaim,
  DeviceClaimConfiguration,
  DeviceConstraint,
  DeviceRequest,
  DeviceSelector,
  DeviceToleration,
} from '../../resource/v1beta2/index.js';
import { configurationErrors, selectorErrors, tolerationErrors } from './device-configuration.js';
import { listErrors, setErrors } from './device-lists.js';
import { deviceNameErrors, fullAttributeNameErrors } from './device-names.js';

export const requestsMax = 32;
const alternativesMax = 8;
const constraintsMax = 32;
const configurationsMax = 32;

/** What a request and an alternative of a request have in common. */
export interface Asking {
  readonly allocationMode?: string;
  readonly count?: number;
  readonly deviceClassName?: string;
  readonly selectors?: readonly DeviceSelector[];
  readonly tolerations?: readonly DeviceToleration[];
}

/** Of each request, the names of its alternatives. */
export type RequestNames = ReadonlyMap<string, ReadonlySet<string>>;

export const requestNamesOf = ({ requests = [] }: DeviceClaim): RequestNames =>
  new Map(
    requests.map(({ name, firstAvailable = [] }) => [name, new Set(firstAvailable.map((each) => each.name))] as const),
  );

const notRequest =
  "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'";

/** `request`, or `request/alternative`. */
export function requestReferenceErrors(
  reference: string | undefined,
  path: string,
  names: RequestNames,
): readonly FieldError[] {
  const text = reference ?? '';
  const [request = '', alternative, ...more] = text.split('/');
  if (more.length > 0) return [invalidField(path, text, notRequest)];
  const alternatives = names.get(request);
  const isKnown = alternatives !== undefined && (alternative === undefined || alternatives.has(alternative));
  return [
    ...deviceNameErrors(request, path),
    ...(alternative === undefined ? noErrors : deviceNameErrors(alternative, path)),
    ...(isKnown ? noErrors : [invalidField(path, text, notRequest)]),
  ];
}

export function claimErrors(claim: DeviceClaim, path: string): readonly FieldError[] {
  const names = requestNamesOf(claim);
  const references = (requests: readonly string[] | undefined, at: string) =>
    setErrors(
      requests,
      `${at}.requests`,
      requestsMax,
      (name, place) => requestReferenceErrors(name, place, names),
      (name) => name,
    );
  const constraint = ({ requests, matchAttribute }: DeviceConstraint, at: string) => [
    ...references(requests, at),
    ...(matchAttribute === undefined
      ? [requiredField(`${at}.matchAttribute`)]
      : fullAttributeNameErrors(matchAttribute, `${at}.matchAttribute`)),
  ];
  const configuration = (each: DeviceClaimConfiguration, at: string) => [
    ...references(each.requests, at),
    ...configurationErrors(each, at),
  ];
  return [
    ...named(claim.requests, `${path}.requests`, requestsMax, requestErrors),
    ...listErrors(claim.constraints, `${path}.constraints`, constraintsMax, constraint),
    ...listErrors(claim.config, `${path}.config`, configurationsMax, configuration),
  ];
}

interface Named {
  readonly name: string;
}

/** A list of which each item has a name of its own. */
const named = <T extends Named>(
  items: readonly T[] | undefined,
  path: string,
  max: number,
  check: (item: T, path: string) => readonly FieldError[],
): readonly FieldError[] =>
  setErrors(
    items,
    path,
    max,
    (item, at) => [...deviceNameErrors(item.name, `${at}.name`), ...check(item, at)],
    ({ name }) => name,
    '.name',
  );

function requestErrors({ exactly, firstAvailable = [] }: DeviceRequest, path: string): readonly FieldError[] {
  const needed = 'exactly one of `exactly` or `firstAvailable` is required';
  const parts = [
    ...(firstAvailable.length > 0
      ? named(firstAvailable, `${path}.firstAvailable`, alternativesMax, askingErrors)
      : noErrors),
    ...(exactly === undefined ? noErrors : askingErrors(exactly, `${path}.exactly`)),
  ];
  if (firstAvailable.length === 0) return exactly === undefined ? [...parts, requiredField(path, needed)] : parts;
  return exactly === undefined ? parts : [...parts, invalidField(path, null, `${needed}, but multiple fields are set`)];
}

const modes = ['All', 'ExactCount'];

function askingErrors(asking: Asking, path: string): readonly FieldError[] {
  const { deviceClassName, selectors, allocationMode = '', count = 0, tolerations } = asking;
  const at = (detail: string) => [invalidField(`${path}.count`, count, detail)];
  return [
    ...requiredFormatErrors(deviceClassName, `${path}.deviceClassName`, dns1123SubdomainErrors),
    ...selectorErrors(selectors, `${path}.selectors`),
    ...(allocationMode === 'All'
      ? count === 0
        ? noErrors
        : at("must not be specified when allocationMode is 'All'")
      : allocationMode === 'ExactCount'
        ? count > 0
          ? noErrors
          : at('must be greater than zero')
        : [notSupportedField(`${path}.allocationMode`, allocationMode, modes)]),
    ...eachErrors(tolerations, `${path}.tolerations`, tolerationErrors),
  ];
}
