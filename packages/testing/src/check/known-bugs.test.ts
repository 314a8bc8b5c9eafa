/**
 * Kinds of bugs that controllers are known for, each as small as it can be: the checker finds every one of them, names
 * what it breaks, and what it prints shows it again.
 */
import { describe, expect, it } from '@jest/globals';
import { ConfigMap } from '@pintle/api/core/v1';
import { type Controller, controller, TerminalError } from '@pintle/controller-runtime';
import { controllerReference, StatusError } from '@pintle/machinery';
import { Cloud, opening, page, Shop } from './check-controller.fixture.js';
import { checkController } from './check-controller.js';
import type { ControllerCheck, Property } from './controller-check.js';

const name = 'shops';
const owned = (object: ConfigMap, owner: Shop): ConfigMap => ({
  ...object,
  metadata: { ...object.metadata, namespace: 'default', ownerReferences: [controllerReference(owner, Shop)] },
});
const forShops = () => controller({ name }).for(Shop).owns(ConfigMap);

interface KnownBug {
  readonly what: string;
  readonly breaks: Property;
  /** What one of the printed lines says. */
  readonly says: RegExp;
  /** How many faults it takes at most. */
  readonly faultsMax: number;
  readonly controllers: (cloud: Cloud) => readonly Controller[];
  readonly more?: Partial<ControllerCheck<Cloud>>;
}

