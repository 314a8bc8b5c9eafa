/** The variables by which containers find Services (`REDIS_SERVICE_HOST`, and those of Docker links). Pure. */
import type { Service } from '@pintle/api/core/v1';
import { hostAndPort } from '@pintle/machinery';

const envName = (name: string) => name.toUpperCase().replaceAll('-', '_');

/** Of all services that have an address. Later ones do not replace earlier ones of one name. */
export function serviceVariables(services: readonly Service[]): Readonly<Record<string, string>> {
  const variables: Record<string, string> = {};
  for (const service of services) {
    const ip = service.spec?.clusterIP;
    const ports = service.spec?.ports ?? [];
    if (!ip || ip === 'None' || ports.length === 0) continue;
    const prefix = envName(service.metadata.name ?? '');
    const add = (name: string, value: string) => {
      variables[name] ??= value;
    };
    add(`${prefix}_SERVICE_HOST`, ip);
    add(`${prefix}_SERVICE_PORT`, String(ports[0]!.port));
    for (const { name, port } of ports) if (name) add(`${prefix}_SERVICE_PORT_${envName(name)}`, String(port));
    for (const [i, { port, protocol = 'TCP' }] of ports.entries()) {
      const url = `${protocol.toLowerCase()}://${hostAndPort(ip, port)}`;
      if (i === 0) add(`${prefix}_PORT`, url);
      const link = `${prefix}_PORT_${port}_${protocol}`;
      add(link, url);
      add(`${link}_PROTO`, protocol.toLowerCase());
      add(`${link}_PORT`, String(port));
      add(`${link}_ADDR`, ip);
    }
  }
  return variables;
}
