/** One UDP socket that hands each client's datagrams to a backend, and the answers back. */
import { createSocket, type RemoteInfo, type Socket, type SocketOptions } from 'node:dgram';
import type { ServiceRoute } from '@pintle/contracts';
import { type CancelTimer, type Clock, ipFamilyOf } from '@pintle/machinery';
import { BackendChooser } from '../choose-backend.js';
import type { Forwarder } from './forwarder.js';

/** A client that is silent for so long is forgotten. */
const idleMs = 60_000;
/** Clients at once on one route; datagrams of more are dropped. */
const clientsMax = 10_000;

interface Flow {
  readonly socket: Socket;
  cancelIdle: CancelTimer;
}

export async function udpForwarder(clock: Clock, route: ServiceRoute): Promise<Forwarder> {
  const chooser = new BackendChooser(route);
  const flows = new Map<string, Flow>();
  const server = createSocket(socketOf(route.ip));

  const forget = (id: string) => {
    const flow = flows.get(id);
    if (flow === undefined) return;
    flow.cancelIdle();
    flow.socket.close();
    flows.delete(id);
  };
  const keep = (id: string, flow: Flow) => {
    flow.cancelIdle();
    flow.cancelIdle = clock.schedule(idleMs, () => forget(id));
  };
  const open = (id: string, client: RemoteInfo): Flow | undefined => {
    const backend = chooser.choose(client.address, clock.now(), new Set());
    if (backend === undefined || flows.size >= clientsMax) return undefined;
    const socket = createSocket(socketOf(backend.ip));
    const flow: Flow = { socket, cancelIdle: () => {} };
    socket.on('message', (message) => {
      keep(id, flow);
      server.send(message, client.port, client.address);
    });
    // An unreachable backend shows as an error here; the next datagram is given to another.
    socket.on('error', () => forget(id));
    socket.connect(backend.port, backend.ip);
    flows.set(id, flow);
    return flow;
  };
  server.on('message', (message, client) => {
    const id = `${client.address}:${client.port}`;
    const known = flows.get(id);
    const flow = known ?? open(id, client);
    if (flow === undefined) return;
    keep(id, flow);
    if (known !== undefined) flow.socket.send(message);
    else flow.socket.once('connect', () => flow.socket.send(message));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.bind({ address: route.ip, port: route.port }, () => {
      server.off('error', reject);
      server.on('error', () => {});
      resolve();
    });
  });
  return {
    update: (next) => chooser.update(next),
    close: () => {
      for (const id of [...flows.keys()]) forget(id);
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

const socketOf = (ip: string): SocketOptions =>
  ipFamilyOf(ip) === 'IPv6' ? { type: 'udp6', ipv6Only: true } : { type: 'udp4' };
