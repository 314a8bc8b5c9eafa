/** Kinds whose definition is going: of them nothing new is made. Filled by who follows the definitions, asked at admission. */
import type { Kind } from '@pintle/machinery';
import { type AdmissionPlugin, refusedRequest } from '../admission/admission.js';

export interface EndingKinds extends AdmissionPlugin {
  add(kind: Kind): void;
}

export function endingKinds(): EndingKinds {
  const ending = new WeakSet<Kind>();
  return {
    name: 'EndingKinds',
    add: (kind) => void ending.add(kind),
    concerns: ({ operation, resource, subresource }) =>
      resource.custom && operation === 'CREATE' && subresource === undefined,
    mutate(request) {
      if (ending.has(request.resource.kind))
        throw refusedRequest(request, 'create not allowed while custom resource definition is terminating');
      return request.object!;
    },
  };
}
