/** Webhooks over HTTPS. */
import { request } from 'node:https';
import { checkServerIdentity, rootCertificates } from 'node:tls';
import { syntaxWords } from '@pintle/machinery';
import {
  WebhookAnswerError,
  type WebhookCaller,
  type WebhookCredentials,
  webhookAnswerMax,
} from '../admission/webhook/webhook-caller.js';
import { typeMetaFault } from '../verbs/type-meta.js';
import { dialError } from './dial-error.js';

/** Posts the review and reads the answer; a connection for each call, as calls are rare. */
export function httpsWebhookCaller(): WebhookCaller {
  return ({ url, serverName, caBundle, insecure = false, credentials = {} }, body, signal) =>
    new Promise((resolve, reject) => {
      const name = serverName ?? new URL(url).hostname;
      const text = JSON.stringify(body);
      const { certPem, keyPem } = credentials;
      const post = request(
        url,
        {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            accept: 'application/json',
            'content-length': Buffer.byteLength(text),
            ...authorization(credentials),
          },
          ...(certPem === undefined || keyPem === undefined ? {} : { cert: certPem, key: keyPem }),
          ...(insecure ? { rejectUnauthorized: false } : {}),
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
            const text = Buffer.concat(parts).toString('utf8');
            if (answer.statusCode !== 200) {
              const status = answer.statusCode ?? 0;
              reject(new WebhookAnswerError(statusWords(status, text), { status }));
              return;
            }
            const read = readAnswer(text, answer.headers['content-type']);
            if (read instanceof WebhookAnswerError) reject(read);
            else resolve(read);
          });
        },
      );
      post.on('error', (error) => reject(dialError(error)));
      post.end(text);
    });
}

/** What is no JSON is a text, as it would be in YAML. */
function readAnswer(text: string, contentType = 'application/json'): unknown {
  if (text === '')
    return new WebhookAnswerError(`0-length response with status code: 200 and content type: ${contentType}`);
  let value: unknown = text;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    if (text.trimStart().startsWith('{')) return new WebhookAnswerError(syntaxWords(text), { cause });
  }
  const fault = typeMetaFault(value);
  return fault === undefined ? value : new WebhookAnswerError(fault);
}

function authorization({ token, username, password = '' }: WebhookCredentials): { authorization?: string } {
  if (token) return { authorization: `Bearer ${token}` };
  if (!username) return {};
  return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` };
}

/** As client-go has it. */
function statusWords(status: number, text: string): string {
  if (status === 404) return 'the server could not find the requested resource';
  if (status >= 500)
    return `an error on the server (${JSON.stringify(text.trim() || 'unknown')}) has prevented the request from succeeding`;
  return `the server responded with the status code ${status} but did not return more information`;
}
