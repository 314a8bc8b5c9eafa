/** Real sockets on the loopback of this machine. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Backend, ServiceDataplane, ServiceRoute } from '@pintle/contracts';
import { realClock } from '@pintle/machinery';
import { hasLoopbackRange, loopbackPodNetwork, serviceCidrOf } from './loopback-addresses.js';
import { type MissingAddressError, userspaceDataplane } from './userspace-dataplane.js';
import { userspaceNetwork } from './userspace-network.js';

let dataplane: ServiceDataplane;
const ends: (() => unknown)[] = [];
beforeEach(() => {
  dataplane = userspaceDataplane({ clock: realClock(), listenIp: '127.0.0.1' });
});
afterEach(async () => {
  await dataplane.close();
  for (const end of ends.splice(0)) end();
});

/** Answers every line with its name, and ends when its client does. */
async function namedServer(name: string): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('data', () => socket.write(name));
    socket.on('end', () => socket.end());
    socket.on('error', () => {});
  });
  ends.push(() => server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

const portOf = (server: Server) => (server.address() as AddressInfo).port;
const backendOf = (server: Server, state: Backend['state'] = 'ready'): Backend => ({
  ip: '127.0.0.1',
  port: portOf(server),
  state,
});

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const routeTo = (port: number, backends: readonly Backend[], words: Partial<ServiceRoute> = {}): ServiceRoute => ({
  name: 'a/web:',
  ip: '127.0.0.1',
  port,
  protocol: 'TCP',
  backends,
  ...words,
});

function opened(port: number): Socket {
  const socket = connect({ port, host: '127.0.0.1' });
  ends.push(() => socket.destroy());
  return socket;
}

async function ask(socket: Socket): Promise<string> {
  socket.write('?');
  const [answer] = (await once(socket, 'data')) as [Buffer];
  return answer.toString();
}

describe('TCP', () => {
  it('gives connections to the backends in turn, and goes over one that refuses', async () => {
    const [a, b] = [await namedServer('a'), await namedServer('b')];
    const dead: Backend = { ip: '127.0.0.1', port: await freePort(), state: 'ready' };
    const port = await freePort();
    expect(await dataplane.apply([routeTo(port, [backendOf(a), dead, backendOf(b)])])).toEqual([]);
    const answers = [];
    for (let i = 0; i < 6; i++) answers.push(await ask(opened(port)));
    expect(new Set(answers)).toEqual(new Set(['a', 'b']));
  });

  it('lets an open connection go on when its backend leaves the route, and gives new ones to others', async () => {
    const [a, b] = [await namedServer('a'), await namedServer('b')];
    const port = await freePort();
    await dataplane.apply([routeTo(port, [backendOf(a)])]);
    const open = opened(port);
    expect(await ask(open)).toBe('a');
    await dataplane.apply([routeTo(port, [backendOf(b)])]);
    expect(await ask(opened(port))).toBe('b');
    expect(await ask(open)).toBe('a');
  });

  it('carries the end of one direction, and answers after it', async () => {
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      let bytes = 0;
      socket.on('data', (chunk) => (bytes += chunk.length));
      socket.on('end', () => socket.end(String(bytes)));
    });
    ends.push(() => server.close());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const port = await freePort();
    await dataplane.apply([routeTo(port, [backendOf(server)])]);
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    socket.end(Buffer.alloc(1_000_000));
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toBe('1000000');
    socket.destroy();
  });

  it('ends connections of a route without backends, and of one that is gone', async () => {
    const a = await namedServer('a');
    const port = await freePort();
    await dataplane.apply([routeTo(port, [])]);
    const refused = opened(port);
    await once(
      refused.on('error', () => {}),
      'close',
    );
    await dataplane.apply([routeTo(port, [backendOf(a)])]);
    const open = opened(port);
    expect(await ask(open)).toBe('a');
    await dataplane.apply([]);
    await once(
      open.on('error', () => {}),
      'close',
    );
  });

  it('says which route could not be opened, and opens the others', async () => {
    const a = await namedServer('a');
    const port = await freePort();
    const faults = await dataplane.apply([
      routeTo(portOf(a), []),
      routeTo(port, [backendOf(a)]),
      routeTo(port, [], { protocol: 'SCTP', name: 'a/sctp:' }),
    ]);
    expect(faults.map(({ error }) => (error as NodeJS.ErrnoException).code)).toEqual([
      'EADDRINUSE',
      'PINTLE_UNSUPPORTED_PROTOCOL',
    ]);
    expect(await ask(opened(port))).toBe('a');
  });
});

describe('UDP', () => {
  it('carries datagrams there and back, and keeps a client on its backend', async () => {
    const names = ['a', 'b'];
    const backends = await Promise.all(
      names.map(async (name): Promise<Backend> => {
        const socket = createSocket('udp4');
        ends.push(() => socket.close());
        socket.on('message', (_, from) => socket.send(name, from.port, from.address));
        socket.bind(0, '127.0.0.1');
        await once(socket, 'listening');
        return { ip: '127.0.0.1', port: socket.address().port, state: 'ready' };
      }),
    );
    const port = await freePort();
    expect(await dataplane.apply([routeTo(port, backends, { protocol: 'UDP' })])).toEqual([]);
    const heard: string[] = [];
    for (let i = 0; i < 2; i++) {
      const client = createSocket('udp4');
      ends.push(() => client.close());
      for (let sent = 0; sent < 3; sent++) {
        client.send('?', port, '127.0.0.1');
        const [answer] = (await once(client, 'message')) as [Buffer];
        heard.push(answer.toString());
      }
    }
    expect(heard.join('')).toMatch(/^(aaabbb|bbbaaa)$/);
  });
});

