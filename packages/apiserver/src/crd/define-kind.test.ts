/** A kind declared in code: its types come from the schema alone, and its objects take the road of every other. */
import { expect, it } from '@jest/globals';
import {
  defineKind,
  type Infer,
  int32,
  list,
  map,
  type ObjectMeta,
  object,
  StatusError,
  string,
  virtualWorld,
} from '@pintle/machinery';
import { createApiServer } from '../server.js';

const Website = defineKind({
  group: 'example.com',
  version: 'v1',
  kind: 'Website',
  fields: {
    spec: object({
      domain: string().required(),
      replicas: int32().default(2),
      aliases: list(string()),
      env: map(string()),
    }).required(),
    status: object({ url: string() }),
  },
});
type Website = Infer<typeof Website>;

/** True where two types are one; whatever differs is a fault of `npm run types`. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const holds = <T extends true>(value: T): T => value;

it('its types are those of its schema', () => {
  holds<Same<Website['spec']['domain'], string>>(true);
  holds<Same<Website['spec']['replicas'], number | undefined>>(true);
  holds<Same<Website['spec']['aliases'], readonly string[] | undefined>>(true);
  holds<Same<NonNullable<Website['spec']['env']>[string], string>>(true);
  holds<Same<Website['metadata'], ObjectMeta>>(true);
  const site: Website = {
    apiVersion: 'example.com/v1',
    kind: 'Website',
    metadata: { name: 'shop' },
    spec: { domain: 'shop.example.com' },
  };
  // @ts-expect-error -- a field that the schema has not
  expect(site.spec.colour).toBeUndefined();
  // @ts-expect-error -- what is required is missing
  const lacking: Website = { apiVersion: 'example.com/v1', kind: 'Website', metadata: {}, spec: {} };
  expect(lacking.spec.replicas).toBeUndefined();
});

it('is served with its defaults and bounds, and no definition in the store', async () => {
  const api = await createApiServer({ world: virtualWorld(), kinds: [Website] });
  const client = api.client();
  const made = await client.create<Website>({
    apiVersion: 'example.com/v1',
    kind: 'Website',
    metadata: { name: 'shop', namespace: 'default' },
    spec: { domain: 'shop.example.com' },
  });
  expect(made.spec.replicas).toBe(2);
  const found = await client.get(Website, { name: 'shop' });
  holds<Same<typeof found.spec.domain, string>>(true);
  const wrong = { ...made, metadata: { name: 'b', namespace: 'default' }, spec: {} } as unknown as Website;
  await expect(client.create(wrong)).rejects.toThrow(StatusError);
});

it('its status is written apart where it has one; where it has none that is refused, as over HTTP', async () => {
  const Plain = defineKind({ group: 'example.com', version: 'v1', kind: 'Plain', fields: { spec: object({}) } });
  const review = { fields: { status: object({}) }, verbs: ['create'] } as const;
  expect(defineKind({ group: 'g', version: 'v1', kind: 'Review', ...review }).subresources).toEqual({});
  const Told = defineKind({ group: 'g', version: 'v1', kind: 'Told', fields: review.fields });
  expect(Told.subresources).toEqual({ status: true });
  const api = await createApiServer({ world: virtualWorld(), kinds: [Plain] });
  const client = api.client();
  await client.create({ apiVersion: 'example.com/v1', kind: 'Plain', metadata: { name: 'a' } });
  const patch = { type: 'merge', body: {} } as const;
  await expect(client.patch(Plain, { name: 'a' }, patch, { subresource: 'status' })).rejects.toMatchObject({
    code: 404,
  });
  await api.stop();
});
