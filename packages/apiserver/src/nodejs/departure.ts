/** Whether the other side of an exchange is still there. */
import type { EventEmitter } from 'node:events';

/** What ends when an exchange does: its answer, its socket. */
export type Ending = Pick<EventEmitter, 'once' | 'off'> & { readonly closed: boolean | null | undefined };

/** Made once: every answer ends with it, and an error of its own for each would cost more than the rest. */
const clientGone = Object.freeze(new Error('the client has gone'));

/**
 * That the exchange is over, or the client has gone: the first of its ends that closes. An `AbortSignal` costs more than
 * many a request: it is made when somebody asks for it, and nothing is listened to before.
 */
export class Departure {
  private controller: AbortController | undefined;

  constructor(private readonly ends: readonly Ending[]) {}

  get signal(): AbortSignal {
    this.controller ??= this.followed();
    return this.controller.signal;
  }

  private followed(): AbortController {
    const controller = new AbortController();
    const tell = () => {
      for (const end of this.ends) end.off('close', tell);
      controller.abort(clientGone);
    };
    if (this.ends.some(({ closed }) => closed)) controller.abort(clientGone);
    else for (const end of this.ends) end.once('close', tell);
    return controller;
  }
}
