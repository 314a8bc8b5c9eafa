/** Small plug-ins that are there only where they are asked for. Pure. */
import type { Pod, Service, Toleration } from '@pintle/api/core/v1';
import { isExtendedResource } from '@pintle/api/resource-list';
import { deepEqual, forbidden } from '@pintle/machinery';
import { type AdmissionPlugin, type AdmissionRequest, isWriteOf, refusedRequest } from '../admission.js';

/** LimitPodHardAntiAffinityTopology: who would be alone is so on a node, and not in a whole zone. */
export const limitPodHardAntiAffinityTopology: AdmissionPlugin = {
  name: 'LimitPodHardAntiAffinityTopology',
  concerns: isWriteOf('', 'pods'),
  validate({ object, resource, name }) {
    const hostname = 'kubernetes.io/hostname';
    const { podAntiAffinity } = (object as Pod).spec?.affinity ?? {};
    for (const { topologyKey } of podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [])
      if (topologyKey !== hostname)
        throw forbidden(
          resource.kind,
          name,
          `affinity.PodAntiAffinity.RequiredDuringScheduling has TopologyKey ${topologyKey} but only key ${hostname} is allowed`,
        );
  },
};

/** ExtendedResourceToleration: who asks for a device tolerates the taint of nodes that are kept for it. */
export const extendedResourceToleration: AdmissionPlugin = {
  name: 'ExtendedResourceToleration',
  concerns: isWriteOf('', 'pods'),
  mutate({ object }) {
    const pod = object as Pod;
    const { spec } = pod;
    if (spec === undefined) return pod;
    const devices = new Set<string>();
    for (const { resources } of [...spec.containers, ...(spec.initContainers ?? [])])
      for (const name of Object.keys(resources?.requests ?? {})) if (isExtendedResource(name)) devices.add(name);
    if (devices.size === 0) return pod;
    const wanted = [...devices].sort().map((key): Toleration => ({ key, operator: 'Exists', effect: 'NoSchedule' }));
    const present = spec.tolerations ?? [];
    const isSame = (a: Toleration, b: Toleration) =>
      a.key === b.key && a.effect === b.effect && a.operator === b.operator && (a.value ?? '') === (b.value ?? '');
    const missing = wanted.filter((toleration) => !present.some((other) => isSame(other, toleration)));
    return missing.length === 0 ? pod : { ...pod, spec: { ...spec, tolerations: [...present, ...missing] } };
  },
};

/** DenyServiceExternalIPs: no Service takes the traffic of an address by saying that it is its own. */
export const denyServiceExternalIps: AdmissionPlugin = {
  name: 'DenyServiceExternalIPs',
  concerns: isWriteOf('', 'services'),
  validate({ object, old, resource, name }) {
    const [now, before] = [object, old].map((service) => (service as Service | undefined)?.spec?.externalIPs ?? []);
    if (deepEqual(now, before) || now!.every((address) => before!.includes(address))) return;
    throw forbidden(resource.kind, name, 'Use of external IPs is denied by admission control');
  },
};

/** AlwaysAdmit: has no say in anything, and never had. */
export const alwaysAdmit: AdmissionPlugin = { name: 'AlwaysAdmit', concerns: () => false };

/** AlwaysDeny: nothing is changed any more, by nobody. */
export const alwaysDeny: AdmissionPlugin = {
  name: 'AlwaysDeny',
  mutate: (request) => {
    throw deniedAll(request);
  },
  validate: (request) => {
    throw deniedAll(request);
  },
};

const deniedAll = (request: AdmissionRequest) =>
  refusedRequest(request, 'admission control is denying all modifications');
