/** Nodes: what must hold of them, and that what their spec says of addresses stays. */
import {
  cidrErrors,
  deepEqual,
  duplicateField,
  eachErrors,
  type FieldError,
  forbiddenField,
  internalField,
  invalidField,
  noErrors,
  parseCidr,
  type Strategy,
} from '@pintle/machinery';
import type { Node, NodeSpec, NodeStatus } from '../core/v1/node.js';
import { rangeWarnings } from './address-warnings.js';
import { shownAddress } from './go-structures.js';
import { taintErrors } from './pod/tolerations.js';
import { resourceQuantityErrors } from './resource-names.js';

export const nodeStrategy: Strategy<Node> = {
  keepsStatusOnCreate: true,
  prepareForCreate: (node) => withoutConfig(withoutConfigSource(node)),
  prepareForUpdate: (node, old) => (old.spec?.configSource === undefined ? withoutConfigSource(node) : node),
  defaults: withDefaults,
  prepareForStatusUpdate: (node, old) => (old.status?.config === undefined ? withoutConfig(node) : node),
  validateCreate: nodeErrors,
  validateUpdate: (node, old) => [
    ...nodeErrors(node),
    ...addressErrors(node.status ?? {}),
    ...changeErrors(node.spec ?? {}, old.spec ?? {}),
  ],
  validateStatusUpdate: ({ status = {} }) => [...amountErrors(status), ...addressErrors(status)],
  warnings: ({ spec = {} }) => nodeWarnings(spec),
};

/** What no kubelet reads any more. */
function withoutConfigSource(node: Node): Node {
  if (node.spec?.configSource === undefined) return node;
  const { configSource: _source, ...spec } = node.spec;
  return { ...node, spec };
}

function withoutConfig(node: Node): Node {
  if (node.status?.config === undefined) return node;
  const { config: _config, ...status } = node.status;
  return { ...node, status };
}

/** The first range is in both fields; what can be had is all that there is, unless it is said. */
function withDefaults(node: Node): Node {
  const { podCIDR, podCIDRs = [] } = node.spec ?? {};
  const first = podCIDRs[0];
  const isAlike = podCIDR ? first === podCIDR : first === undefined;
  const { capacity, allocatable } = node.status ?? {};
  if (isAlike && (capacity === undefined || allocatable !== undefined)) return node;
  return {
    ...node,
    spec: {
      ...node.spec,
      ...(isAlike ? {} : podCIDR ? { podCIDRs: [podCIDR] } : { podCIDR: first! }),
    },
    status: {
      ...node.status,
      ...(capacity === undefined || allocatable !== undefined ? {} : { allocatable: capacity }),
    } as NonNullable<Node['status']>,
  };
}

function nodeErrors({ spec = {}, status = {} }: Node): readonly FieldError[] {
  const swap = status.nodeInfo?.swap?.capacity;
  return [
    ...taintErrors(spec.taints, 'metadata.taints'),
    ...amountErrors(status),
    ...(swap !== undefined && swap <= 0
      ? [invalidField('metadata.nodeSwapStatus.capacity', swap, 'must be greater than zero')]
      : noErrors),
    ...podCidrErrors(spec),
  ];
}

const addressErrors = ({ addresses = [] }: NodeStatus): readonly FieldError[] =>
  addresses.flatMap((address, index) =>
    addresses.slice(0, index).some((other) => deepEqual(other, address))
      ? [duplicateField(`status.addresses[${index}]`, shownAddress(address))]
      : [],
  );

const amountErrors = (status: NodeStatus): readonly FieldError[] =>
  (['capacity', 'allocatable'] as const).flatMap((list) =>
    Object.entries(status[list] ?? {}).flatMap(([name, amount]) =>
      resourceQuantityErrors(name, amount, `status.${list}.${name}`),
    ),
  );

function podCidrErrors({ podCIDRs = [] }: NodeSpec): readonly FieldError[] {
  const path = 'spec.podCIDRs';
  const families = podCIDRs.map((cidr) => parseCidr(cidr)?.family);
  const bad = families.indexOf(undefined);
  const areTwo = podCIDRs.length === 2 && bad < 0 && families[0] !== families[1];
  return [
    ...eachErrors(podCIDRs, path, (cidr, at) => cidrErrors(cidr).map((message) => invalidField(at, cidr, message))),
    ...(podCIDRs.length > 1 && bad >= 0
      ? [
          internalField(
            path,
            `invalid PodCIDRs. failed to check with dual stack with error:invalid CIDR[${bad}]: <nil> (invalid CIDR address: ${podCIDRs[bad]})`,
          ),
        ]
      : noErrors),
    ...(podCIDRs.length > 1 && !areTwo
      ? [invalidField(path, podCIDRs, 'may specify no more than one CIDR for each IP family')]
      : noErrors),
  ];
}

/** Ranges and the provider's id are given once. */
function changeErrors(now: NodeSpec, before: NodeSpec): readonly FieldError[] {
  const once = (field: string, path: string) =>
    forbiddenField(path, `node updates may not change ${field} except from "" to valid`);
  return [
    ...((before.podCIDRs?.length ?? 0) > 0 && !deepEqual(now.podCIDRs, before.podCIDRs)
      ? [once('podCIDR', 'spec.podCIDRs')]
      : before.podCIDR && now.podCIDR !== before.podCIDR
        ? [once('podCIDR', 'spec.podCIDR')]
        : noErrors),
    ...(before.providerID && now.providerID !== before.providerID ? [once('providerID', 'spec.providerID')] : noErrors),
    ...((now.externalID ?? '') === (before.externalID ?? '')
      ? noErrors
      : [forbiddenField('spec.externalID', 'may not be updated')]),
  ];
}

const nodeWarnings = ({ configSource, externalID, podCIDRs = [] }: NodeSpec): readonly string[] => [
  ...(configSource === undefined ? [] : ['spec.configSource: the feature is removed']),
  ...(externalID ? ['spec.externalID: this field is deprecated, and is unused by Kubernetes'] : []),
  ...podCIDRs.flatMap((range, index) => rangeWarnings(range, `spec.podCIDRs[${index}]`)),
];
