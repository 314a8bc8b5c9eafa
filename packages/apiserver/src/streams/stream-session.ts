/**
 * What a streaming subresource answers with, before any protocol is chosen: a command's streams, or connections to
 * a pod's ports. A transport carries it over WebSocket or SPDY; a test reads it as it is.
 */
import type { ByteStream, ExecSession } from '@pintle/contracts';
import { type Status, StatusError, statusError } from '@pintle/machinery';
import type { TerminalSize } from './terminal-size.js';

/** Streams that a client may ask for. With `tty`, stderr comes out of stdout. */
export interface WantedStreams {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

export interface RemoteCommandSession {
  readonly kind: 'remoteCommand';
  readonly action: 'exec' | 'attach';
  readonly wants: WantedStreams;
  /** Asks the node whether `start` has a chance. Errors: `StatusError`, in a kubelet's words. */
  check(): Promise<void>;
  start(streams: { readonly stdin?: AsyncIterable<Uint8Array>; readonly signal: AbortSignal }): Promise<ExecSession>;
}

export interface PortForwardSession {
  readonly kind: 'portForward';
  /** Ports that the request names itself; clients of the WebSocket channels do, others name them by stream. */
  readonly ports: readonly number[];
  /** A new connection to a port of the pod. Errors: what to tell the client. */
  open(port: number): Promise<ByteStream>;
}

export type StreamSession = RemoteCommandSession | PortForwardSession;

/** Another server has changed protocols with us: what it says from here on is for the client, and the other way round. */
export interface UpgradedSession {
  readonly kind: 'upgraded';
  readonly stream: ByteStream;
}

/** The client's side of a remote command, as a transport gives it. */
export interface RemoteCommandChannels {
  readonly stdin?: AsyncIterable<Uint8Array>;
  readonly resizes?: AsyncIterable<TerminalSize>;
  /** Resolves when there is room for more. Errors: the client has gone. */
  stdout?(chunk: Uint8Array): Promise<void>;
  stderr?(chunk: Uint8Array): Promise<void>;
  /** Aborted when the client has gone: a command of `exec` ends with it. */
  readonly signal: AbortSignal;
}

/**
 * Runs the command to its end, its output handed on as fast as the client takes it.
 *
 * Returns what belongs on the error channel: success, the exit code as `NonZeroExitCode`, or `InternalError`. It
 * never throws.
 */
export async function runRemoteCommand(
  session: RemoteCommandSession,
  channels: RemoteCommandChannels,
): Promise<Status> {
  const { action } = session;
  try {
    await session.check();
  } catch (error) {
    return internalError(`unable to upgrade connection: ${wordsOf(error)}`);
  }
  const left = new AbortController();
  const leave = () => left.abort();
  if (channels.signal.aborted) leave();
  channels.signal.addEventListener('abort', leave, { once: true });
  try {
    const { stdin, stdout, stderr, signal } = channels;
    const running = await session.start({ ...(stdin === undefined ? {} : { stdin }), signal: left.signal });
    void follow(running, channels.resizes);
    await Promise.all([carry(running.stdout, stdout, signal), carry(running.stderr, stderr, signal)]);
    return action === 'attach' ? success : exitStatus(await running.exitCode);
  } catch (error) {
    const doing = action === 'attach' ? 'attaching to container' : 'executing command in container';
    return internalError(`error ${doing}: ${wordsOf(error)}`);
  } finally {
    leave();
    channels.signal.removeEventListener('abort', leave);
  }
}

/** Output that nobody asked for is read all the same, so that the command does not wait for a reader. */
async function carry(
  output: AsyncIterable<Uint8Array>,
  write: RemoteCommandChannels['stdout'],
  signal: AbortSignal,
): Promise<void> {
  for await (const chunk of output) if (write !== undefined && !signal.aborted) await write(chunk);
}

async function follow(running: ExecSession, resizes: AsyncIterable<TerminalSize> | undefined): Promise<void> {
  try {
    for await (const { columns, rows } of resizes ?? []) running.resize(columns, rows);
  } catch {
    // The client went away, which `signal` tells of.
  }
}

const success: Status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' };

function exitStatus(exitCode: number): Status {
  if (exitCode === 0) return success;
  const { code: _, ...status } = statusError(
    'NonZeroExitCode',
    `command terminated with non-zero exit code: exit status ${exitCode}`,
    { details: { causes: [{ reason: 'ExitCode', message: String(exitCode) }] } },
  ).status;
  return status;
}

const internalError = (message: string): Status =>
  statusError('InternalError', `Internal error occurred: ${message}`, { details: { causes: [{ message }] } }).status;

/** What an error says to a client: a kubelet tells its users what its runtime told it. */
export const wordsOf = (error: unknown): string =>
  StatusError.is(error)
    ? (error.status.message ?? error.message)
    : error instanceof Error
      ? error.message
      : String(error);
