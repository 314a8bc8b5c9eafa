/** The port of probes and hooks that go over the network. Probes by exec go through the container runtime. */
import type { ContainerRuntime } from '@pintle/contracts';

export interface NetworkTarget {
  /** The container that is meant, for runtimes that only simulate. */
  readonly containerId: string;
  readonly host: string;
  readonly port: number;
  readonly timeoutMs: number;
}

export interface HttpTarget extends NetworkTarget {
  readonly scheme: 'HTTP' | 'HTTPS';
  readonly path: string;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
}

export interface GrpcTarget extends NetworkTarget {
  /** As it is named in the question. Empty: the server as a whole. */
  readonly service: string;
}

export interface ProbeOutcome {
  /** `unknown`: the probe itself failed, and says nothing of the container. */
  readonly result: 'success' | 'failure' | 'unknown';
  /** What was seen, for the event. */
  readonly output: string;
}

export interface Prober {
  http(target: HttpTarget): Promise<ProbeOutcome>;
  tcp(target: NetworkTarget): Promise<ProbeOutcome>;
  grpc(target: GrpcTarget): Promise<ProbeOutcome>;
}

/** Asks the runtime itself, as a simulated one answers. Of one that can't, nothing is known, and the event says so. */
export function runtimeProber(runtime: ContainerRuntime): Prober {
  const ask = async (
    containerId: string,
    target: { readonly port: number; readonly path?: string },
  ): Promise<ProbeOutcome> => {
    if (runtime.probe === undefined)
      return { result: 'unknown', output: 'this kubelet was given no prober for probes over the network' };
    const { healthy, output } = await runtime.probe(containerId, target);
    return { result: healthy ? 'success' : 'failure', output };
  };
  return {
    http: ({ containerId, port, path }) => ask(containerId, { port, path }),
    tcp: ({ containerId, port }) => ask(containerId, { port }),
    grpc: ({ containerId, port }) => ask(containerId, { port }),
  };
}
