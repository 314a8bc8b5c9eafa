/** Channels over WebSocket messages, each of which begins with its channel's number. For commands and port-forwards. */
import type { MessageSocket } from './web-socket.js';

export interface Channels {
  /** Resolves when it is handed to the system. Errors: `ClientGoneError`. */
  send(channel: number, bytes: Uint8Array): Promise<void>;
  /** For one reader. Ends when the client has closed or gone. */
  readonly messages: AsyncIterable<readonly [channel: number, bytes: Uint8Array]>;
}

const digits = 0x30;

/** `base64`: the number is a digit, and what follows is text. */
export function channelsOf(socket: MessageSocket, { base64 }: { readonly base64: boolean }): Channels {
  async function* messages() {
    for await (const message of socket.messages) {
      const [number = 0, data] = [message[0], message.subarray(1)];
      yield base64
        ? ([number - digits, Buffer.from(Buffer.from(data).toString('latin1'), 'base64')] as const)
        : ([number, data] as const);
    }
  }
  return {
    send: (channel, bytes) =>
      base64
        ? socket.sendText(Buffer.from(`${channel}${Buffer.from(bytes).toString('base64')}`))
        : socket.send(Uint8Array.of(channel), bytes),
    messages: messages(),
  };
}
