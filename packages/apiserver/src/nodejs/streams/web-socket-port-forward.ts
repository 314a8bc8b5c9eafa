/**
 * Port-forwards over WebSocket channels, as client libraries other than client-go ask for them (kubelet `portforward`): two channels
 * for each port that the request names, one of data and one for an error, and one connection for each.
 */
import type { ByteStream } from '@pintle/contracts';
import { BytePipe } from '../../streams/byte-pipe.js';
import { type PortForwardSession, wordsOf } from '../../streams/stream-session.js';
import type { StreamLimits } from './limits.js';
import type { MessageSocket } from './web-socket.js';
import { type Channels, channelsOf } from './web-socket-channels.js';

export const portChannelProtocols = [
  { name: 'v4.channel.k8s.io', base64: false },
  { name: 'v4.base64.channel.k8s.io', base64: true },
  { name: '', base64: false },
] as const;

/** Resolves when the last of the ports has said all, or the client has gone. It never rejects. */
export async function servePortForwardOverWebSocket(
  session: PortForwardSession,
  socket: MessageSocket,
  protocol: { readonly base64: boolean },
  limits: StreamLimits,
): Promise<void> {
  const channels = channelsOf(socket, protocol);
  const inputs = session.ports.map(() => new BytePipe(limits.bufferBytesMax));
  void receive(channels.messages, inputs);
  await Promise.all(
    session.ports.map((port, index) => forward({ session, socket, channels }, port, index * 2, inputs[index]!)),
  );
  socket.close(1000, '');
}

async function receive(messages: Channels['messages'], inputs: readonly BytePipe[]): Promise<void> {
  // What comes for channels of errors, or for none, is dropped.
  for await (const [channel, bytes] of messages) if (channel % 2 === 0) await inputs[channel / 2]?.push(bytes);
  for (const input of inputs) input.close();
}

interface Connection {
  readonly session: PortForwardSession;
  readonly socket: MessageSocket;
  readonly channels: Channels;
}

/** From the client to the port and back, until the port has said all or the client has gone. It never rejects. */
async function forward(connection: Connection, port: number, channel: number, input: BytePipe): Promise<void> {
  const { session, socket, channels } = connection;
  let target: ByteStream | undefined;
  const cut = () => target?.close();
  socket.gone.addEventListener('abort', cut, { once: true });
  try {
    // Both channels begin with the port that they are for.
    const number = Uint8Array.of(port & 0xff, port >> 8);
    await channels.send(channel, number);
    await channels.send(channel + 1, number);
    target = await session.open(port);
    if (socket.gone.aborted) return;
    void toTarget(input, target);
    for await (const chunk of target.readable) await channels.send(channel, chunk);
  } catch (error) {
    await channels.send(channel + 1, Buffer.from(wordsOf(error))).catch(() => {});
  } finally {
    socket.gone.removeEventListener('abort', cut);
    input.close();
    target?.close();
  }
}

/** It never rejects: a port that takes no more ends what is read from it. */
async function toTarget(input: BytePipe, target: ByteStream): Promise<void> {
  try {
    for await (const chunk of input) await target.write(chunk);
    target.end();
  } catch {
    target.close();
  }
}
