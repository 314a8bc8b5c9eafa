/** One request and its answer, between Node's messages and an `HttpHandler`'s. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpHandler, HttpResponse } from '../http/message.js';
import { Departure } from './departure.js';
import { http2Of } from './http2.js';
import { NodeRequest } from './node-request.js';
import { packedFor } from './packing.js';
import type { Rounds } from './rounds.js';

/** A client that takes nothing for so long is cut off. Of every connection of a server. */
export const stallTimeoutMs = 120_000;

/** A quiet watch is no stall: only what could not be written for so long is. */
function onQuiet(this: ServerResponse): void {
  if (this.writableLength > 0) this.destroy();
}

const onBroken = (): void => {};

export async function serve(
  handler: HttpHandler,
  message: IncomingMessage,
  response: ServerResponse,
  { bodyTimeoutMs, rounds }: { readonly bodyTimeoutMs: number; readonly rounds: Rounds },
): Promise<void> {
  // Who follows the departure sees the close; a socket's error must not be the process's.
  response.on('error', onBroken);
  response.on('timeout', onQuiet);
  try {
    const http2 = http2Of(message);
    const gone = new Departure(http2 === undefined ? [response, message.socket] : [http2.stream]);
    const { eventsDue, answersDue } = rounds;
    const answer = await handler(new NodeRequest(message, gone, { bodyTimeoutMs, eventsDue }));
    await respond(message, response, answer, answersDue);
  } catch {
    // The handler answers every fault of its own; what comes here is a socket that broke.
    response.destroy();
  }
}

/** `due`: resolves when it is time to write the answer. */
export async function respond(
  message: IncomingMessage,
  response: ServerResponse,
  answer: HttpResponse,
  due: () => Promise<void>,
): Promise<void> {
  const packing = packedFor(message.headers['accept-encoding'], answer);
  const { status, headers, body } = packing instanceof Promise ? await packing : packing;
  if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) {
    const whole = body ?? '';
    const sent: Record<string, string | readonly string[]> = { ...headers };
    sent['content-length'] = String(Buffer.byteLength(whole));
    // An upload that was not read to its end leaves the connection unusable for another request.
    if (!message.complete && message.httpVersionMajor === 1) sent['connection'] = 'close';
    await due();
    response.writeHead(status, sent as Record<string, string>);
    response.end(message.method === 'HEAD' ? undefined : whole);
    return;
  }
  response.writeHead(status, headers as Record<string, string>);
  response.flushHeaders();
  for await (const piece of body) if (!(await written(response, piece))) return;
  response.end();
}

/**
 * Whether the system has taken the piece. The next is asked for only then: what happens meanwhile is gathered by who
 * makes it, and goes out as one.
 */
function written(response: ServerResponse, piece: Uint8Array | string): Promise<boolean> {
  return new Promise((resolve) => {
    const { socket } = response;
    socket?.cork();
    response.write(piece, (error) => resolve(!error));
    socket?.uncork();
  });
}
