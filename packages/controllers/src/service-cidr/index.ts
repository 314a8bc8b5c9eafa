/**
 * Service CIDRs: a range of Service addresses is ready once it is known, and stays for as long as an address of it is in
 * use that no other range has.
 */
import { IPAddress, ServiceCIDR } from '@pintle/api/networking/v1';
import { type Controller, controller } from '@pintle/controller-runtime';
import {
  containsRange,
  deepEqual,
  formatTime,
  hasFinalizer,
  ipFamilyOf,
  parseCidr,
  parseTime,
  setCondition,
  withFinalizer,
  withoutFinalizer,
} from '@pintle/machinery';

const component = 'service-cidr-controller';
export const serviceCidrFinalizer = 'networking.k8s.io/service-cidr-finalizer';
/** So long whoever gives addresses has to hear that a range goes (upstream's deletionGracePeriod). */
const graceMs = 10_000;

const isIn = (address: string, cidr: string): boolean => {
  const [outer, inner] = [parseCidr(cidr), parseCidr(`${address}/${ipFamilyOf(address) === 'IPv6' ? 128 : 32}`)];
  return outer !== undefined && inner !== undefined && containsRange(outer, inner);
};

/** Addresses that would be in no range without this one. Pure. */
export function stranded(
  range: ServiceCIDR,
  others: readonly ServiceCIDR[],
  addresses: readonly IPAddress[],
): readonly string[] {
  const inAny = (address: string, ranges: readonly ServiceCIDR[]) =>
    ranges.some(({ spec }) => (spec?.cidrs ?? []).some((cidr) => isIn(address, cidr)));
  const left = others.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  return addresses
    .map(({ metadata }) => metadata.name ?? '')
    .filter((address) => inAny(address, [range]) && !inAny(address, left));
}

export function serviceCidrController(): Controller {
  return controller({ name: 'service-cidr', component })
    .for(ServiceCIDR)
    .watches(
      IPAddress,
      ({ metadata }, informers) =>
        informers
          .informer(ServiceCIDR)
          .lister.list()
          .filter(({ spec }) => (spec?.cidrs ?? []).some((cidr) => isIn(metadata.name ?? '', cidr)))
          .map((range) => ({ name: range.metadata.name ?? '' })),
      { predicate: ({ type }) => type === 'deleted' },
    )
    .reconcile(async ({ object: range, client, informers, world }) => {
      if (range === undefined) return undefined;
      const now = formatTime(world.clock.now());
      const conditions = (status: 'True' | 'False', reason: string, message: string) =>
        setCondition(
          range.status?.conditions,
          { type: 'Ready', status, reason, message, lastTransitionTime: now },
          now,
        );
      const write = async (next: ReturnType<typeof conditions>) => {
        if (deepEqual(next, range.status?.conditions)) return;
        const { apiVersion, kind, metadata } = range;
        await client.apply(
          { apiVersion, kind, metadata: { name: metadata.name }, status: { conditions: next } } as ServiceCIDR,
          { fieldManager: component, force: true, subresource: 'status' },
        );
      };
      if (range.metadata.deletionTimestamp === undefined) {
        if (!hasFinalizer(range, serviceCidrFinalizer)) {
          await client.update(withFinalizer(range, serviceCidrFinalizer));
          return undefined;
        }
        await write(conditions('True', '', 'Kubernetes Service CIDR is ready'));
        return undefined;
      }
      if (!hasFinalizer(range, serviceCidrFinalizer)) return undefined;
      const others = informers
        .informer(ServiceCIDR)
        .lister.list()
        .filter(({ metadata }) => metadata.uid !== range.metadata.uid);
      if (stranded(range, others, informers.informer(IPAddress).lister.list()).length > 0) {
        const message =
          'There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR';
        await write(conditions('False', 'Terminating', message));
        return { requeueAfterMs: graceMs };
      }
      const goneMs = (parseTime(range.metadata.deletionTimestamp ?? undefined) ?? 0) + graceMs;
      if (goneMs > world.clock.now()) return { requeueAtMs: goneMs };
      await client.update(withoutFinalizer(range, serviceCidrFinalizer));
      return undefined;
    });
}
