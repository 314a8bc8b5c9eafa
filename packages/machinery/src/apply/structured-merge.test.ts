/** The cases of `structured-merge.cases.txt`, a file in which each line says what a step is or comes to. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { deepFreeze } from '../meta/frozen.js';
import type { SchemaNode } from '../schema/schema.js';
import { faultInWishes } from './check-wishes.js';
import { formatMember } from './field-tree.js';
import {
  applied,
  Differences,
  type Owners,
  ownersAfterUpdate,
  type Versioned,
  type Versions,
} from './structured-merge.js';

interface Definition {
  readonly types: Readonly<Record<string, Place>>;
  /** The type of every version; where it is absent each version has one of its own name. */
  readonly root?: string;
}
/** A schema node as the file has it: other types are named, and how they are merged may be said again. */
type Place = { readonly ref?: string; readonly relationship?: string } & Record<string, unknown>;

function schemaOf({ types, root }: Definition, version: string): SchemaNode | undefined {
  const named = new Map<string, SchemaNode>();
  const typeOf = (name: string): SchemaNode => {
    if (!named.has(name)) named.set(name, nodeOf(types[name]!));
    return named.get(name)!;
  };
  const nodeOf = ({ ref, relationship, items, values, properties, ...rest }: Place): SchemaNode => {
    const said =
      relationship === undefined
        ? {}
        : {
            mapType: relationship === 'atomic' ? 'atomic' : 'granular',
            listType: relationship === 'atomic' ? 'atomic' : 'set',
          };
    if (ref !== undefined) return { type: 'object', ref: () => typeOf(ref), ...said } as SchemaNode;
    return {
      ...rest,
      ...said,
      ...(items === undefined ? {} : { items: nodeOf(items as Place) }),
      ...(values === undefined ? {} : { values: nodeOf(values as Place) }),
      ...(properties === undefined
        ? {}
        : {
            properties: Object.fromEntries(
              Object.entries(properties as Record<string, Place>).map(([key, place]) => [key, nodeOf(place)]),
            ),
          }),
    } as unknown as SchemaNode;
  };
  const name = root ?? version;
  return types[name] === undefined ? undefined : typeOf(name);
}

/** How a case turns a value of one version into one of another. */
const conversions: Readonly<Record<string, (object: Versioned, to: string) => unknown>> = {
  dummy: ({ value }) => value,
  // Names of fields end with the version.
  renaming: ({ value, apiVersion }, to) =>
    rekeyed(value, (key) => (key.endsWith(apiVersion) ? key.slice(0, -apiVersion.length) + to : key)),
  reliantFields: ({ value }, to) =>
    rekeyed(value, (key) =>
      to === 'v1'
        ? key.replace('required_field_bar', 'field_foo_rely_on_bar')
        : key.replace('field_foo_rely_on_bar', 'required_field_bar'),
    ),
  // Names of fields below the first level are a letter, as often as the version's number says.
  repeating: ({ value }, to) =>
    Object.fromEntries(
      Object.entries((value ?? {}) as Record<string, unknown>).map(([key, inner]) => [
        key,
        rekeyed(inner, (name) => name[0]!.repeat(Number(to.slice(1)))),
      ]),
    ),
};

const missing: Readonly<Record<string, (version: string) => boolean>> = {
  repeating: (version) => !/^v\d+$/.test(version),
};

function rekeyed(value: unknown, rename: (key: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => rekeyed(item, rename));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [rename(key), rekeyed(inner, rename)]));
}

const text = readFileSync(join(__dirname, 'structured-merge.cases.txt'), 'utf8');
const definitions = new Map<string, Definition>();
const cases: { readonly name: string; readonly lines: string[] }[] = [];
for (const line of text.split('\n')) {
  if (line.startsWith('define '))
    definitions.set(line.split(' ', 2)[1]!, JSON.parse(line.split(' ').slice(2).join(' ')));
  else if (line.startsWith('case ')) cases.push({ name: line.slice(5), lines: [] });
  else if (line !== '' && !line.startsWith('#')) cases.at(-1)!.lines.push(line);
}

/** What a case's steps come to, in the words of the file. */
function played(lines: readonly string[]): readonly string[] {
  const [, first = '', conversion = ''] = lines[0]!.split(' ');
  let definition = definitions.get(first)!;
  const versions: Versions = {
    schemaOf: (version) => (missing[conversion]?.(version) ? undefined : schemaOf(definition, version)),
    convert: (object, version) => deepFreeze(conversions[conversion]!(object, version)),
  };
  let live: Versioned | undefined;
  let owners: Owners = new Map();
  let [shownLive, shownOwners] = ['null', '{}'];
  const said: string[] = [lines[0]!];
  for (const line of lines.slice(1)) {
    const [word = '', who = '', version = ''] = line.split(' ');
    if (word === 'schema') {
      definition = definitions.get(who)!;
      said.push(line);
      continue;
    }
    if (word !== 'apply' && word !== 'force' && word !== 'update') continue;
    said.push(line);
    const value = deepFreeze(JSON.parse(line.split(' ').slice(3).join(' ')) as unknown);
    const rules = { versions };
    const now = { apiVersion: version, value };
    const before =
      live === undefined
        ? { apiVersion: version, value: undefined }
        : { apiVersion: version, value: live.apiVersion === version ? live.value : versions.convert(live, version) };
    if (word === 'update') {
      owners = ownersAfterUpdate(rules, new Differences(rules, before, now), now.apiVersion, owners, who);
      live = now;
    } else {
      const fault = faultInWishes(schemaOf(definition, version)!, value);
      if (fault !== undefined) {
        said.push(`!! ${fault}`);
        continue;
      }
      const outcome = applied(rules, before, now, owners, who, word === 'force');
      live = before;
      if ('conflicts' in outcome) {
        said.push(...outcome.conflicts.map(({ owner, path }) => `! ${owner} ${formatMember(path)}`).sort());
      } else {
        live = { apiVersion: version, value: outcome.value };
        owners = outcome.owners;
      }
    }
    const liveNow = sorted(live.value ?? null);
    if (liveNow !== shownLive) said.push(`= ${liveNow}`);
    shownLive = liveNow;
    const ownersNow = [...owners]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(
        ([name, owned]) =>
          `@ ${name} ${owned.apiVersion} ${owned.applied ? 'applied' : 'updated'} ${sorted(owned.fields.fieldsV1)}`,
      );
    if (ownersNow.join('\n') !== shownOwners) said.push(...ownersNow);
    shownOwners = ownersNow.join('\n');
  }
  return said;
}

/** JSON with its keys in order. */
function sorted(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

describe('structured merges, as upstream does them', () => {
  it.each(cases.map(({ name, lines }) => [name, lines] as const))('%s', (_name, lines) => {
    const wanted = lines.map((line) => {
      const parts = /^(= |@ \S+ \S+ \S+ )(.*)$/.exec(line);
      return parts === null ? line : `${parts[1]}${sorted(JSON.parse(parts[2]!))}`;
    });
    expect(played(lines)).toEqual(wanted);
  });
});
