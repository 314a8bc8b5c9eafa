/**
 * Webhooks over HTTPS, as a runnable of a manager: it runs on every candidate. The certificate's files are read again
 * every so often, so that whoever rotates them needs tell nobody.
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { every, parseJson, stringifyJson } from '@pintle/machinery';
import type { Runnable } from '../runnable.js';
import { webhookMetrics } from '../webhook-metrics.js';
import { BadReviewError, type WebhookEndpoint } from '../webhooks/endpoint.js';

export interface WebhookServerOptions {
  /** By path, as `/mutate-websites`. */
  readonly endpoints: Readonly<Record<string, WebhookEndpoint>>;
  /** PEM, as cert-manager mounts it (`tls.crt`). */
  readonly certFile: string;
  readonly keyFile: string;
  /** Default 9443; 0 for any free one. */
  readonly port?: number;
  /** Default: every address. */
  readonly host?: string;
  /** How often the files are looked at. Default 10,000. */
  readonly reloadMs?: number;
  onListening?(port: number): void;
}

/** So long an answer that was asked for before the end may still take. */
const answerMaxMs = 10_000;
/** The largest review is of two objects, each as large as the API allows. */
const bodyBytesMax = 8 * 1024 * 1024;

export function webhookServer(options: WebhookServerOptions): Runnable {
  const { endpoints, certFile, keyFile, port = 9443, host, reloadMs = 10_000 } = options;
  const read = () => ({ cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') });
  return {
    name: 'webhooks',
    leaderOnly: false,
    async start({ world, metrics, signal }) {
      let present = read();
      const observers = new Map(Object.keys(endpoints).map((path) => [path, webhookMetrics(metrics, path)]));
      const server = createServer({ ...present, minVersion: 'TLSv1.2' }, (request, response) => {
        const beganMs = world.clock.monotonic();
        const observer = observers.get(pathOf(request));
        observer?.began();
        answer(endpoints, request, response)
          .catch((error: unknown) => {
            world.logger.log('error', 'a webhook could not answer', { path: request.url, error });
            if (!response.headersSent) response.writeHead(500);
            response.end();
          })
          .finally(() => {
            observer?.ended(response.statusCode, (world.clock.monotonic() - beganMs) / 1000);
            if (signal.aborted) server.closeIdleConnections();
          });
      });
      const stopReloading = every(world.clock, reloadMs, () => {
        try {
          const found = read();
          if (found.cert === present.cert && found.key === present.key) return;
          server.setSecureContext({ ...found, minVersion: 'TLSv1.2' });
          present = found;
          world.logger.log('info', 'the certificate of the webhooks was replaced', { certFile });
        } catch (error) {
          // Half of it is written: the one in use stays.
          world.logger.log('warn', 'the certificate of the webhooks cannot be read', { certFile, error });
        }
      });
      server.listen(port, host);
      await once(server, 'listening');
      options.onListening?.((server.address() as AddressInfo).port);
      if (!signal.aborted) await once(signal, 'abort');
      stopReloading();
      const closed = once(server, 'close');
      server.close();
      const cancel = world.clock.schedule(answerMaxMs, () => server.closeAllConnections());
      await closed;
      cancel();
    },
  };
}

const pathOf = ({ url = '' }: IncomingMessage): string => url.split('?')[0]!;

async function answer(
  endpoints: Readonly<Record<string, WebhookEndpoint>>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = pathOf(request);
  const endpoint = Object.hasOwn(endpoints, path) ? endpoints[path] : undefined;
  const say = (code: number, text: string) => void response.writeHead(code, { 'content-type': 'text/plain' }).end(text);
  if (endpoint === undefined) return say(404, `there is no webhook at ${path}`);
  if (request.method !== 'POST') return say(405, 'reviews are posted');
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request) {
    bytes += (part as Buffer).length;
    if (bytes > bodyBytesMax) return say(413, `a review has at most ${bodyBytesMax} bytes`);
    parts.push(part as Buffer);
  }
  try {
    const review = await endpoint(parseJson(Buffer.concat(parts).toString('utf8')));
    response.writeHead(200, { 'content-type': 'application/json' }).end(stringifyJson(review));
  } catch (error) {
    if (!(error instanceof BadReviewError || error instanceof SyntaxError)) throw error;
    say(400, error.message);
  }
}
