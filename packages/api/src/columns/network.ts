/** The columns of services, of what they lead to, and of what lets traffic in. */
import { ipFamilyOf, type TableColumn } from '@pintle/machinery';
import type { Endpoints, LoadBalancerIngress, Service } from '../core/v1/index.js';
import type { EndpointSlice } from '../discovery/v1/index.js';
import type { Ingress, IngressClass, IPAddress, NetworkPolicy, ServiceCIDR } from '../networking/v1/index.js';
import { type AnyColumns, ageColumn, column, labelText, nameColumn, wide } from './column.js';
import { selectorText } from './template.js';

/** Where balancers let traffic in: each once, in order. */
const balancers = (ingress: readonly Pick<LoadBalancerIngress, 'ip' | 'hostname'>[] | undefined): readonly string[] =>
  [...new Set((ingress ?? []).map(({ ip, hostname }) => ip || hostname || ''))].filter((text) => text !== '').sort();

const externalIp = ({ spec, status }: Service): string => {
  if (spec?.type === 'ExternalName') return spec.externalName ?? '';
  const all = [
    ...(spec?.type === 'LoadBalancer' ? balancers(status?.loadBalancer?.ingress) : []),
    ...(spec?.externalIPs ?? []),
  ];
  return all.length > 0 ? all.join(',') : spec?.type === 'LoadBalancer' ? '<pending>' : '<none>';
};

const portsOf = ({ spec }: Service): string =>
  (spec?.ports ?? [])
    .map(({ port, nodePort, protocol }) => `${port}${nodePort ? `:${nodePort}` : ''}/${protocol ?? 'TCP'}`)
    .join(',') || '<none>';

const service: readonly TableColumn<Service>[] = [
  nameColumn,
  column('Type', ({ spec }) => spec?.type ?? ''),
  column('Cluster-IP', ({ spec }) => spec?.clusterIPs?.[0] || spec?.clusterIP || '<none>'),
  column('External-IP', externalIp),
  column('Port(s)', portsOf),
  ageColumn,
  wide('Selector', ({ spec }) => labelText(spec?.selector)),
];

const shownMax = 3;

/** At most three, then how many more. */
const firstThree = (all: readonly string[], none: string): string => {
  const shown = all.slice(0, shownMax).join(',');
  return all.length > shownMax ? `${shown} + ${all.length - shownMax} more...` : shown || none;
};

const hostPort = (ip: string, port: number) => `${ipFamilyOf(ip) === 'IPv6' ? `[${ip}]` : ip}:${port}`;

const endpoints: readonly TableColumn<Endpoints>[] = [
  nameColumn,
  column('Endpoints', ({ subsets }) =>
    subsets === undefined || subsets.length === 0
      ? '<none>'
      : firstThree(
          subsets.flatMap(({ addresses = [], ports = [] }) =>
            ports.length === 0
              ? addresses.map(({ ip }) => ip)
              : ports.flatMap(({ port }) => addresses.map(({ ip }) => hostPort(ip, port))),
          ),
          '',
        ),
  ),
  ageColumn,
];

const endpointSlice: readonly TableColumn<EndpointSlice>[] = [
  nameColumn,
  column('AddressType', ({ addressType }) => addressType),
  column('Ports', ({ ports }) =>
    firstThree(
      (ports ?? []).map(({ port, name }) => String(port ?? name ?? '*')),
      '<unset>',
    ),
  ),
  column('Endpoints', ({ endpoints: items }) =>
    firstThree(
      (items ?? []).flatMap(({ addresses }) => addresses),
      '<unset>',
    ),
  ),
  ageColumn,
];

/** The first three hosts: how many more there are counts the rules, with those that have none. */
function hosts({ spec }: Ingress): string {
  const rules = spec?.rules ?? [];
  const shown: string[] = [];
  for (const { host } of rules) {
    if (shown.length === shownMax) return `${shown.join(',')} + ${rules.length - shownMax} more...`;
    if (host) shown.push(host);
  }
  return shown.join(',') || '*';
}

const parametersOf = ({ spec }: IngressClass): string => {
  const { kind, apiGroup, name } = spec?.parameters ?? {};
  return kind === undefined ? '<none>' : `${kind}${apiGroup === undefined ? '' : `.${apiGroup}`}/${name}`;
};

const parentOf = ({ spec }: IPAddress): string => {
  const parent = spec?.parentRef;
  if (parent === undefined) return '<none>';
  const { group, resource = '', namespace, name } = parent;
  return [`${resource}${group ? `.${group}` : ''}`.toLowerCase(), ...(namespace ? [namespace] : []), name].join('/');
};

export const networkColumns: Readonly<Record<string, AnyColumns>> = {
  '/Service': service,
  '/Endpoints': endpoints,
  'discovery.k8s.io/EndpointSlice': endpointSlice,
  'networking.k8s.io/Ingress': [
    nameColumn,
    column<Ingress>('Class', ({ spec }) => spec?.ingressClassName ?? '<none>'),
    column<Ingress>('Hosts', hosts),
    column<Ingress>('Address', ({ status }) => balancers(status?.loadBalancer?.ingress).join(',')),
    column<Ingress>('Ports', ({ spec }) => (spec?.tls !== undefined && spec.tls.length > 0 ? '80, 443' : '80')),
    ageColumn,
  ],
  'networking.k8s.io/IngressClass': [
    nameColumn,
    column<IngressClass>('Controller', ({ spec }) => spec?.controller ?? ''),
    column<IngressClass>('Parameters', parametersOf),
    ageColumn,
  ],
  'networking.k8s.io/NetworkPolicy': [
    nameColumn,
    column<NetworkPolicy>('Pod-Selector', ({ spec }) => selectorText(spec?.podSelector)),
    ageColumn,
  ],
  'networking.k8s.io/ServiceCIDR': [
    nameColumn,
    column<ServiceCIDR>('CIDRs', ({ spec }) => (spec?.cidrs ?? []).join(',')),
    ageColumn,
  ],
  'networking.k8s.io/IPAddress': [nameColumn, column<IPAddress>('ParentRef', parentOf)],
};
