/** One listening TCP socket that hands each connection to a backend. A backend that refuses is passed over. */
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { ServiceRoute } from '@pintle/contracts';
import type { Clock } from '@pintle/machinery';
import { BackendChooser, backendId } from '../choose-backend.js';
import type { Forwarder } from './forwarder.js';

/** How long a backend may take to accept. */
const connectTimeoutMs = 5_000;
/** Connections at once on one route; more are refused. */
const connectionsMax = 10_000;

export async function tcpForwarder(clock: Clock, route: ServiceRoute): Promise<Forwarder> {
  const chooser = new BackendChooser(route);
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (client) => {
    track(sockets, client);
    forward(clock, chooser, client, sockets, new Set());
  });
  server.maxConnections = connectionsMax;
  await listening(server, route);
  return {
    update: (next) => chooser.update(next),
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function listening(server: Server, { ip, port }: ServiceRoute): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: ip, port, ipv6Only: true }, () => {
      server.off('error', reject);
      server.on('error', () => {});
      resolve();
    });
  });
}

function forward(
  clock: Clock,
  chooser: BackendChooser,
  client: Socket,
  sockets: Set<Socket>,
  tried: Set<string>,
): void {
  const backend = chooser.choose(client.remoteAddress ?? '', clock.now(), tried);
  if (backend === undefined || client.destroyed) {
    client.destroy();
    return;
  }
  tried.add(backendId(backend));
  const upstream = connect({ host: backend.ip, port: backend.port, allowHalfOpen: true });
  track(sockets, upstream);
  let connected = false;
  upstream.setTimeout(connectTimeoutMs, () => {
    if (!connected) upstream.destroy(new Error('connect timeout'));
  });
  const giveUp = () => upstream.destroy();
  client.once('close', giveUp);
  upstream.once('connect', () => {
    connected = true;
    upstream.setTimeout(0);
    client.setNoDelay(true);
    upstream.setNoDelay(true);
    client.pipe(upstream);
    upstream.pipe(client);
    client.resume();
  });
  upstream.on('error', () => {
    if (connected) {
      client.destroy();
      return;
    }
    client.off('close', giveUp);
    // Nothing has been sent yet, so another backend can take the connection as if it were the first.
    forward(clock, chooser, client, sockets, tried);
  });
  upstream.once('close', () => {
    if (connected) client.end();
  });
}

function track(sockets: Set<Socket>, socket: Socket): void {
  sockets.add(socket);
  socket.on('error', () => socket.destroy());
  socket.once('close', () => sockets.delete(socket));
}
