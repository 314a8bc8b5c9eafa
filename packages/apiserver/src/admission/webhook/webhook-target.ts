/** Where a webhook is, by its `clientConfig`: a URL, or a Service of this cluster. Pure over the Services. */
import type { Service } from '@pintle/api/core/v1';
import { hostAndPort } from '@pintle/machinery';
import type { ObjectCache } from '../../storage/object-cache.js';
import type { WebhookTarget } from './webhook-caller.js';

/** As admission webhooks and conversion webhooks write it. */
export interface ClientConfig {
  readonly url?: string;
  readonly service?: {
    readonly namespace: string;
    readonly name: string;
    readonly path?: string;
    readonly port?: number;
  };
  /** Base64 of PEM. */
  readonly caBundle?: string;
}

/** The webhook could not be asked, or its answer is none. What follows is for who asks. */
export class WebhookFailure extends Error {
  readonly code = 'PINTLE_WEBHOOK';
}

/** Errors: `WebhookFailure` for a Service that is not there, or has no address that could be asked. */
export function webhookTarget(
  { url, service, caBundle }: ClientConfig,
  services: Pick<ObjectCache, 'get'>,
): WebhookTarget {
  const authority = caBundle ? { caBundle: atob(caBundle) } : {};
  if (url) return { url, ...authority };
  if (!service) throw new WebhookFailure('the webhook has neither a url nor a service');
  const { namespace, name, path = '/', port = 443 } = service;
  const found = services.get(`${namespace}/${name}`) as Service | undefined;
  if (found === undefined) throw new WebhookFailure(`service ${JSON.stringify(name)} not found`);
  const host = hostOf(found, port);
  return {
    url: `https://${hostAndPort(host, port)}${path.startsWith('/') ? '' : '/'}${path}`,
    serverName: `${name}.${namespace}.svc`,
    ...authority,
  };
}

/** What stands for another name is asked there. */
function hostOf({ metadata, spec = {} }: Service, port: number): string {
  const { type, externalName, clusterIP: ip = '', ports = [] } = spec;
  if (type === 'ExternalName' && externalName) return externalName;
  if (!ip || ip === 'None') throw new WebhookFailure('cannot route to service with ClusterIP "None"');
  if (!ports.some((each) => each.port === port))
    throw new WebhookFailure(`no service port ${port} found for service ${JSON.stringify(metadata.name)}`);
  return ip;
}
