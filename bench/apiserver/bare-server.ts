/**
 * The program of what ours is held against: the least that Node's own `https` does for the same requests. A POST is
 * parsed, stamped, stored in a Map, told to who watches, and answered; a GET answers a constant; `/list` one prebuilt
 * Buffer; `/watch` stays open for those events, and for others that it is told to write.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { answering, type Start } from './processes.js';

const objects = new Map<string, unknown>();
const watchers = new Set<ServerResponse>();
let revision = 1;
let constant = Buffer.alloc(0);
let list = Buffer.alloc(0);

function onRequest(request: IncomingMessage, response: ServerResponse): void {
  if (request.method === 'POST') {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const object = JSON.parse(Buffer.concat(chunks).toString()) as { metadata: Record<string, unknown> };
      object.metadata['uid'] = randomUUID();
      object.metadata['creationTimestamp'] = new Date().toISOString();
      object.metadata['resourceVersion'] = String(++revision);
      objects.set(`${request.url}/${object.metadata['name']}`, object);
      const text = JSON.stringify(object);
      for (const watcher of watchers) watcher.write(`{"type":"ADDED","object":${text}}\n`);
      const body = Buffer.from(text);
      response.writeHead(201, { 'content-type': 'application/json', 'content-length': body.length });
      response.end(body);
    });
  } else if (request.url === '/watch') {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    watchers.add(response);
    response.on('close', () => watchers.delete(response));
  } else {
    const body = request.url === '/list' ? list : constant;
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
    response.end(body);
  }
}

async function start({ tls, listBytes = 0 }: Start & { listBytes?: number }) {
  list = Buffer.alloc(listBytes, 'x');
  const server = createServer(
    { cert: tls.server.certPem, key: tls.server.keyPem, ca: tls.caPem, requestCert: true, rejectUnauthorized: true },
    onRequest,
  );
  // Connections wait while the other side is measured.
  server.keepAliveTimeout = 90_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port };
}

/** As many events as said to every watcher, each event written to all before the next. */
async function tell(events: number, bytes: number) {
  const line = Buffer.alloc(bytes, 'x');
  line.write('}\n', bytes - 2);
  for (let i = 0; i < events; i++) {
    for (const watcher of watchers) watcher.write(line);
    if (i % 64 === 0) await new Promise(setImmediate);
  }
  return {};
}

answering(async (question: Start & { tell?: number; bytes?: number; constantBytes?: number }) => {
  if (question.tell !== undefined) return tell(question.tell, question.bytes!);
  if (question.constantBytes === undefined) return start(question);
  constant = Buffer.alloc(question.constantBytes, 'x');
  return {};
});
