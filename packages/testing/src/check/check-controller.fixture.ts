/** The kind of the checker's tests: a shop that has pages (ConfigMaps), and a name in a cloud outside of the cluster. */
import { ConfigMap } from '@pintle/api/core/v1';
import type { Client } from '@pintle/client';
import { Condition, defineKind, type Infer, int32, list, object, string } from '@pintle/machinery';

export const Shop = defineKind({
  group: 'example.com',
  version: 'v1',
  kind: 'Shop',
  fields: {
    spec: object({ pages: int32().default(1), title: string().default('shop') }).required(),
    status: object({ phase: string(), pages: int32(), visits: int32(), conditions: list(Condition).byKeys('type') }),
  },
});
export type Shop = Infer<typeof Shop>;

export const shop = (name: string, spec: Shop['spec'] = {}): Shop => ({
  apiVersion: 'example.com/v1',
  kind: 'Shop',
  metadata: { name, namespace: 'default' },
  spec,
});

export const page = (name: string, data: Record<string, string> = {}): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, labels: { page: '' } },
  data,
});

/** A shop that opens, is renamed, and grows. */
export const opening: readonly ((client: Client) => Promise<unknown>)[] = [
  (client) => client.create(shop('corner', { pages: 1, title: 'first' })),
  (client) => client.patch(Shop, { name: 'corner' }, { type: 'merge', body: { spec: { title: 'second' } } }),
  (client) => client.patch(Shop, { name: 'corner' }, { type: 'merge', body: { spec: { pages: 2 } } }),
];

/** What lives outside and is not collected: names that are taken in a cloud. */
export class Cloud {
  readonly names = new Set<string>();
}

export const pagesOf = (client: Client) => client.list(ConfigMap, { labelSelector: 'page' });
