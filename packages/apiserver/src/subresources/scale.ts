/** `scale`: the replicas of any kind that says where they are, as an `autoscaling/v1` Scale. */
import { scaleColumns } from '@pintle/api';
import type { ApplyOptions, Patch } from '@pintle/client';
import {
  conflict,
  invalid,
  invalidField,
  type KubernetesObject,
  stringifyJson,
  type TableColumn,
} from '@pintle/machinery';
import type { Resource } from '../registry/resource.js';
import { storedObjectOf } from '../verbs/api-core.js';
import { appliedOf, reportDuplicates, typesRefused } from '../verbs/apply.js';
import { decode, placeOf, requireName } from '../verbs/decode.js';
import type { SentOptions } from '../verbs/decode-options.js';
import { apply, requireReadable, withEntries } from '../verbs/managed-fields.js';
import { applyPatch, patchRefused, requireVersion } from '../verbs/patch.js';
import { requireEntry } from '../verbs/read.js';
import { ownersWithoutReplicas, withFirstOwner, withFormerApplier } from '../verbs/scale-owners.js';
import { changeObject } from '../verbs/update.js';
import { scaleKind, updatedPart } from './part-body.js';
import { hasReplicas, type Scale, scaleOf, withReplicas } from './scale-of.js';
import type { SubresourceHandler, SubresourceRequest } from './subresource.js';

export const scaleSubresource: SubresourceHandler = {
  columns: ({ custom }) =>
    (scaleColumns as readonly TableColumn[]).map((column) =>
      custom && column.name === 'Age' ? { ...column, type: 'date' } : column,
    ),
  async get({ core, resource, key }) {
    return scaleOf(resource, storedObjectOf(resource, await requireEntry(core, resource, key)));
  },
  body: scaleKind.kind,
  async update(request, body, options) {
    const scale = updatedPart<Scale>(request, scaleKind, body, options);
    return scaleTo(request, () => ({ scale, isNamed: saysVersion(body) }), options, scale.metadata.uid);
  },
  patch: (request, patch: Patch, options) =>
    scaleTo(request, (scale) => patchedScale(request, scale, patch, options), options),
  apply: applyScale,
};

interface Wish {
  readonly scale: Scale;
  /** Whether it says its version. */
  readonly isNamed: boolean;
}

const saysVersion = (body: unknown): boolean => Boolean((body as Partial<KubernetesObject> | null)?.apiVersion);

function patchedScale(request: SubresourceRequest, scale: Scale, patch: Patch, options: SentOptions): Wish {
  const patched = applyPatch(request.resource, scale, patch, options);
  const refuse = (words: string) => patchRefused(stringifyJson(patched), words);
  if (!request.resource.custom && patch.type !== 'strategic')
    requireVersion(request.context, scaleKind, request.key, patched, { ...options, refuseText: refuse });
  const made = updatedPart<Scale>(request, scaleKind, patched, { ...options, refuse, refuseText: refuse });
  return { scale: made, isNamed: saysVersion(patched) };
}

/** The applier manages the parent's replicas, in the parent's version; conflicts are with whoever else does. */
async function applyScale(
  { core, context, resource, key }: SubresourceRequest,
  body: unknown,
  { strictFaults, ...options }: ApplyOptions & Pick<SentOptions, 'strictFaults'>,
): Promise<Scale> {
  const sent = appliedOf(body, appliedScale);
  const parent = { apiVersion: resource.apiVersion, kind: resource.kind.kind, metadata: key } as KubernetesObject;
  const served = await changeObject(core, context, resource, {
    key,
    subresource: 'scale',
    options,
    async change(old) {
      requireReadable(appliedScale, sent);
      const { metadata: said, spec } = sent as Partial<Scale>;
      // Null are none.
      const wishes =
        spec?.replicas === undefined ? parent : withReplicas(resource, parent, (spec.replicas as number | null) ?? 0);
      const found = withFirstOwner(resource, old);
      const made = await apply(core, context, resource, wishes, found, { ...options, subresource: 'scale' });
      const owners =
        spec?.replicas === undefined && saysMore(sent)
          ? withFormerApplier(resource, old, made.managedFields, options.fieldManager)
          : made.managedFields;
      const { value, errors } = scaleKind.normalizer({ ...sent, metadata: said ?? {} });
      if (errors.length > 0) throw typesRefused(appliedScale, sent)(errors);
      reportDuplicates(context, strictFaults, options.fieldValidation);
      const { metadata } = value as Scale;
      placeOf(resource, metadata, key);
      if (said !== undefined && Object.hasOwn(said, 'name')) requireName(metadata, key);
      checkedScale(resource, value as Scale, key.name);
      checkUid(resource, metadata.uid, old);
      const asked = { ...made.object.metadata, resourceVersion: metadata.resourceVersion ?? '' };
      const scaled = hasReplicas(resource, made.object) ? made.object : withReplicas(resource, made.object, 0);
      const object = decode(core, context, resource, { ...scaled, metadata: asked }, options, old);
      return { object: withEntries(object, owners), ownsFields: true };
    },
  });
  return scaleOf(resource, served.object);
}

/** Whether anything is wished for that has an owner. */
const saysMore = ({ spec, status, metadata = {} }: Partial<Scale>): boolean =>
  spec !== undefined || status !== undefined || metadata.labels !== undefined || metadata.annotations !== undefined;

const appliedScale = { apiVersion: 'autoscaling/v1', kind: { ...scaleKind, schema: { node: scaleKind.schema } } };

async function scaleTo(
  { core, context, resource, key }: SubresourceRequest,
  wish: (scale: Scale) => Wish,
  options: { readonly dryRun?: boolean },
  meantUid?: string,
): Promise<Scale> {
  const served = await changeObject(core, context, resource, {
    key,
    subresource: 'scale',
    uid: meantUid,
    options,
    change(old) {
      const { scale, isNamed } = wish(scaleOf(resource, old));
      const { spec, metadata } = checkedScale(resource, scale, key.name);
      const { replicas = 0 } = spec;
      const { resourceVersion = '', uid } = metadata;
      if (meantUid === undefined) checkUid(resource, uid, old);
      const object = withReplicas(resource, old, replicas);
      const made = { ...object, metadata: { ...object.metadata, resourceVersion } };
      // Of a custom object nobody owns the replicas then.
      return resource.custom && !isNamed
        ? { object: withEntries(made, ownersWithoutReplicas(resource, old)), ownsFields: true }
        : { object: made };
    },
  });
  return scaleOf(resource, served.object);
}

/** Errors: `StatusError` Conflict. */
function checkUid(
  { kind: { group, plural } }: Resource,
  meant: string | undefined,
  { metadata }: KubernetesObject,
): void {
  if (!meant || meant === metadata.uid) return;
  const why = `Precondition failed: UID in precondition: ${meant}, UID in object meta: ${metadata.uid}`;
  throw conflict({ group, plural: `${plural}/scale` }, metadata.name ?? '', why);
}

/** A custom object is judged by its schema with all else of it. */
function checkedScale({ custom }: Resource, scale: Scale, name: string): Scale {
  const { replicas = 0 } = scale.spec;
  if (replicas >= 0 || custom) return scale;
  throw invalid({ group: 'autoscaling', kind: 'Scale' }, name, [
    invalidField('spec.replicas', replicas, 'must be greater than or equal to 0'),
  ]);
}