describe('pod addresses', () => {
  const pod = (uid: string) => ({ namespace: 'a', name: uid, uid });

  it('are one a pod, the same until it is released, and not given again soon', async () => {
    const network = loopbackPodNetwork({ number: 0, isAlone: true, release() {} });
    const one = await network.setUpPod(pod('1'));
    expect(one.ip).toBe('127.64.0.1');
    expect(await network.setUpPod(pod('1'))).toEqual(one);
    expect(await network.setUpPod(pod('2'))).toEqual({ ip: '127.64.0.2' });
    await network.tearDownPod('1');
    expect(await network.setUpPod(pod('3'))).toEqual({ ip: '127.64.0.3' });
  });

  it('are shared where the loopback has one address, and that is said', async () => {
    const network = loopbackPodNetwork(undefined);
    expect(network.notices[0]).toContain('one loopback address');
    expect([await network.setUpPod(pod('1')), await network.setUpPod(pod('2'))]).toEqual([
      { ip: '127.0.0.1' },
      { ip: '127.0.0.1' },
    ]);
  });

  it('of clusters on one machine are in blocks of their own, and so are those of Services', async () => {
    const [one, two] = [await userspaceNetwork(), await userspaceNetwork()];
    const [a, b] = [await one.pods.setUpPod(pod('1')), await two.pods.setUpPod(pod('1'))];
    expect(a.ip).not.toBe(b.ip);
    expect([one.pods.notices, two.pods.notices, a.ip, b.ip].flat()).toEqual([
      `127.${64 + one.block}.0.1`,
      `127.${64 + two.block}.0.1`,
    ]);
    expect(one.serviceCidr).not.toBe(two.serviceCidr);
    // Who keeps Services in a block that is another's by now is told.
    const late = await userspaceNetwork({ block: one.block });
    expect([late.block, late.serviceCidr]).toEqual([one.block, one.serviceCidr]);
    expect(late.pods.notices).toEqual([expect.stringContaining(`has ${one.serviceCidr} for its Services, too`)]);
    expect((await late.pods.setUpPod(pod('1'))).ip).not.toBe(a.ip);
    await Promise.all([one, late].map(({ services }) => services.close()));
    const next = await userspaceNetwork({ block: one.block });
    expect([next.block, next.pods.notices]).toEqual([one.block, []]);
    await Promise.all([two, next].map(({ services }) => services.close()));
  });

  it.each([
    [0, '127.32.0.0/18'],
    [1, '127.32.64.0/18'],
    [63, '127.47.192.0/18'],
  ])('of Services in block %d are %s', (block, cidr) => {
    expect(serviceCidrOf(block)).toBe(cidr);
  });

  it('can be listened on where the system is one with a range', async () => {
    expect(await hasLoopbackRange()).toBe(process.platform === 'linux');
  });
});

const hasIpv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === '::1'),
);
(hasIpv6 ? describe : describe.skip)('IPv6', () => {
  it('takes TCP of an IPv6 address to a backend of IPv4, beside another route of that port', async () => {
    const [a, b] = [await namedServer('a'), await namedServer('b')];
    const port = await freePort();
    const routes = [routeTo(port, [backendOf(a)]), routeTo(port, [backendOf(b)], { ip: '::1' })];
    expect(await dataplane.apply(routes)).toEqual([]);
    const socket = connect({ port, host: '::1' });
    ends.push(() => socket.destroy());
    expect([await ask(socket), await ask(opened(port))]).toEqual(['b', 'a']);
  });

  it('takes UDP of an IPv6 address to a backend of IPv4, and the answer back', async () => {
    const server = createSocket('udp4', (message, from) => server.send(`got ${message}`, from.port, from.address));
    const client = createSocket('udp6');
    ends.push(
      () => server.close(),
      () => client.close(),
    );
    server.bind(0, '127.0.0.1');
    await once(server, 'listening');
    const port = await freePort();
    const backend: Backend = { ip: '127.0.0.1', port: server.address().port, state: 'ready' };
    expect(await dataplane.apply([routeTo(port, [backend], { ip: '::1', protocol: 'UDP' })])).toEqual([]);
    client.send('x', port, '::1');
    const [answer] = (await once(client, 'message')) as [Buffer];
    expect(answer.toString()).toBe('got x');
  });
});

it('says of an address that the machine has not what it needs', async () => {
  const plane = userspaceDataplane({ clock: realClock() });
  const routes = ['fd00:dead::5', '198.51.100.9'].map((ip) => routeTo(80, [], { ip }));
  const faults = await plane.apply(routes);
  await plane.close();
  expect(faults.map(({ error }) => (error as MissingAddressError).code)).toEqual([
    'PINTLE_MISSING_ADDRESS',
    'PINTLE_MISSING_ADDRESS',
  ]);
  expect(faults[0]?.error.message).toBe(
    'service a/web: this machine has no address fd00:dead::5, so nothing answers there; ' +
      'as root, give its loopback the range that Services have (sysctl net.ipv6.ip_nonlocal_bind=1; ip -6 route add local RANGE dev lo)',
  );
});
