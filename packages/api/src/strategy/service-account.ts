/** ServiceAccounts: of the secrets that they may use, only the names count. */
import type { Strategy } from '@pintle/machinery';
import type { ServiceAccount } from '../core/v1/config.js';

function withBareSecrets(account: ServiceAccount): ServiceAccount {
  const { secrets } = account;
  if (secrets === undefined || secrets.every((secret) => Object.keys(secret).every((key) => key === 'name')))
    return account;
  return { ...account, secrets: secrets.map(({ name }) => (name === undefined ? {} : { name })) };
}

export const serviceAccountStrategy: Strategy<ServiceAccount> = {
  prepareForCreate: withBareSecrets,
  prepareForUpdate: withBareSecrets,
};
