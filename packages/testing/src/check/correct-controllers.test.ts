/** Controllers as they are to be written: the checker finds nothing in them, whatever it does to them. */
import { describe, expect, it } from '@jest/globals';
import { Deployment } from '@pintle/api/apps/v1';
import { ConfigMap, Pod } from '@pintle/api/core/v1';
import { type Controller, controller } from '@pintle/controller-runtime';
import { controllerReference } from '@pintle/machinery';
import { deployment } from '../builders.js';
import { Cloud, opening, page, pagesOf, Shop } from './check-controller.fixture.js';
import { checkController } from './check-controller.js';
import type { ControllerCheck } from './controller-check.js';

const forShops = () => controller({ name: 'shops' }).for(Shop).owns(ConfigMap);

const correct: readonly (readonly [
  string,
  (cloud: Cloud) => readonly Controller[],
  Partial<ControllerCheck<Cloud>>?,
])[] = [
  [
    'applies one child and reports of it',
    () => [
      forShops().reconcile(async ({ object, ensure, report }) => {
        if (object === undefined) return;
        const { title = '', pages = 1 } = object.spec;
        await ensure(page(`${object.metadata.name}-page`, { title }));
        await report({ pages, conditions: [{ type: 'Ready', status: true, reason: 'Made' }] });
      }),
    ],
  ],
  [
    'makes as many children as are asked for, by names of chance, and takes the surplus away',
    () => [
      forShops().reconcile(async ({ object, client, informers }) => {
        if (object === undefined || object.metadata.deletionTimestamp != null) return;
        const present = informers
          .informer(ConfigMap)
          .lister.list({ namespace: 'default', labelSelector: 'page' })
          .filter(({ metadata }) => metadata.ownerReferences?.some(({ uid }) => uid === object.metadata.uid));
        const wanted = object.spec.pages ?? 1;
        for (let made = present.length; made < wanted; made++) {
          const { name: _name, ...metadata } = page('').metadata;
          const ownerReferences = [controllerReference(object, Shop)];
          await client.create({
            ...page(''),
            metadata: { ...metadata, namespace: 'default', generateName: 'page-', ownerReferences },
          });
        }
        for (const { metadata } of present.slice(wanted))
          await client.delete(ConfigMap, { name: metadata.name!, namespace: 'default' });
      }),
    ],
    {
      async holds(client) {
        expect(await pagesOf(client)).toHaveLength(2);
      },
    },
  ],
  [
    'takes a name in a cloud, and gives it back by a finalizer',
    (cloud) => [
      controller({ name: 'shops' })
        .for(Shop)
        .finalizes('example.com/cloud', async ({ key }) => void cloud.names.delete(key.name))
        .reconcile(async ({ object, key }) => void (object !== undefined && cloud.names.add(key.name))),
    ],
    {
      steps: [...opening, (client) => client.delete(Shop, { name: 'corner' }), opening[0]!],
      leftovers: (cloud) => [...cloud.names],
      holds: async (_client, cloud) => expect([...cloud.names]).toEqual(['corner']),
    },
  ],
  [
    'has dependents that build on each other',
    () => [
      forShops().reconcile(async ({ object, dependents, report }) => {
        if (object === undefined) return;
        const { ready } = await dependents([
          { name: 'roof', object: page('roof'), dependsOn: ['walls'], active: object.spec.pages === 2 },
          { name: 'walls', object: page('walls', { title: object.spec.title ?? '' }), dependsOn: ['ground'] },
          { name: 'ground', object: page('ground') },
        ]);
        await report({ phase: ready ? 'Ready' : 'Building' });
      }),
    ],
    {
      steps: [
        ...opening,
        (client) => client.patch(Shop, { name: 'corner' }, { type: 'merge', body: { spec: { pages: 1 } } }),
      ],
    },
  ],
  [
    'asks every half minute how things are',
    () => [
      forShops().reconcile(async ({ object, ensure }) => {
        if (object === undefined) return;
        await ensure(page(`${object.metadata.name}-page`, { title: object.spec.title ?? '' }));
        return { requeueAfterMs: 30_000 };
      }),
    ],
  ],
];

/** Each is a little cluster of its own: as many as a test may take. */
const runsMax = 40;

describe('the checker finds nothing in a controller that', () => {
  it.each(correct)(
    '%s',
    async (_what, controllers, more = {}) => {
      const check: ControllerCheck<Cloud> = {
        kinds: [Shop],
        steps: opening,
        outside: () => new Cloud(),
        controllers,
        runsMax,
        ...more,
      };
      const { finding, runs } = await checkController(check);
      expect(finding?.text).toBeUndefined();
      expect(runs).toBe(runsMax);
    },
    120_000,
  );

  it('makes Deployments, with the built-in controllers beside it', async () => {
    const { finding } = await checkController({
      kinds: [Shop],
      steps: opening,
      runsMax: 12,
      builtinControllers: ['deployment', 'replicaset'],
      controllers: () => [
        controller({ name: 'shops' })
          .for(Shop)
          .owns(Deployment)
          .reconcile(async ({ object, ensure }) => {
            if (object === undefined) return;
            const { metadata, ...rest } = deployment('corner', { replicas: object.spec.pages ?? 1 });
            await ensure({ ...rest, metadata: { name: metadata.name! } });
          }),
      ],
      holds: async (client) => expect(await client.list(Pod)).toHaveLength(2),
    });
    expect(finding?.text).toBeUndefined();
  }, 120_000);
});
