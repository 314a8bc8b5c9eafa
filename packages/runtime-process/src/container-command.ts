/**
 * What a container runs, and with which environment, decided without touching anything. Pure.
 *
 * Differs from Kubernetes: there is no file system of its own around the process. Its root is a folder, named by
 * `CONTAINER_ROOT`, and starts as its working directory; programs that use absolute paths see the machine's.
 */
import { isAbsolute, join } from 'node:path';
import { type ContainerConfig, ContainerStartError, type PodSandboxConfig } from '@pintle/contracts';
import { cleanParts } from './path-in-root.js';
import { containerMark, directoryMark } from './process-group.js';

/** What an image says of its containers. */
export interface ImageSettings {
  readonly name: string;
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly workingDir: string;
  /** What the root shows; nothing for `host`. */
  readonly folder?: string;
}

export interface CommandContext {
  readonly containerId: string;
  readonly directory: string;
  readonly root: string;
  readonly sandbox: PodSandboxConfig;
  readonly image: ImageSettings;
  /** Where programs of this machine are found: its `PATH`. */
  readonly path: string;
  readonly uid: number | undefined;
}

/** The command line, as the image's entrypoint and the container's `command` and `args` give it. */
export function commandLine(config: ContainerConfig, image: ImageSettings): readonly string[] {
  const line =
    config.command.length > 0
      ? [...config.command, ...config.args]
      : [...image.entrypoint, ...(config.args.length > 0 ? config.args : image.cmd)];
  if (line.length === 0) {
    throw new ContainerStartError(
      'CreateContainerError',
      `container ${JSON.stringify(config.name)} names no command, and image ${JSON.stringify(image.name)} has none of its own; set the container's \`command\``,
    );
  }
  return line;
}

/** Refuses what a process without root can't be given. Errors: `ContainerStartError`. */
export function checkUser(config: ContainerConfig, uid: number | undefined): number | undefined {
  const { runAsUser } = config;
  if (runAsUser === undefined || runAsUser === uid) return undefined;
  if (uid === 0) return runAsUser;
  throw new ContainerStartError(
    'CreateContainerError',
    `container ${JSON.stringify(config.name)} asks for user ${runAsUser}, but the process runtime runs as user ${uid ?? 'unknown'} and may not change to another`,
  );
}

/** The folder that a container starts in, as a path in its root. */
export function workingDirectory(config: ContainerConfig, image: ImageSettings): string {
  return config.workingDir || image.workingDir || '/';
}

const folders = ['usr/local/sbin', 'usr/local/bin', 'usr/sbin', 'usr/bin', 'sbin', 'bin'];

export function environmentOf(config: ContainerConfig, context: CommandContext): Record<string, string> {
  const { image, root, sandbox } = context;
  const ip = sandbox.ip ?? '127.0.0.1';
  const own = Object.fromEntries(config.env.map(({ name, value }) => [name, value]));
  const given: Record<string, string> = {
    HOME: root,
    HOSTNAME: sandbox.hostname,
    TMPDIR: join(root, 'tmp'),
    POD_IP: ip,
    HOST: ip,
    ...image.env,
    ...own,
  };
  // An image's PATH names folders of its own root; the machine's come after them.
  if (own['PATH'] === undefined) {
    const imageFolders = image.env['PATH']?.split(':') ?? (image.folder === undefined ? [] : folders);
    given['PATH'] = [...imageFolders.map((folder) => join(root, folder)), context.path].join(':');
  }
  return {
    ...given,
    CONTAINER_ROOT: root,
    ...(config.terminationMessagePath === undefined
      ? {}
      : { TERMINATION_MESSAGE_PATH: join(root, ...cleanParts(config.terminationMessagePath)) }),
    [directoryMark]: context.directory,
    [containerMark]: context.containerId,
  };
}

/** Where a program may be, best first: an absolute path means the container's root before the machine. */
export function programCandidates(file: string, cwd: string, root: string, path: string): readonly string[] {
  if (isAbsolute(file)) return [join(root, ...cleanParts(file)), file];
  if (file.includes('/')) return [join(cwd, file)];
  return path.split(':').map((folder) => join(folder === '' ? cwd : folder, file));
}
