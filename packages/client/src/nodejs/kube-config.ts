/**
 * Where a cluster is and who we are, as a kubeconfig says it (`KUBECONFIG`, `~/.kube/config`) or as a pod is told. Reads
 * files and decides; it asks nobody and runs nothing: `connect` does.
 */
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { hostAndPort } from '@pintle/machinery';
import { parse } from 'yaml';

/** A program that gives credentials (KEP-541). */
export interface ExecPlugin {
  readonly apiVersion: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Printed where the program is not there. */
  readonly installHint?: string;
  readonly interactiveMode: 'Never' | 'IfAvailable' | 'Always';
  /** What the program is told of the cluster; absent where it is to be told nothing. */
  readonly cluster?: Readonly<Record<string, unknown>>;
}

/** A PEM that stands in the config, or in a file, which is read again as it may have been replaced. */
export type Pem = { readonly text: string } | { readonly file: string };

/** How a user shows who it is. Of several, tokens go before names, and all beside certificates. */
export interface Credentials {
  readonly cert?: Pem;
  readonly key?: Pem;
  readonly token?: string;
  /** Read again every minute: what a pod is given changes. Goes before `token`. */
  readonly tokenFile?: string;
  readonly username?: string;
  readonly password?: string;
  readonly exec?: ExecPlugin;
  /** Whom to act as. */
  readonly impersonate?: Impersonation;
}

export interface Impersonation {
  readonly user: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

export interface KubeConfig {
  /** As `https://10.0.0.1:6443`. */
  readonly server: string;
  readonly ca?: string;
  /** The name that the server's certificate must have, where it is not the one in `server`. */
  readonly tlsServerName?: string;
  /** Whoever answers is believed. */
  readonly insecure?: boolean;
  /** As `http://proxy:3128`. Without it the environment's `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` count. */
  readonly proxyUrl?: string;
  readonly credentials: Credentials;
  /** The context's, for who makes objects in it. */
  readonly namespace?: string;
}

/** A kubeconfig that does not say what is needed, or says what cannot be done. */
export class KubeConfigError extends Error {
  readonly code = 'PINTLE_KUBECONFIG';
  constructor(path: string, what: string, options?: ErrorOptions) {
    super(`kubeconfig ${path}: ${what}`, options);
    this.name = 'KubeConfigError';
  }
}

export interface KubeConfigOptions {
  /** Default: the files of `KUBECONFIG`, or `~/.kube/config`, or what a pod is told. Of several files the first to say something counts. */
  readonly path?: string;
  /** Default: the current one. */
  readonly context?: string;
}

type Fields = Readonly<Record<string, unknown>>;

/** An entry of a list, with the file that it stands in. */
interface Entry {
  readonly value: Fields;
  readonly path: string;
}

interface Merged {
  readonly path: string;
  readonly currentContext: string;
  readonly clusters: ReadonlyMap<string, Entry>;
  readonly users: ReadonlyMap<string, Entry>;
  readonly contexts: ReadonlyMap<string, Entry>;
}

/** Errors: `KubeConfigError`. */
export function kubeConfig({ path, context }: KubeConfigOptions = {}): KubeConfig {
  const paths = path === undefined ? defaultPaths() : [path];
  const present = paths.filter((each) => existsSync(each));
  if (present.length === 0) {
    const pod = path === undefined && context === undefined ? inClusterConfig() : undefined;
    if (pod !== undefined) return pod;
    throw new KubeConfigError(
      paths.join(delimiter),
      'there is no such file, and this is no pod; set KUBECONFIG or say { path }',
    );
  }
  const merged = mergedFiles(present);
  return configOf(merged, context ?? merged.currentContext);
}

/** The names of the contexts, the current one first. Errors: `KubeConfigError`. */
export function contextsOf({ path }: Pick<KubeConfigOptions, 'path'> = {}): readonly string[] {
  const merged = mergedFiles((path === undefined ? defaultPaths() : [path]).filter((each) => existsSync(each)));
  const names = [...merged.contexts.keys()];
  return names.sort((a, b) => Number(b === merged.currentContext) - Number(a === merged.currentContext));
}

/** Its users by name, and the current context's: for who shows each of several servers another one. Errors: `KubeConfigError`. */
export function kubeConfigUsers({ path }: Pick<KubeConfigOptions, 'path'> = {}): {
  readonly users: Readonly<Record<string, Credentials>>;
  readonly current?: Credentials;
} {
  const paths = path === undefined ? defaultPaths() : [path];
  const { users, contexts, currentContext } = mergedFiles(paths);
  const all = Object.fromEntries([...users].map(([name, entry]) => [name, credentialsOf(entry, name, undefined)]));
  const current = all[textOf(contexts.get(currentContext)?.value['user']) ?? ''];
  return { users: all, ...(current === undefined ? {} : { current }) };
}

const inPod = '/var/run/secrets/kubernetes.io/serviceaccount';

export interface InClusterOptions {
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Where the service account's files are. */
  readonly directory?: string;
}

/** What a pod is told of its cluster; undefined where this is no pod. */
export function inClusterConfig({
  environment = process.env,
  directory = inPod,
}: InClusterOptions = {}): KubeConfig | undefined {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = '443' } = environment;
  const tokenFile = join(directory, 'token');
  if (host === undefined || host === '' || !existsSync(tokenFile)) return undefined;
  const namespaceFile = join(directory, 'namespace');
  return {
    server: `https://${hostAndPort(host, port)}`,
    ca: readFileSync(join(directory, 'ca.crt'), 'utf8'),
    credentials: { tokenFile },
    ...(existsSync(namespaceFile) ? { namespace: readFileSync(namespaceFile, 'utf8').trim() } : {}),
  };
}

