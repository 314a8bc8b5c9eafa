/**
 * The addresses of Services as IPAddress objects, which come and go with them: written past admission a moment after their
 * Service is. One that somebody else has made keeps the address from Services.
 */
import type { Service } from '@pintle/api/core/v1';
import type { IPAddress } from '@pintle/api/networking/v1';
import { prefixRange } from '@pintle/contracts';
import { ipFamilyOf, type KubernetesObject } from '@pintle/machinery';
import { putObjects } from '../bootstrap/put-objects.js';
import { ObjectCache } from '../storage/object-cache.js';
import type { ApiCore } from '../verbs/api-core.js';

export const servicesPrefix = '/registry/core/services/';
export const addressesPrefix = '/registry/networking.k8s.io/ipaddresses/';
const managedBy = 'ipaddress.kubernetes.io/managed-by';
const manager = 'ipallocator.k8s.io';

export interface ServiceIpAddresses {
  start(): Promise<void>;
  stop(): void;
}

export function serviceIpAddresses(core: ApiCore): ServiceIpAddresses {
  const { backend, world } = core;
  let stopped = false;
  let work: Promise<void> = Promise.resolve();
  /** One after the other, so that what comes and goes at once ends as it was last. */
  const then = (step: () => Promise<unknown>) => {
    work = work.then(step).then(
      () => {},
      (error: unknown) => {
        if (!stopped) world.logger.log('error', 'an IPAddress of a Service could not be written', { error });
      },
    );
  };
  const put = (ip: string, key: string) => putObjects(core, [ipAddressOf(ip, key)]);
  const remove = async (ip: string, key: string) => {
    const [entry] = (await backend.range({ start: addressesPrefix + ip })).entries;
    if (entry === undefined || !isOf(entry.value.at(entry.modRevision) as IPAddress, key)) return;
    await backend.transact({
      compare: [{ key: entry.key, target: 'modRevision', is: '=', value: entry.modRevision }],
      success: [{ type: 'delete', start: entry.key }],
    });
  };
  let started = false;
  const services = new ObjectCache(backend, servicesPrefix, world.logger, ({ key, object, previous }) => {
    if (!started) return;
    const [now, before] = [addressesOf(object as Service | undefined), addressesOf(previous as Service | undefined)];
    for (const ip of before) if (!now.includes(ip)) then(() => remove(ip, key));
    for (const ip of now) if (!before.includes(ip)) then(() => put(ip, key));
  });
  return {
    async start() {
      if (core.registry.byObject(ipAddressOf('', servicesPrefix)) === undefined) return;
      const { entries } = await backend.range(prefixRange(addressesPrefix));
      await services.start();
      started = true;
      // A server that ended in between may have left some that are nobody's any more, or not written others.
      const present = new Set<string>();
      for (const { key, modRevision, value } of entries) {
        const [ip, { metadata, spec }] = [key.slice(addressesPrefix.length), value.at(modRevision) as IPAddress];
        const { namespace = '', name = '' } = spec?.parentRef ?? {};
        const isOurs = metadata.labels?.[managedBy] === manager;
        if (!isOurs || addressesOf(services.get(`${namespace}/${name}`) as Service | undefined).includes(ip))
          present.add(ip);
        else then(() => remove(ip, `${servicesPrefix}${namespace}/${name}`));
      }
      for (const service of services.values())
        for (const ip of addressesOf(service as Service))
          if (!present.has(ip)) then(() => put(ip, keyOf(service.metadata)));
      await work;
    },
    stop() {
      stopped = true;
      services.stop();
    },
  };
}

const addressesOf = (service: Service | undefined): readonly string[] =>
  (service?.spec?.clusterIPs ?? []).filter((ip) => ip !== 'None');

const keyOf = ({ namespace, name }: KubernetesObject['metadata']) => `${servicesPrefix}${namespace}/${name}`;
const placeOf = (key: string) => key.slice(servicesPrefix.length).split('/');

/** Whether the address is some Service's. */
export const isOfService = ({ spec }: IPAddress): boolean =>
  !spec?.parentRef.group && spec?.parentRef.resource === 'services';

function isOf(address: IPAddress, serviceKey: string): boolean {
  const [namespace, name] = placeOf(serviceKey);
  const parent = address.spec?.parentRef;
  return isOfService(address) && parent?.namespace === namespace && parent?.name === name;
}

function ipAddressOf(ip: string, serviceKey: string): IPAddress {
  const [namespace = '', name = ''] = placeOf(serviceKey);
  const labels = {
    'ipaddress.kubernetes.io/ip-family': ipFamilyOf(ip) ?? 'IPv4',
    [managedBy]: manager,
  };
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IPAddress',
    metadata: { name: ip, labels },
    spec: { parentRef: { group: '', resource: 'services', namespace, name } },
  };
}
