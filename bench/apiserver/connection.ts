/**
 * The load: a TLS connection that writes requests as bytes and reads just enough of answers to know where they end,
 * so that the generator costs less than any server. The same for both sides.
 */
import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';
import type { TlsFiles } from './processes.js';

export interface Answer {
  readonly status: number;
  readonly bodyBytes: number;
}

/** `more`: header lines. */
export const get = (path: string, accept = 'application/json', ...more: readonly string[]): Buffer =>
  Buffer.from(
    [`GET ${path} HTTP/1.1`, 'host: localhost', `accept: ${accept}`, 'user-agent: bench/1', ...more, '\r\n'].join(
      '\r\n',
    ),
  );

export function post(path: string, body: string): Buffer {
  const bytes = Buffer.from(body);
  const head = `POST ${path} HTTP/1.1\r\nhost: localhost\r\naccept: application/json\r\nuser-agent: bench/1\r\ncontent-type: application/json\r\ncontent-length: ${bytes.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), bytes]);
}

const headEnd = Buffer.from('\r\n\r\n');
const lastChunk = Buffer.from('0\r\n\r\n');

export class Connection {
  private constructor(private readonly socket: TLSSocket) {}

  static async open(port: number, { caPem, client }: TlsFiles): Promise<Connection> {
    const socket = connect({ port, host: '127.0.0.1', ca: caPem, cert: client.certPem, key: client.keyPem });
    socket.setNoDelay(true);
    await once(socket, 'secureConnect');
    // Whoever waits for an answer hears of the end by 'close'.
    socket.on('error', () => {});
    return new Connection(socket);
  }

  /** Resolves when the answer's last byte is here. */
  send(request: Buffer): Promise<Answer> {
    const { socket } = this;
    return new Promise((resolve, reject) => {
      let head: Buffer | undefined = Buffer.alloc(0);
      let [status, bodyBytes, wanted] = [0, 0, 0];
      const onClose = () => reject(new Error('the connection was closed before the answer was whole'));
      const onData = (chunk: Buffer) => {
        let body = chunk;
        if (head !== undefined) {
          head = head.length === 0 ? chunk : Buffer.concat([head, chunk]);
          const end = head.indexOf(headEnd);
          if (end < 0) return;
          const text = head.toString('latin1', 0, end);
          status = Number(text.slice(9, 12));
          const length = /content-length: (\d+)/i.exec(text)?.[1];
          wanted = length === undefined ? Number.POSITIVE_INFINITY : Number(length);
          body = head.subarray(end + headEnd.length);
          head = undefined;
        }
        bodyBytes += body.length;
        if (bodyBytes < wanted && !(wanted === Number.POSITIVE_INFINITY && body.subarray(-5).equals(lastChunk))) return;
        socket.off('data', onData);
        socket.off('close', onClose);
        resolve({ status, bodyBytes });
      };
      socket.on('data', onData);
      socket.on('close', onClose);
      socket.write(request);
    });
  }

  /** Writes a request whose answer does not end, and hands on what comes. */
  follow(request: Buffer, onData: (chunk: Buffer) => void): void {
    this.socket.on('data', onData);
    this.socket.write(request);
  }

  close(): void {
    this.socket.destroy();
  }
}

export const connections = (count: number, port: number, tls: TlsFiles): Promise<Connection[]> =>
  Promise.all(Array.from({ length: count }, () => Connection.open(port, tls)));

/** Requests a second over all connections, each sending its next when it has its answer. */
export async function rateOf(
  open: readonly Connection[],
  count: number,
  request: (index: number) => Buffer,
  status: number,
): Promise<number> {
  const requests = Array.from({ length: count }, (_, index) => request(index));
  let next = 0;
  const start = performance.now();
  await Promise.all(
    open.map(async (connection) => {
      while (next < count) {
        const answer = await connection.send(requests[next++]!);
        if (answer.status !== status) throw new Error(`answered ${answer.status} instead of ${status}`);
      }
    }),
  );
  return (count * 1000) / (performance.now() - start);
}
