/** One question to a webhook, of admission or of conversion, and what is said where it cannot be asked. */
import { TimeoutError, type World, withTimeout } from '@pintle/machinery';
import type { ObjectCache } from '../../storage/object-cache.js';
import {
  WebhookAnswerError,
  type WebhookCaller,
  type WebhookCredentials,
  type WebhookTarget,
} from './webhook-caller.js';
import { type ClientConfig, webhookTarget } from './webhook-target.js';

export interface WebhookAsker {
  readonly world: World;
  readonly call: WebhookCaller;
  readonly services: ObjectCache;
}

/** Errors: `WebhookAnswerError`; else `Error` with the address that was asked. `credentials`: nobody's unless given. */
export async function askWebhook(
  { services, ...asker }: WebhookAsker,
  config: ClientConfig,
  body: unknown,
  timeoutSeconds: number,
  credentials?: WebhookCredentials,
): Promise<unknown> {
  let target: WebhookTarget;
  try {
    target = webhookTarget(config, services);
  } catch (cause) {
    throw unasked(addressOf(config), timeoutSeconds, cause as Error);
  }
  const shown = credentials === undefined ? {} : { credentials };
  return askTarget(asker, { ...target, ...shown }, body, timeoutSeconds, addressOf(config));
}

/** The same of what is known where to find. `address`: as it is called in errors. */
export async function askTarget(
  { world, call }: Pick<WebhookAsker, 'world' | 'call'>,
  target: WebhookTarget,
  body: unknown,
  timeoutSeconds: number,
  address = target.url,
): Promise<unknown> {
  const timed = { ...target, url: withTimeoutIn(target.url, timeoutSeconds) };
  try {
    return await withTimeout(world.clock, timeoutSeconds * 1_000, 'the webhook', (signal) => call(timed, body, signal));
  } catch (cause) {
    if (cause instanceof WebhookAnswerError) throw cause;
    throw unasked(address, timeoutSeconds, cause as Error);
  }
}

function unasked(address: string, timeoutSeconds: number, cause: Error): Error {
  const why = cause instanceof TimeoutError ? 'context deadline exceeded' : cause.message;
  return new Error(`Post ${JSON.stringify(withTimeoutIn(address, timeoutSeconds))}: ${why}`, { cause });
}

const withTimeoutIn = (url: string, seconds: number) => `${url}${url.includes('?') ? '&' : '?'}timeout=${seconds}s`;

/** With the name of the Service, as its certificate has it. */
function addressOf({ url, service }: ClientConfig): string {
  if (url || !service) return url ?? '';
  const { namespace, name, path = '/', port = 443 } = service;
  return `https://${name}.${namespace}.svc:${port}${path.startsWith('/') ? '' : '/'}${path}`;
}
