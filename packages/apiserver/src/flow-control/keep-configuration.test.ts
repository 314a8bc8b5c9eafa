/** The default priority levels and flow schemas stay what they are, and what is their administrator's stays theirs. */
import { describe, expect, it } from '@jest/globals';
import { FlowSchema, PriorityLevelConfiguration } from '@pintle/api/flowcontrol/v1';
import { virtualWorld } from '@pintle/machinery';
import { createApiServer } from '../server.js';
import { configurationManager } from './bring-configuration.js';
import { autoUpdate, defaultFlowSchemas, defaultPriorityLevels } from './default-configuration.js';

async function served() {
  const world = virtualWorld();
  const api = await createApiServer({ world, flowControl: {} });
  const client = api.client();
  const schema = (name: string) => client.get(FlowSchema, { name });
  const level = (name: string) => client.get(PriorityLevelConfiguration, { name });
  return { world, api, client, schema, level };
}

describe('within a minute', () => {
  it('what was deleted is there again, of the same manager', async () => {
    const { world, api, client, schema, level } = await served();
    await client.delete(FlowSchema, { name: 'catch-all' });
    await client.delete(FlowSchema, { name: 'service-accounts' });
    await client.delete(PriorityLevelConfiguration, { name: 'exempt' });
    await world.advance({ seconds: 61 });
    const wanted = [...defaultFlowSchemas(), ...defaultPriorityLevels()];
    for (const name of ['catch-all', 'service-accounts'])
      expect((await schema(name)).spec).toEqual(wanted.find(({ metadata }) => metadata.name === name)!.spec);
    expect((await level('exempt')).metadata.managedFields?.map(({ manager }) => manager)).toEqual([
      configurationManager,
    ]);
    await api.stop();
  });

  it('what was changed is right again, unless its annotation says that it is theirs', async () => {
    const { world, api, client, schema, level } = await served();
    const precede = (name: string, metadata: object = {}) =>
      client.patch(FlowSchema, { name }, { type: 'merge', body: { metadata, spec: { matchingPrecedence: 77 } } });
    await precede('probes');
    await precede('service-accounts', { annotations: { [autoUpdate]: 'false' } });
    await precede('system-nodes', { annotations: { [autoUpdate]: null } });
    const exempt = { spec: { exempt: { nominalConcurrencyShares: 7 } } };
    await client.patch(PriorityLevelConfiguration, { name: 'exempt' }, { type: 'merge', body: exempt });
    const quiet = { metadata: { annotations: { [autoUpdate]: 'no' } } };
    await client.patch(PriorityLevelConfiguration, { name: 'catch-all' }, { type: 'merge', body: quiet });
    await world.advance({ seconds: 61 });
    expect((await schema('probes')).spec?.matchingPrecedence).toBe(2);
    expect((await schema('service-accounts')).spec?.matchingPrecedence).toBe(77);
    // Somebody changed it before the annotation went.
    expect(await schema('system-nodes')).toMatchObject({
      metadata: { annotations: { [autoUpdate]: 'false' } },
      spec: { matchingPrecedence: 77 },
    });
    expect((await level('exempt')).spec?.exempt).toEqual({ nominalConcurrencyShares: 7, lendablePercent: 0 });
    expect((await level('catch-all')).metadata.annotations).toEqual({ [autoUpdate]: 'true' });
    await api.stop();
  });

  it('what is no default any more goes, and what others made stays', async () => {
    const { world, api, client } = await served();
    const [spec] = defaultFlowSchemas().map((each) => each.spec);
    const make = (name: string, annotations: Record<string, string>) =>
      client.create<FlowSchema>({
        ...{ apiVersion: 'flowcontrol.apiserver.k8s.io/v1', kind: 'FlowSchema', metadata: { name, annotations } },
        spec: { ...spec!, matchingPrecedence: 500 },
      });
    await make('former', { [autoUpdate]: 'true' });
    await make('own', {});
    await make('kept', { [autoUpdate]: 'false' });
    await world.advance({ seconds: 61 });
    const names = (await client.list(FlowSchema)).map(({ metadata }) => metadata.name);
    expect(['former', 'own', 'kept'].filter((name) => names.includes(name))).toEqual(['own', 'kept']);
    await api.stop();
  });

  it('nothing is written where all is as it should be', async () => {
    const { world, api, client } = await served();
    const before = await client.list(FlowSchema);
    await world.advance({ minutes: 3 });
    expect((await client.list(FlowSchema)).metadata.resourceVersion).toBe(before.metadata.resourceVersion);
    await api.stop();
  });
});
