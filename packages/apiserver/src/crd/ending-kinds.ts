/** Kinds whose definition is going, as the registry has them: of them nothing new is made. */
import { type AdmissionPlugin, refusedRequest } from '../admission/admission.js';
import type { ResourceRegistry } from '../registry/resource-registry.js';

export const endingKinds = (registry: ResourceRegistry): AdmissionPlugin => ({
  name: 'EndingKinds',
  concerns: ({ operation, resource, subresource }) =>
    resource.custom && operation === 'CREATE' && subresource === undefined,
  mutate(request) {
    if (registry.isEnding(request.resource))
      throw refusedRequest(request, 'create not allowed while custom resource definition is terminating');
    return request.object!;
  },
});
