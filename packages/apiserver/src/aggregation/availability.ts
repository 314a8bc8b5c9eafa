/** Whether the server behind an APIService can be asked, as far as its Service and the endpoints of that tell; in upstream's words. Pure. */
import type { APIService } from '@pintle/api/apiregistration/v1';
import type { Service } from '@pintle/api/core/v1';
import type { EndpointSlice } from '@pintle/api/discovery/v1';

/** What the condition `Available` says. */
export interface Verdict {
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

export const serviceNameLabel = 'kubernetes.io/service-name';

const fault = (reason: string, message: string): Verdict => ({ status: 'False', reason, message });

/** What is wrong with the Service; undefined where it may be asked. Endpoints are looked for behind addresses of the cluster alone. */
export function serviceFault(
  { spec }: APIService,
  service: Service | undefined,
  slices: readonly EndpointSlice[],
): Verdict | undefined {
  const { name = '', namespace = '', port = 443 } = spec?.service ?? {};
  const words = `service/${name} in ${JSON.stringify(namespace)}`;
  if (service === undefined) return fault('ServiceNotFound', `${words} is not present`);
  if ((service.spec?.type ?? 'ClusterIP') !== 'ClusterIP') return undefined;
  const listening = service.spec?.ports?.find((each) => each.port === port);
  if (listening === undefined) return fault('ServicePortError', `${words} is not listening on port ${port}`);
  if (slices.length === 0) return fault('EndpointsNotFound', `cannot find endpointslices for ${words}`);
  const portName = listening.name ?? '';
  if (!slices.some((slice) => isReady(slice) && hasPort(slice, portName)))
    return fault(
      'MissingEndpoints',
      `endpointslices for ${words} have no addresses with port name ${JSON.stringify(portName)}`,
    );
  return undefined;
}

const isReady = ({ endpoints = [] }: EndpointSlice) =>
  (endpoints ?? []).some(({ conditions }) => conditions?.ready !== false);

/** A port without a name is called nothing. */
const hasPort = ({ ports }: EndpointSlice, name: string) =>
  (ports ?? []).some((each) => each.port !== undefined && (each.name ?? '') === name);

export const passed: Verdict = { status: 'True', reason: 'Passed', message: 'all checks passed' };
/** Of what this server serves itself. */
export const local: Verdict = { status: 'True', reason: 'Local', message: 'Local APIServices are always available' };
export const failedCheck = (message: string): Verdict => fault('FailedDiscoveryCheck', message);

export const isAvailable = ({ status }: APIService): boolean =>
  status?.conditions?.some((each) => each.type === 'Available' && each.status === 'True') ?? false;
