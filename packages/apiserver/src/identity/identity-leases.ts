/**
 * Keeps the Lease of an API server renewed, and removes those of servers that are gone. Runs where a server is served:
 * who composes one in process says whether it has an identity.
 */
import { Lease } from '@pintle/api/coordination/v1';
import type { Client } from '@pintle/client';
import { type CancelTimer, every, jitter, StatusError, type World } from '@pintle/machinery';
import {
  identityLabels,
  identityNamespace,
  isExpired,
  renewedLease,
  type ServerIdentity,
  serverId,
} from './identity-lease.js';

const renewPeriodMs = 10_000;
const renewJitter = 0.04;
const collectPeriodMs = 3_600_000;
/** Writes of one renewal, each on what another has written meanwhile. */
const attemptsMax = 5;
/** Another has written, or removed, what was to be written. */
const overtaken = ['Conflict', 'NotFound', 'AlreadyExists'] as const;
const labelSelector = Object.entries(identityLabels)
  .map(([key, value]) => `${key}=${value}`)
  .join();

export interface IdentityLeasesOptions {
  readonly world: World;
  readonly client: Client;
  readonly hostname: string;
}

export interface IdentityLeases {
  start(): void;
  stop(): void;
}

export function identityLeases({ world, client, hostname }: IdentityLeasesOptions): IdentityLeases {
  const { clock, random, logger } = world;
  const draws = random.stream('apiserver/identity');
  const name = serverId(hostname);
  const identity: ServerIdentity = { hostname, holder: `${name}_${draws.uuid()}` };
  const cancels = new Set<CancelTimer>();
  let stopped = false;
  let latest: Lease | undefined;

  const write = async () => {
    latest ??= await client.get(Lease, { name, namespace: identityNamespace }).catch(nothingThere);
    const lease = renewedLease(latest, identity, clock.now());
    latest = await (latest === undefined ? client.create(lease) : client.update(lease));
  };
  const renew = async () => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await write();
      } catch (error) {
        latest = undefined;
        const isOvertaken = overtaken.some((reason) => StatusError.is(error, reason));
        if (!isOvertaken || attempt === attemptsMax) throw error;
      }
    }
  };
  const collect = async () => {
    const leases = await client.list(Lease, { namespace: identityNamespace, labelSelector });
    for (const lease of leases) {
      const { name = '', uid = '', resourceVersion = '' } = lease.metadata;
      if (!isExpired(lease, clock.now())) continue;
      const preconditions = { uid, resourceVersion };
      await client.delete(Lease, { name, namespace: identityNamespace }, { preconditions }).catch(nothingThere);
    }
  };
  const attempt = async (what: string, work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      if (!stopped) logger.log('warn', `${what}; it is tried again`, { lease: name, error });
    }
  };
  const keepRenewed = async () => {
    await attempt('the identity of the API server could not be renewed', renew);
    if (stopped) return;
    const cancel = clock.schedule(jitter(draws, renewPeriodMs, renewJitter), () => {
      cancels.delete(cancel);
      void keepRenewed();
    });
    cancels.add(cancel);
  };
  const tidyUp = () => attempt('the identities of API servers that are gone could not be removed', collect);

  return {
    start() {
      // Its own first: it may have been away for longer than its Lease lasts.
      void keepRenewed().then(() => (stopped ? undefined : tidyUp()));
      cancels.add(every(clock, collectPeriodMs, () => void tidyUp()));
    },
    stop() {
      stopped = true;
      for (const cancel of cancels) cancel();
    },
  };
}

function nothingThere(error: unknown): undefined {
  if (!StatusError.is(error, 'NotFound') && !StatusError.is(error, 'Conflict')) throw error;
  return undefined;
}
