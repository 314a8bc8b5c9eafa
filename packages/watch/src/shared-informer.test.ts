import { describe, expect, it } from '@jest/globals';
import { ConfigMap } from '@pintle/api/core/v1';
import type { Client } from '@pintle/client';
import { virtualWorld } from '@pintle/machinery';
import { NEVER } from 'rxjs';
import type { InformerEvent } from './informer.js';
import { createInformers } from './informers.js';
import { SharedInformer } from './shared-informer.js';

const configMap = (uid: string, resourceVersion: string): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'a', namespace: 'default', uid, resourceVersion },
});
const word = (event: InformerEvent<ConfigMap>) =>
  event.type === 'synced' ? event.type : `${event.type} ${event.object.metadata.uid}`;

describe('an object that was made anew under its name, its deletion missed', () => {
  it('is told of once to who comes while the other is told to be gone', () => {
    const informer = new SharedInformer<ConfigMap>({
      world: virtualWorld(),
      client: { watch: () => NEVER } as unknown as Client,
      kind: ConfigMap,
      wanted: {},
      metadataOnly: false,
      limits: {},
      family: new Set(),
      unwanted() {},
    });
    const [first, late]: [string[], string[]] = [[], []];
    informer.events.subscribe((event) => {
      first.push(word(event));
      if (event.type === 'deleted') informer.events.subscribe((each) => late.push(word(each)));
    });
    informer.replace([configMap('one', '1')], '1');
    informer.apply({ type: 'ADDED', object: configMap('two', '3') });
    expect(first).toEqual(['added one', 'synced', 'deleted one', 'added two']);
    expect(late.filter((event) => event !== 'synced')).toEqual(['added two']);
  });
});

it('a client that throws is asked again, by one loop', async () => {
  const world = virtualWorld();
  const asked: string[] = [];
  const client = {
    watch() {
      asked.push('watch');
      if (asked.length === 1) throw new Error('not today');
      return NEVER;
    },
    list: async () => asked.push('list'),
  } as unknown as Client;
  const informers = createInformers({ client, world, silenceMaxMs: 5_000 });
  informers.informer(ConfigMap);
  informers.start();
  // The silence of the first, which never was, would end by now.
  await world.advance({ seconds: 5.5 });
  expect(asked).toEqual(['watch', 'watch']);
  await informers.stop();
});
