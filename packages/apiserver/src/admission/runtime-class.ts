/** RuntimeClass: the overhead and the scheduling constraints of a pod's RuntimeClass, on the pod. */
import type { Pod } from '@pintle/api/core/v1';
import type { RuntimeClass } from '@pintle/api/node/v1';
import { mergeTolerations } from '@pintle/api/pod-spec';
import { parseResourceList, sameAmounts } from '@pintle/api/resource-list';
import type { KubernetesObject } from '@pintle/machinery';
import { type ApiCore, storedObjectOf } from '../verbs/api-core.js';
import { findEntry } from '../verbs/read.js';
import { type AdmissionPlugin, type AdmissionRequest, refusedRequest } from './admission.js';
import type { AdmissionCaches } from './admission-caches.js';

type PodSpec = NonNullable<Pod['spec']>;

export function runtimeClassAdmission(core: () => ApiCore, { runtimeClasses }: AdmissionCaches): AdmissionPlugin {
  /** At once where the pod names no class, or one that the cache knows. */
  const withClass = <R>(
    request: AdmissionRequest,
    then: (pod: Pod, found: RuntimeClass | undefined) => R,
  ): R | Promise<R> => {
    const pod = request.object as Pod;
    const name = pod.spec?.runtimeClassName;
    if (!name) return then(pod, undefined);
    const known = runtimeClasses.get(name) as RuntimeClass | undefined;
    if (known !== undefined) return then(pod, known);
    return lookUp(core(), name).then((found) => {
      if (found === undefined) throw refused(request, `RuntimeClass ${JSON.stringify(name)} not found`);
      return then(pod, found);
    });
  };
  return {
    name: 'RuntimeClass',
    concerns: ({ operation, resource, subresource }) =>
      operation === 'CREATE' &&
      subresource === undefined &&
      resource.kind.group === '' &&
      resource.kind.plural === 'pods',
    mutate: (request) => withClass<KubernetesObject>(request, (pod, found) => withConstraints(request, pod, found)),
    validate: (request) =>
      withClass(request, ({ spec }, found) => {
        const overhead = found?.overhead?.podFixed;
        if (overhead !== undefined) requireSameOverhead(request, spec, overhead);
        else if (spec?.overhead !== undefined)
          throw refused(request, 'Pod Overhead set without corresponding RuntimeClass defined Overhead');
      }),
  };
}

const refused = (request: AdmissionRequest, why: string) => refusedRequest(request, `pod rejected: ${why}`);

async function lookUp(core: ApiCore, name: string): Promise<RuntimeClass | undefined> {
  const resource = core.registry.byResource('node.k8s.io/v1', 'runtimeclasses');
  const entry = resource === undefined ? undefined : await findEntry(core, resource, { name });
  return entry === undefined ? undefined : (storedObjectOf(resource, entry) as RuntimeClass);
}

function requireSameOverhead(
  request: AdmissionRequest,
  spec: PodSpec | undefined,
  overhead: Readonly<Record<string, string>>,
): void {
  if (!sameAmounts(parseResourceList(spec?.overhead), parseResourceList(overhead)))
    throw refused(request, "Pod's Overhead doesn't match RuntimeClass's defined Overhead");
}

function withConstraints(request: AdmissionRequest, pod: Pod, found: RuntimeClass | undefined): Pod {
  const overhead = found?.overhead?.podFixed;
  const { nodeSelector = {}, tolerations = [] } = found?.scheduling ?? {};
  const spec = pod.spec as PodSpec;
  if (overhead !== undefined && spec.overhead !== undefined) requireSameOverhead(request, spec, overhead);
  for (const [key, value] of Object.entries(nodeSelector)) {
    const wanted = spec.nodeSelector?.[key];
    if (wanted !== undefined && wanted !== value)
      throw refusedRequest(
        request,
        `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${value}; pod.spec.nodeSelector[${key}] = ${wanted}`,
      );
  }
  const present = spec.tolerations ?? [];
  // A class without scheduling leaves those of the pod as they are, right or wrong.
  const tolerated = found?.scheduling === undefined ? present : mergeTolerations(present, tolerations);
  if (overhead === undefined && Object.keys(nodeSelector).length === 0 && tolerated === present) return pod;
  return {
    ...pod,
    spec: {
      ...spec,
      ...(overhead === undefined ? {} : { overhead }),
      ...(Object.keys(nodeSelector).length === 0 ? {} : { nodeSelector: { ...spec.nodeSelector, ...nodeSelector } }),
      ...(tolerated === present ? {} : { tolerations: tolerated }),
    },
  };
}
