/** Patch: a change whose wish is made from the object as it is. */
import type { ObjectKey, Patch, WriteOptions } from '@pintle/client';
import {
  applyJsonPatch,
  applyMergePatch,
  applyStrategicMergePatch,
  badRequest,
  type KubernetesObject,
  PatchError,
  statusError,
} from '@pintle/machinery';
import type { RequestContext } from '../registry/request-context.js';
import type { Resource } from '../registry/resource.js';
import type { ApiCore, Served } from './api-core.js';
import { decode, placeOf, unsupportedPatch } from './decode.js';
import { changeObject } from './update.js';

export function patchObject(
  core: ApiCore,
  context: RequestContext,
  resource: Resource,
  key: ObjectKey,
  patch: Patch,
  options: WriteOptions = {},
): Promise<Served> {
  if (patch.type === 'strategic' && resource.custom) throw unsupportedPatch('application/strategic-merge-patch+json');
  return changeObject(core, context, resource, {
    key,
    ...(options.subresource === undefined ? {} : { subresource: options.subresource }),
    options,
    async change(old) {
      const patched = applyPatch(resource, resource.fromStored(old), patch);
      if (patched === old) return { object: old };
      const object = await decode(context, resource, patched, options, old);
      placeOf(resource, object.metadata, key);
      return { object };
    },
  });
}

/** Errors: `StatusError` BadRequest or Invalid for a patch that does not apply. */
export function applyPatch(resource: Resource, object: KubernetesObject, patch: Patch): unknown {
  try {
    switch (patch.type) {
      case 'json':
        return applyJsonPatch(object, patch.operations);
      case 'merge':
        if (typeof patch.body !== 'object' || patch.body === null || Array.isArray(patch.body))
          throw badRequest('a merge patch must be a JSON object');
        return applyMergePatch(object, patch.body);
      case 'strategic':
        if (typeof patch.body !== 'object' || patch.body === null || Array.isArray(patch.body))
          throw badRequest('a strategic merge patch must be a JSON object');
        return applyStrategicMergePatch(object, patch.body, resource.kind.schema.node);
    }
  } catch (error) {
    if (!(error instanceof PatchError)) throw error;
    if (patch.type === 'json') throw statusError('Invalid', error.message, { cause: error });
    throw badRequest(error.message, error);
  }
}
