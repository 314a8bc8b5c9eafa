/** Objects of any kind that several managers apply and change in turn, in any of its versions, who own them in the end; and what was asked for in vain. */
import type { Random } from '@pintle/machinery';
import { get, post, type Row } from '../compare/row.js';
import { samples } from '../compare/rows/samples.js';
import { actOnOthers, type Base, baseOf } from './bases.js';
import { queryOf, someOf, type Words, withQuery } from './bend-freely.js';
import { isBeyond, mergePatchBetween } from './fuzz-case.js';
import { bent, grown, isRecord } from './mutate.js';
import type { Area } from './probe.js';
import { chance, type Json, pick } from './values.js';

/** Those whose name is not free, or is of their spec; and one that is nothing but a list, which is told otherwise where it is empty. */
const namedOtherwise = /^(IPAddress|CustomResourceDefinition|CSINode)$/;
const bases = samples
  .filter(({ object: { kind } }) => !actOnOthers.test(kind) && !namedOtherwise.test(kind))
  .map(baseOf);
/** Those that are applied, mostly. */
const often = bases.filter(({ object: { kind } }) =>
  ['ConfigMap', 'Deployment', 'Pod', 'Service', 'Ingress', 'NetworkPolicy', 'Role'].includes(kind),
);

/** Of one kind in all its versions, where it has several. */
const inVersions = (base: Base): readonly Base[] => {
  const groupOf = ({ object: { apiVersion } }: Base) => apiVersion.split('/').at(-2) ?? '';
  return bases.filter((other) => other.object.kind === base.object.kind && groupOf(other) === groupOf(base));
};
const versioned = bases.filter((base) => inVersions(base).length > 1);

type Object = { readonly [field: string]: Json };

const managers = ['one', 'two', 'three'] as const;
const queries: Words = {
  dryRun: ['All'],
  fieldValidation: ['Strict', 'Warn', 'Ignore'],
  fieldManager: ['one', 'two', '', 'a\nb', 'x'.repeat(129)],
  force: ['true', 'false', ''],
};
const ownEntries: readonly Json[] = [
  ...[[], [{}], null],
  [{ manager: 'one', operation: 'Apply', apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1: { 'f:data': {} } }],
  [{ manager: 'one', operation: 'Update', apiVersion: 'v9', fieldsType: 'FieldsV1', fieldsV1: {} }],
  [{ manager: 'one', operation: 'Other', apiVersion: 'v1', fieldsType: 'FieldsV2', fieldsV1: { x: 1 } }],
];

const withMetadata = (object: Object, more: Object): Object => ({
  ...object,
  metadata: { ...(object['metadata'] as Object), ...more },
});

const grownTimes = (random: Random, { node }: Base, object: Json, timesMax: number): Object => {
  let larger = object;
  for (let left = pick(random, [0, 1, 1, timesMax]); left > 0; left--) larger = grown(random, larger, node);
  return larger as Object;
};

/** What some manager wishes: the whole object, or little more than its name; or what it wished before, changed. */
function wishOf(random: Random, base: Base, whole: Object, before: Object | undefined): Object {
  const { apiVersion, kind, metadata } = whole as { apiVersion: Json; kind: Json; metadata: Object };
  const least = { apiVersion, kind, metadata: { name: metadata['name']! } };
  if (before === undefined || chance(random, 0.2))
    return grownTimes(random, base, chance(random, 0.5) ? whole : least, 3);
  const draw = random.next();
  if (draw < 0.15) return before;
  if (draw < 0.25) return least;
  return draw < 0.6 ? grownTimes(random, base, before, 2) : (bent(random, before, base.node) as Object);
}

const contentTypes = {
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
} as const;

const wholeOf = ({ object }: Base) => withMetadata(object, { name: 'x-ID' });

function change(random: Random, base: Base, wishes: Map<string, Object>): Row {
  const manager = pick(random, managers);
  const one = `${base.path}/x-ID`;
  const whole = wholeOf(base);
  const wisher = `${manager} ${base.object.apiVersion}`;
  const odd = chance(random, 0.15) ? someOf(random, queries, 2) : {};
  const draw = random.next();
  if (draw < 0.6) {
    const drawn = wishOf(random, base, whole, wishes.get(wisher));
    // What is too large for Go's numbers comes out as others there.
    const wish = isBeyond(drawn) ? whole : drawn;
    wishes.set(wisher, wish);
    const forced: Object = chance(random, 0.4) ? { force: 'true' } : {};
    const isStatus = base.hasStatus && chance(random, 0.1);
    const sent = chance(random, 0.05)
      ? withMetadata(wish, { resourceVersion: pick(random, ['1', '', '{o.metadata.resourceVersion}']) })
      : wish;
    return {
      ...{
        name: `${base.object.kind}: apply`,
        method: 'PATCH',
        contentType: 'application/apply-patch+yaml',
        body: sent,
      },
      path: withQuery(isStatus ? `${one}/status` : one, queryOf({ fieldManager: manager, ...forced, ...odd })),
    };
  }
  const query = queryOf({ fieldManager: manager, ...odd });
  const larger = grownTimes(random, base, whole, 2);
  if (draw < 0.75) {
    const managedFields: Object = chance(random, 0.25) ? { managedFields: pick(random, ownEntries) } : {};
    const seen: Object =
      base.object.kind.endsWith('Policy') || chance(random, 0.2)
        ? {}
        : { resourceVersion: '{o.metadata.resourceVersion}' };
    return {
      ...{ name: `${base.object.kind}: update`, method: 'PUT', path: withQuery(one, query) },
      body: withMetadata(larger, { ...seen, ...managedFields }),
    };
  }
  const verb =
    draw < 0.9 || !isRecord(larger['spec']) || isBeyond(larger) ? ('merge' as const) : ('strategic' as const);
  return {
    ...{
      name: `${base.object.kind}: ${verb}`,
      method: 'PATCH',
      path: withQuery(one, query),
      contentType: contentTypes[verb],
    },
    body: mergePatchBetween(whole, larger) ?? {},
  };
}

export const applying: Area = {
  name: 'applying',
  namesKinds: true,
  probe(random) {
    const draw = random.next();
    const base = pick(random, draw < 0.4 ? often : draw < 0.65 ? versioned : bases);
    const all = inVersions(base);
    const whole = wholeOf(base);
    const wishes = new Map<string, Object>();
    const made: Row = chance(random, 0.5)
      ? post(`${base.object.kind}: made`, `${base.path}?fieldManager=maker`, whole, { save: 'o' })
      : {
          ...{ name: `${base.object.kind}: applied`, method: 'PATCH', path: `${base.path}/x-ID?fieldManager=one` },
          ...{ contentType: 'application/apply-patch+yaml', body: whole, save: 'o' },
        };
    if (made.method === 'PATCH') wishes.set(`one ${base.object.apiVersion}`, whole);
    return [
      made,
      ...Array.from({ length: pick(random, [1, 2, 3, 4, 5]) }, () => [
        change(random, pick(random, all), wishes),
        get(`${base.object.kind}: get`, `${pick(random, all).path}/x-ID`, { save: 'o' }),
      ]).flat(),
    ];
  },
};
