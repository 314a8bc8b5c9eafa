/** Webhooks over HTTPS. */
import { request } from 'node:https';
import { checkServerIdentity, rootCertificates } from 'node:tls';
import { type WebhookCaller, webhookAnswerMax } from '../admission/webhook/webhook-caller.js';

/** Posts the review and reads the answer; a connection for each call, as calls are rare. */
export function httpsWebhookCaller(): WebhookCaller {
  return ({ url, serverName, caBundle }, body, signal) =>
    new Promise((resolve, reject) => {
      const name = serverName ?? new URL(url).hostname;
      const text = JSON.stringify(body);
      const post = request(
        url,
        {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            accept: 'application/json',
            'content-length': Buffer.byteLength(text),
          },
          ...(serverName === undefined ? {} : { servername: serverName }),
          checkServerIdentity: (_host, certificate) => checkServerIdentity(name, certificate),
          ca: caBundle === undefined ? [...rootCertificates] : caBundle,
          agent: false,
          signal,
        },
        (answer) => {
          const parts: Buffer[] = [];
          let size = 0;
          answer.on('data', (part: Buffer) => {
            size += part.length;
            if (size > webhookAnswerMax) post.destroy(new Error(`the answer is larger than ${webhookAnswerMax} bytes`));
            else parts.push(part);
          });
          answer.on('error', reject);
          answer.on('end', () => {
            if (answer.statusCode !== 200) {
              reject(new Error(`the server answered with status ${answer.statusCode}`));
              return;
            }
            try {
              resolve(JSON.parse(Buffer.concat(parts).toString('utf8')));
            } catch (cause) {
              reject(new Error('the answer is not JSON', { cause }));
            }
          });
        },
      );
      post.on('error', (cause) =>
        reject(new Error(`failed to call webhook: Post ${JSON.stringify(url)}: ${cause.message}`, { cause })),
      );
      post.end(text);
    });
}
