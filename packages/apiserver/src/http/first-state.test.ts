/** The first state of a watch, where the client says that it reads parts by their number: each part is sent once. */
import { describe, expect, it } from '@jest/globals';
import { ConfigMap, Pod } from '@pintle/api/core/v1';
import { SharedJsonReader, sharedJsonMedia } from '@pintle/machinery';
import { begin } from './asking.fixture.js';
import { requester } from './requests.fixture.js';

const first = 'watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
const pods = `/api/v1/namespaces/default/pods?${first}`;
const own = `/api/v1/namespaces/default/configmaps?${first}&fieldSelector=metadata.name!%3Dkube-root-ca.crt`;

type Requester = Awaited<ReturnType<typeof requester>>;

/** The lines of a watch until its first state is told, and then as many as asked for. */
async function linesOf({ stream }: Requester, path: string, accept: string, then?: () => Promise<unknown>) {
  const end = new AbortController();
  let text = '';
  let asked = then === undefined;
  for await (const piece of stream(path, end.signal, { accept })) {
    text += Buffer.from(piece).toString();
    const [, behind] = text.split('k8s.io/initial-events-end');
    if (behind === undefined || !behind.includes('\n')) continue;
    if (asked && (then === undefined || behind.includes('\n{'))) break;
    if (!asked) await then?.();
    asked = true;
  }
  end.abort();
  return text.trimEnd().split('\n');
}

const pod = (name: string) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, labels: { app: 'web' } },
  spec: { containers: [{ name: 'main', image: 'web', args: ['--listen=:8080'] }] },
});

async function podsMade(count: number): Promise<Requester> {
  const made = await requester();
  for (let i = 0; i < count; i++) await made.client.create(pod(`web-${i}`) as Pod);
  return made;
}

describe('a first state of shared parts', () => {
  it('says the same as one in plain JSON', async () => {
    const made = await podsMade(300);
    const [plain, shared] = [
      await linesOf(made, pods, 'application/json'),
      await linesOf(made, pods, `${sharedJsonMedia};stream=watch,application/json`),
    ];
    expect(shared).toHaveLength(301);
    expect(shared.at(-1)).toBe(plain.at(-1));
    const json = new SharedJsonReader();
    const read = shared.slice(0, -1).map((line) => json.read(line) as object[]);
    expect(read).toEqual(plain.slice(0, -1).map((line) => [JSON.parse(line).object]));
    const [large, small] = [plain.join('').length, shared.join('').length];
    expect(small).toBeLessThan(large / 4);
  });

  it('is followed by events as they always are', async () => {
    const made = await podsMade(2);
    const lines = await linesOf(made, pods, sharedJsonMedia, () => made.client.create(pod('late') as Pod));
    expect(lines.map((line) => line[0])).toEqual(['[', '[', '{', '{']);
    const { type, object } = JSON.parse(lines[3]!);
    expect([type, object]).toEqual(['ADDED', await made.client.get(Pod, { namespace: 'default', name: 'late' })]);
  });

  it('tells by plain events what its lines cannot hold', async () => {
    const made = await requester();
    for (const [name, x] of [
      ['a', '1'],
      ['b', '\u007f1'],
      ['c', '2'],
    ])
      await made.client.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { x } } as ConfigMap);
    const lines = await linesOf(made, own, sharedJsonMedia);
    expect(lines.map((line) => line[0])).toEqual(['[', '{', '[', '{']);
    expect(JSON.parse(lines[1]!).object.data).toEqual({ x: '\u007f1' });
    const json = new SharedJsonReader();
    json.read(lines[0]!);
    expect(json.read(lines[2]!)).toEqual([await made.client.get(ConfigMap, { namespace: 'default', name: 'c' })]);
  });

  it.each([
    [sharedJsonMedia, `${sharedJsonMedia};stream=watch`],
    [`${sharedJsonMedia};stream=watch,application/json`, `${sharedJsonMedia};stream=watch`],
    ['application/json', 'application/json'],
    ['application/*', 'application/json'],
    [`application/json,${sharedJsonMedia};q=0.5`, 'application/json'],
  ])('is sent where it is asked for by name: %s', async (accept, type) => {
    const [{ api }, end] = [await requester(), new AbortController()];
    const { headers } = await begin(api.handle, `GET ${pods}`, { headers: { accept }, signal: end.signal });
    end.abort();
    expect(headers['content-type']).toBe(type);
  });

  it('is of watches alone', async () => {
    const { get } = await requester();
    expect((await get('/api/v1/pods', { accept: sharedJsonMedia })).status).toBe(406);
    const { headers } = await get('/api/v1/pods', { accept: `${sharedJsonMedia},application/json` });
    expect(headers['content-type']).toBe('application/json');
  });
});
