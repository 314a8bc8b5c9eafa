/**
 * Which fields Go holds as structs and not as pointers to them: upstream's OpenAPI says so by a default of `{}`. Where the
 * reference folder is present: `../shared/kubernetes` or `PINTLE_REFERENCE`.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve as resolvePath } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { resolve, type SchemaNode } from '@pintle/machinery';
import { builtinResources } from './index.js';

const folder = join(process.env['PINTLE_REFERENCE'] ?? resolvePath('../shared/kubernetes'), 'openapi', 'v3');
const present = existsSync(folder);
if (!present) process.stdout.write('skipped: the reference folder with the OpenAPI documents is not there\n');

type Schemas = Record<string, { readonly properties?: Record<string, { readonly default?: unknown }> }>;

function upstreamStructs(): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const file of readdirSync(folder)) {
    const { components } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as {
      components?: { schemas?: Schemas };
    };
    for (const [name, { properties = {} }] of Object.entries(components?.schemas ?? {}))
      found.set(
        name,
        Object.keys(properties)
          .filter((key) => JSON.stringify(properties[key]!.default) === '{}')
          .sort(),
      );
  }
  return found;
}

function ourStructs(): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  const visit = (place: SchemaNode | undefined) => {
    if (place === undefined) return;
    const node = resolve(place);
    const { properties = {}, name } = node;
    if (name !== undefined) {
      if (found.has(name)) return;
      const isStruct = (key: string) => properties[key]!.alwaysThere === true;
      found.set(name, Object.keys(properties).filter(isStruct).sort());
    }
    for (const child of Object.values(properties)) visit(child);
    visit(node.items);
    visit(node.values);
  };
  for (const { kind, versions = [] } of builtinResources()) {
    visit(kind.schema.node);
    for (const version of versions) visit(version.kind.schema.node);
  }
  return found;
}

(present ? describe : describe.skip)('fields that are always there', () => {
  it('are those that upstream holds as structs', () => {
    const theirs = upstreamStructs();
    const differing = [...ourStructs()].flatMap(([name, fields]) => {
      const wanted = theirs.get(name)?.filter((key) => key !== 'metadata');
      const ours = fields.filter((key) => key !== 'metadata');
      return wanted === undefined || JSON.stringify(wanted) === JSON.stringify(ours) ? [] : [{ name, wanted, ours }];
    });
    expect(differing).toEqual([]);
  });
});
