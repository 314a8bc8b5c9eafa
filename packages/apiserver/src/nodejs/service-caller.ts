/** Aggregated APIs over HTTPS: requests passed on, answers streamed back. */
import { request } from 'node:https';
import { checkServerIdentity, rootCertificates } from 'node:tls';
import type { ServiceCaller } from '../aggregation/service-caller.js';

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
  return (target, { method, headers, body }, signal) =>
    new Promise((resolve, reject) => {
      const name = target.serverName ?? new URL(target.url).hostname;
      const sent: Record<string, string[]> = {};
      for (const [header, value] of headers) sent[header] = [...(sent[header] ?? []), value];
      const asked = request(
        target.url,
        {
          method,
          headers: { ...sent, ...(body === undefined ? {} : { 'content-length': String(body.length) }) },
          ...(target.serverName === undefined ? {} : { servername: target.serverName }),
          checkServerIdentity: (_host, certificate) => checkServerIdentity(name, certificate),
          ca: target.caBundle === undefined ? [...rootCertificates] : target.caBundle,
          rejectUnauthorized: target.insecureSkipTlsVerify !== true,
          ...(proxy === undefined ? {} : { cert: proxy.certPem, key: proxy.keyPem }),
          agent: false,
          signal,
        },
        (answer) => {
          const kept: Record<string, string | readonly string[]> = {};
          for (const [header, value] of Object.entries(answer.headers))
            if (value !== undefined && !hopHeaders.has(header)) kept[header] = value;
          resolve({ status: answer.statusCode ?? 502, headers: kept, body: answer as AsyncIterable<Uint8Array> });
        },
      );
      asked.on('error', reject);
      asked.end(body);
    });
}
