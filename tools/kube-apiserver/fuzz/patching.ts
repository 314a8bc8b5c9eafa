/** Patches as other clients write them: strategic ones with directives, JSON patches of several operations, merge patches of several fields; and what they leave. */
import { integerBelow, type Random, resolve, type SchemaNode } from '@pintle/machinery';
import { get, post, type Row } from '../compare/row.js';
import { samples } from '../compare/rows/samples.js';
import { actOnOthers, type Base, baseOf } from './bases.js';
import { bentFreely, queryOf, someOf, type Words, withQuery } from './bend-freely.js';
import { isBeyond } from './fuzz-case.js';
import { grown, isRecord } from './mutate.js';
import type { Area } from './probe.js';
import { chance, type Json, ofAnyType, pick, valueFor } from './values.js';

const namedOtherwise = /^(IPAddress|CustomResourceDefinition|CSINode)$/;
const bases = samples
  .filter(({ object: { kind } }) => !actOnOthers.test(kind) && !namedOtherwise.test(kind))
  .map(baseOf);
/** Those with lists that are merged. */
const often = bases.filter(({ object: { kind } }) =>
  ['Deployment', 'Service', 'ServiceAccount', 'DaemonSet', 'CronJob', 'Node', 'Pod', 'PersistentVolumeClaim'].includes(
    kind,
  ),
);

type Fields = Readonly<Record<string, Json>>;

const queries: Words = {
  dryRun: ['All'],
  fieldValidation: ['Strict', 'Warn', 'Ignore'],
  fieldManager: ['me', 'you'],
};

const directives: readonly Json[] = ['delete', 'delete', 'replace', 'replace', 'merge', 'nothing', '', null, 7];

/** An item of a list that is merged: one that is there, changed or to go, or one more. */
function itemOf(random: Random, key: string, node: SchemaNode, present: readonly Json[]): Json {
  const items = node.items!;
  const name = node.mergeKey;
  const made = valueFor(random, key, items, 0.1);
  const found = present.length > 0 && chance(random, 0.7) ? pick(random, present) : made;
  if (name === undefined || !isRecord(found)) return chance(random, 0.05) ? ofAnyType(random) : found;
  const named: Fields = found[name] === undefined ? {} : { [name]: found[name] };
  const draw = random.next();
  if (draw < 0.25) return { ...named, $patch: pick(random, directives) };
  if (draw < 0.3) return { $patch: pick(random, directives) };
  if (draw < 0.35) return { ...(made as Fields) };
  const more = isRecord(made) ? made : {};
  const wished = { ...more, ...named };
  return chance(random, 0.3) ? patchOf(random, wished, items) : wished;
}

function listOf(random: Random, key: string, place: SchemaNode, value: Json): Fields {
  const node = { ...resolve(place), ...place };
  const present = Array.isArray(value) ? value : [];
  const items = Array.from({ length: pick(random, [0, 1, 1, 2, 3]) }, () => itemOf(random, key, node, present));
  const isMerged = node.patchStrategy?.includes('merge') === true;
  const all = [...present, ...items].filter((item) => !isRecord(item) || node.mergeKey !== undefined);
  const keyed = all.map((item) => (isRecord(item) ? { [node.mergeKey!]: item[node.mergeKey!] ?? 'x' } : item));
  const order = keyed.toSorted(() => random.next() - 0.5).slice(0, integerBelow(random, keyed.length + 1));
  return {
    ...(chance(random, 0.85) ? { [key]: items } : {}),
    ...((isMerged && chance(random, 0.35)) || chance(random, 0.03) ? { [`$setElementOrder/${key}`]: order } : {}),
    ...((isMerged && node.mergeKey === undefined && chance(random, 0.5)) || chance(random, 0.03)
      ? { [`$deleteFromPrimitiveList/${key}`]: pick(random, [present.slice(0, 1), ['x'], [], 'x']) as Json }
      : {}),
  };
}

/** Of some of an object's fields, at any depth, with directives. */
function patchOf(random: Random, value: Json, place: SchemaNode): Json {
  const node = resolve(place);
  if (!isRecord(value)) return value;
  const names = Object.keys(value).filter((name) => node.properties?.[name] !== undefined || node.type === 'map');
  const patch: Record<string, Json> = {};
  for (const name of names.filter(() => chance(random, 0.45))) {
    const inner = node.properties?.[name] ?? node.values ?? { type: 'any' };
    const { type } = resolve(inner);
    if (type === 'array') Object.assign(patch, listOf(random, name, inner, value[name]!));
    else if (chance(random, 0.15)) patch[name] = pick(random, [null, {}, [], '']);
    else patch[name] = patchOf(random, value[name]!, inner);
  }
  if (chance(random, 0.06)) patch['$patch'] = pick(random, directives);
  if (chance(random, 0.1)) patch['$retainKeys'] = pick(random, [names, names.slice(1), [], ['x'], 'x', [7]]);
  return patch;
}

