/** An API server and managers on virtual time, for this package's tests. Stopped with the test. */
import { afterEach } from '@jest/globals';
import { createApiServer, type StoredObject } from '@pintle/apiserver';
import { type Interceptor, intercept } from '@pintle/client/interceptor';
import {
  defineKind,
  type Infer,
  int32,
  type LogFields,
  logger,
  map,
  object,
  string,
  type VirtualWorldOptions,
  virtualWorld,
} from '@pintle/machinery';
import { memoryStore } from '@pintle/store';
import type { Controller } from './controller.js';
import { createManager, type ManagerOptions } from './manager.js';

export const Website = defineKind({
  group: 'example.com',
  version: 'v1',
  kind: 'Website',
  fields: {
    spec: object({ replicas: int32().default(1), image: string().default('nginx') }).required(),
    status: object({ ready: int32(), phase: string(), counts: map(int32()) }),
  },
});
export type Website = Infer<typeof Website>;

export const website = (name: string, spec: Website['spec'] = {}): Website => ({
  apiVersion: 'example.com/v1',
  kind: 'Website',
  metadata: { name, namespace: 'default' },
  spec,
});

export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly fields: LogFields;
}

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

export async function served(options: Pick<VirtualWorldOptions, 'turnsMax'> = {}) {
  const log: LogLine[] = [];
  const world = virtualWorld({
    logger: logger((level, message, fields) => log.push({ level, message, fields })),
    ...options,
  });
  const backend = memoryStore<StoredObject>({ world });
  const api = await createApiServer({ world, backend, kinds: [Website] });
  const driven = async <T>(work: Promise<T>): Promise<T> => {
    let done = false;
    const finished = work.finally(() => {
      done = true;
    });
    finished.catch(() => {});
    await world.settle();
    while (!done && world.nextTimerAt() !== undefined) await world.advance(world.nextTimerAt()! - world.clock.now());
    return finished;
  };
  const manage = (
    controllers: readonly Controller[],
    { interceptor, ...options }: Partial<ManagerOptions> & { readonly interceptor?: Interceptor } = {},
  ) => {
    const client = api.client({ fieldManager: 'manager' });
    const manager = createManager({
      client: interceptor === undefined ? client : intercept(client, interceptor),
      world,
      controllers,
      ...options,
    });
    ends.push(() => driven(manager.stop({ drainMs: 1_000 })));
    return manager;
  };
  const run = async (...args: Parameters<typeof manage>) => {
    const manager = manage(...args);
    await driven(manager.start());
    await world.settle();
    return manager;
  };
  return { world, backend, api, client: api.client({ fieldManager: 'user' }), log, manage, run, driven };
}
