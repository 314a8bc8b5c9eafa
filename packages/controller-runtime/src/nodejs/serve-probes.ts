/** A manager's health and metrics over plain HTTP, for kubelets and Prometheus: `/healthz`, `/livez`, `/readyz`, `/metrics`. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Manager } from '../manager.js';

export interface ServeProbesOptions {
  /** Default 8081; 0 for any free one. */
  readonly port?: number;
  /** Default: every address. */
  readonly host?: string;
}

export interface ServedProbes {
  readonly port: number;
  close(): Promise<void>;
}

export async function serveProbes(
  manager: Pick<Manager, 'live' | 'ready' | 'metrics'>,
  { port = 8081, host }: ServeProbesOptions = {},
): Promise<ServedProbes> {
  const answers: Readonly<Record<string, () => Promise<{ readonly ok: boolean; readonly text: string }>>> = {
    '/healthz': () => manager.live(),
    '/livez': () => manager.live(),
    '/readyz': () => manager.ready(),
    '/metrics': async () => ({ ok: true, text: await manager.metrics.text() }),
  };
  const server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0]!;
    const ask = Object.hasOwn(answers, path) ? answers[path] : undefined;
    const say = (code: number, text: string) =>
      void response.writeHead(code, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(text);
    if (ask === undefined) return say(404, `there is ${Object.keys(answers).join(', ')}\n`);
    return void ask().then(
      ({ ok, text }) => say(ok ? 200 : 500, text),
      (error: unknown) => say(500, `${String(error)}\n`),
    );
  });
  server.listen(port, host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