const pointersOf = (value: Json, at = ''): readonly string[] => {
  const inside: readonly (readonly [string | number, Json])[] = Array.isArray(value)
    ? [...value.entries()]
    : isRecord(value)
      ? Object.entries(value)
      : [];
  const escaped = (key: string | number) => String(key).replaceAll('~', '~0').replaceAll('/', '~1');
  return inside.flatMap(([key, each]) => {
    const here = `${at}/${escaped(key)}`;
    return [here, ...pointersOf(each, here)];
  });
};
const oddPointers = [
  ...['', '/', '/nope', '/nope/x', '/metadata/labels/a~1b', '/metadata/labels/~0', '/spec/-', '/spec/ports/-'],
  ...['/spec/ports/01', '/spec/ports/-1', '/spec/ports/9', 'spec', '/metadata/annotations/a', '/status', '/metadata'],
];

function operationOf(random: Random, whole: Json): Json {
  const pointers = pointersOf(whole);
  const pointer = () => {
    const found = chance(random, 0.2) ? pick(random, oddPointers) : pick(random, pointers);
    return chance(random, 0.12) ? `${found}${pick(random, ['/-', '/0', '/x', '-'])}` : found;
  };
  const value = chance(random, 0.5)
    ? ofAnyType(random)
    : pick<Json>(random, ['a', 1, { a: 'b' }, [{ name: 'a' }], null, { name: 'c', image: 'i' }, ['a']]);
  const op = pick(random, ['add', 'add', 'replace', 'replace', 'remove', 'test', 'test', 'move', 'copy', 'jump']);
  const path = pointer();
  switch (op) {
    case 'remove':
      return { op, path };
    case 'move':
    case 'copy':
      return { op, path, from: pointer() };
    case 'test':
      return { op, path, value: chance(random, 0.6) ? valueAt(whole, path) : value };
    default:
      return chance(random, 0.05) ? { op, path } : { op, path, value };
  }
}

function valueAt(whole: Json, pointer: string): Json {
  let at: Json | undefined = whole;
  for (const part of pointer.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    at = Array.isArray(at) ? at[Number(key)] : isRecord(at) ? at[key] : undefined;
  }
  return at ?? null;
}

const contentTypes = {
  strategic: 'application/strategic-merge-patch+json',
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
} as const;

function patch(random: Random, { node, object }: Base, one: string, whole: Json): Row {
  const verb = pick(random, ['strategic', 'strategic', 'strategic', 'json', 'json', 'merge'] as const);
  const drawn: Json =
    verb === 'json'
      ? Array.from({ length: pick(random, [1, 1, 2, 3, 4]) }, () => operationOf(random, whole))
      : patchOf(random, whole, node);
  const bent = chance(random, 0.15) ? bentFreely(random, drawn, {}) : drawn;
  // What is too large for Go's numbers comes out as others there.
  const body = isBeyond(bent) ? {} : bent;
  const text = JSON.stringify(body);
  // Clients that put texts together say things twice.
  const twice = chance(random, 0.05) ? text.replace(/"(\w+)":("[^"]*"|\d+)/, '$&,$&') : body;
  return {
    ...{ name: `${object.kind}: ${verb}`, method: 'PATCH', body: twice, contentType: contentTypes[verb] },
    path: withQuery(one, queryOf(someOf(random, queries, 2))),
  };
}

export const patching: Area = {
  name: 'patching',
  namesKinds: true,
  probe(random) {
    const base = pick(random, chance(random, 0.7) ? often : bases);
    const one = `${base.path}/x-ID`;
    let grownUp: Json = base.object;
    for (let left = pick(random, [0, 2, 4, 6]); left > 0; left--) grownUp = grown(random, grownUp, base.node);
    const { metadata, ...rest } = grownUp as { readonly metadata: object };
    const whole = { ...rest, metadata: { ...metadata, name: 'x-ID', labels: { a: 'b', c: 'd' } } } as unknown as Json;
    return [
      post(`${base.object.kind}: made`, base.path, whole),
      ...Array.from({ length: pick(random, [1, 1, 2, 3]) }, () => [
        patch(random, base, one, whole),
        get(`${base.object.kind}: get`, one),
      ]).flat(),
    ];
  },
};
