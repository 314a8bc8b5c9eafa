/** One question to a webhook, of admission or of conversion, and what is said where it cannot be asked. */
import { TimeoutError, type World, withTimeout } from '@pintle/machinery';
import type { ObjectCache } from '../../storage/object-cache.js';
import { WebhookAnswerError, type WebhookCaller } from './webhook-caller.js';
import { type ClientConfig, webhookTarget } from './webhook-target.js';

export interface WebhookAsker {
  readonly world: World;
  readonly call: WebhookCaller;
  readonly services: ObjectCache;
}

/** Errors: `WebhookAnswerError`; else `Error` with the address that was asked. */
export async function askWebhook(
  { world, call, services }: WebhookAsker,
  config: ClientConfig,
  body: unknown,
  timeoutSeconds: number,
): Promise<unknown> {
  try {
    const target = webhookTarget(config, services);
    const timed = { ...target, url: withTimeoutIn(target.url, timeoutSeconds) };
    return await withTimeout(world.clock, timeoutSeconds * 1_000, 'the webhook', (signal) => call(timed, body, signal));
  } catch (cause) {
    if (cause instanceof WebhookAnswerError) throw cause;
    const why = cause instanceof TimeoutError ? 'context deadline exceeded' : (cause as Error).message;
    const address = withTimeoutIn(addressOf(config), timeoutSeconds);
    throw new Error(`Post ${JSON.stringify(address)}: ${why}`, { cause });
  }
}

const withTimeoutIn = (url: string, seconds: number) => `${url}${url.includes('?') ? '&' : '?'}timeout=${seconds}s`;

/** With the name of the Service, as its certificate has it. */
function addressOf({ url, service }: ClientConfig): string {
  if (url || !service) return url ?? '';
  const { namespace, name, path = '/', port = 443 } = service;
  return `https://${name}.${namespace}.svc:${port}${path.startsWith('/') ? '' : '/'}${path}`;
}