const bugs: readonly KnownBug[] = [
  {
    what: 'makes a child with a name of chance, and trusts that it hears of it',
    breaks: 'convergence',
    says: /its answer is lost[\s\S]*comes late/,
    faultsMax: 3,
    controllers: () => [
      forShops().reconcile(async ({ object, client, informers }) => {
        if (object === undefined || object.metadata.deletionTimestamp != null) return;
        const present = informers.informer(ConfigMap).lister.list({ namespace: 'default', labelSelector: 'page' });
        if (present.length > 0) return;
        const { name: _name, ...metadata } = page('').metadata;
        // The cache may be behind what another process, or a request whose answer was lost, has made.
        await client.create(owned({ ...page(''), metadata: { ...metadata, generateName: 'page-' } }, object));
      }),
    ],
  },
  {
    what: 'remembers in memory what it has made',
    breaks: 'convergence',
    says: /the process dies|is lost|does not reach|refused|error/,
    faultsMax: 1,
    controllers: () => {
      const made = new Set<string>();
      return [
        forShops().reconcile(async ({ object, client, key }) => {
          if (object === undefined || made.has(key.name)) return;
          made.add(key.name);
          await client.create(owned(page(`${key.name}-page`), object));
        }),
      ];
    },
  },
  {
    what: 'writes the time into the status of each reconcile',
    breaks: 'quiet',
    says: /wakes itself.*status\.phase|did not settle|reconciles/,
    faultsMax: 0,
    controllers: () => [
      forShops().reconcile(async ({ object, report, world }) => {
        if (object === undefined) return;
        await new Promise<void>((resolve) => world.clock.schedule(1_000, resolve));
        await report({ phase: `looked at ${world.clock.now()}` });
      }),
    ],
  },
  {
    what: 'forgets to say whose its children are',
    breaks: 'no orphans',
    says: /ConfigMap default\/corner-page/,
    faultsMax: 0,
    controllers: () => [
      forShops().reconcile(async ({ object, client, key }) => {
        if (object === undefined) return;
        await client.apply(
          { ...page(`${key.name}-page`), metadata: { name: `${key.name}-page`, namespace: 'default' } },
          { fieldManager: name },
        );
      }),
    ],
  },
  {
    what: 'acts on what has changed, and not on what is',
    breaks: 'convergence',
    says: /early|dies|late/,
    faultsMax: 1,
    controllers: () => [
      forShops().reconcile(async ({ object, ensure, causes }) => {
        if (object === undefined) return;
        // A retry, a new process or two changes at once are told otherwise.
        if (causes[0]!.kind === 'Shop' && causes.length === 1 && causes[0]!.change !== 'retry')
          if (causes[0]!.change === 'updated') await ensure(page('title', { title: object.spec.title ?? '' }));
      }),
    ],
  },
  {
    what: 'catches errors and says nothing of them',
    breaks: 'convergence',
    says: /internal error|does not reach|conflict|lost/,
    faultsMax: 1,
    controllers: () => [
      forShops().reconcile(async ({ object, ensure, logger }) => {
        if (object === undefined) return;
        try {
          await ensure(page('title', { title: object.spec.title ?? '', pages: String(object.spec.pages) }));
        } catch (error) {
          logger.log('debug', 'it did not work', { error });
        }
      }),
    ],
  },
  {
    // What it then fails to do the next step would have it do.
    what: 'takes any failure for one that no retry mends',
    breaks: 'convergence',
    says: /users stop after step/,
    faultsMax: 1,
    controllers: () => [
      forShops().reconcile(async ({ object, ensure }) => {
        if (object === undefined) return;
        await ensure(page('title', { title: object.spec.title ?? '' })).catch((cause: unknown) => {
          throw new TerminalError('there is nothing to be done', { cause });
        });
      }),
    ],
  },
  {
    what: 'takes a conflict for somebody else having done the work',
    breaks: 'convergence',
    says: /refused with a conflict/,
    faultsMax: 1,
    controllers: () => [
      forShops().reconcile(async ({ object, client, key }) => {
        if (object === undefined || object.status?.pages === object.spec.pages) return;
        try {
          const status = { ...object.status, pages: object.spec.pages ?? 1 };
          await client.update({ ...object, status }, { subresource: 'status' });
        } catch (error) {
          if (!StatusError.is(error, 'Conflict')) throw error;
        }
        void key;
      }),
    ],
  },
  {
    what: 'cleans up outside without a finalizer',
    breaks: 'no orphans',
    says: /a name in the cloud: corner/,
    faultsMax: 2,
    controllers: (cloud) => {
      const known = new Set<string>();
      return [
        controller({ name })
          .for(Shop)
          .reconcile(async ({ object, key, report }) => {
            if (object !== undefined) {
              cloud.names.add(key.name);
              known.add(key.name);
              await report({ phase: 'Named' });
              // Another process knows nothing of it.
            } else if (known.delete(key.name)) cloud.names.delete(key.name);
          }),
      ];
    },
    // Deleted while the process is away: it dies at its last write.
    more: {
      steps: [opening[0]!, (client) => client.delete(Shop, { name: 'corner' })],
      leftovers: (cloud) => [...cloud.names].map((each) => `a name in the cloud: ${each}`),
    },
  },
  {
    what: 'counts up instead of saying how many there are',
    breaks: 'idempotence',
    says: /Shop default\/corner/,
    faultsMax: 0,
    controllers: () => [
      controller({ name })
        .for(Shop, { predicate: (event) => event.type !== 'updated' || event.old.spec !== event.object.spec })
        .reconcile(async ({ object, client, key }) => {
          if (object === undefined) return;
          const body = { status: { visits: (object.status?.visits ?? 0) + 1 } };
          await client.patch(Shop, key, { type: 'merge', body }, { subresource: 'status' });
        }),
    ],
    more: { steps: [opening[0]!] },
  },
  {
    what: 'gives up where half of the work is done already',
    breaks: 'convergence',
    says: /dies|lost/,
    faultsMax: 1,
    controllers: () => [
      forShops().reconcile(async ({ object, client, informers }) => {
        if (object === undefined) return;
        const lister = informers.informer(ConfigMap).lister;
        if (lister.get({ name: 'second', namespace: 'default' }) !== undefined) return;
        try {
          await client.create(owned(page('first'), object));
        } catch (error) {
          throw new TerminalError('somebody has made it', { cause: error });
        }
        await client.create(owned(page('second'), object));
      }),
    ],
  },
  {
    what: 'lets its finalizer go before the clean-up is done',
    breaks: 'no orphans',
    says: /a name in the cloud: corner/,
    faultsMax: 1,
    controllers: (cloud) => [
      controller({ name })
        .for(Shop)
        .reconcile(async ({ object, client, key }) => {
          if (object === undefined) return;
          const finalizers = (list: readonly string[]) =>
            client.patch(Shop, key, { type: 'merge', body: { metadata: { finalizers: list } } });
          if (object.metadata.deletionTimestamp != null) {
            if (object.metadata.finalizers === undefined) return;
            await finalizers([]);
            cloud.names.delete(key.name);
          } else if (object.metadata.finalizers === undefined) await finalizers(['example.com/cloud']);
          else cloud.names.add(key.name);
        }),
    ],
    more: {
      steps: [opening[0]!, (client) => client.delete(Shop, { name: 'corner' })],
      leftovers: (cloud) => [...cloud.names].map((each) => `a name in the cloud: ${each}`),
    },
  },
  {
    what: 'undoes what another of its controllers does',
    breaks: 'quiet',
    says: /fight over spec\.title/,
    faultsMax: 0,
    controllers: () =>
      ['left', 'right'].map((side) =>
        controller({ name: side })
          .for(Shop)
          .reconcile(async ({ object, client, key, world }) => {
            if (object === undefined || object.spec.title === side) return;
            await new Promise<void>((resolve) => world.clock.schedule(100, resolve));
            await client.patch(Shop, key, { type: 'merge', body: { spec: { title: side } } });
          }),
      ),
    more: { steps: [opening[0]!] },
  },
];

describe('the checker finds a controller that', () => {
  it.each(bugs)(
    '$what',
    async ({ breaks, says, faultsMax, controllers, more }) => {
      const check: ControllerCheck<Cloud> = {
        kinds: [Shop],
        steps: opening,
        outside: () => new Cloud(),
        controllers,
        ...more,
      };
      const { finding } = await checkController(check);
      expect(finding?.text).toMatch(says);
      expect(finding?.property).toBe(breaks);
      expect(finding?.schedule.faults.length).toBeLessThanOrEqual(faultsMax);
      if (faultsMax === 0) return;
      const again = await checkController({ ...check, replay: finding!.schedule });
      expect(again).toEqual({ finding, runs: 2 });
    },
    60_000,
  );
});
