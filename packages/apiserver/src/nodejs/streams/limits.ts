/** How much streams may keep, and for how long they may keep still. */
export interface StreamLimits {
  /** Of one WebSocket message. Default 32 MiB, as kube-apiserver; a larger one ends the connection. */
  readonly messageBytesMax: number;
  /** Input that a slow reader has left unread before the connection is read no further. Default 256 KiB a stream. */
  readonly bufferBytesMax: number;
  /** Streams open at once on one connection. Default 256; more are refused. */
  readonly streamsMax: number;
  /** How often a quiet client is asked whether it is there. Default 30,000. */
  readonly pingMs: number;
  /** A client that says nothing for so long, pings unanswered, is cut off. Default 90,000. */
  readonly silenceMs: number;
  /** Streams that carry nothing either way for so long are ended. Default 4 hours, as the kubelet. */
  readonly idleMs: number;
  /** A client has so long to open the streams that it asked for. Default 30,000, as the kubelet. */
  readonly creationMs: number;
  /** A client has so long to take the rest after a command's end. Default 15 minutes, as kube-apiserver. */
  readonly finishMs: number;
}

export const streamLimits = (limits: Partial<StreamLimits> = {}): StreamLimits => ({
  messageBytesMax: 32 << 20,
  bufferBytesMax: 256 << 10,
  streamsMax: 256,
  pingMs: 30_000,
  silenceMs: 90_000,
  idleMs: 4 * 3_600_000,
  creationMs: 30_000,
  finishMs: 15 * 60_000,
  ...limits,
});
