/** `scale`: the replicas of any kind that says where they are, as an `autoscaling/v1` Scale. */
import { scaleColumns } from '@pintle/api';
import { Scale as ScaleSchema } from '@pintle/api/autoscaling/v1';
import type { ApplyOptions, Patch } from '@pintle/client';
import {
  badRequest,
  compileNormalizer,
  conflict,
  decoderWords,
  invalid,
  invalidField,
  type KubernetesObject,
  type StatusError,
  type TableColumn,
} from '@pintle/machinery';
import type { Resource } from '../registry/resource.js';
import { storedObjectOf } from '../verbs/api-core.js';
import { decode } from '../verbs/decode.js';
import { apply, withEntries } from '../verbs/managed-fields.js';
import { applyPatch, patchRefused } from '../verbs/patch.js';
import { requireEntry } from '../verbs/read.js';
import { changeObject } from '../verbs/update.js';
import { type Scale, scaleOf, withReplicas } from './scale-of.js';
import { isKind, type SubresourceHandler, type SubresourceRequest } from './subresource.js';

export const scaleSubresource: SubresourceHandler = {
  columns: scaleColumns as readonly TableColumn[],
  async get({ core, resource, key }) {
    return scaleOf(resource, storedObjectOf(await requireEntry(core, resource, key)));
  },
  update: (request, body, options) =>
    scaleTo(request, () => decoded(body, refusedBody), options, (body as Partial<Scale> | undefined)?.metadata?.uid),
  patch: (request, patch: Patch, options) =>
    scaleTo(
      request,
      (scale) => {
        const patched = applyPatch(request.resource, scale, patch);
        return decoded(patched, (words) => patchRefused(JSON.stringify(patched), words));
      },
      options,
    ),
  apply: applyScale,
};

const { node: schema } = ScaleSchema;
const normalizer = compileNormalizer(schema, { mode: 'served' });

const refusedBody = (words: string) => badRequest(`Scale in version "v1" cannot be handled as a Scale: ${words}`);

/** Errors: as `refused` makes them, of what is no Scale. */
function decoded(body: unknown, refused: (words: string) => StatusError): unknown {
  const [fault] = normalizer(body).errors;
  if (fault !== undefined) throw refused(decoderWords(schema, 'Scale', [fault]));
  return body;
}

/** The applier manages the parent's replicas, in the parent's version; conflicts are with whoever else does. */
async function applyScale(
  { core, context, resource, key }: SubresourceRequest,
  body: unknown,
  options: ApplyOptions,
): Promise<Scale> {
  const { spec, metadata } = checkedScale(resource, body, key.name) as Partial<Scale>;
  const parent = { apiVersion: resource.apiVersion, kind: resource.kind.kind, metadata: key } as KubernetesObject;
  const wishes = spec?.replicas === undefined ? parent : withReplicas(resource, parent, spec.replicas);
  const served = await changeObject(core, context, resource, {
    key,
    subresource: 'scale',
    options,
    async change(old) {
      const made = await apply(core, context, resource, wishes, old, { ...options, subresource: 'scale' });
      checkUid(resource, metadata?.uid, old);
      const asked = { ...made.object.metadata, resourceVersion: metadata?.resourceVersion ?? '' };
      const object = await decode(core, context, resource, { ...made.object, metadata: asked }, options, old);
      return { object: withEntries(object, made.managedFields), ownsFields: true };
    },
  });
  return scaleOf(resource, served.object);
}

async function scaleTo(
  { core, context, resource, key }: SubresourceRequest,
  wish: (scale: Scale) => unknown,
  options: { readonly dryRun?: boolean },
  meantUid?: string,
): Promise<Scale> {
  const served = await changeObject(core, context, resource, {
    key,
    subresource: 'scale',
    uid: meantUid,
    options,
    change(old) {
      const body = wish(scaleOf(resource, old));
      const replicas = checkedScale(resource, body, key.name).spec?.replicas ?? 0;
      const { resourceVersion = '', uid } = (body as Scale).metadata ?? {};
      checkUid(resource, uid, old);
      const object = withReplicas(resource, old, replicas);
      return { object: { ...object, metadata: { ...object.metadata, resourceVersion } } };
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

function checkedScale({ custom, kind }: Resource, body: unknown, name: string): Partial<Scale> {
  if (!isKind(body, 'Scale')) throw badRequest('the body must be a Scale of autoscaling/v1');
  const replicas = (body as Partial<Scale>).spec?.replicas ?? 0;
  if (!Number.isInteger(replicas)) throw badRequest('spec.replicas must be an integer');
  if (replicas >= 0) return body;
  // Of a custom object it is told where its definition has the replicas.
  if (custom)
    throw invalid(kind, name, [
      invalidField(kind.subresources.scale!.specReplicasPath, replicas, 'should be a non-negative integer'),
    ]);
  throw invalid({ group: 'autoscaling', kind: 'Scale' }, name, [
    invalidField('spec.replicas', replicas, 'must be greater than or equal to 0'),
  ]);
}
