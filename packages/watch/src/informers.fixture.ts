/** An API server on virtual time, its client with faults between, and informers over it: for this package's tests. */
import type { ConfigMap } from '@pintle/api/core/v1';
import { createApiServer, type StoredObject } from '@pintle/apiserver';
import type { Client } from '@pintle/client';
import { type Interceptor, intercept } from '@pintle/client/interceptor';
import { type LogFields, logger, type VirtualWorld, virtualWorld } from '@pintle/machinery';
import { memoryStore } from '@pintle/store';
import { createInformers, type InformersOptions } from './informers.js';

export interface LogLine {
  readonly message: string;
  readonly fields: LogFields;
}

export async function following(
  options: Omit<InformersOptions, 'client' | 'world'> & {
    readonly interceptor?: (world: VirtualWorld) => Interceptor;
  } = {},
) {
  const { interceptor, ...rest } = options;
  const log: LogLine[] = [];
  const world = virtualWorld({ logger: logger((_, message, fields) => log.push({ message, fields })) });
  const backend = memoryStore<StoredObject>({ world });
  const api = await createApiServer({ world, backend });
  const client: Client = api.client();
  const seenBy = interceptor === undefined ? client : intercept(client, interceptor(world));
  const informers = createInformers({ client: seenBy, world, ...rest });
  return { world, backend, client, informers, log };
}

export const configMap = (
  name: string,
  data: Record<string, string> = {},
  labels?: Record<string, string>,
): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default', ...(labels === undefined ? {} : { labels }) },
  data,
});

export const names = (objects: readonly { readonly metadata: { readonly name?: string } }[]) =>
  objects.map(({ metadata }) => metadata.name);
