/**
 * Whose turn it is: of the requests that have come, one begins with each turn of the event loop, first come first served.
 * Between two, sockets take what was written to them, so that an event of a write is on its way to watchers before the
 * next request is looked at.
 */
export class Turns {
  private readonly waiting: (() => void)[] = [];

  take(begin: () => void): void {
    this.waiting.push(begin);
    if (this.waiting.length === 1) setImmediate(this.turn);
  }

  private readonly turn = (): void => {
    this.waiting[0]!();
    this.waiting.shift();
    if (this.waiting.length > 0) setImmediate(this.turn);
  };
}
