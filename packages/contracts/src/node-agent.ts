/** What an API server asks of a node: a kubelet's own API, for logs, exec, attach, port-forward and statistics. */
import type { ByteStream, ExecRequest, ExecSession, LogOptions } from './container-runtime.js';

export interface PodContainerRef {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
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
}
