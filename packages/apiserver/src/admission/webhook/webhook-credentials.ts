/**
 * As whom the API server asks a webhook: of a kubeconfig's users the one whose name is the webhook's host, as upstream's
 * `WebhookAdmission` has it. Pure; who reads the kubeconfig is elsewhere.
 */
import type { WebhookCredentials } from './webhook-caller.js';
import type { ClientConfig } from './webhook-target.js';

export interface WebhookUsers {
  /** By name: a host with its port, a host (for port 443), `*.` and the end of one, or `*`. */
  readonly users: Readonly<Record<string, WebhookCredentials>>;
  /** Of the current context: for all others. */
  readonly current?: WebhookCredentials;
}

/** Undefined: it shows nothing. */
export function credentialsFor({ users, current }: WebhookUsers, config: ClientConfig): WebhookCredentials | undefined {
  const { host, port } = placeOf(config);
  const names = [...namesFor(`${host}:${port}`), ...(port === '443' ? namesFor(host) : []), '*'];
  const found = names.find((name) => Object.hasOwn(users, name));
  return found === undefined ? current : users[found];
}

function placeOf({ url, service }: ClientConfig): { readonly host: string; readonly port: string } {
  if (!url && service) return { host: `${service.name}.${service.namespace}.svc`, port: String(service.port ?? 443) };
  const { hostname, port } = new URL(url ?? '');
  return { host: hostname, port: port || '443' };
}

/** The name itself, then each end of it after a dot, with a star before. */
function namesFor(host: string): readonly string[] {
  const parts = host.split('.');
  return [host, ...parts.slice(1).map((_, index) => `*.${parts.slice(index + 1).join('.')}`)];
}
