/** What an API server asks of a node: a kubelet's own API, for logs, exec, attach, port-forward, statistics and what it tells over HTTP. */
import type { ByteStream, ExecRequest, ExecSession, LogOptions } from './container-runtime.js';

export interface PodContainerRef {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

/** What a kubelet answers to a GET. */
export interface NodeAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string | AsyncIterable<Uint8Array>;
}

export interface NodeAgent {
  /** `previous`: of the run before the newest. Errors: `StatusError` BadRequest or NotFound. */
  logs(
    target: PodContainerRef,
    options: LogOptions & { readonly previous?: boolean },
  ): Promise<AsyncIterable<Uint8Array>>;
  /** Whether streams to this container can be opened now. Errors: `StatusError` NotFound, in a kubelet's words. */
  requireRunning(target: PodContainerRef): Promise<void>;
  exec(target: PodContainerRef, request: ExecRequest): Promise<ExecSession>;
  attach(target: PodContainerRef, request: Omit<ExecRequest, 'command'>): Promise<ExecSession>;
  portForward(target: { readonly namespace: string; readonly pod: string }, port: number): Promise<ByteStream>;
  /** The kubelet's `/stats/summary` document. */
  statsSummary(): Promise<unknown>;
  /**
   * What is at a path of the kubelet's own API: `/healthz`, `/pods`, `/runningpods/`, `/stats/summary`, `/metrics`,
   * `/metrics/resource`, `/configz`, `/containerLogs/NAMESPACE/POD/CONTAINER`, `/logs/`. Status 404 for what it has not.
   */
  get(path: string, query: URLSearchParams, signal?: AbortSignal): Promise<NodeAnswer>;
}
