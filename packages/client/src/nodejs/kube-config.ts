/** Where the server is and who we are, from a kubeconfig (`KUBECONFIG`, `~/.kube/config`) or from inside a pod. */
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parse } from 'yaml';

export interface KubeConfig {
  readonly server: string;
  /** PEM. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly token?: string;
  readonly insecure?: boolean;
}

/** A kubeconfig that does not say what is needed. */
export class KubeConfigError extends Error {
  readonly code = 'PINTLE_KUBECONFIG';
  constructor(path: string, what: string) {
    super(`kubeconfig ${path}: ${what}`);
    this.name = 'KubeConfigError';
  }
}

export interface KubeConfigOptions {
  readonly path?: string;
  /** Default: the current one. */
  readonly context?: string;
}

const inPod = '/var/run/secrets/kubernetes.io/serviceaccount';

interface Named {
  readonly name?: string;
  readonly cluster?: Readonly<Record<string, unknown>>;
  readonly user?: Readonly<Record<string, unknown>>;
  readonly context?: { readonly cluster?: string; readonly user?: string };
}

/** Errors: `KubeConfigError`. */
export function kubeConfig({
  path = process.env['KUBECONFIG'] || join(homedir(), '.kube/config'),
  context,
}: KubeConfigOptions = {}): KubeConfig {
  if (!existsSync(path)) {
    const host = process.env['KUBERNETES_SERVICE_HOST'];
    if (host === undefined) throw new KubeConfigError(path, 'there is no such file, and this is no pod');
    const read = (name: string) => readFileSync(join(inPod, name), 'utf8');
    return {
      server: `https://${host}:${process.env['KUBERNETES_SERVICE_PORT'] ?? '443'}`,
      ca: read('ca.crt'),
      token: read('token').trim(),
    };
  }
  const document = parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  const list = (key: string) => (document[key] ?? []) as readonly Named[];
  const wanted = context ?? String(document['current-context'] ?? '');
  const found = list('contexts').find(({ name }) => name === wanted)?.context;
  if (found === undefined) throw new KubeConfigError(path, `there is no context ${JSON.stringify(wanted)}`);
  const cluster = list('clusters').find(({ name }) => name === found.cluster)?.cluster;
  if (typeof cluster?.['server'] !== 'string')
    throw new KubeConfigError(path, `cluster ${JSON.stringify(found.cluster)} names no server`);
  const user = list('users').find(({ name }) => name === found.user)?.user ?? {};
  if (user['exec'] !== undefined)
    throw new KubeConfigError(path, 'credentials by exec plug-ins are not supported yet; use a certificate or a token');
  const text = (from: Readonly<Record<string, unknown>>, key: string): string | undefined => {
    const inline = from[`${key}-data`];
    if (typeof inline === 'string') return Buffer.from(inline, 'base64').toString('utf8');
    const file = from[key];
    return typeof file === 'string' ? readFileSync(resolve(dirname(path), file), 'utf8') : undefined;
  };
  const said = {
    ca: text(cluster, 'certificate-authority'),
    cert: text(user, 'client-certificate'),
    key: text(user, 'client-key'),
    token: typeof user['token'] === 'string' ? user['token'] : undefined,
    insecure: cluster['insecure-skip-tls-verify'] === true ? true : undefined,
  };
  return {
    server: cluster['server'],
    ...Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined)),
  };
}
