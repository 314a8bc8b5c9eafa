/** The root CA publisher: the cluster's root certificate in every namespace, as `kube-root-ca.crt`. */
import { ConfigMap, Namespace } from '@pintle/api/core/v1';
import { type Controller, controller } from '@pintle/controller-runtime';
import { StatusError } from '@pintle/machinery';

const configMapName = 'kube-root-ca.crt';

export function rootCaController({ certificate }: { /** PEM. */ readonly certificate: string }): Controller {
  return controller({ name: 'root-ca-certificate-publisher' })
    .for(Namespace)
    .watches(ConfigMap, ({ metadata }) => (metadata.name === configMapName ? [{ name: metadata.namespace ?? '' }] : []))
    .reconcile(async ({ object: namespace, client, informers }) => {
      if (namespace === undefined || namespace.metadata.deletionTimestamp !== undefined) return;
      const key = { name: configMapName, namespace: namespace.metadata.name ?? '' };
      const present = informers.informer(ConfigMap).lister.get(key);
      if (present?.data?.['ca.crt'] === certificate) return;
      const wish: ConfigMap = {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: present?.metadata ?? key,
        data: { 'ca.crt': certificate },
      };
      await (present === undefined ? client.create(wish) : client.update(wish)).catch((error: unknown) => {
        if (!StatusError.is(error, 'AlreadyExists') && !StatusError.is(error, 'Forbidden')) throw error;
      });
    });
}
