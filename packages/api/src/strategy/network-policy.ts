/** NetworkPolicies: which directions they are of where they do not say, peers, ports, ranges. */
import {
  choiceErrors,
  cidrErrors,
  containsRange,
  eachErrors,
  type FieldError,
  forbiddenField,
  invalidField,
  labelSelectorErrors,
  noErrors,
  notSupportedField,
  parseCidr,
  portNameErrors,
  portNumberErrors,
  requiredField,
  type Strategy,
} from '@pintle/machinery';
import type { IPBlock, NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort } from '../networking/v1/networking.js';
import { rangeWarnings } from './address-warnings.js';
import { specChanged } from './workloads.js';

const types = ['Ingress', 'Egress'];

function policyErrors({ spec }: NetworkPolicy): readonly FieldError[] {
  const { podSelector, ingress, egress, policyTypes = [] } = spec ?? { podSelector: {} };
  return [
    ...labelSelectorErrors(podSelector, 'spec.podSelector'),
    ...eachErrors(ingress, 'spec.ingress', ({ ports, from }, at) => [
      ...eachErrors(ports, `${at}.ports`, portErrors),
      ...eachErrors(from, `${at}.from`, peerErrors),
    ]),
    ...eachErrors(egress, 'spec.egress', ({ ports, to }, at) => [
      ...eachErrors(ports, `${at}.ports`, portErrors),
      ...eachErrors(to, `${at}.to`, peerErrors),
    ]),
    ...(policyTypes.length > types.length
      ? [invalidField('spec.policyTypes', policyTypes, 'may not specify more than two policyTypes')]
      : eachErrors(policyTypes, 'spec.policyTypes', (type, at) =>
          types.includes(type) ? noErrors : [notSupportedField(at, type, types)],
        )),
  ];
}

function portErrors({ port, endPort, protocol }: NetworkPolicyPort, path: string): readonly FieldError[] {
  const errors = [...choiceErrors(protocol, `${path}.protocol`, ['TCP', 'UDP', 'SCTP'])];
  const numberErrors = (value: number, field: string) =>
    portNumberErrors(value).map((message) => invalidField(`${path}.${field}`, value, message));
  const unfit = (why: string) =>
    endPort === undefined
      ? noErrors
      : [invalidField(`${path}.endPort`, endPort, `may not be specified when \`port\` is ${why}`)];
  if (port === undefined) return [...errors, ...unfit('not specified')];
  if (typeof port === 'string')
    return [
      ...errors,
      ...unfit('non-numeric'),
      ...portNameErrors(port).map((message) => invalidField(`${path}.port`, port, message)),
    ];
  errors.push(...numberErrors(port, 'port'));
  if (endPort === undefined) return errors;
  if (endPort < port) errors.push(invalidField(`${path}.endPort`, port, 'must be greater than or equal to `port`'));
  return [...errors, ...numberErrors(endPort, 'endPort')];
}

function peerErrors(
  { podSelector, namespaceSelector, ipBlock }: NetworkPolicyPeer,
  path: string,
): readonly FieldError[] {
  const others = podSelector !== undefined || namespaceSelector !== undefined;
  return [
    ...labelSelectorErrors(podSelector, `${path}.podSelector`),
    ...labelSelectorErrors(namespaceSelector, `${path}.namespaceSelector`),
    ...(ipBlock === undefined ? noErrors : blockErrors(ipBlock, `${path}.ipBlock`)),
    ...(ipBlock === undefined && !others
      ? [requiredField(path, 'must specify a peer')]
      : ipBlock !== undefined && others
        ? [forbiddenField(path, 'may not specify both ipBlock and another peer')]
        : noErrors),
  ];
}

function blockErrors({ cidr, except }: IPBlock, path: string): readonly FieldError[] {
  if (!cidr) return [requiredField(`${path}.cidr`)];
  const whole = parseCidr(cidr);
  if (whole === undefined) return cidrErrors(cidr).map((message) => invalidField(`${path}.cidr`, cidr, message));
  return eachErrors(except, `${path}.except`, (text, at) => {
    const part = parseCidr(text);
    if (part === undefined) return cidrErrors(text).map((message) => invalidField(at, text, message));
    return containsRange(whole, part) && part.prefixBits > whole.prefixBits
      ? noErrors
      : [invalidField(at, text, 'must be a strict subset of `cidr`')];
  });
}

export const networkPolicyStrategy: Strategy<NetworkPolicy> = {
  generationChanged: specChanged,
  defaults(policy) {
    const { spec } = policy;
    if (spec === undefined || (spec.policyTypes?.length ?? 0) > 0) return policy;
    return { ...policy, spec: { ...spec, policyTypes: (spec.egress?.length ?? 0) > 0 ? types : ['Ingress'] } };
  },
  validateCreate: policyErrors,
  validateUpdate: policyErrors,
  warnings: ({ spec: { ingress = [], egress = [] } = {} }) => [
    ...ingress.flatMap(({ from }, index) => peerWarnings(from, `spec.ingress[${index}].from`)),
    ...egress.flatMap(({ to }, index) => peerWarnings(to, `spec.egress[${index}].to`)),
  ],
};

const peerWarnings = (peers: readonly NetworkPolicyPeer[] = [], path: string): readonly string[] =>
  peers.flatMap(({ ipBlock }, index) =>
    ipBlock === undefined
      ? []
      : [
          ...rangeWarnings(ipBlock.cidr, `${path}[${index}].ipBlock.cidr`),
          ...(ipBlock.except ?? []).flatMap((range, at) =>
            rangeWarnings(range, `${path}[${index}].ipBlock.except[${at}]`),
          ),
        ],
  );
