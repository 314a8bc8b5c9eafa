/**
 * Requests that change protocols. The pipeline decides whether they may; here the socket is handed over to what
 * carries the session that the pipeline answered with.
 */
import { type IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { plainText } from '../../http/answer.js';
import type { HttpHandler, HttpResponse } from '../../http/message.js';
import { channelProtocols, chooseProtocol } from '../../streams/channel-protocols.js';
import { type RemoteCommandSession, type StreamSession, wordsOf } from '../../streams/stream-session.js';
import { Departure } from '../departure.js';
import { respond } from '../exchange.js';
import { NodeRequest } from '../node-request.js';
import { socketConnection, tunnelConnection } from './byte-connection.js';
import type { StreamLimits } from './limits.js';
import { serveCommandOverSpdy, spdyCommandProtocols } from './spdy-command.js';
import { portForwardProtocols, servePortForwardOverSpdy } from './spdy-port-forward.js';
import { carryUpgraded } from './upgraded.js';
import { acceptWebSocket } from './web-socket.js';
import { logProtocols, serveAnswerOverWebSocket } from './web-socket-answer.js';
import { serveCommandOverWebSocket } from './web-socket-command.js';
import { portChannelProtocols, servePortForwardOverWebSocket } from './web-socket-port-forward.js';

interface Upgrade {
  readonly message: IncomingMessage;
  readonly socket: Duplex;
  /** What came after the request's head. */
  readonly head: Buffer;
  readonly limits: StreamLimits;
}

/** Listens for upgrades on a server. Sockets that were handed over are the server's no more: `closeAll` ends them. */
export function upgrades(server: Server, handler: HttpHandler, limits: StreamLimits): { closeAll(): void } {
  const sockets = new Set<Duplex>();
  server.on('upgrade', (message: IncomingMessage, socket: Duplex, head: Buffer) => {
    const carrier = carrierOf(message);
    if (carrier === undefined) return withoutUpgrade(server, message, socket, head);
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    // Whoever carries the session sees the close; a socket's error must not be the process's.
    socket.on('error', () => {});
    const handled = async () => {
      const answer = await handler(new NodeRequest(message, new Departure([socket]), { upgrade: true }));
      const { session } = answer;
      if (answer.messages !== undefined && carrier === carryOverWebSocket)
        await carryMessages({ message, socket, head, limits }, answer);
      else if (session === undefined) await refuse(message, socket, answer);
      else if (session.kind === 'upgraded') await carryUpgraded({ message, socket, head }, answer, session.stream);
      else await carrier({ message, socket, head, limits }, session);
    };
    // What comes here is a socket that broke, or a client that does not speak what it said it would.
    handled().catch(() => socket.destroy());
  });
  return {
    closeAll() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

type Carrier = (upgrade: Upgrade, session: StreamSession) => Promise<void>;

/** By the lower-case name in the `Upgrade` header. */
const carriers: ReadonlyMap<string, Carrier> = new Map([
  ['websocket', carryOverWebSocket],
  ['spdy/3.1', carryOverSpdy],
]);

const carrierOf = ({ headers }: IncomingMessage) => carriers.get(String(headers.upgrade).toLowerCase());

/** Whether a request's offer of another protocol is taken up. */
export const isUpgrade = (message: IncomingMessage): boolean => carrierOf(message) !== undefined;

async function carryOverWebSocket(upgrade: Upgrade, session: StreamSession): Promise<void> {
  const { message, socket, head, limits } = upgrade;
  const offered = listed(message.headers['sec-websocket-protocol']);
  if (session.kind === 'portForward') {
    const served = [...tunnelProtocols, ...portChannelProtocols];
    const protocol = chooseProtocol(offered, served);
    if (protocol === undefined) return refuse(message, socket, noCommonProtocol(offered, served));
    // Over channels there is no other place to name a port.
    if (protocol.base64 !== undefined && session.ports.length === 0)
      return refuse(message, socket, plainText(400, 'query parameter "port" is required'));
    const client = await acceptWebSocket(message, socket, head, protocol.name, limits);
    return protocol.base64 === undefined
      ? servePortForwardOverSpdy(session, tunnelConnection(client), limits)
      : servePortForwardOverWebSocket(session, client, { base64: protocol.base64 }, limits);
  }
  const protocol = chooseProtocol(offered, channelProtocols);
  if (protocol === undefined) return refuse(message, socket, noCommonProtocol(offered, channelProtocols));
  const client = await acceptWebSocket(message, socket, head, protocol.name, limits);
  await serveCommandOverWebSocket(session, client, protocol, limits);
}

async function carryMessages({ message, socket, head, limits }: Upgrade, answer: HttpResponse): Promise<void> {
  const offered = listed(message.headers['sec-websocket-protocol']);
  const served = answer.messages === 'bytes' ? logProtocols : [{ name: offered[0] ?? '', base64: false }];
  const protocol = chooseProtocol(offered, served);
  if (protocol === undefined) return refuse(message, socket, noCommonProtocol(offered, served));
  const client = await acceptWebSocket(message, socket, head, protocol.name, limits);
  await serveAnswerOverWebSocket(answer, client, protocol);
}

/** SPDY inside of WebSocket messages (KEP-4006). */
const tunnelProtocols = portForwardProtocols.map(({ name }) => ({ name: `SPDY/3.1+${name}`, base64: undefined }));

async function carryOverSpdy(upgrade: Upgrade, session: StreamSession): Promise<void> {
  const { message, socket, head, limits } = upgrade;
  const offered = listed(message.headers['x-stream-protocol-version'] as string | undefined);
  const served = session.kind === 'portForward' ? portForwardProtocols : spdyCommandProtocols;
  const protocol = chooseProtocol<{ readonly name: string }>(offered, served);
  if (protocol === undefined) return refuse(message, socket, noCommonProtocol(offered, served));
  if (session.kind === 'remoteCommand') {
    const failure = await checked(session);
    if (failure !== undefined) return refuse(message, socket, failure);
  }
  socket.write(
    [
      'HTTP/1.1 101 Switching Protocols',
      'Connection: Upgrade',
      'Upgrade: SPDY/3.1',
      `X-Stream-Protocol-Version: ${protocol.name}`,
      '\r\n',
    ].join('\r\n'),
  );
  const connection = socketConnection(socket, head);
  if (session.kind === 'portForward') await servePortForwardOverSpdy(session, connection, limits);
  else await serveCommandOverSpdy(session, connection, limits);
}

/** A kubelet refuses before it changes protocols, with words and no Status; kubectl shows them as they are. */
async function checked(session: RemoteCommandSession): Promise<HttpResponse | undefined> {
  try {
    await session.check();
    return undefined;
  } catch (error) {
    return plainText(500, wordsOf(error));
  }
}

/** The names of a header, in order. Names of bearer tokens are no protocols. */
const listed = (header: string | undefined): readonly string[] =>
  (header ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && !name.startsWith('base64url.bearer.authorization.k8s.io.'));

const noCommonProtocol = (offered: readonly string[], served: readonly { readonly name: string }[]): HttpResponse =>
  plainText(
    403,
    `unable to upgrade: unable to negotiate protocol: client supports [${offered.join(' ')}], server accepts [${served.map(({ name }) => name).join(' ')}]`,
  );

/** An ordinary answer on a socket that was taken from the server; then the socket is closed. */
async function refuse(message: IncomingMessage, socket: Duplex, answer: HttpResponse): Promise<void> {
  const response = new ServerResponse(message);
  response.shouldKeepAlive = false;
  response.assignSocket(socket as Socket);
  response.once('finish', () => {
    response.detachSocket(socket as Socket);
    socket.end();
  });
  await respond(message, response, answer, async () => {});
}

/**
 * An offer of a protocol that is not spoken here (`h2c`, from Java's client) is a request like any other (RFC 9110,
 * section 7.8). Node before 24.9, which does not ask `isUpgrade`, hands the socket over all the same: it is given back, with the
 * request less its offer.
 */
function withoutUpgrade(server: Server, message: IncomingMessage, socket: Duplex, head: Buffer): void {
  const lines = [`${message.method} ${message.url} HTTP/${message.httpVersion}`];
  const { rawHeaders } = message;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if (!/^(upgrade|http2-settings)$/i.test(rawHeaders[i]!)) lines.push(`${rawHeaders[i]}: ${rawHeaders[i + 1]}`);
  }
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]));
  server.emit(socket instanceof TLSSocket ? 'secureConnection' : 'connection', socket);
}
