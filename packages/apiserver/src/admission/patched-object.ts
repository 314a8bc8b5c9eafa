/** The JSON patches of webhooks and policies: applied to the object as they see it, and what they make is read as a body is. */
import { applyJsonPatch, badRequest, decoderWords, type KubernetesObject } from '@pintle/machinery';
import { rescaled } from '../subresources/scale-of.js';
import { normalize } from '../verbs/normalizers.js';
import { unknownField } from '../verbs/strict-faults.js';
import { typeMetaFault } from '../verbs/type-meta.js';
import type { AdmissionRequest } from './admission.js';
import { internalFailure } from './plain-failure.js';
import { shownObject } from './policy/policy-language.js';

/**
 * `object`, and what comes out, are in the version that verbs work in. `isStrict`: fields that nobody knows are refused, and not left out.
 * Errors: `PatchError` for a patch that cannot be applied; `StatusError` InternalError where it makes no object of the kind,
 * BadRequest for another namespace.
 */
export function patchedObject(
  request: AdmissionRequest,
  object: KubernetesObject,
  operations: readonly unknown[],
  { isStrict }: { readonly isStrict: boolean },
): KubernetesObject {
  const { resource, subresource } = request;
  const shown = shownObject(request, object);
  const patched = applyJsonPatch(shown, operations);
  const { kind, custom } = resource;
  const fault = typeMetaFault(patched);
  if (fault !== undefined) throw internalFailure(fault);
  const { apiVersion } = shown;
  // What it does not say that it is it is still.
  const made = (custom
    ? patched
    : { apiVersion, kind: shown.kind, ...(patched as object) }) as unknown as KubernetesObject;
  if (made.kind !== shown.kind || made.apiVersion !== shown.apiVersion)
    throw internalFailure(
      `a patch made ${made.apiVersion}, Kind=${made.kind} of ${shown.apiVersion}, Kind=${shown.kind}`,
    );
  // An eviction or a binding is no object of the resource.
  if (shown.kind !== kind.kind && subresource !== 'scale') return made;
  const before = resource.fromStored(object);
  const changed = subresource === 'scale' ? rescaled(resource, before, made) : made;
  const { value, unknownFields, errors } = normalize(resource, changed, before);
  if (errors.length > 0)
    throw internalFailure(
      custom
        ? errors.map(({ field, detail }) => `${field}: ${detail}`).join(', ')
        : decoderWords(kind.schema.node, kind.kind, errors),
    );
  if (isStrict && !custom && unknownFields.length > 0)
    throw internalFailure(`strict decoding error: ${unknownFields.map(unknownField).join(', ')}`);
  const result = inNamespace(value as KubernetesObject, shown.metadata.namespace);
  if (result.metadata.namespace !== shown.metadata.namespace)
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  const stored = resource.toStored(result);
  return resource.definition.strategy?.defaults?.(stored) ?? stored;
}

/** What does not say where it is is where it was. */
const inNamespace = (object: KubernetesObject, namespace: string | undefined): KubernetesObject =>
  object.metadata?.namespace || namespace === undefined
    ? object
    : { ...object, metadata: { ...object.metadata, namespace } };
