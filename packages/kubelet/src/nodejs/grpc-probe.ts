/** Probes by gRPC: the service `grpc.health.v1.Health` is asked over HTTP/2, without TLS (gRPC health checking protocol). */
import { type ClientHttp2Session, connect, type IncomingHttpHeaders } from 'node:http2';
import { type Clock, formatGoDuration, hostAndPort } from '@pintle/machinery';
import type { GrpcTarget, ProbeOutcome } from '../probe/prober.js';

const statuses = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'];
const serving = 1;
/** `grpc-status` of a server that has no such service. */
const unimplemented = '12';
const answerBytesMax = 4096;

export function grpcProbe(target: GrpcTarget, userAgent: string, clock: Clock): Promise<ProbeOutcome> {
  const { host, port, service, timeoutMs } = target;
  const address = hostAndPort(host, port);
  const within = formatGoDuration(timeoutMs);
  return new Promise((resolve) => {
    let isConnected = false;
    const settle = (outcome: ProbeOutcome) => {
      cancel();
      session.destroy();
      resolve(outcome);
    };
    const failed = (output: string) => settle({ result: 'failure', output });
    const session = connect(`http://${address}`, {}, () => {
      isConnected = true;
      ask(session, service, userAgent).then(
        (answer) => settle(outcomeOf(answer)),
        (error: Error) => failed(`error: health rpc probe failed: ${error.message}`),
      );
    });
    session.on('error', (error) => {
      if (!isConnected) failed(`error: failed to connect service at ${JSON.stringify(address)}: ${error.message}`);
    });
    const cancel = clock.schedule(timeoutMs, () =>
      failed(
        isConnected
          ? `timeout: health rpc did not complete within ${within}`
          : `timeout: failed to connect service ${JSON.stringify(address)} within ${within}: context deadline exceeded`,
      ),
    );
  });
}

interface Answer {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

function ask(session: ClientHttp2Session, service: string, userAgent: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const stream = session.request({
      ':method': 'POST',
      ':path': '/grpc.health.v1.Health/Check',
      'content-type': 'application/grpc',
      'user-agent': userAgent,
      te: 'trailers',
    });
    let headers: IncomingHttpHeaders = {};
    const chunks: Buffer[] = [];
    let bytes = 0;
    const more = (given: IncomingHttpHeaders) => {
      headers = { ...headers, ...given };
    };
    stream.on('response', more);
    stream.on('trailers', more);
    stream.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= answerBytesMax) chunks.push(chunk);
      else reject(new Error('the answer is too long'));
    });
    stream.on('error', reject);
    stream.on('close', () => resolve({ headers, body: Buffer.concat(chunks) }));
    stream.end(framed(requestOf(service)));
  });
}

/** `HealthCheckRequest`: its first field is the name of the service. */
function requestOf(service: string): Buffer {
  const name = Buffer.from(service);
  if (name.length === 0) return name;
  const length: number[] = [];
  for (let left = name.length; ; left >>>= 7) {
    if (left < 0x80) return Buffer.concat([Buffer.from([0x0a, ...length, left]), name]);
    length.push((left & 0x7f) | 0x80);
  }
}

/** Not compressed, and as long as it says. */
function framed(message: Buffer): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

function outcomeOf({ headers, body }: Answer): ProbeOutcome {
  const code = String(headers['grpc-status'] ?? '');
  const message = decodeURIComponent(String(headers['grpc-message'] ?? ''));
  if (code === unimplemented) {
    const why = 'this server does not implement the grpc health protocol (grpc.health.v1.Health)';
    return { result: 'failure', output: `error: ${why}: ${message}` };
  }
  if (code !== '0') {
    const told = code === '' ? `HTTP status ${headers[':status']}` : `code = ${code} desc = ${message}`;
    return { result: 'failure', output: `error: health rpc probe failed: rpc error: ${told}` };
  }
  // `HealthCheckResponse`: its first field is the status; none is 0.
  const status = body[5] === 0x08 ? (body[6] ?? 0) : 0;
  return status === serving
    ? { result: 'success', output: 'service healthy' }
    : {
        result: 'failure',
        output: `service unhealthy (responded with ${JSON.stringify(statuses[status] ?? String(status))})`,
      };
}
