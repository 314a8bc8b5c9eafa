/** Whole numbers beyond 2^53 are bigints to who writes and reads objects, in process and over HTTP, and keep their digits. */
import { describe, expect, it } from '@jest/globals';
import { any, defineKind, int64, type KubernetesObject, object } from '@pintle/machinery';
import { firstValueFrom } from 'rxjs';
import { clients } from './clients.fixture.js';

const nanos = 1732867200123456789n;
const Stamp = defineKind({
  group: 'example.com',
  version: 'v1',
  kind: 'Stamp',
  fields: { spec: object({ nanos: int64(), any: any() }) },
});
const stamp = {
  ...{ apiVersion: 'example.com/v1', kind: 'Stamp', metadata: { name: 'a' } },
  spec: { nanos, any: [{ deep: -nanos }, 1, 2 ** 53 - 1] },
} as KubernetesObject;

describe.each(clients)('a whole number beyond 2^53, %s', (_name, connect) => {
  it('is written, read, listed, watched and patched as it is', async () => {
    const client = await connect({ kinds: [Stamp] });
    const { spec } = stamp as KubernetesObject & { readonly spec: object };
    expect(await client.create(stamp)).toMatchObject({ spec });
    expect(await client.get(Stamp, { name: 'a' })).toMatchObject({ spec });
    expect([...(await client.list(Stamp))]).toMatchObject([{ spec }]);
    const patch = { type: 'merge', body: { spec: { nanos: nanos + 1n } } } as const;
    expect(await client.patch(Stamp, { name: 'a' }, patch)).toMatchObject({ spec: { ...spec, nanos: nanos + 1n } });
    const event = await firstValueFrom(client.watch(Stamp, { resourceVersion: '0' }));
    expect(event).toMatchObject({ type: 'ADDED', object: { spec: { ...spec, nanos: nanos + 1n } } });
  });
});
