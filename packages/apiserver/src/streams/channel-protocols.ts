/**
 * The WebSocket protocols of remote commands: each message begins with the number of its channel. Data only; the
 * versions differ in what they can say (KEP-4006, apiserver `wsstream`, kubelet `remotecommand`).
 */
import type { Status } from '@pintle/machinery';

export const channelNumbers = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 } as const;

export interface ChannelProtocol {
  /** As the handshake names it; empty for a client that names none. */
  readonly name: string;
  /** Numbers as digits, data as base64, in text messages. */
  readonly base64: boolean;
  /** Whether a message on channel 255 ends a channel of the client's. */
  readonly halfClose: boolean;
  /** What the error channel carries at the end; undefined for nothing. */
  result(status: Status): string | undefined;
}

const asStatus = (status: Status): string => JSON.stringify(status);
/** Before v4 only failures were told, as text. */
const asText = ({ status, message }: Status): string | undefined => (status === 'Success' ? undefined : message);

export const channelProtocols: readonly ChannelProtocol[] = [
  { name: 'v5.channel.k8s.io', base64: false, halfClose: true, result: asStatus },
  { name: 'v4.channel.k8s.io', base64: false, halfClose: false, result: asStatus },
  { name: 'v4.base64.channel.k8s.io', base64: true, halfClose: false, result: asStatus },
  { name: 'channel.k8s.io', base64: false, halfClose: false, result: asText },
  { name: '', base64: false, halfClose: false, result: asText },
  { name: 'base64.channel.k8s.io', base64: true, halfClose: false, result: asText },
];

/** The first of the client's that is known; a client that names none may be served by the one without a name. */
export function chooseProtocol<T extends { readonly name: string }>(
  offered: readonly string[],
  served: readonly T[],
): T | undefined {
  for (const name of offered.length === 0 ? [''] : offered) {
    const found = served.find((protocol) => protocol.name === name);
    if (found !== undefined) return found;
  }
  return undefined;
}
