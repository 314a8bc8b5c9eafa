/**
 * What harnesses that start an etcd beside kube-apiserver need of it: health checks, and an end. Objects are kept by
 * `pintle apiserver`; this keeps nothing and speaks no gRPC.
 */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';

export interface EtcdOptions {
  /** With commas between them. */
  readonly listenClientUrls: string;
  readonly version?: boolean;
}

const version = '3.5.21';

const answers: Readonly<Record<string, unknown>> = {
  '/health': { health: 'true', reason: '' },
  '/version': { etcdserver: version, etcdcluster: '3.5.0' },
};

export async function etcd(options: EtcdOptions): Promise<void> {
  if (options.version) {
    console.log(`etcd Version: ${version}`);
    return;
  }
  const ended = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  const servers = await Promise.all(options.listenClientUrls.split(',').map(serveHealth));
  process.stderr.write(`ready to serve client requests at ${options.listenClientUrls}\n`);
  await ended;
  for (const server of servers) {
    server.close();
    server.closeAllConnections();
  }
}

async function serveHealth(text: string): Promise<Server> {
  if (!URL.canParse(text)) throw new Error(`--listen-client-urls ${text}: an address such as http://127.0.0.1:2379`);
  const { protocol, hostname, port } = new URL(text);
  if (protocol !== 'http:') throw new Error(`--listen-client-urls ${text}: only http is served`);
  const server = createServer((request, response) => {
    const answer = answers[(request.url ?? '/').split('?', 1)[0]!];
    response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(answer === undefined ? '{}' : JSON.stringify(answer));
  });
  server.listen({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 2379) });
  await once(server, 'listening');
  return server;
}
