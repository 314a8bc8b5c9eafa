/** Puts requests of a seed to an API server in this process, and notes all that is the server's fault. */
import { type KubernetesObject, logger, realWorld, seededRandom } from '@pintle/machinery';
import { memoryStore } from '@pintle/store';
import { begin } from '../http/asking.fixture.js';
import { createApiServer } from '../server.js';
import type { StoredObject } from '../storage/stored-object.js';
import { type FuzzRequest, fuzzRequest } from './fuzz-requests.fixture.js';

export interface FuzzOptions {
  readonly seed: number;
  readonly requests: number;
  /** Called now and then with how many have been put. */
  readonly onProgress?: (done: number, codes: ReadonlyMap<number, number>) => void;
}

export interface FuzzFault {
  /** Of the seed's requests, from 0. */
  readonly at: number;
  readonly request: {
    readonly method: string;
    readonly target: string;
    readonly headers: object;
    readonly body: string;
  };
  readonly answer: string;
}

export interface FuzzResult {
  readonly codes: ReadonlyMap<number, number>;
  readonly faults: readonly FuzzFault[];
  readonly rejections: readonly unknown[];
  /** Bytes of heap in use at the end of each tenth, after a collection where the process lets one. */
  readonly heap: readonly number[];
}

/** More faults than these need not be told. */
const faultsMax = 20;
/** Longer than an answer may take. */
const answerTimeoutMs = 10_000;

const gadget = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'gadgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'gadgets', kind: 'Gadget' },
    versions: ['v1', 'v2'].map((name) => ({
      name,
      served: true,
      storage: name === 'v1',
      subresources: { status: {}, scale: { specReplicasPath: '.spec.size', statusReplicasPath: '.status.size' } },
      schema: {
        openAPIV3Schema: {
          type: 'object',
          properties: {
            spec: {
              type: 'object',
              properties: {
                size: { type: 'integer', minimum: 1, default: 2 },
                name: { type: 'string', pattern: '^(a+)+$' },
                any: { 'x-kubernetes-preserve-unknown-fields': true },
              },
              'x-kubernetes-validations': [{ rule: '!has(self.size) || self.size < 1000' }],
            },
          },
        },
      },
    })),
  },
} as unknown as KubernetesObject;

const there: readonly KubernetesObject[] = [
  { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'there', namespace: 'default' }, data: { a: '1' } },
  {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'there', namespace: 'default' },
    spec: { containers: [{ name: 'main', image: 'nginx' }] },
  },
] as unknown as readonly KubernetesObject[];

/** A new server takes over so often, so that what was made by chance does not count as growth. */
const requestsPerServer = 5_000;

export async function fuzz({ seed, requests, onProgress }: FuzzOptions): Promise<FuzzResult> {
  const random = seededRandom(seed);
  const codes = new Map<number, number>();
  const faults: FuzzFault[] = [];
  const rejections: unknown[] = [];
  const heap: number[] = [];
  const note = (reason: unknown) => rejections.push(reason);
  process.on('unhandledRejection', note);
  let told: unknown;
  const onFault = (error: unknown) => {
    told = error;
  };
  let server = await startServer(onFault);
  try {
    for (let at = 0; at < requests; at++) {
      const request = fuzzRequest(random);
      const { code, text } = await put(server.handle, request);
      codes.set(code, (codes.get(code) ?? 0) + 1);
      if (code >= 500 && faults.length < faultsMax)
        faults.push(faultOf(at, request, told instanceof Error ? (told.stack ?? text) : text));
      if ((at + 1) % requestsPerServer === 0) {
        await server.stop();
        server = await startServer(onFault);
        onProgress?.(at + 1, codes);
      }
      if ((at + 1) % Math.ceil(requests / 10) === 0) {
        (globalThis as { gc?: () => void }).gc?.();
        heap.push(process.memoryUsage().heapUsed);
      }
    }
  } finally {
    await server.stop();
    process.off('unhandledRejection', note);
  }
  return { codes, faults, rejections, heap };
}

/** `onFault` hears what the server says of its own faults. */
async function startServer(onFault: (error: unknown) => void) {
  const world = realWorld({ logger: logger((_level, _message, { error }) => onFault(error), 'error') });
  const backend = memoryStore<StoredObject>({ world });
  const api = await createApiServer({
    world,
    backend,
    flowControl: {},
    audit: { policy: { rules: [{ level: 'RequestResponse' }] }, sink: () => {} },
    authenticators: [
      async (request) =>
        request.header('authorization') === undefined ? { name: 'fuzz', groups: ['system:masters'] } : undefined,
    ],
  });
  const client = api.client();
  for (const object of [gadget, ...there]) await client.create(object);
  return { handle: api.handle, stop: () => api.stop() };
}

async function put(
  handle: Parameters<typeof begin>[0],
  { method, target, headers, body }: FuzzRequest,
): Promise<{ readonly code: number; readonly text: string }> {
  const gone = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${answerTimeoutMs} ms`)), answerTimeoutMs);
  });
  try {
    const response = await Promise.race([
      begin(handle, `${method} ${target}`, { headers, signal: gone.signal, ...(body === undefined ? {} : { body }) }),
      late,
    ]);
    const { status, body: answer } = response;
    const text =
      typeof answer === 'string' ? answer : answer instanceof Uint8Array ? Buffer.from(answer).toString('utf8') : '';
    return { code: status, text };
  } catch (error) {
    return { code: 599, text: (error as Error).stack ?? String(error) };
  } finally {
    clearTimeout(timer);
    gone.abort();
  }
}

const faultOf = (at: number, { method, target, headers, body }: FuzzRequest, answer: string): FuzzFault => ({
  at,
  request: { method, target, headers, body: body === undefined ? '' : Buffer.from(body).toString('utf8') },
  answer: answer.slice(0, 2_000),
});
