/**
 * Slices of a pool: the devices that a driver offers, what is known of each, and where they can be used.
 *
 * **Differs from Kubernetes**: what is dropped, as nothing reads it here, makes no new generation.
 */
import {
  deepEqual,
  dns1123SubdomainErrors,
  type FieldError,
  immutableField,
  invalidField,
  noErrors,
  requiredErrors,
  requiredField,
  type Strategy,
  tooLongField,
} from '@pintle/machinery';
import type {
  Counter,
  CounterSet,
  Device,
  DeviceAttribute,
  DeviceCounterConsumption,
  ResourcePool,
  ResourceSlice,
  ResourceSliceSpec,
} from '../../resource/v1beta2/index.js';
import { nodeSelectorErrors } from '../pod/node-selector.js';
import { driverNameErrors } from '../pod/volume-sources.js';
import { specChanged } from '../workloads.js';
import { taintErrors } from './device-configuration.js';
import { listErrors, mapErrors, setErrors } from './device-lists.js';
import { attributeNameErrors, deviceNameErrors, poolNameErrors, qualifiedNameMaxLength } from './device-names.js';

const devicesMax = 128;
const factsMax = 32;
const countersOfDeviceMax = 32;
const countersOfSliceMax = 1024;
const sharedCountersMax = 32;
const taintsMax = 4;
const labelMaxLength = 63;
const attributeMaxBytes = 64;
const unlimited = Number.POSITIVE_INFINITY;

const nodeNameErrors = (name: string, path: string) =>
  dns1123SubdomainErrors(name).map((message) => invalidField(path, name, message));

/** `true` or nothing. */
const flagErrors = (flag: boolean | undefined, path: string): readonly FieldError[] =>
  flag === false ? [invalidField(path, false, 'must be either unset or set to true')] : noErrors;

/** The fields that are said, of those of which one may be. */
const saidOf = (fields: Readonly<Record<string, unknown>>): readonly string[] =>
  Object.entries(fields).flatMap(([name, value]) => (value ? [`\`${name}\``] : []));

const fixedErrors = (now: unknown, before: unknown, path: string): readonly FieldError[] =>
  deepEqual(now, before) ? noErrors : [immutableField(path, now ?? null)];

function sliceErrors(spec: ResourceSliceSpec, old: ResourceSliceSpec | undefined): readonly FieldError[] {
  const { devices = [], sharedCounters = [] } = spec;
  const known = new Map(sharedCounters.map(({ name, counters }) => [name, new Set(Object.keys(counters ?? {}))]));
  const consumed = devices.reduce((sum, device) => sum + countersOf(device.consumesCounters), 0);
  const shared = countersOf(sharedCounters);
  return [
    ...driverNameErrors(spec.driver, 'spec.driver'),
    ...poolErrors(spec.pool, 'spec.pool'),
    ...(old === undefined
      ? noErrors
      : [
          ...fixedErrors(spec.pool.name, old.pool.name, 'spec.pool.name'),
          ...fixedErrors(spec.driver, old.driver, 'spec.driver'),
          ...fixedErrors(spec.nodeName, old.nodeName, 'spec.nodeName'),
        ]),
    ...placeErrors(spec),
    ...setErrors(
      devices,
      'spec.devices',
      devicesMax,
      (device, path) => deviceErrors(device, path, known, spec.perDeviceNodeSelection === true),
      ({ name }) => name,
      '.name',
    ),
    ...(consumed > countersOfSliceMax
      ? [
          invalidField(
            'spec.devices',
            consumed,
            `the total number of counters in devices must not exceed ${countersOfSliceMax}`,
          ),
        ]
      : noErrors),
    ...(shared > sharedCountersMax
      ? [
          invalidField(
            'spec.sharedCounters',
            shared,
            `the total number of shared counters must not exceed ${sharedCountersMax}`,
          ),
        ]
      : noErrors),
    ...setErrors(sharedCounters, 'spec.sharedCounters', unlimited, counterSetErrors, ({ name }) => name, '.name'),
  ];
}

