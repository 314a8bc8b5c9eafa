/** Bodies that come one after the other: each is read as if it came alone, and what they have in common is kept once. */
import { describe, expect, it } from '@jest/globals';
import { Pod } from '@pintle/api/core/v1';
import type { StatusError } from '@pintle/machinery';
import fc from 'fast-check';
import { BodyReader, objectOf } from './body.js';
import type { HttpRequest } from './message.js';
import { requester } from './requests.fixture.js';

const requestOf = (text: string | Uint8Array): HttpRequest => ({
  method: 'POST',
  path: '/',
  query: new URLSearchParams(),
  header: () => undefined,
  headersLike: () => [],
  body: async () => (typeof text === 'string' ? Buffer.from(text) : text),
  signal: new AbortController().signal,
  peer: {},
});

const read = async (reader: BodyReader, text: string | Uint8Array) => {
  try {
    const { value, strictFaults } = await reader.read(requestOf(text), objectOf('Pod'));
    return { value, told: strictFaults?.told(['spec']) };
  } catch (error) {
    return (error as StatusError).message;
  }
};

const reader = () => new BodyReader(() => undefined);

/** Bodies that are like one another, and some that are not as they should be. */
const some = [
  '{"metadata":{"name":"a"},"spec":{"containers":[{"name":"main","image":"one"}]}}',
  '{"metadata":{"name":"b"},"spec":{"containers":[{"name":"main","image":"one"}]}}',
  '{"metadata":{"name":"b"},"spec":{"containers":[{"name":"main","name":"main","image":"one"}]}}',
  '{"metadata":{"name":"b"},"spec":{"containers":[{"name":"main","image":"one"}]},"spec":{}}',
  '{"metadata":{"name":"ü"},"spec":{"containers":[{"name":"main","image":"one"}]}}',
  '{"metadata":{"name":"\\u00fc"},"spec":{"containers":[{"name":"main","image":"one"}]}}',
  '{"metadata":{"name":"a"},"spec":{"containers":[{"name":"main","image":"one"}]}',
  '{"metadata":{"name":"a"},"spec":{"containers":[{"name":"main","image":"one"}]}}}',
  '{"metadata":{"name":"a"},"spec":{"__proto__":{"x":1},"containers":null}}',
  `{"metadata":{"name":"a"},"spec":${'['.repeat(1001)}${']'.repeat(1001)}}`,
  `{"metadata":{"name":"a"},"spec":{"text":"${'x'.repeat(100_000)}"}}`,
  'null',
  '[]',
  ' ',
  'spec: {containers: []}',
];

describe('BodyReader', () => {
  it('reads each body as if it came alone', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...some), { minLength: 2, maxLength: 8 }), async (texts) => {
        const one = reader();
        for (const text of texts) expect(await read(one, text)).toEqual(await read(reader(), text));
      }),
    );
  });

  it('refuses what is no UTF-8, after what is', async () => {
    const one = reader();
    await read(one, some[0]!);
    const bytes = Buffer.from(some[0]!);
    bytes[bytes.indexOf('main')] = 0xff;
    expect(await read(one, bytes)).toBe('the body is not UTF-8');
  });

  it('keeps one spec of bodies that say the same', async () => {
    const one = reader();
    const values = [
      await one.read(requestOf(some[0]!), objectOf('Pod')),
      await one.read(requestOf(some[1]!), objectOf('Pod')),
    ];
    const [a, b] = values.map(({ value }) => value as { readonly spec: object });
    expect(a!.spec).toBe(b!.spec);
    expect(a).not.toEqual(b);
  });

  it('so that pods of one template share it in the store', async () => {
    const { client, send } = await requester();
    const pods = ['a', 'b'].map((name) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name },
      spec: { containers: [{ name: 'main', image: 'one' }] },
    }));
    for (const pod of pods)
      expect(await send('POST', '/api/v1/namespaces/default/pods', pod)).toMatchObject({ status: 201 });
    const stored = await client.list(Pod, { namespace: 'default' });
    expect(stored[0]!.spec).toBe(stored[1]!.spec);
  });
});
