import { EventEmitter } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { Departure } from './departure.js';

class End extends EventEmitter {
  closed = false;
  close(): void {
    this.closed = true;
    this.emit('close');
  }
}

describe('a departure', () => {
  it('is told by the first of its ends, and leaves nothing at the others', () => {
    const [response, socket] = [new End(), new End()];
    const { signal } = new Departure([response, socket]);
    expect([signal.aborted, socket.listenerCount('close')]).toEqual([false, 1]);
    response.close();
    expect([signal.aborted, socket.listenerCount('close')]).toEqual([true, 0]);
  });

  it('listens to nothing while nobody asks', () => {
    const socket = new End();
    const gone = new Departure([socket]);
    expect(socket.listenerCount('close')).toBe(0);
    expect(gone.signal).toBe(gone.signal);
    expect(socket.listenerCount('close')).toBe(1);
  });

  it('that was before somebody asks is known', () => {
    const socket = new End();
    const gone = new Departure([new End(), socket]);
    socket.close();
    expect(gone.signal.aborted).toBe(true);
  });
});
