/** Port-forwards over SPDY: for each connection that the client takes, a stream of data and one for an error (kubelet `portforward`). */
import type { ByteStream } from '@pintle/contracts';
import { type PortForwardSession, wordsOf } from '../../streams/stream-session.js';
import { serveSpdy } from '../spdy/connection.js';
import type { SpdyStream } from '../spdy/stream.js';
import type { ByteConnection } from './byte-connection.js';
import type { StreamLimits } from './limits.js';

export const portForwardProtocols = [{ name: 'portforward.k8s.io' }] as const;

interface Pair {
  error?: SpdyStream;
  data?: SpdyStream;
  readonly late: NodeJS.Timeout;
}

/** Resolves when the client has closed the connection or gone. It never rejects. */
export async function servePortForwardOverSpdy(
  session: PortForwardSession,
  connection: ByteConnection,
  limits: StreamLimits,
): Promise<void> {
  const pairs = new Map<string, Pair>();
  const pairOf = (requestId: string): Pair => {
    let pair = pairs.get(requestId);
    if (pair === undefined) {
      const late = setTimeout(() => {
        pairs.delete(requestId);
        void refuse(pair!, `(request=${requestId}) timed out waiting for streams`);
      }, limits.creationMs);
      pair = { late };
      pairs.set(requestId, pair);
    }
    return pair;
  };
  const spdy = serveSpdy(connection, limits, (stream) => {
    const type = stream.headers.get('streamtype');
    const port = portOf(stream);
    if (port === undefined || (type !== 'error' && type !== 'data')) return false;
    const requestId = requestIdOf(stream, type);
    const pair = pairOf(requestId);
    if (pair[type] !== undefined) return false;
    pair[type] = stream;
    const { error, data } = pair;
    if (error !== undefined && data !== undefined) {
      clearTimeout(pair.late);
      pairs.delete(requestId);
      void forward(session, port, data, error);
    }
    return true;
  });
  await spdy.ended;
  for (const { late } of pairs.values()) clearTimeout(late);
}

/** Clients before Kubernetes 1.1 named no request; they open the error stream just before the data's. */
const requestIdOf = (stream: SpdyStream, type: 'error' | 'data'): string =>
  stream.headers.get('requestid') ?? String(type === 'error' ? stream.id : stream.id - 2);

function portOf({ headers }: SpdyStream): number | undefined {
  const text = headers.get('port') ?? '';
  const port = Number(text);
  return /^\d{1,5}$/.test(text) && port > 0 && port <= 65_535 ? port : undefined;
}

/** From the client to the port and back, until both have said all or either has gone. It never rejects. */
async function forward(session: PortForwardSession, port: number, data: SpdyStream, error: SpdyStream): Promise<void> {
  let target: ByteStream;
  try {
    target = await session.open(port);
  } catch (failure) {
    return refuse({ data, error }, wordsOf(failure));
  }
  const cut = () => target.close();
  if (data.gone.aborted) cut();
  data.gone.addEventListener('abort', cut, { once: true });
  try {
    await Promise.all([toTarget(data, target), toClient(target, data)]);
    await error.end();
  } catch {
    data.reset();
    error.reset();
  } finally {
    target.close();
    // Nothing is awaited on it from the client.
    error.endInput();
  }
}

async function toTarget(data: SpdyStream, target: ByteStream): Promise<void> {
  for await (const chunk of data.input) await target.write(chunk);
  target.end();
}

async function toClient(target: ByteStream, data: SpdyStream): Promise<void> {
  for await (const chunk of target.readable) await data.write(chunk);
  await data.end();
}

async function refuse({ data, error }: Partial<Pair>, message: string): Promise<void> {
  try {
    await error?.write(Buffer.from(message));
    await error?.end();
    await data?.end();
  } catch {
    // The client has gone.
  }
  data?.reset();
  error?.endInput();
}
