/**
 * A connection is read on while the answer before is on its way. Node stops reading where a request comes before that has
 * left, against clients that ask and take nothing. Over TLS it then takes the rest of what came with the request for a
 * fault (`Parse Error: Paused`) and cuts the connection off: a client that has the long answer and sends a body at
 * once, gets nothing. One that sends a second request before the first of such has its turn is stopped as ever.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** By socket: the request that last came too early. */
const early = new WeakMap<Socket, ServerResponse>();

/** Called as a request comes, of every one. */
export function keepReading({ socket }: IncomingMessage, response: ServerResponse): void {
  const paused = socket as Socket & { _paused?: boolean };
  if (paused._paused !== true) return;
  const before = early.get(socket);
  if (before !== undefined && before.socket === null && !before.writableFinished && !before.destroyed) return;
  early.set(socket, response);
  paused._paused = false;
  socket.resume();
}
