/** Remote commands over SPDY streams: one each for error, stdin, stdout, stderr and resize (kubelet `remotecommand`, v4). */
import { LatestValue } from '../../streams/latest-value.js';
import { type RemoteCommandSession, runRemoteCommand, type WantedStreams } from '../../streams/stream-session.js';
import { parseTerminalSize, type TerminalSize } from '../../streams/terminal-size.js';
import { serveSpdy } from '../spdy/connection.js';
import type { SpdyStream } from '../spdy/stream.js';
import type { ByteConnection } from './byte-connection.js';
import type { StreamLimits } from './limits.js';

/** Later versions differ in nothing that a server sees; earlier ones are spoken by no client that is left. */
export const spdyCommandProtocols = [{ name: 'v5.channel.k8s.io' }, { name: 'v4.channel.k8s.io' }] as const;

type StreamName = 'error' | 'stdin' | 'stdout' | 'stderr' | 'resize';

/** Resolves when the client has closed the connection or gone. It never rejects. */
export async function serveCommandOverSpdy(
  session: RemoteCommandSession,
  connection: ByteConnection,
  limits: StreamLimits,
): Promise<void> {
  const missing = new Set(streamsOf(session.wants));
  const streams = new Map<StreamName, SpdyStream>();
  let begin = () => {};
  const complete = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const spdy = serveSpdy(connection, limits, (stream) => {
    const name = stream.headers.get('streamtype') as StreamName;
    if (!missing.delete(name)) return false;
    streams.set(name, stream);
    if (missing.size === 0) begin();
    return true;
  });
  const late = setTimeout(() => connection.destroy(), limits.creationMs);
  void spdy.ended.then(begin);
  await complete;
  clearTimeout(late);
  if (missing.size === 0 && !connection.gone.aborted) {
    await run(session, streams, connection);
    spdy.close();
  }
  await spdy.ended;
}

const streamsOf = ({ stdin, stdout, stderr, tty }: WantedStreams): readonly StreamName[] => [
  'error',
  ...(stdin ? (['stdin'] as const) : []),
  ...(stdout ? (['stdout'] as const) : []),
  ...(stderr ? (['stderr'] as const) : []),
  ...(tty ? (['resize'] as const) : []),
];

async function run(
  session: RemoteCommandSession,
  streams: ReadonlyMap<StreamName, SpdyStream>,
  connection: ByteConnection,
): Promise<void> {
  const stdin = streams.get('stdin');
  const stdout = streams.get('stdout');
  const stderr = streams.get('stderr');
  const resize = streams.get('resize');
  const resizes = resize === undefined ? undefined : new LatestValue<TerminalSize>();
  if (resizes !== undefined) void readSizes(resize!, resizes);
  const status = await runRemoteCommand(session, {
    ...(stdin === undefined ? {} : { stdin: stdin.input }),
    ...(resizes === undefined ? {} : { resizes }),
    ...(stdout === undefined ? {} : { stdout: (chunk) => stdout.write(chunk) }),
    ...(stderr === undefined ? {} : { stderr: (chunk) => stderr.write(chunk) }),
    signal: connection.gone,
  });
  resizes?.close();
  try {
    await streams.get('error')!.write(Buffer.from(JSON.stringify(status)));
    await Promise.all([...streams.values()].map((stream) => stream.end()));
  } catch {
    // The client has gone, and with it whoever the result was for.
  }
  // What still comes is read by nobody, and is not to hold the connection up.
  for (const name of ['stdin', 'resize'] as const) streams.get(name)?.endInput();
}

/** Sizes follow each other without a mark between them; each is one object. */
async function readSizes(stream: SpdyStream, sizes: LatestValue<TerminalSize>): Promise<void> {
  let text = '';
  try {
    for await (const chunk of stream.input) {
      text += Buffer.from(chunk).toString('latin1');
      for (let end = text.indexOf('}'); end >= 0; end = text.indexOf('}')) {
        const size = parseTerminalSize(text.slice(0, end + 1));
        if (size !== undefined) sizes.set(size);
        text = text.slice(end + 1);
      }
      // What has no end by now is no size.
      if (text.length > sizeBytesMax) text = '';
    }
  } catch {
    // The client has gone.
  }
}

const sizeBytesMax = 256;
