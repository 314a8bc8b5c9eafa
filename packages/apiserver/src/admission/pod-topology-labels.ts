/**
 * PodTopologyLabels: a pod says in which zone and region its node is, from when it is bound. A Binding carries the labels
 * to it. There where the gate `PodTopologyLabelsAdmission` is on.
 */
import type { Node, Pod } from '@pintle/api/core/v1';
import type { KubernetesObject } from '@pintle/machinery';
import { type ApiCore, storedObjectOf } from '../verbs/api-core.js';
import { findEntry } from '../verbs/read.js';
import type { AdmissionPlugin } from './admission.js';

const copied = ['topology.kubernetes.io/zone', 'topology.kubernetes.io/region'] as const;

type Binding = KubernetesObject & { readonly target?: { readonly kind?: string; readonly name?: string } };

export function podTopologyLabels(core: () => ApiCore): AdmissionPlugin {
  return {
    name: 'PodTopologyLabels',
    concerns: ({ operation, resource: { kind }, subresource }) =>
      operation === 'CREATE' &&
      kind.group === '' &&
      kind.plural === 'pods' &&
      (subresource === undefined || subresource === 'binding'),
    async mutate(request) {
      const object = request.object!;
      const name = request.subresource === undefined ? (object as Pod).spec?.nodeName : nodeOf(object);
      if (!name) return object;
      const labels = await topologyOf(core(), name);
      if (labels.length === 0) return object;
      const { metadata } = object;
      return { ...object, metadata: { ...metadata, labels: { ...metadata.labels, ...Object.fromEntries(labels) } } };
    },
  };
}

function nodeOf(object: KubernetesObject): string | undefined {
  const { kind, name } = (object as Binding).target ?? {};
  return kind === 'Node' ? name : undefined;
}

/** None of a node that is not there. */
async function topologyOf(core: ApiCore, name: string): Promise<readonly (readonly [string, string])[]> {
  const resource = core.registry.byResource('v1', 'nodes');
  const entry = resource === undefined ? undefined : await findEntry(core, resource, { name });
  const labels = entry === undefined ? {} : ((storedObjectOf(resource, entry) as Node).metadata.labels ?? {});
  return copied.flatMap((key) => (labels[key] === undefined ? [] : [[key, labels[key]] as const]));
}