function defaultPaths(): readonly string[] {
  const listed = (process.env['KUBECONFIG'] ?? '').split(delimiter).filter((each) => each !== '');
  return listed.length === 0 ? [join(homedir(), '.kube/config')] : listed;
}

function mergedFiles(paths: readonly string[]): Merged {
  const lists = {
    clusters: new Map<string, Entry>(),
    users: new Map<string, Entry>(),
    contexts: new Map<string, Entry>(),
  };
  let currentContext = '';
  for (const path of paths) {
    const document = documentIn(path);
    currentContext ||= textOf(document['current-context']) ?? '';
    for (const list of ['clusters', 'users', 'contexts'] as const)
      for (const item of itemsOf(document[list])) {
        const name = textOf(item['name']);
        const value = item[list.slice(0, -1)];
        if (name !== undefined && !lists[list].has(name))
          lists[list].set(name, { path, value: (typeof value === 'object' && value !== null ? value : {}) as Fields });
      }
  }
  return { path: paths.join(delimiter), currentContext, ...lists };
}

function documentIn(path: string): Fields {
  let document: unknown;
  try {
    document = parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new KubeConfigError(path, `it cannot be read as YAML: ${(error as Error).message}`, { cause: error });
  }
  if (document === null || document === undefined) return {};
  if (typeof document !== 'object' || Array.isArray(document)) throw new KubeConfigError(path, 'it is no object');
  return document as Fields;
}

function configOf({ path, clusters, users, contexts }: Merged, wanted: string): KubeConfig {
  if (wanted === '') throw new KubeConfigError(path, 'it has no current-context; say { context }');
  const context = contexts.get(wanted)?.value;
  const among = (names: Iterable<string>) =>
    `there are ${[...names].map((name) => JSON.stringify(name)).join(', ') || 'none'}`;
  if (context === undefined)
    throw new KubeConfigError(path, `there is no context ${JSON.stringify(wanted)}; ${among(contexts.keys())}`);
  const clusterName = textOf(context['cluster']) ?? '';
  const cluster = clusters.get(clusterName);
  if (cluster === undefined)
    throw new KubeConfigError(
      path,
      `context ${JSON.stringify(wanted)} is of cluster ${JSON.stringify(clusterName)}; ${among(clusters.keys())}`,
    );
  const server = textOf(cluster.value['server']);
  if (server === undefined) throw new KubeConfigError(path, `cluster ${JSON.stringify(clusterName)} names no server`);
  const userName = textOf(context['user']) ?? '';
  const user = users.get(userName);
  if (user === undefined && userName !== '')
    throw new KubeConfigError(
      path,
      `context ${JSON.stringify(wanted)} is of user ${JSON.stringify(userName)}; ${among(users.keys())}`,
    );
  const ca = pemOf(cluster, 'certificate-authority');
  return {
    server,
    ...said({
      ca: ca === undefined ? undefined : 'text' in ca ? ca.text : readText(cluster.path, ca.file),
      tlsServerName: textOf(cluster.value['tls-server-name']),
      insecure: cluster.value['insecure-skip-tls-verify'] === true ? true : undefined,
      proxyUrl: proxyOf(cluster),
      namespace: textOf(context['namespace']),
    }),
    credentials: user === undefined ? {} : credentialsOf(user, userName, cluster),
  };
}

