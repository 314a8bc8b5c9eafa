/** A case of the fuzzer, from its seed: an object bent at random, and a verb that it is sent with; and the request that makes. */
import { jsonPatchBetween, seededRandom } from '@pintle/machinery';
import { stringify } from 'yaml';
import type { Row } from '../compare/row.js';
import { type Base, newNamespace } from './bases.js';
import { bent, grown, isRecord } from './mutate.js';
import { chance, type Json, pick } from './values.js';

const verbs = ['create', 'update', 'merge', 'strategic', 'jsonPatch', 'apply', 'status'] as const;
export type Verb = (typeof verbs)[number];

export interface FuzzCase {
  readonly seed: number;
  readonly base: Base;
  readonly verb: Verb;
  /** Of what is no patch. */
  readonly yaml?: boolean;
  /** What the request asks to have: sent as it is, or as what patches the base to be so. */
  readonly object: Json;
  readonly validation?: string;
  /** The field that is written twice. */
  readonly twice?: string;
  readonly accept?: string;
}

const patches = ['merge', 'strategic', 'jsonPatch', 'apply'] as const;

const verbOf = (draw: number, { stored, hasStatus }: Base): Verb => {
  if (stored === undefined || draw < 0.5) return 'create';
  if (draw < 0.75) return 'update';
  if (draw < 0.87) return hasStatus ? 'status' : 'update';
  return patches[Math.floor(((draw - 0.87) / 0.13) * patches.length)]!;
};

/** By these, what Go makes of JSON turns numbers around that are too large for their field, and no client wants that. */
const turnsNumbers: ReadonlySet<Verb> = new Set(['strategic', 'apply']);
export const isBeyond = (object: Json): boolean => /:-?\d{10,}/.test(JSON.stringify(object));

const accepts = [
  'application/json;as=Table;v=v1;g=meta.k8s.io',
  'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io,application/json;q=0.5',
];

export function fuzzCase(seed: number, bases: readonly Base[]): FuzzCase {
  const random = seededRandom(seed);
  const found = pick(random, bases);
  const verb = verbOf(random.next(), found);
  const base = verb === 'create' ? (found.sample ?? found) : found;
  let object: Json = base.object;
  if (verb === 'status')
    object = { ...base.object, status: (grown(random, { status: {} }, base.statusNode) as { status: Json }).status };
  const node = verb === 'status' ? base.statusNode : base.node;
  const inStatus = (change: typeof bent) => {
    const { status, ...rest } = object as { readonly [key: string]: Json };
    object = { ...rest, ...(change(random, { status: status ?? {} }, node) as object) };
  };
  const turn = (change: typeof bent) => {
    if (verb === 'status') inStatus(change);
    else object = change(random, object, node);
  };
  for (let left = pick(random, [0, 0, 1, 2, 3, 4]); left > 0; left--) turn(grown);
  for (let left = pick(random, [0, 1, 1, 1, 1, 2]); left > 0; left--) turn(bent);
  return {
    ...{ seed, base, object, verb: turnsNumbers.has(verb) && isBeyond(object) ? ('merge' as const) : verb },
    ...(chance(random, 0.3) ? { validation: pick(random, ['Strict', 'Strict', 'Warn', 'Ignore']) } : {}),
    ...(chance(random, 0.05) && contentTypes[verb] === undefined ? { yaml: true } : {}),
    ...(chance(random, 0.03)
      ? { twice: pick(random, ['name', 'spec', 'metadata', 'kind', 'image', 'type', 'labels']) }
      : {}),
    ...(chance(random, 0.04) && verb !== 'status' ? { accept: pick(random, accepts) } : {}),
  };
}

const contentTypes: Readonly<Partial<Record<Verb, string>>> = {
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  jsonPatch: 'application/json-patch+json',
  apply: 'application/apply-patch+yaml',
};

/** Nothing that is asked for is done: each is a dry run. */
export function rowOf(asked: FuzzCase): Row {
  const { base, verb, validation, yaml, twice, accept } = asked;
  const isNew = verb === 'create';
  const query = [
    'dryRun=All',
    ...(validation === undefined ? [] : [`fieldValidation=${validation}`]),
    ...(verb === 'apply' ? ['fieldManager=me&force=true'] : []),
  ].join('&');
  const collection = isNew ? base.path.replaceAll('NS', newNamespace) : base.path;
  const one = isNew ? '' : `/${base.name}${verb === 'status' ? '/status' : ''}`;
  const body = bodyOf(asked);
  const doubled = twice === undefined ? body : withTwice(body, twice);
  const text = yaml === true && typeof doubled !== 'string' ? stringify(doubled) : doubled;
  return {
    name: verb,
    method: isNew ? 'POST' : contentTypes[verb] === undefined ? 'PUT' : 'PATCH',
    path: `${collection}${one}?${query}`,
    body: isNew ? withNewNamespace(text) : text,
    contentType: contentTypes[verb] ?? (yaml === true ? 'application/yaml' : 'application/json'),
    ...(accept === undefined ? {} : { headers: { accept } }),
  };
}

const withNewNamespace = (body: unknown) =>
  typeof body === 'string'
    ? body.replaceAll(/\bNS\b/g, newNamespace)
    : JSON.parse(JSON.stringify(body).replaceAll(/\bNS\b/g, newNamespace));

function bodyOf({ verb, base, object }: FuzzCase): unknown {
  switch (verb) {
    case 'create':
    case 'apply':
      return object;
    case 'update':
    case 'status':
      return withRevision(object, base);
    case 'jsonPatch':
      return jsonPatchBetween(base.object, object);
    default:
      return mergePatchBetween(base.object, object) ?? {};
  }
}

/** Many kinds are not updated without; those whose status one of the servers keeps, and the other leaves to controllers, are. */
const withRevision = (object: Json, { stored, object: { kind } }: Base): Json =>
  isRecord(object) && isRecord(object['metadata']) && !kind.endsWith('AdmissionPolicy')
    ? { ...object, metadata: { ...object['metadata'], resourceVersion: `{${stored}.metadata.resourceVersion}` } }
    : object;

/** Written out, with the first field of this name and what is in it once more. */
function withTwice(body: unknown, name: string): unknown {
  const text = JSON.stringify(body);
  return text.replace(new RegExp(`"${name}":("[^"]*"|\\d+|\\{[^{}]*\\})`), '$&,$&');
}

/** Undefined: nothing differs. */
export function mergePatchBetween(from: Json | undefined, to: Json): Json | undefined {
  if (JSON.stringify(from) === JSON.stringify(to)) return undefined;
  if (!isRecord(from) || !isRecord(to)) return to;
  const gone = Object.keys(from).filter((name) => !(name in to));
  const changed = Object.entries(to).flatMap(([name, value]) => {
    const inner = mergePatchBetween(from[name], value);
    return inner === undefined ? [] : [[name, inner] as const];
  });
  return { ...Object.fromEntries(gone.map((name) => [name, null])), ...Object.fromEntries(changed) };
}