const countersOf = (sets: readonly { readonly counters?: Readonly<Record<string, Counter>> }[] = []): number =>
  sets.reduce((sum, { counters }) => sum + Object.keys(counters ?? {}).length, 0);

/** Where the devices can be used: on one node, on those that a selector finds, on all, or each by itself. */
function placeErrors(spec: ResourceSliceSpec): readonly FieldError[] {
  const { nodeName, nodeSelector, allNodes, perDeviceNodeSelection } = spec;
  const said = saidOf({ nodeName, nodeSelector, allNodes, perDeviceNodeSelection });
  const needed = 'exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required';
  return [
    ...(nodeName === undefined
      ? noErrors
      : nodeName === ''
        ? [invalidField('spec.nodeName', '', 'must be either unset or set to a non-empty string')]
        : nodeNameErrors(nodeName, 'spec.nodeName')),
    ...(nodeSelector === undefined
      ? noErrors
      : [
          ...nodeSelectorErrors(nodeSelector, 'spec.nodeSelector'),
          ...(nodeSelector.nodeSelectorTerms?.length === 1
            ? noErrors
            : [
                invalidField(
                  'spec.nodeSelector.nodeSelectorTerms',
                  nodeSelector.nodeSelectorTerms,
                  'must have exactly one node selector term',
                ),
              ]),
        ]),
    ...flagErrors(allNodes, 'spec.allNodes'),
    ...flagErrors(perDeviceNodeSelection, 'spec.perDeviceNodeSelection'),
    ...(said.length === 1
      ? noErrors
      : [
          said.length === 0
            ? requiredField('spec', needed)
            : invalidField('spec', `{${said.join(', ')}}`, `${needed}, but multiple fields are set`),
        ]),
  ];
}

const poolErrors = ({ name, resourceSliceCount = 0, generation = 0 }: ResourcePool, path: string) => [
  ...poolNameErrors(name, `${path}.name`),
  ...(resourceSliceCount > 0
    ? noErrors
    : [invalidField(`${path}.resourceSliceCount`, resourceSliceCount, 'must be greater than zero')]),
  ...(generation >= 0
    ? noErrors
    : [invalidField(`${path}.generation`, generation, 'must be greater than or equal to zero')]),
];

type KnownCounters = ReadonlyMap<string, ReadonlySet<string>>;

function deviceErrors(device: Device, path: string, known: KnownCounters, placesItself: boolean) {
  const { attributes, capacity, consumesCounters = [] } = device;
  const facts = Object.keys(attributes ?? {}).length + Object.keys(capacity ?? {}).length;
  const counters = countersOf(consumesCounters);
  return [
    ...deviceNameErrors(device.name, `${path}.name`),
    ...(facts > factsMax
      ? [invalidField(path, facts, `the total number of attributes and capacities must not exceed ${factsMax}`)]
      : noErrors),
    ...mapErrors(attributes, `${path}.attributes`, qualifiedNameMaxLength, attributeNameErrors, attributeErrors),
    ...mapErrors(capacity, `${path}.capacity`, qualifiedNameMaxLength, attributeNameErrors),
    ...listErrors(device.taints, `${path}.taints`, taintsMax, taintErrors),
    ...setErrors(
      consumesCounters,
      `${path}.consumesCounters`,
      unlimited,
      consumptionErrors,
      ({ counterSet }) => counterSet,
      '.counterSet',
    ),
    ...(counters > countersOfDeviceMax
      ? [invalidField(path, counters, `the total number of counters must not exceed ${countersOfDeviceMax}`)]
      : noErrors),
    ...consumesCounters.flatMap((consumption, index) =>
      unknownCounterErrors(consumption, `${path}.consumesCounters[${index}]`, known),
    ),
    ...devicePlaceErrors(device, path, placesItself),
  ];
}

