/**
 * The kinds of resource.k8s.io are stored as `v1beta2`. In `v1beta1` a request for a device says itself what `exactly`
 * says there, and a device's facts are under `basic`.
 */
import type { Kind, KubernetesObject, ServedVersion } from '@pintle/machinery';
import type * as beta1 from '../resource/v1beta1/resource.js';
import type * as beta2 from '../resource/v1beta2/resource.js';
import { sameVersion } from './same-version.js';

const group = 'resource.k8s.io';
const stored = { group, version: 'v1beta2' };

/** What a request for one kind of device says, where alternatives are not what it is about. */
const exactFields = ['deviceClassName', 'selectors', 'allocationMode', 'count', 'adminAccess', 'tolerations'] as const;

/** Without a class, what is said is not completed, and so found wrong. */
function exactly(request: beta1.DeviceRequest): beta2.DeviceRequest {
  const { name, firstAvailable, ...said } = request;
  const exact = said.deviceClassName ? said : { allocationMode: '', ...said };
  return {
    name,
    ...(firstAvailable === undefined ? {} : { firstAvailable }),
    ...(exactFields.some((field) => said[field] !== undefined) ? { exactly: exact as beta2.ExactDeviceRequest } : {}),
  };
}

const flat = ({ exactly: exact, ...request }: beta2.DeviceRequest): beta1.DeviceRequest => ({ ...request, ...exact });

const withRequests = <A, B, S extends { readonly devices?: { readonly requests?: readonly A[] } }>(
  spec: S | undefined,
  convert: (request: A) => B,
) =>
  spec?.devices?.requests === undefined
    ? spec
    : { ...spec, devices: { ...spec.devices, requests: spec.devices.requests.map(convert) } };

const version = <Old extends KubernetesObject, New extends KubernetesObject>(
  kind: Kind<Old>,
  up: (object: Old) => New,
  down: (object: New) => Old,
): readonly ServedVersion[] => {
  const renamed = sameVersion(kind, stored);
  return [
    {
      kind,
      toStored: (object) => renamed.toStored(up(object as Old)),
      fromStored: (object) => renamed.fromStored(down(object as New)),
    },
  ];
};

export const deviceClassVersions = (kind: Kind<beta1.DeviceClass>) => [sameVersion(kind, stored)];

export const resourceClaimVersions = (kind: Kind<beta1.ResourceClaim>) =>
  version<beta1.ResourceClaim, beta2.ResourceClaim>(
    kind,
    (claim) => ({ ...claim, spec: withRequests(claim.spec, exactly) as beta2.ResourceClaimSpec }),
    (claim) => ({ ...claim, spec: withRequests(claim.spec, flat) as beta1.ResourceClaimSpec }),
  );

export const resourceClaimTemplateVersions = (kind: Kind<beta1.ResourceClaimTemplate>) =>
  version<beta1.ResourceClaimTemplate, beta2.ResourceClaimTemplate>(
    kind,
    ({ spec, ...template }) => ({
      ...template,
      spec: { ...spec, spec: withRequests(spec.spec, exactly) as beta2.ResourceClaimSpec },
    }),
    ({ spec, ...template }) => ({
      ...template,
      spec: { ...spec, spec: withRequests(spec.spec, flat) as beta1.ResourceClaimSpec },
    }),
  );

export const resourceSliceVersions = (kind: Kind<beta1.ResourceSlice>) =>
  version<beta1.ResourceSlice, beta2.ResourceSlice>(
    kind,
    (slice) => withDevices(slice, ({ name, basic }: beta1.Device): beta2.Device => ({ name, ...basic })),
    (slice) => withDevices(slice, ({ name, ...basic }: beta2.Device): beta1.Device => ({ name, basic })),
  );

type Slice<D> = Omit<beta2.ResourceSlice, 'spec'> & {
  readonly spec: Omit<beta2.ResourceSliceSpec, 'devices'> & { readonly devices?: readonly D[] };
};

const withDevices = <A, B>(slice: Slice<A>, convert: (device: A) => B): Slice<B> => {
  const { devices, ...spec } = slice.spec;
  return { ...slice, spec: { ...spec, ...(devices === undefined ? {} : { devices: devices.map(convert) }) } };
};
