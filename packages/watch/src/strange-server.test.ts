/** Informers of servers, and proxies before them, that do not answer as kube-apiserver does: none ends a process. */
import { describe, expect, it } from '@jest/globals';
import { ConfigMap } from '@pintle/api/core/v1';
import { httpClient } from '@pintle/client/http';
import { virtualWorld } from '@pintle/machinery';
import { createInformers } from './informers.js';

const configMap = (name: string, resourceVersion: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default', uid: name, resourceVersion },
});
const event = (type: string, object: unknown) => JSON.stringify({ type, object });
const added = (name: string, version: string) => event('ADDED', configMap(name, version));
const synced = (resourceVersion: string) =>
  event('BOOKMARK', { metadata: { resourceVersion, annotations: { 'k8s.io/initial-events-end': 'true' } } });
const list = (...items: object[]) =>
  JSON.stringify({ kind: 'ConfigMapList', metadata: { resourceVersion: '6' }, items });
const failure = (fields: object) => JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', ...fields });

interface Said {
  readonly code?: number;
  readonly lines: readonly string[];
}

/** What an informer tells of a server that says this, one answer after the other; the last one again and again. */
async function told(
  answers: readonly Said[],
): Promise<{ readonly events: readonly string[]; readonly asked: string[] }> {
  const world = virtualWorld();
  const asked: string[] = [];
  const fetch = async (url: string, { signal }: { readonly signal?: AbortSignal }) => {
    const { searchParams } = new URL(url);
    const version = searchParams.get('resourceVersion');
    asked.push(searchParams.has('sendInitialEvents') ? 'stream' : version ? `watch from ${version}` : 'list');
    const { code = 200, lines } = answers[Math.min(asked.length, answers.length) - 1]!;
    const text = lines.map((line) => `${line}\n`).join('');
    return {
      status: code,
      ok: code < 300,
      headers: { get: () => null },
      text: async () => text,
      json: async () => JSON.parse(text),
      arrayBuffer: async () => new TextEncoder().encode(text).buffer as ArrayBuffer,
      body: (async function* () {
        yield new TextEncoder().encode(text);
        await new Promise((resolve) => signal?.addEventListener('abort', resolve));
      })(),
    };
  };
  const client = httpClient({ server: 'http://strange', fetch, kinds: [ConfigMap], world });
  const informers = createInformers({ client, world });
  const events: string[] = [];
  informers
    .informer(ConfigMap)
    .events.subscribe((each) =>
      events.push(each.type === 'synced' ? each.type : `${each.type} ${each.object.metadata.name}`),
    );
  informers.start();
  await world.advance({ seconds: 10 });
  await informers.stop();
  await world.settle();
  return { events, asked };
}

describe('an informer of a server that', () => {
  const all = ['synced', 'added a'];
  it.each([
    [
      'tells of an object without metadata',
      [{ lines: [synced('5'), event('ADDED', {})] }, { lines: [added('a', '6')] }],
      all,
      ['stream', 'watch from 5'],
    ],
    [
      'begins with an object without metadata',
      [{ lines: [event('ADDED', {}), synced('5')] }, { lines: [synced('5'), added('a', '6')] }],
      all,
      ['stream', 'stream'],
    ],
    [
      'tells of what nobody knows',
      [{ lines: [synced('5'), event('MOVED', configMap('x', '6')), added('a', '7')] }],
      all,
      ['stream'],
    ],
    [
      'breaks off',
      [{ lines: [synced('5'), '{"type":'] }, { lines: [added('a', '6')] }],
      all,
      ['stream', 'watch from 5'],
    ],
    [
      'says that a version is gone by the code alone',
      [
        { lines: [synced('5'), event('ERROR', JSON.parse(failure({ code: 410 })))] },
        { lines: [synced('9'), added('a', '10')] },
      ],
      all,
      ['stream', 'stream'],
    ],
    ...[400, 405, 406, 415, 422].map(
      (code) =>
        [
          `refuses streams with ${code}`,
          [{ code, lines: [failure({ code })] }, { lines: [list()] }, { lines: [added('a', '7')] }],
          all,
          ['stream', 'list', 'watch from 6'],
        ] as const,
    ),
    [
      'is not ready yet',
      [{ code: 503, lines: ['no'] }, { lines: [synced('5'), added('a', '6')] }],
      all,
      ['stream', 'stream'],
    ],
  ] as readonly (readonly [string, readonly Said[], readonly string[], readonly string[]])[])(
    '%s',
    async (_name, answers, events, asked) => {
      const all = await told(answers);
      expect(all.events).toEqual(events);
      expect(all.asked.slice(0, asked.length)).toEqual(asked);
    },
  );
});
