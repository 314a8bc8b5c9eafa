/**
 * Patch: a change whose wish is made from the object as it is.
 *
 * **Differs from Kubernetes**: fields that nobody knows, and that a JSON patch brings, are told in the order of their names.
 */
import type { ObjectKey, Patch } from '@pintle/client';
import {
  applyJsonPatch,
  applyMergePatch,
  applyStrategicMergePatch,
  badRequest,
  canonicalJson,
  decoderWords,
  isFields,
  jsonType,
  type Kind,
  type KubernetesObject,
  ObjectMeta,
  PatchError,
  statusError,
  type TypeFault,
  unmarshalWords,
} from '@pintle/machinery';
import type { RequestContext } from '../registry/request-context.js';
import { lacksDefaults, type Resource, tellerOf } from '../registry/resource.js';
import type { Told } from '../storage/stored-object.js';
import type { ApiCore, Served } from './api-core.js';
import { converterWords, firstFault, goKind, scalarWords } from './converter-words.js';
import { customWords, decode, placeOf, requireName, unsupportedPatch, withOwnersOnce } from './decode.js';
import type { DecodeOptions, SentOptions } from './decode-options.js';
import { shownPatch } from './shown-patch.js';
import { ofJsonPatch, reportStrict, type StrictFaults, textFirst, unknownField } from './strict-faults.js';
import { asPatched, typeMetaFault, typeMetaOf } from './type-meta.js';
import { changeObject, needsVersion } from './update.js';

/** Operations in one patch of a request. */
const jsonPatchOperationsMax = 10_000;

export function patchObject(
  core: ApiCore,
  context: RequestContext,
  resource: Resource,
  key: ObjectKey,
  patch: Patch,
  options: SentOptions = {},
): Promise<Served> {
  if (patch.type === 'strategic' && resource.custom) throw unsupportedPatch();
  return changeObject(core, context, resource, {
    key,
    ...(options.subresource === undefined ? {} : { subresource: options.subresource }),
    needsVersion: needsVersion(resource),
    options,
    async change(old) {
      const served = resource.fromStored(old);
      const patched = applyPatch(resource, served, patch, options);
      const { strictFaults: sent, ...others } = options;
      const strictFaults = strictlyRead(patch, sent);
      if (patched === old && strictFaults === undefined && !lacksDefaults(resource)) return { object: old };
      // Of refusals alone.
      const shown = () =>
        patch.type === 'strategic' ? shownPatch(resource, patch.body, served) : canonicalJson(patched);
      const decoding = {
        ...others,
        ...(strictFaults === undefined ? {} : { strictFaults: faultsOf(patch, patched, strictFaults) }),
        refuse: typesRefused(resource, patch, shown),
        refuseText: (message: string) => patchRefused(shown(), message),
        isSorted: true,
        isExact: patch.type === 'strategic',
      };
      if (!resource.custom && patch.type !== 'strategic')
        requireVersion(context, resource.kind, key, patched, { ...decoding, told: tellerOf(resource) });
      const object = decode(core, context, resource, patched, decoding, old);
      placeOf(resource, object.metadata, key);
      requireName(object.metadata, key);
      return { object: withOwnersOnce(context, object, true) };
    },
  });
}

const faultsOf = (patch: Patch, patched: unknown, faults: StrictFaults): StrictFaults =>
  patch.type === 'json' ? ofJsonPatch(faults, patch.operations, patched) : textFirst(faults);

/** With fields of operations that operations have not. */
function strictlyRead(patch: Patch, faults: StrictFaults | undefined): StrictFaults | undefined {
  if (patch.type !== 'json' || !Array.isArray(patch.operations)) return faults;
  const unknown = patch.operations.flatMap((operation: unknown, index) =>
    isFields(operation) ? Object.keys(operation).flatMap((key) => (isKnown(key) ? [] : [`[${index}].${key}`])) : [],
  );
  if (unknown.length === 0) return faults;
  return {
    duplicates: faults?.duplicates ?? [],
    told: (unknownFields) => [...(faults?.told([]) ?? []), ...[...unknown, ...unknownFields].map(unknownField)],
  };
}

const isKnown = (key: string): boolean => ['op', 'path', 'from', 'value'].includes(key);

/**
 * What a patch takes the version from is read as an object of no version: of that, kube-apiserver knows none of the fields
 * that clients write, and so it has no name.
 */
export function requireVersion(
  context: RequestContext,
  kind: Pick<Kind, 'group' | 'version' | 'kind'>,
  key: ObjectKey,
  patched: unknown,
  { told = (value) => value, ...options }: DecodeOptions & { readonly told?: Told | undefined },
): void {
  if (!isFields(patched) || typeMetaFault(patched) !== undefined) return;
  const said = typeMetaOf(patched);
  if (said.version !== '' || (said.group !== '' && said.group !== kind.group)) return;
  if (said.kind !== '' && said.kind !== kind.kind) {
    const why = `no kind ${JSON.stringify(said.kind)} is registered for the internal version of group ${JSON.stringify(kind.group)} in scheme "pkg/api/legacyscheme/scheme.go:30"`;
    throw options.refuseText!(why);
  }
  const unknown = Object.keys(told(patched))
    .filter((name) => name !== 'apiVersion' && name !== 'kind' && ObjectMeta.node.properties?.[name] === undefined)
    .sort();
  reportStrict(context, kind, unknown, options);
  requireName({}, key);
}

