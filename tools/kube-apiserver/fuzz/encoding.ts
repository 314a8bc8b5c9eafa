/** Objects of any kind as client-go sends and reads them: in protobuf, or in one form and the other in turn; and bytes that are bent. */
import { integerBelow, type Random, writeMessage } from '@pintle/machinery';
import { del, get, type Row } from '../compare/row.js';
import { samples } from '../compare/rows/samples.js';
import { actOnOthers, type Base, baseOf } from './bases.js';
import { queryOf, someOf, type Words, withQuery } from './bend-freely.js';
import { isBeyond } from './fuzz-case.js';
import { bent, grown, isRecord } from './mutate.js';
import type { Area } from './probe.js';
import { chance, type Json, pick } from './values.js';

const namedOtherwise = /^(IPAddress|CSINode)$/;
const bases = samples
  .filter(({ object: { kind } }) => !actOnOthers.test(kind) && !namedOtherwise.test(kind))
  .map(baseOf);

const protobuf = 'application/vnd.kubernetes.protobuf';
const forms = (kind: string) => `;as=${kind};g=meta.k8s.io;v=v1`;
const accepts: readonly string[] = [
  ...[protobuf, protobuf, `${protobuf},application/json`, 'application/json'],
  ...[`${protobuf}${forms('PartialObjectMetadata')}`, `${protobuf}${forms('Table')},${protobuf}`],
  `${protobuf}${forms('PartialObjectMetadata')},application/json${forms('PartialObjectMetadata')},application/json`,
];
const listAccepts: readonly string[] = [
  ...[protobuf, protobuf, `${protobuf},application/json`],
  ...[`${protobuf}${forms('PartialObjectMetadataList')}`, `${protobuf}${forms('Table')}`],
];
const queries: Words = {
  dryRun: ['All'],
  fieldValidation: ['Strict', 'Warn', 'Ignore'],
  fieldManager: ['me', 'you'],
};

type Fields = Readonly<Record<string, Json>>;

/** The object with another one's fields, where these can be said in protobuf at all. */
function written({ node }: Base, made: Json, odd: Json): Json {
  try {
    if (isBeyond(odd) || !isRecord(odd)) return made;
    writeMessage(node, odd);
    return odd;
  } catch {
    return made;
  }
}

function saidOf(random: Random, base: Base): Fields {
  let made: Json = base.object;
  for (let left = pick(random, [0, 1, 2, 4, 6]); left > 0; left--)
    made = written(base, made, grown(random, made, base.node));
  if (chance(random, 0.3)) made = written(base, made, bent(random, made, base.node));
  const { metadata, ...rest } = made as Fields;
  return { ...rest, metadata: { ...(isRecord(metadata) ? metadata : {}), name: 'x-ID' } };
}

const accepting = (random: Random, from: readonly string[]) => ({ headers: { accept: pick(random, from) } });

/** Sent in protobuf, mostly: and then now and then with less of it, or something else in it. */
function sending(random: Random): Partial<Row> {
  if (chance(random, 0.15)) return accepting(random, accepts);
  const broken = chance(random, 0.12)
    ? pick(random, [{ cut: random.next() }, { other: [integerBelow(random, 400), integerBelow(random, 256)] as const }])
    : {};
  return { ...accepting(random, accepts), protobuf: broken };
}

function write(random: Random, base: Base, verb: 'POST' | 'PUT', part = ''): Row {
  const said = saidOf(random, base);
  const { kind } = base.object;
  const { apiVersion: _version, kind: _kind, ...nameless } = said;
  const body =
    verb === 'POST'
      ? said
      : { ...said, metadata: { ...(said['metadata'] as Fields), resourceVersion: '{o.metadata.resourceVersion}' } };
  const path = verb === 'POST' ? base.path : `${base.path}/x-ID${part}`;
  return {
    ...{ name: `${kind}: ${verb}${part}`, method: verb, path: withQuery(path, queryOf(someOf(random, queries, 1))) },
    body: chance(random, 0.03) ? nameless : body,
    ...sending(random),
  };
}

function step(random: Random, base: Base): readonly Row[] {
  const { path, object } = base;
  const [one, { kind }] = [`${path}/x-ID`, object];
  const draw = random.next();
  const named = 'fieldSelector=metadata.name%3Dx-ID';
  if (draw < 0.35)
    return [
      get(`${kind}: get`, one, { save: 'o' }),
      write(random, base, 'PUT', base.hasStatus && chance(random, 0.3) ? '/status' : ''),
    ];
  if (draw < 0.5) return [get(`${kind}: list`, `${path}?${named}`, accepting(random, listAccepts))];
  if (draw < 0.7)
    return [
      get(`${kind}: watch`, `${path}?watch=true&${named}${pick(random, ['', '&resourceVersion=0'])}`, {
        ...{ stream: { lines: 1, waitMs: 800 } },
        ...accepting(random, [protobuf, `${protobuf};stream=watch`, ...accepts]),
      }),
    ];
  if (draw < 0.85) {
    const options: Fields = {
      ...{ apiVersion: pick(random, ['v1', 'meta.k8s.io/v1', 'apps/v1', '']), kind: 'DeleteOptions' },
      ...(chance(random, 0.5)
        ? { propagationPolicy: pick(random, ['Orphan', 'Background', 'Foreground', 'x', '']) }
        : {}),
      ...(chance(random, 0.3) ? { gracePeriodSeconds: pick(random, [0, 1, -1]) } : {}),
      ...(chance(random, 0.2) ? { dryRun: [pick(random, ['All', 'x'])] } : {}),
      ...(chance(random, 0.2) ? { preconditions: { uid: pick(random, ['x', '']) } } : {}),
    };
    return [del(`${kind}: delete`, one, options, sending(random))];
  }
  return [
    {
      ...{ name: `${kind}: merge`, method: 'PATCH', path: one, contentType: 'application/merge-patch+json' },
      ...{ body: { metadata: { labels: { more: 'x' } } }, ...accepting(random, accepts) },
    },
  ];
}

export const encoding: Area = {
  name: 'encoding',
  namesKinds: true,
  probe(random) {
    const base = pick(random, bases);
    const one = `${base.path}/x-ID`;
    return [
      write(random, base, 'POST'),
      get(`${base.object.kind}: get`, one, chance(random, 0.5) ? {} : accepting(random, accepts)),
      ...Array.from({ length: pick(random, [0, 1, 2]) }, () => step(random, base)).flat(),
      get(`${base.object.kind}: get`, one),
    ];
  },
};
