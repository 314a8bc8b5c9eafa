/**
 * What runs containers, cut along the lines of the Container Runtime Interface (CRI v1): sandboxes hold a
 * pod's address, containers live in them, images are pulled by reference. A kubelet is its only caller.
 */

export interface PodSandboxConfig {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  /** Counts the sandboxes that this pod has had. */
  readonly attempt: number;
  readonly hostname: string;
  readonly hostNetwork: boolean;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** The pod's address, as its `PodNetwork` gave it; absent with `hostNetwork`. */
  readonly ip?: string;
}

export interface PodSandbox {
  readonly id: string;
  readonly config: PodSandboxConfig;
  readonly state: 'ready' | 'notReady';
  readonly createdAtMs: number;
}

export interface Mount {
  readonly containerPath: string;
  readonly hostPath: string;
  readonly readOnly: boolean;
}

export interface ContainerConfig {
  readonly name: string;
  /** Counts the starts of this container in its pod. */
  readonly attempt: number;
  /** What `pullImage` answered. */
  readonly imageRef: string;
  /** The image as the pod names it; a runtime shows it in the container's status. */
  readonly image?: string;
  /** Overrides the image's entrypoint where not empty. */
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly workingDir?: string;
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly mounts: readonly Mount[];
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly stdin: boolean;
  readonly stdinOnce: boolean;
  readonly tty: boolean;
  /** Where a container's own words on its end are read from, a path in the container. */
  readonly terminationMessagePath?: string;
  readonly resources: { readonly cpuMillis?: number; readonly memoryBytes?: number };
  readonly runAsUser?: number;
}

export type ContainerState = 'created' | 'running' | 'exited' | 'unknown';

export interface ContainerStatus {
  readonly id: string;
  readonly sandboxId: string;
  readonly name: string;
  readonly attempt: number;
  readonly state: ContainerState;
  readonly image: string;
  readonly imageRef: string;
  readonly createdAtMs: number;
  readonly startedAtMs?: number;
  readonly finishedAtMs?: number;
  readonly exitCode?: number;
  readonly signal?: number;
  /** As CRI: `Completed`, `Error`, `OOMKilled`, `StartError`. */
  readonly reason?: string;
  readonly message?: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface ContainerStats {
  readonly id: string;
  readonly atMs: number;
  readonly cpuUsageNanoseconds: number;
  readonly memoryWorkingSetBytes: number;
}

/** A change that the runtime saw by itself; the kubelet looks at the sandbox anew. */
export interface ContainerEvent {
  readonly type: 'created' | 'started' | 'stopped' | 'deleted';
  readonly sandboxId: string;
  readonly containerId: string;
}

export interface LogOptions {
  readonly follow?: boolean;
  readonly tailLines?: number;
  /** Only lines written at or after this time, milliseconds since the epoch. */
  readonly sinceMs?: number;
  readonly timestamps?: boolean;
  readonly limitBytes?: number;
  readonly stream?: 'All' | 'Stdout' | 'Stderr';
  readonly signal?: AbortSignal;
}

export interface ExecRequest {
  readonly command: readonly string[];
  readonly tty?: boolean;
  readonly stdin?: AsyncIterable<Uint8Array>;
  /** Ends the process when aborted. */
  readonly signal?: AbortSignal;
}

/** A process in a container, while it runs. */
export interface ExecSession {
  readonly stdout: AsyncIterable<Uint8Array>;
  readonly stderr: AsyncIterable<Uint8Array>;
  resize(columns: number, rows: number): void;
  /** Resolves when the process ended. */
  readonly exitCode: Promise<number>;
}

export interface ByteStream {
  readonly readable: AsyncIterable<Uint8Array>;
  /** Resolves when the other side has room for more. */
  write(chunk: Uint8Array): Promise<void>;
  /** Says that nothing more will be written. What the other side still sends can be read. */
  end(): void;
  /** Ends both directions at once. */
  close(): void;
}

export interface RuntimeVersion {
  readonly name: string;
  readonly version: string;
}

export interface ContainerRuntime {
  version(): RuntimeVersion;
  runPodSandbox(config: PodSandboxConfig): Promise<string>;
  /** Ends what still runs in it. Harmless to repeat. */
  stopPodSandbox(sandboxId: string): Promise<void>;
  removePodSandbox(sandboxId: string): Promise<void>;
  listPodSandboxes(): Promise<readonly PodSandbox[]>;
  /** Makes the image usable. Returns its reference for `createContainer`. Errors: `ImageNotFoundError`, `ImagePullError`. */
  pullImage(image: string): Promise<string>;
  /** The reference of an image that is here already. */
  imageStatus(image: string): Promise<string | undefined>;
  createContainer(sandboxId: string, config: ContainerConfig): Promise<string>;
  /**
   * Errors: `ContainerStartError`; the container has exited then, with code 128 and `StartError`, and counts as a run
   * that failed.
   */
  startContainer(containerId: string): Promise<void>;
  /** Asks it to end, and makes it end after `graceMs`. Resolves when it has. */
  stopContainer(containerId: string, graceMs: number): Promise<void>;
  removeContainer(containerId: string): Promise<void>;
  listContainers(sandboxId?: string): Promise<readonly ContainerStatus[]>;
  containerStatus(containerId: string): Promise<ContainerStatus | undefined>;
  /** Returns how to stop listening. */
  onEvent(listener: (event: ContainerEvent) => void): () => void;
  logs(containerId: string, options: LogOptions): AsyncIterable<Uint8Array>;
  exec(containerId: string, request: ExecRequest): Promise<ExecSession>;
  attach(containerId: string, request: Omit<ExecRequest, 'command'>): Promise<ExecSession>;
  portForward(sandboxId: string, port: number): Promise<ByteStream>;
  stats(containerId: string): Promise<ContainerStats | undefined>;
  /**
   * Answers probes over the network itself, where nothing listens in its containers: a runtime that only simulates.
   * Absent: containers are reached by sockets.
   */
  probe?(
    containerId: string,
    target: { readonly port: number; readonly path?: string },
  ): Promise<{ readonly healthy: boolean; readonly output: string }>;
  /** Stops and removes everything that it started. */
  close(): Promise<void>;
}

/** A container was to be made of an image that does not exist, or that the runtime does not know. */
export class ImageNotFoundError extends Error {
  readonly code = 'PINTLE_IMAGE_NOT_FOUND';
  constructor(
    readonly image: string,
    hint: string,
  ) {
    super(`image ${JSON.stringify(image)} was not found: ${hint}`);
    this.name = 'ImageNotFoundError';
  }
}

export class ImagePullError extends Error {
  readonly code = 'PINTLE_IMAGE_PULL';
  constructor(
    readonly image: string,
    why: string,
    options?: ErrorOptions,
  ) {
    super(`image ${JSON.stringify(image)} could not be pulled: ${why}`, options);
    this.name = 'ImagePullError';
  }
}

/** What a container that could not be started has exited with, as containerd has it. */
export const startErrorExitCode = 128;

/** A container could not be made or started; the reason is as kubelet reports it. */
export class ContainerStartError extends Error {
  readonly code = 'PINTLE_CONTAINER_START';
  constructor(
    readonly reason: 'CreateContainerConfigError' | 'CreateContainerError' | 'RunContainerError',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'ContainerStartError';
  }
}

/** The container or sandbox is not there, or not in a state for this. */
export class ContainerNotFoundError extends Error {
  readonly code = 'PINTLE_CONTAINER_NOT_FOUND';
  constructor(readonly id: string) {
    super(`there is no running container or sandbox ${JSON.stringify(id)}`);
    this.name = 'ContainerNotFoundError';
  }
}
