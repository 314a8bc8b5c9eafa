/** The body of a patch: its type, and what it says, refused in the words of kube-apiserver's patch decoders. */
import type { JsonPatchOperation, Patch } from '@pintle/client';
import { StatusError, statusError } from '@pintle/machinery';
import type { Resource } from '../registry/resource.js';
import { unsupportedPatch } from '../verbs/decode.js';
import type { BodyReader, Expected, Sent } from './body.js';
import { type HttpRequest, mediaTypeOf } from './message.js';

const patchTypes = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
  'application/apply-patch+yaml': 'apply',
} as const;

export type PatchType = (typeof patchTypes)[keyof typeof patchTypes];

/** Errors: `StatusError` UnsupportedMediaType. */
export function patchTypeOf(request: HttpRequest, { custom }: Pick<Resource, 'custom'>): PatchType {
  const media = mediaTypeOf(request);
  if (!Object.hasOwn(patchTypes, media))
    throw statusError('UnsupportedMediaType', '415: Unsupported Media Type', { details: {} });
  const type = patchTypes[media as keyof typeof patchTypes];
  if (custom && type === 'strategic') throw unsupportedPatch();
  return type;
}

/** An apply of nothing is one of null. Errors: those of `BodyReader.required`. */
export async function readPatch(bodies: BodyReader, request: HttpRequest, type: PatchType): Promise<Sent> {
  return type === 'apply' ? bodies.read(request, wishes) : bodies.required(request, patchOfType[type]);
}

/** Of what is not there nothing else is told: a patch that cannot be read is read when it is applied. */
export async function notFoundFirst(sent: Promise<Sent>, requirePresence: () => Promise<unknown>): Promise<Sent> {
  try {
    return await sent;
  } catch (error) {
    if (StatusError.is(error, 'BadRequest')) await requirePresence();
    throw error;
  }
}

const patchOfType: Readonly<Record<Exclude<PatchType, 'apply'>, Expected>> = {
  json: { sort: 'json', writtenIn: 'json', refusal: (why) => `error decoding patch: ${why}` },
  merge: { sort: 'merge', writtenIn: 'json', refusal: (why) => `error decoding patch: ${why}` },
  strategic: { sort: 'strategic', writtenIn: 'json', refusal: (why) => why },
};

const notWishes = (why: string) => `error decoding YAML: error converting YAML to JSON: ${why}`;
const wishes: Expected = { sort: 'apply', writtenIn: 'yaml', refusal: notWishes, yamlRefusal: notWishes };

/** Whether it is one is looked at when it is applied. */
export const patchOf = (type: Exclude<PatchType, 'apply'>, body: unknown): Patch =>
  type === 'json' ? { type, operations: (body ?? []) as readonly JsonPatchOperation[] } : { type, body };
