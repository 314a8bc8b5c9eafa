/** Sends a row to a server and gives back what came, as it came. */

import { readFile } from 'node:fs/promises';
import { Agent, type RequestOptions, request } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringifyJson } from '@pintle/machinery';
import { type AccessFiles, tokenOf } from '../access-files.js';
import { eventsIn, inProtobuf, outOfProtobuf, protobufMedia } from './protobuf-text.js';
import type { Asker, Row } from './row.js';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly text: string;
}

const answerTimeoutMs = 30_000;
const streamWaitMs = 2_500;
const auditWaitMs = 300;

export interface Asking {
  readonly url: string;
  ask(row: Row): Promise<Answer>;
  /** What the server noted of an answer that it gave, once it has: a list as text. */
  audited(answer: Answer): Promise<Answer>;
  close(): void;
}

/** `auditFile`: where the server notes what it is asked. */
export function asking(url: string, files: AccessFiles, auditFile?: string): Asking {
  const identities: Readonly<Partial<Record<Asker, { certPem: string; keyPem: string }>>> = {
    certificate: files.clients.user,
    proxy: files.clients.proxy,
    otherProxy: files.clients.otherProxy,
  };
  const agents = new Map<string, Agent>();
  const agentOf = (asker: Asker): Agent => {
    const identity = identities[asker];
    const key = identity === undefined ? 'tokens' : asker;
    const known = agents.get(key);
    if (known !== undefined) return known;
    const made = new Agent({
      ...{ keepAlive: true, ca: files.caPem },
      ...(identity === undefined ? {} : { cert: identity.certPem, key: identity.keyPem }),
    });
    agents.set(key, made);
    return made;
  };
  return {
    url,
    async ask(row) {
      const as = row.as ?? 'admin';
      const isKnown = identities[as] === undefined && as !== 'nobody';
      const body = bodyOf(row);
      const usual = row.protobuf === undefined ? 'application/json' : protobufMedia;
      const headers = {
        ...(isKnown ? { authorization: `Bearer ${as === 'badToken' ? 'nonsense' : tokenOf(as as 'admin')}` } : {}),
        ...{ accept: 'application/json', 'user-agent': 'comparison/1' },
        ...(body === undefined ? {} : { 'content-type': row.contentType ?? usual }),
        ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
        ...row.headers,
      };
      return exchange(`${url}${row.path}`, { method: row.method, headers, agent: agentOf(as) }, body, row.stream);
    },
    async audited({ status, headers }) {
      const id = headers['audit-id']?.[0] ?? '';
      const events = auditFile === undefined ? [] : await eventsOf(id, auditFile);
      return { status, headers: {}, text: `[${events.join(',')}]` };
    },
    close() {
      for (const agent of agents.values()) agent.destroy();
    },
  };
}

function bodyOf({ body, protobuf }: Row): string | Uint8Array | undefined {
  if (body === undefined) return undefined;
  if (protobuf !== undefined) return inProtobuf(body, protobuf);
  return typeof body === 'string' ? body : stringifyJson(body);
}

/** What is to be noted is there a moment later. */
async function eventsOf(id: string, file: string): Promise<readonly string[]> {
  await sleep(auditWaitMs);
  return (await readFile(file, 'utf8')).split('\n').filter((line) => line.includes(`"auditID":"${id}"`));
}

function exchange(
  url: string,
  options: RequestOptions,
  body: string | Uint8Array | undefined,
  stream: Row['stream'],
): Promise<Answer> {
  return new Promise((done, failed) => {
    const asked = request(url, options, (answer) => {
      const chunks: Buffer[] = [];
      const isProtobuf = answer.headers['content-type']?.startsWith(protobufMedia) === true;
      const isStream = stream !== undefined && (answer.statusCode ?? 0) < 400;
      const textOf = (bytes: Buffer) => (isProtobuf ? outOfProtobuf(bytes, isStream) : bytes.toString('utf8'));
      const finish = () => {
        clearTimeout(timer);
        done({
          status: answer.statusCode ?? 0,
          headers: headersOf(answer.rawHeaders),
          text: textOf(Buffer.concat(chunks)),
        });
        asked.destroy();
      };
      const timer = setTimeout(finish, stream === undefined ? answerTimeoutMs : (stream.waitMs ?? streamWaitMs));
      let lines = 0;
      answer.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        // What refuses a stream ends by itself.
        if (!isStream) return;
        lines = isProtobuf ? eventsIn(Buffer.concat(chunks)) : lines + chunk.filter((byte) => byte === 10).length;
        if (lines >= stream.lines) finish();
      });
      answer.once('end', finish);
      answer.once('error', finish);
    });
    asked.setTimeout(answerTimeoutMs, () => asked.destroy(new Error('no answer')));
    asked.once('error', failed);
    asked.end(body);
  });
}

function headersOf(raw: readonly string[]): Answer['headers'] {
  const headers: Record<string, string[]> = {};
  for (let at = 0; at < raw.length; at += 2) (headers[raw[at]!.toLowerCase()] ??= []).push(raw[at + 1]!);
  return headers;
}
