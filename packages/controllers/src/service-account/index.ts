/** The ServiceAccount controller: every namespace has an account called `default`. */
import { Namespace, ServiceAccount } from '@pintle/api/core/v1';
import { type Controller, controller } from '@pintle/controller-runtime';
import { StatusError } from '@pintle/machinery';

export function serviceAccountController(): Controller {
  return controller({ name: 'serviceaccount' })
    .for(Namespace)
    .watches(ServiceAccount, ({ metadata }) =>
      metadata.name === 'default' ? [{ name: metadata.namespace ?? '' }] : [],
    )
    .reconcile(async ({ object: namespace, client, informers }) => {
      if (namespace === undefined || namespace.metadata.deletionTimestamp !== undefined) return;
      const key = { name: 'default', namespace: namespace.metadata.name ?? '' };
      if (informers.informer(ServiceAccount).lister.get(key) !== undefined) return;
      await client
        .create<ServiceAccount>({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: key })
        .catch((error: unknown) => {
          if (!StatusError.is(error, 'AlreadyExists') && !StatusError.is(error, 'Forbidden')) throw error;
        });
    });
}
