/** Carries out one probe, or one hook, of a container, whatever its way: exec, HTTP, TCP, gRPC. */
import type { Container, LifecycleHandler, Probe } from '@pintle/api/core/v1';
import type { ContainerRuntime } from '@pintle/contracts';
import { type Clock, secondsToMs, TimeoutError, withTimeout } from '@pintle/machinery';
import type { HttpTarget, ProbeOutcome, Prober } from './prober.js';

export interface ProbeTarget {
  readonly containerId: string;
  readonly container: Container;
  readonly podIP: string;
}

export interface ProbePorts {
  readonly clock: Clock;
  readonly runtime: ContainerRuntime;
  readonly prober: Prober;
}

type HttpGet = NonNullable<Probe['httpGet']>;
const outputBytesMax = 10 * 1024;

/** Never rejects: what goes wrong is an outcome. */
export async function runProbe(probe: Probe, target: ProbeTarget, ports: ProbePorts): Promise<ProbeOutcome> {
  const timeoutMs = (probe.timeoutSeconds ?? 1) * 1000;
  try {
    if (probe.exec !== undefined) return await execProbe(probe.exec.command ?? [], timeoutMs, target, ports);
    if (probe.httpGet !== undefined) return await ports.prober.http(httpTarget(probe.httpGet, timeoutMs, target));
    if (probe.tcpSocket !== undefined) {
      const { host, port } = probe.tcpSocket;
      return await ports.prober.tcp({
        containerId: target.containerId,
        host: host || target.podIP,
        port: portNumber(port, target.container),
        timeoutMs,
      });
    }
    if (probe.grpc !== undefined) {
      const { port, service = '' } = probe.grpc;
      const { containerId, podIP } = target;
      return await ports.prober.grpc({ containerId, host: podIP, port, service, timeoutMs });
    }
    return { result: 'unknown', output: 'no probe handler is set' };
  } catch (error) {
    return { result: 'unknown', output: error instanceof Error ? error.message : String(error) };
  }
}

/** Runs a postStart or preStop handler. Errors: an `Error` that says how it failed. */
export async function runHook(
  handler: LifecycleHandler,
  timeoutMs: number,
  target: ProbeTarget,
  ports: ProbePorts,
): Promise<void> {
  if (handler.exec !== undefined) {
    const { exitCode, output } = await execIn(handler.exec.command ?? [], timeoutMs, target, ports);
    if (exitCode !== 0)
      throw new Error(`command '${(handler.exec.command ?? []).join(' ')}' exited with ${exitCode}: ${output}`);
  } else if (handler.httpGet !== undefined) {
    const { result, output } = await ports.prober.http(httpTarget(handler.httpGet, timeoutMs, target));
    if (result !== 'success') throw new Error(output);
  } else if (handler.tcpSocket !== undefined) {
    const { host, port } = handler.tcpSocket;
    const { result, output } = await ports.prober.tcp({
      containerId: target.containerId,
      host: host || target.podIP,
      port: portNumber(port, target.container),
      timeoutMs,
    });
    if (result !== 'success') throw new Error(output);
  } else if (handler.sleep !== undefined) {
    const ms = Math.min(secondsToMs(handler.sleep.seconds), timeoutMs);
    await new Promise<void>((resolve) => ports.clock.schedule(ms, resolve));
  }
}

async function execProbe(
  command: readonly string[],
  timeoutMs: number,
  target: ProbeTarget,
  ports: ProbePorts,
): Promise<ProbeOutcome> {
  try {
    const { exitCode, output } = await execIn(command, timeoutMs, target, ports);
    return { result: exitCode === 0 ? 'success' : 'failure', output };
  } catch (error) {
    if (error instanceof TimeoutError)
      return {
        result: 'failure',
        output: `command timed out: ${command.map((word) => JSON.stringify(word)).join(' ')} timed out after ${timeoutMs / 1000}s`,
      };
    throw error;
  }
}

function execIn(
  command: readonly string[],
  timeoutMs: number,
  { containerId }: ProbeTarget,
  { clock, runtime }: ProbePorts,
) {
  return withTimeout(clock, timeoutMs, 'a command in a container', async (signal) => {
    const session = await runtime.exec(containerId, { command, signal });
    const [stdout, stderr, exitCode] = await Promise.all([
      readText(session.stdout),
      readText(session.stderr),
      session.exitCode,
    ]);
    return { exitCode, output: stdout + stderr };
  });
}

async function readText(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of bytes) if (text.length < outputBytesMax) text += decoder.decode(chunk, { stream: true });
  return text.slice(0, outputBytesMax);
}

function httpTarget(
  { host, port, path = '/', scheme, httpHeaders = [] }: HttpGet,
  timeoutMs: number,
  { containerId, container, podIP }: ProbeTarget,
): HttpTarget {
  return {
    containerId,
    host: host || podIP,
    port: portNumber(port, container),
    path: path.startsWith('/') ? path : `/${path}`,
    scheme: scheme === 'HTTPS' ? 'HTTPS' : 'HTTP',
    headers: httpHeaders,
    timeoutMs,
  };
}

/** A port by number, or by the name that the container gives it. */
export function portNumber(port: number | string, container: Container): number {
  const number =
    typeof port === 'number'
      ? port
      : (container.ports?.find(({ name }) => name === port)?.containerPort ?? Number(port));
  if (!Number.isInteger(number) || number < 1 || number > 65_535) throw new Error(`invalid port number: ${port}`);
  return number;
}
