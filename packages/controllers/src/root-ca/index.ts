/** The root CA publisher: the cluster's root certificate in every namespace, as `kube-root-ca.crt`. */
import { ConfigMap, Namespace } from '@pintle/api/core/v1';
import { type Controller, controller } from '@pintle/controller-runtime';
import { deepEqual, StatusError } from '@pintle/machinery';

const configMapName = 'kube-root-ca.crt';
const descriptionAnnotation = 'kubernetes.io/description';
const description =
  "The certificates by which pods know the cluster's API server under the names it has inside the cluster. They are for nothing else.";

export function rootCaController({ certificate }: { /** PEM. */ readonly certificate: string }): Controller {
  return controller({ name: 'root-ca-certificate-publisher' })
    .for(Namespace)
    .watches(ConfigMap, ({ metadata }) => (metadata.name === configMapName ? [{ name: metadata.namespace ?? '' }] : []))
    .reconcile(async ({ object: namespace, client, informers }) => {
      if (namespace === undefined || namespace.metadata.deletionTimestamp !== undefined) return;
      const key = { name: configMapName, namespace: namespace.metadata.name ?? '' };
      const present = informers.informer(ConfigMap).lister.get(key);
      const data = { 'ca.crt': certificate };
      const annotations = present?.metadata.annotations ?? {};
      if (deepEqual(present?.data, data) && annotations[descriptionAnnotation]) return;
      const wish: ConfigMap = {
        ...present,
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: {
          ...(present?.metadata ?? key),
          annotations: { ...annotations, [descriptionAnnotation]: description },
        },
        data,
      };
      await (present === undefined ? client.create(wish) : client.update(wish)).catch((error: unknown) => {
        if (!StatusError.is(error, 'AlreadyExists') && !StatusError.is(error, 'Forbidden')) throw error;
      });
    });
}
