/** Webhooks over HTTPS. */
import { request } from 'node:https';
import { posix } from 'node:path';
import { checkServerIdentity } from 'node:tls';
import { parseJson, type Status, stringifyJson, syntaxWords } from '@pintle/machinery';
import {
  WebhookAnswerError,
  type WebhookCaller,
  type WebhookCredentials,
  type WebhookTarget,
  webhookAnswerMax,
} from '../admission/webhook/webhook-caller.js';
import { typeMetaFault } from '../verbs/type-meta.js';
import { dialError } from './dial-error.js';
import { trusting } from './trust.js';

/** As many as Go's client follows. */
const redirectsMax = 10;

/** Posts the review and reads the answer; a connection for each call, as calls are rare. */
export function httpsWebhookCaller(): WebhookCaller {
  return async (target, body, signal) => {
    const text = stringifyJson(body);
    const first = cleaned(target.url);
    let url = first;
    for (let redirects = 0; redirects <= redirectsMax; redirects++) {
      // Who is told of by somebody else is not told our secrets.
      const credentials = new URL(url).host === new URL(first).host ? (target.credentials ?? {}) : {};
      const answer = await posted({ ...target, url, credentials }, text, signal);
      if (answer.location === undefined) return reviewIn(answer);
      url = answer.location;
    }
    throw new WebhookAnswerError(`stopped after ${redirectsMax} redirects`);
  };
}

/** As client-go asks for a path: without doubled slashes, dots, and a slash at its end. */
function cleaned(url: string): string {
  const parsed = new URL(url);
  parsed.pathname = posix.join('/', parsed.pathname).replace(/(?<=.)\/$/, '');
  return parsed.href;
}

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly contentType: string;
  /** Where the same is to be asked again. */
  readonly location?: string;
}

function posted(target: WebhookTarget, text: string, signal: AbortSignal): Promise<Answer> {
  const { url, serverName, caBundle, insecure = false, credentials = {} } = target;
  const { certPem, keyPem } = credentials;
  const name = serverName ?? new URL(url).hostname;
  return new Promise((resolve, reject) => {
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
        ...trusting(caBundle),
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
          const { statusCode: status = 0, headers } = answer;
          const location = (status === 307 || status === 308) && headers.location;
          resolve({
            ...{ status, text: Buffer.concat(parts).toString('utf8') },
            contentType: headers['content-type'] ?? 'application/json',
            ...(location ? { location: new URL(location, url).href } : {}),
          });
        });
      },
    );
    post.on('error', (error) => reject(dialError(error)));
    post.end(text);
  });
}

/** What is no JSON is a text, as it would be in YAML. */
function reviewIn({ status, text, contentType }: Answer): unknown {
  if (status < 200 || status > 206) throw new WebhookAnswerError(toldIn(text) ?? statusWords(status, text), { status });
  if (text === '')
    throw new WebhookAnswerError(`0-length response with status code: ${status} and content type: ${contentType}`);
  let value: unknown = text;
  try {
    value = parseJson(text);
  } catch (cause) {
    if (text.trimStart().startsWith('{')) throw new WebhookAnswerError(syntaxWords(text), { cause });
  }
  const fault = typeMetaFault(value);
  if (fault !== undefined) throw new WebhookAnswerError(fault);
  return value;
}

function authorization({ token, username, password = '' }: WebhookCredentials): { authorization?: string } {
  if (token) return { authorization: `Bearer ${token}` };
  if (!username) return {};
  return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` };
}

/** What a Status tells that is answered instead of a review; undefined where there is none. */
function toldIn(text: string): string | undefined {
  try {
    const { kind = 'Status', status, message = '' } = JSON.parse(text) as Partial<Status>;
    return kind === 'Status' && status === 'Failure' ? message : undefined;
  } catch {
    return undefined;
  }
}

/** As client-go has it. */
function statusWords(status: number, text: string): string {
  if (status === 404) return 'the server could not find the requested resource';
  if (status >= 500)
    return `an error on the server (${JSON.stringify(text.trim() || 'unknown')}) has prevented the request from succeeding`;
  return `the server responded with the status code ${status} but did not return more information`;
}
