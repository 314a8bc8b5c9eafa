/** From kube-apiserver's flags to who decides what users may do: modes in turn, webhooks, or a configuration that is followed. */
import {
  type AuthorizerChoice,
  type AuthorizerSource,
  abacAuthorizer,
  authorizersOfModes,
  configuredAuthorization,
  webhookAuthorizer,
} from '@pintle/apiserver';
import { httpsWebhookCaller } from '@pintle/apiserver/nodejs';
import type { World } from '@pintle/machinery';
import { fileOf, given, parsedYaml } from './flag-files.js';
import type { ApiServerFlags } from './flags.js';
import { followFile } from './followed-file.js';

const configFlag = '--authorization-config';
const policyFlag = '--authorization-policy-file';
const webhookFlag = '--authorization-webhook-config-file';
/** As upstream asks webhooks that come by flags. */
const webhookTimeoutMs = 30_000;

/** Undefined where no flag says anything of it. Errors: a file that cannot be used; flags that contradict one another. */
export async function chosenAuthorizers(
  flags: ApiServerFlags,
  world: World,
): Promise<readonly AuthorizerChoice[] | AuthorizerSource | undefined> {
  const { authorizationConfig, authorizationMode: modes, authorizationWebhookConfigFile: webhookFile } = flags;
  if (authorizationConfig !== undefined) return followedAuthorizers(authorizationConfig, flags, world);
  if (webhookFile !== undefined && !modes?.includes('Webhook'))
    throw new Error(`cannot specify ${webhookFlag} without mode Webhook`);
  if (flags.authorizationPolicyFile !== undefined && !modes?.includes('ABAC'))
    throw new Error(`cannot specify ${policyFlag} without mode ABAC`);
  if (modes === undefined) return undefined;
  if (new Set(modes).size !== modes.length)
    throw new Error(`authorization-mode ${JSON.stringify(modes)} has mode specified more than once`);
  return Promise.all(
    modes.map(async (mode) => {
      if (mode === 'Webhook') return webhookByFlags(flags, world);
      return mode === 'ABAC' ? policiesByFlags(flags) : authorizersOfModes([mode])[0]!;
    }),
  );
}

async function policiesByFlags({ authorizationPolicyFile: path }: ApiServerFlags): Promise<AuthorizerChoice> {
  if (path === undefined) throw new Error("authorization-mode ABAC's authorization policy file not passed");
  const text = await fileOf(policyFlag, path);
  try {
    return abacAuthorizer(text);
  } catch (cause) {
    throw new Error(`${policyFlag} ${path}: ${(cause as Error).message}`, { cause });
  }
}

async function webhookByFlags(flags: ApiServerFlags, world: World): Promise<AuthorizerChoice> {
  const { authorizationWebhookConfigFile: path } = flags;
  if (path === undefined) throw new Error("authorization-mode Webhook's authorization config file not passed");
  const { webhookTargetOf } = await import('./webhook-access.js');
  return webhookAuthorizer({
    ...{ world, call: httpsWebhookCaller(), target: await webhookTargetOf(webhookFlag, path) },
    timeoutMs: webhookTimeoutMs,
    version: flags.authorizationWebhookVersion ?? 'v1beta1',
    ...given('allowedMs', flags.authorizationWebhookCacheAuthorizedTtl),
    ...given('refusedMs', flags.authorizationWebhookCacheUnauthorizedTtl),
  });
}

async function followedAuthorizers(path: string, flags: ApiServerFlags, world: World): Promise<AuthorizerSource> {
  const { authorizationMode, authorizationWebhookConfigFile, authorizationWebhookVersion } = flags;
  const others = [
    ...[authorizationMode, authorizationWebhookConfigFile, authorizationWebhookVersion, flags.authorizationPolicyFile],
    ...[flags.authorizationWebhookCacheAuthorizedTtl, flags.authorizationWebhookCacheUnauthorizedTtl],
  ];
  if (others.some((said) => said !== undefined))
    throw new Error(
      `${configFlag} can not be specified when --authorization-mode or --authorization-webhook-* flags are defined`,
    );
  const { webhookTargetOf } = await import('./webhook-access.js');
  const read = async (text: string, required: readonly string[]) => {
    try {
      return await configuredAuthorization(parsedYaml(configFlag, text), {
        ...{ world, call: httpsWebhookCaller(), required },
        targetOf: (file) => webhookTargetOf(configFlag, file),
      });
    } catch (error) {
      const { message } = error as Error;
      throw new Error(message.startsWith(configFlag) ? message : `${configFlag}: ${message}`, { cause: error });
    }
  };
  const text = await fileOf(configFlag, path);
  const first = await read(text, []);
  let current = first.authorizers;
  const listeners: (() => void)[] = [];
  followFile({
    ...{ path, text },
    async take(now) {
      const next = await read(now, first.types);
      const added = next.types.find((type) => !first.types.includes(type) && (type === 'Node' || type === 'RBAC'));
      if (added !== undefined)
        throw new Error(`authorizer type ${added} is not allowed if it was not enabled at initial server startup`);
      current = next.authorizers;
      for (const told of listeners) told();
    },
    told: (error) =>
      world.logger.log(
        error === undefined ? 'info' : 'error',
        error === undefined
          ? 'the authorization configuration was read anew'
          : 'the authorization configuration cannot be used, and what it said before still counts',
        { path, ...(error === undefined ? {} : { error }) },
      ),
  });
  return { current: () => current, onChange: (told) => void listeners.push(told) };
}
