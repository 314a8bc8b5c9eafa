/** Aggregated APIs over HTTPS, and what listens in pods: requests passed on, answers streamed back. */
import { type IncomingMessage, request as plainRequest } from 'node:http';
import { type RequestOptions, request } from 'node:https';
import { checkServerIdentity } from 'node:tls';
import type { ServiceCaller, ServiceRequest } from '../aggregation/service-caller.js';
import type { HttpResponse } from '../http/message.js';
import { dialError } from './dial-error.js';
import { socketConnection } from './streams/byte-connection.js';
import { trusting } from './trust.js';

/** Of the answer these are between the two servers. */
const hopHeaders = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
  'trailer',
  'te',
  'content-length',
]);

/** `proxy`: what this server shows to be believed as a front proxy. */
export function httpsServiceCaller(proxy?: { readonly certPem: string; readonly keyPem: string }): ServiceCaller {
  return (target, sent, signal) => {
    const name = target.serverName ?? new URL(target.url).hostname;
    return answered(request, target.url, sent, signal, {
      ...(target.serverName === undefined ? {} : { servername: target.serverName }),
      checkServerIdentity: (_host, certificate) => checkServerIdentity(name, certificate),
      ...trusting(target.caBundle),
      rejectUnauthorized: target.insecureSkipTlsVerify !== true,
      ...(proxy === undefined ? {} : { cert: proxy.certPem, key: proxy.keyPem }),
    });
  };
}

/** Over HTTP, or HTTPS with whoever answers: for what listens in pods. */
export function proxyCaller(): ServiceCaller {
  return ({ url }, sent, signal) =>
    url.startsWith('https:')
      ? answered(request, url, sent, signal, { rejectUnauthorized: false })
      : answered(plainRequest, url, sent, signal, {});
}

/** Resolves with the head of the answer, whose body streams, or with the connection that changed protocols. */
function answered(
  begin: typeof request,
  url: string,
  { method, headers, body }: ServiceRequest,
  signal: AbortSignal,
  options: RequestOptions,
): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    const sent: Record<string, string[]> = {};
    for (const [header, value] of headers) sent[header] = [...(sent[header] ?? []), value];
    if (body !== undefined) sent['content-length'] = [String(body.length)];
    const asked = begin(url, { ...options, method, headers: sent, agent: false, signal }, (answer) => {
      const headers = headersOf(answer);
      resolve({ status: answer.statusCode ?? 502, headers, body: answer as AsyncIterable<Uint8Array> });
    });
    asked.on('upgrade', (answer, socket, head) => {
      socket.on('error', () => {});
      const { input: readable, send: write, destroy } = socketConnection(socket, head);
      const stream = { readable, write, end: () => void socket.end(), close: destroy };
      resolve({ status: 101, headers: headersOf(answer), session: { kind: 'upgraded', stream } });
    });
    asked.on('error', (error) => reject(dialError(error)));
    asked.end(body);
  });
}

function headersOf({ headers }: IncomingMessage): HttpResponse['headers'] {
  const kept: Record<string, string | readonly string[]> = {};
  for (const [header, value] of Object.entries(headers))
    if (value !== undefined && !hopHeaders.has(header)) kept[header] = value;
  return kept;
}
