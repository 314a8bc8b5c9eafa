/** From kubeconfigs to how webhooks are reached, and to as whom: files are read once, when the server starts. */
import type { WebhookCredentials, WebhookTarget, WebhookUsers } from '@pintle/apiserver';
import { type Credentials, kubeConfig, kubeConfigUsers, type Pem } from '@pintle/client/nodejs';
import { fileOf } from './flag-files.js';

/** The server of the current context, and its user. Errors: what is wrong with the file, after `what`. */
export async function webhookTargetOf(what: string, path: string): Promise<WebhookTarget> {
  const config = told(what, () => kubeConfig({ path }));
  const { server, ca, tlsServerName, insecure } = config;
  return {
    url: server,
    ...(ca === undefined ? {} : { caBundle: ca }),
    ...(tlsServerName === undefined ? {} : { serverName: tlsServerName }),
    ...(insecure ? { insecure } : {}),
    credentials: await shown(what, config.credentials),
  };
}

/** All users of a kubeconfig, by name. */
export async function webhookUsersOf(what: string, path: string): Promise<WebhookUsers> {
  const { users, current } = told(what, () => kubeConfigUsers({ path }));
  const read = await Promise.all(
    Object.entries(users).map(async ([name, credentials]) => [name, await shown(what, credentials)] as const),
  );
  return {
    users: Object.fromEntries(read),
    ...(current === undefined ? {} : { current: await shown(what, current) }),
  };
}

async function shown(what: string, given: Credentials): Promise<WebhookCredentials> {
  if (given.exec !== undefined || given.impersonate !== undefined)
    throw new Error(`${what}: exec plug-ins and users to act as are not for webhooks in Pintle`);
  const { cert, key, token, tokenFile, username, password } = given;
  const text = async (pem: Pem) => ('text' in pem ? pem.text : fileOf(what, pem.file));
  const bearer = token ?? (tokenFile === undefined ? undefined : (await fileOf(what, tokenFile)).trim());
  return {
    ...(cert === undefined ? {} : { certPem: await text(cert) }),
    ...(key === undefined ? {} : { keyPem: await text(key) }),
    ...(bearer === undefined ? {} : { token: bearer }),
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
  };
}

function told<T>(what: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new Error(`${what}: ${(error as Error).message}`, { cause: error });
  }
}