/** What makes no object any more: by a strategic patch in the words of apimachinery's converter, else in the decoder's. */
const typesRefused =
  ({ kind: { schema, kind }, custom }: Resource, { type }: Patch, shown: () => string) =>
  (faults: readonly TypeFault[]) => {
    if (custom) return patchRefused(shown(), customWords(faults));
    if (type !== 'strategic') return patchRefused(shown(), decoderWords(schema.node, kind, faults));
    const first = firstFault(schema.node, faults);
    return patchRefused(shown(), converterWords(first, decoderWords(schema.node, kind, [first])));
  };

export const patchRefused = (patch: string, detail: string) =>
  statusError('Invalid', ` "" is invalid: patch: Invalid value: ${JSON.stringify(patch)}: ${detail}`, {
    details: {
      causes: [
        { reason: 'FieldValueInvalid', field: 'patch', message: `Invalid value: ${JSON.stringify(patch)}: ${detail}` },
      ],
    },
  });

/** Errors: `PatchError` where nothing is left. */
function whole(patched: unknown): unknown {
  if (patched !== undefined && patched !== null) return patched;
  throw new PatchError('the JSON patch leaves no object');
}

/** Errors: `StatusError` BadRequest where any of them is none, as Go reads them; it looks into them where it looks for what is unknown. */
function requireOperations(operations: readonly unknown[], fieldValidation: SentOptions['fieldValidation']): void {
  for (const operation of operations) {
    if (operation === null) continue;
    if (!isFields(operation))
      throw badRequest(
        fieldValidation === 'Ignore'
          ? unmarshalWords(operation, 'jsonpatch.Operation')
          : `error decoding patch: ${unmarshalWords(operation, 'handlers.jsonPatchOp')}`,
      );
    if (fieldValidation === 'Ignore') continue;
    for (const [name, value] of Object.entries(operation))
      if (['op', 'path', 'from'].includes(name) && value !== null && typeof value !== 'string')
        throw badRequest(
          `error decoding patch: json: cannot unmarshal ${jsonType(value)} into Go struct field jsonPatchOp.${name} of type string`,
        );
  }
}

/** Of a merge patch that is no object: a list takes the place of all, and nothing else does anything. Errors: `StatusError` BadRequest. */
function asWhole(body: unknown): unknown {
  if (!Array.isArray(body)) throw badRequest('Invalid JSON Patch');
  return body;
}

/** Errors: `StatusError` BadRequest or Invalid for a patch that does not apply. */
export function applyPatch(
  resource: Resource,
  object: KubernetesObject,
  patch: Patch,
  { fieldValidation }: Pick<SentOptions, 'fieldValidation'>,
): unknown {
  try {
    switch (patch.type) {
      case 'json':
        if (!Array.isArray(patch.operations))
          throw badRequest(
            fieldValidation === 'Ignore'
              ? unmarshalWords(patch.operations, 'jsonpatch.Patch')
              : `error decoding patch: ${unmarshalWords(patch.operations, '[]handlers.jsonPatchOp')}`,
          );
        if (patch.operations.length > jsonPatchOperationsMax)
          throw statusError(
            'RequestEntityTooLarge',
            `Request entity too large: The allowed maximum operations in a JSON patch is ${jsonPatchOperationsMax}, got ${patch.operations.length}`,
          );
        requireOperations(patch.operations, fieldValidation);
        // Operations see the nulls that Go writes.
        return asPatched(whole(applyJsonPatch(tellerOf(resource)?.(object) ?? object, patch.operations)));
      case 'merge':
        if (patch.body === null) throw badRequest('Invalid JSON Patch');
        // Who does not ask what is unknown is told by what patches.
        if (!isFields(patch.body) && fieldValidation === 'Ignore') return asWhole(patch.body);
        if (!isFields(patch.body)) throw badRequest(`error decoding patch: ${unmarshalWords(patch.body)}`);
        return asPatched(applyMergePatch(object, patch.body));
      case 'strategic': {
        if (patch.body === null) return object;
        if (!isFields(patch.body)) throw badRequest(unmarshalWords(patch.body));
        const { apiVersion, kind } = object;
        const patched = applyStrategicMergePatch(object, patch.body, resource.kind.schema.node);
        // What it says of these is passed over, if it is text.
        const { kind: saidKind, apiVersion: saidVersion } = patched as Readonly<Record<string, unknown>>;
        for (const said of [saidKind, saidVersion])
          if (said !== undefined && said !== null && typeof said !== 'string')
            throw patchRefused(shownPatch(resource, patch.body, object), scalarWords(goKind(said), 'string'));
        return { ...(patched as object), apiVersion, kind };
      }
    }
  } catch (error) {
    if (!(error instanceof PatchError)) throw error;
    if (patch.type === 'json')
      throw statusError('Invalid', 'the server rejected our request due to an error in our request', {
        cause: error,
        details: {},
      });
    // What was there is told of with its nulls.
    const told = tellerOf(resource)?.(object) ?? object;
    if (told !== object) return applyPatch(resource, told, patch, {});
    throw badRequest(error.message, error);
  }
}
