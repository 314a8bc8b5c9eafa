import { Pod } from '@pintle/api/core/v1';
import type { BindPlugin } from '../framework/plugin.js';
import { errorStatus, status } from '../framework/status.js';

/** Binds by posting to the pod's `binding` subresource. */
export function defaultBinder(): BindPlugin {
  return {
    name: 'DefaultBinder',
    async bind(_, { pod, name, namespace }, nodeName, { client }) {
      if (client === undefined) return status('Error', 'there is no client to bind with');
      const { uid } = pod.metadata;
      try {
        await client.createSubresource(Pod, { name, namespace }, 'binding', {
          apiVersion: 'v1',
          kind: 'Binding',
          metadata: { name, namespace, ...(uid === undefined ? {} : { uid }) },
          target: { apiVersion: 'v1', kind: 'Node', name: nodeName },
        });
        return undefined;
      } catch (error) {
        return errorStatus(error);
      }
    },
  };
}