function proxyOf({ value, path }: Entry): string | undefined {
  const url = textOf(value['proxy-url']);
  if (url !== undefined && !/^https?:\/\//.test(url))
    throw new KubeConfigError(path, `proxy-url ${JSON.stringify(url)} is not supported; use http:// or https://`);
  return url;
}

/** `cluster` is the one that an exec plug-in may be told of. */
function credentialsOf(user: Entry, name: string, cluster: Entry | undefined): Credentials {
  const { value, path } = user;
  const provider = value['auth-provider'] as Fields | undefined;
  if (provider !== undefined)
    throw new KubeConfigError(
      path,
      `user ${JSON.stringify(name)} has auth-provider ${JSON.stringify(textOf(provider['name']) ?? '')}, which Kubernetes no longer has; use an exec plug-in`,
    );
  const [cert, key] = [pemOf(user, 'client-certificate'), pemOf(user, 'client-key')];
  if ((cert === undefined) !== (key === undefined))
    throw new KubeConfigError(
      path,
      `user ${JSON.stringify(name)} has ${key === undefined ? 'a client-certificate without its client-key' : 'a client-key without its client-certificate'}`,
    );
  return said({
    cert,
    key,
    token: textOf(value['token']),
    tokenFile: fileOf(user, 'tokenFile'),
    username: textOf(value['username']),
    password: textOf(value['password']),
    exec: value['exec'] === undefined ? undefined : execOf(value['exec'] as Fields, name, path, cluster),
    impersonate: impersonationOf(user, name),
  });
}

function impersonationOf({ value, path }: Entry, name: string): Impersonation | undefined {
  const user = textOf(value['as']);
  const parts = ['as-uid', 'as-groups', 'as-user-extra'].filter((part) => Object.keys(value[part] ?? {}).length > 0);
  // Who is left out would else be asked to act with all rights of its own.
  if (user === undefined && parts.length > 0)
    throw new KubeConfigError(path, `user ${JSON.stringify(name)} says ${parts.join(' and ')}, and no user to act as`);
  if (user === undefined) return undefined;
  const groups = (value['as-groups'] as readonly string[] | undefined) ?? [];
  const extra = (value['as-user-extra'] as Readonly<Record<string, readonly string[]>> | undefined) ?? {};
  return { user, ...said({ uid: textOf(value['as-uid']) }), groups, extra };
}

const execVersions = ['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1'];

function execOf(exec: Fields, user: string, path: string, cluster: Entry | undefined): ExecPlugin {
  const command = textOf(exec['command']);
  const apiVersion = textOf(exec['apiVersion']) ?? '';
  if (command === undefined) throw new KubeConfigError(path, `user ${JSON.stringify(user)}: exec names no command`);
  if (!execVersions.includes(apiVersion))
    throw new KubeConfigError(
      path,
      `user ${JSON.stringify(user)}: exec has apiVersion ${JSON.stringify(apiVersion)}; ${execVersions.join(' and ')} are supported`,
    );
  const mode = textOf(exec['interactiveMode']);
  const env = itemsOf(exec['env']).map(({ name, value }) => [String(name), String(value)] as const);
  return {
    apiVersion,
    // As client-go: a command with a path in it is meant from where the kubeconfig is.
    command: command.includes('/') ? resolve(dirname(path), command) : command,
    args: ((exec['args'] as readonly unknown[] | null | undefined) ?? []).map(String),
    env: Object.fromEntries(env),
    interactiveMode: mode === 'Never' || mode === 'Always' ? mode : 'IfAvailable',
    ...said({
      installHint: textOf(exec['installHint']),
      cluster: exec['provideClusterInfo'] === true && cluster !== undefined ? clusterInfo(cluster) : undefined,
    }),
  };
}

const clusterFields = [
  'server',
  'tls-server-name',
  'insecure-skip-tls-verify',
  'certificate-authority-data',
  'proxy-url',
  'disable-compression',
];

/** As ExecCredential's `spec.cluster` has it: a program need not find the files that the config names. */
function clusterInfo(cluster: Entry): Fields {
  const { value, path } = cluster;
  const own = itemsOf(value['extensions']).find(({ name }) => name === 'client.authentication.k8s.io/exec');
  const ca = pemOf(cluster, 'certificate-authority');
  return {
    ...Object.fromEntries(Object.entries(value).filter(([name]) => clusterFields.includes(name))),
    ...(ca !== undefined && 'file' in ca
      ? { 'certificate-authority-data': Buffer.from(readText(path, ca.file)).toString('base64') }
      : {}),
    ...(own === undefined ? {} : { config: own['extension'] }),
  };
}

function pemOf({ value, path }: Entry, key: string): Pem | undefined {
  const inline = textOf(value[`${key}-data`]);
  if (inline !== undefined) return { text: Buffer.from(inline, 'base64').toString('utf8') };
  const file = fileOf({ value, path }, key);
  return file === undefined ? undefined : { file };
}

function fileOf({ value, path }: Entry, key: string): string | undefined {
  const file = textOf(value[key]);
  return file === undefined ? undefined : resolve(dirname(path), file);
}

/** Errors: `KubeConfigError`, with the file in it. */
export function readText(path: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new KubeConfigError(path, `${file} cannot be read`, { cause: error });
  }
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
const itemsOf = (value: unknown): readonly Fields[] =>
  Array.isArray(value) ? value.filter((item): item is Fields => typeof item === 'object' && item !== null) : [];

/** Without what is undefined. */
function said<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}
