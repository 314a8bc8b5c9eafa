/**
 * The two ways to an API server, each to a new one: in process and over HTTP. The suites in this folder run on both,
 * and so prove that they are the same. Also objects to begin with.
 */
import { afterEach, expect } from '@jest/globals';
import type { Deployment } from '@pintle/api/apps/v1';
import type { ConfigMap } from '@pintle/api/core/v1';
import type { Client } from '@pintle/client';
import { httpClient } from '@pintle/client/http';
import { StatusError } from '@pintle/machinery';
import { listen } from '../nodejs/listen.js';
import { createApiServer } from '../server.js';
import type { ApiServerOptions } from '../server-options.js';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

export const clients: readonly (readonly [string, (options?: ApiServerOptions) => Promise<Client>])[] = [
  [
    'in process',
    async (options) => {
      const api = await createApiServer(options);
      ends.push(() => api.stop());
      return api.client();
    },
  ],
  [
    'over HTTP',
    async (options) => {
      const api = await createApiServer(options);
      const listening = await listen(api.handle);
      ends.push(
        () => api.stop(),
        () => listening.close({ drainMs: 0 }),
      );
      return httpClient({ server: `http://127.0.0.1:${listening.port}`, fetch });
    },
  ],
];

export const configMap = (name: string, data: Record<string, string> = {}): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data,
});
export const deployment = (name: string): Deployment => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, labels: { app: name } },
  spec: {
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'main', image: 'nginx' }] } },
  },
});
/** How the server refuses: reason, code and message. */
export const refusal = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  expect(StatusError.is(error)).toBe(true);
  const { reason, code, message } = error as StatusError;
  return { reason, code, message };
};