function devicePlaceErrors(
  { nodeName, nodeSelector, allNodes }: Device,
  path: string,
  placesItself: boolean,
): readonly FieldError[] {
  const spec = 'in the ResourceSlice spec';
  if (!placesItself)
    return nodeName === undefined && nodeSelector === undefined && allNodes === undefined
      ? noErrors
      : [
          invalidField(
            path,
            null,
            `\`nodeName\`, \`nodeSelector\` and \`allNodes\` can only be set if \`perDeviceNodeSelection\` is set to true ${spec}`,
          ),
        ];
  const said = saidOf({ nodeName, nodeSelector, allNodes });
  const needed = `exactly one of \`nodeName\`, \`nodeSelector\`, or \`allNodes\` is required when \`perDeviceNodeSelection\` is set to true ${spec}`;
  return [
    ...(nodeName === undefined
      ? noErrors
      : nodeName === ''
        ? [invalidField(`${path}.nodeName`, '', 'must not be empty')]
        : nodeNameErrors(nodeName, `${path}.nodeName`)),
    ...(nodeSelector === undefined ? noErrors : nodeSelectorErrors(nodeSelector, `${path}.nodeSelector`)),
    ...flagErrors(allNodes, `${path}.allNodes`),
    ...(said.length === 1
      ? noErrors
      : [said.length === 0 ? requiredField(path, needed) : invalidField(path, `{${said.join(', ')}}`, needed)]),
  ];
}

const counterMapErrors = (counters: Readonly<Record<string, Counter>> | undefined, path: string) =>
  Object.keys(counters ?? {}).length === 0
    ? [requiredField(path)]
    : mapErrors(counters, path, labelMaxLength, deviceNameErrors);

const counterSetErrors = ({ name, counters }: CounterSet, path: string): readonly FieldError[] => [
  ...(name ? deviceNameErrors(name, `${path}.name`) : [requiredField(`${path}.name`)]),
  ...counterMapErrors(counters, `${path}.counters`),
];

const consumptionErrors = ({ counterSet, counters }: DeviceCounterConsumption, path: string): readonly FieldError[] => [
  ...requiredErrors(counterSet, `${path}.counterSet`),
  ...counterMapErrors(counters, `${path}.counters`),
];

function unknownCounterErrors(
  { counterSet, counters }: DeviceCounterConsumption,
  path: string,
  known: KnownCounters,
): readonly FieldError[] {
  const names = known.get(counterSet);
  if (names === undefined)
    return [
      invalidField(
        `${path}.counterSet`,
        counterSet,
        'must reference a counterSet defined in the ResourceSlice sharedCounters',
      ),
    ];
  return Object.keys(counters ?? {})
    .filter((name) => !names.has(name))
    .map((name) =>
      invalidField(`${path}.counters`, name, 'must reference a counter defined in the ResourceSlice sharedCounters'),
    );
}

/** Semantic versions, as semver.org 2.0.0 has them. */
const versionPattern =
  /^(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:-(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?(?:\+[0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*)?$/;

function attributeErrors(attribute: DeviceAttribute, path: string): readonly FieldError[] {
  const { string, version, bool, int } = attribute;
  const tooLong = (value: string | undefined, field: string) =>
    new TextEncoder().encode(value ?? '').length > attributeMaxBytes
      ? [tooLongField(`${path}.${field}`, '', attributeMaxBytes)]
      : noErrors;
  const values = [bool, int, string, version].filter((value) => value !== undefined).length;
  const one = 'exactly one value must be specified';
  return [
    ...tooLong(string, 'string'),
    ...(version === undefined || versionPattern.test(version)
      ? noErrors
      : [invalidField(`${path}.version`, version, 'must be a string compatible with semver.org spec 2.0.0')]),
    ...tooLong(version, 'version'),
    ...(values === 1 ? noErrors : [values === 0 ? requiredField(path, one) : invalidField(path, attribute, one)]),
  ];
}

export const resourceSliceStrategy: Strategy<ResourceSlice> = {
  generationChanged: specChanged,
  validateCreate: ({ spec }) => sliceErrors(spec, undefined),
  validateUpdate: ({ spec }, old) => sliceErrors(spec, old.spec),
};
