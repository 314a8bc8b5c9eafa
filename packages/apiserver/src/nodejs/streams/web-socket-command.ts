/** Remote commands over WebSocket channels. */
import { BytePipe } from '../../streams/byte-pipe.js';
import { type ChannelProtocol, channelNumbers } from '../../streams/channel-protocols.js';
import { LatestValue } from '../../streams/latest-value.js';
import { type RemoteCommandSession, runRemoteCommand } from '../../streams/stream-session.js';
import { parseTerminalSize, type TerminalSize } from '../../streams/terminal-size.js';
import type { StreamLimits } from './limits.js';
import type { MessageSocket } from './web-socket.js';
import { type Channels, channelsOf } from './web-socket-channels.js';

/** Resolves when the command has ended and its result is sent, or the client has gone. It never rejects. */
export async function serveCommandOverWebSocket(
  session: RemoteCommandSession,
  socket: MessageSocket,
  protocol: ChannelProtocol,
  limits: StreamLimits,
): Promise<void> {
  const { wants } = session;
  const stdin = wants.stdin ? new BytePipe(limits.bufferBytesMax) : undefined;
  const resizes = wants.tty ? new LatestValue<TerminalSize>() : undefined;
  const { send, messages } = channelsOf(socket, protocol);
  void receive(messages, protocol, stdin, resizes);
  try {
    // An empty message tells the client that the streams are open.
    await send(firstOutput(wants), new Uint8Array());
    const status = await runRemoteCommand(session, {
      ...(stdin === undefined ? {} : { stdin }),
      ...(resizes === undefined ? {} : { resizes }),
      ...(wants.stdout ? { stdout: (chunk) => send(channelNumbers.stdout, chunk) } : {}),
      ...(wants.stderr ? { stderr: (chunk) => send(channelNumbers.stderr, chunk) } : {}),
      signal: socket.gone,
    });
    const result = protocol.result(status);
    if (result !== undefined) await send(channelNumbers.error, Buffer.from(result));
  } catch {
    // The client has gone; the command has ended with it.
  } finally {
    stdin?.close();
    resizes?.close();
    socket.close(1000, '');
  }
}

const firstOutput = ({ stdout, stderr }: RemoteCommandSession['wants']) =>
  stdout ? channelNumbers.stdout : stderr ? channelNumbers.stderr : channelNumbers.error;

async function receive(
  messages: Channels['messages'],
  protocol: ChannelProtocol,
  stdin: BytePipe | undefined,
  resizes: LatestValue<TerminalSize> | undefined,
): Promise<void> {
  for await (const [channel, data] of messages) {
    // Messages for no channel of the client's are dropped, as upstream does.
    if (channel === channelNumbers.stdin) await stdin?.push(data);
    else if (channel === channelNumbers.resize) {
      const size = parseTerminalSize(Buffer.from(data).toString());
      if (size !== undefined) resizes?.set(size);
    } else if (channel === channelNumbers.close && protocol.halfClose && data[0] === channelNumbers.stdin)
      stdin?.close();
  }
  stdin?.close();
  resizes?.close();
}
