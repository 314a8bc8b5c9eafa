/**
 * The named types of upstream's OpenAPI documents, and our own, for tests that hold the ones against the others. Upstream's
 * are there where the reference folder is: `../shared/kubernetes` or `PINTLE_REFERENCE`.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve as resolvePath } from 'node:path';
import { resolve, type SchemaNode } from '@pintle/machinery';
import { builtinResources } from './index.js';

const folder = join(process.env['PINTLE_REFERENCE'] ?? resolvePath('../shared/kubernetes'), 'openapi', 'v3');

export interface UpstreamSchema {
  readonly properties?: Readonly<Record<string, { readonly default?: unknown }>>;
  readonly required?: readonly string[];
}

/** Says so where the documents are not there. */
export function upstreamIsPresent(): boolean {
  const present = existsSync(folder);
  if (!present) process.stdout.write('skipped: the reference folder with the OpenAPI documents is not there\n');
  return present;
}

/** What `of` makes of each type, by the type's name. */
export function ofUpstreamTypes<T>(of: (schema: UpstreamSchema, name: string) => T): ReadonlyMap<string, T> {
  const found = new Map<string, T>();
  for (const file of readdirSync(folder)) {
    const { components } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as {
      components?: { schemas?: Readonly<Record<string, UpstreamSchema>> };
    };
    for (const [name, schema] of Object.entries(components?.schemas ?? {})) found.set(name, of(schema, name));
  }
  return found;
}

/** The same of our types, in every version of every kind. */
export function ofOurTypes<T>(of: (properties: Readonly<Record<string, SchemaNode>>) => T): ReadonlyMap<string, T> {
  const found = new Map<string, T>();
  const visit = (place: SchemaNode | undefined) => {
    if (place === undefined) return;
    const { properties = {}, items, values, name } = resolve(place);
    if (name !== undefined) {
      if (found.has(name)) return;
      found.set(name, of(properties));
    }
    for (const child of Object.values(properties)) visit(child);
    visit(items);
    visit(values);
  };
  for (const { kind, versions = [] } of builtinResources()) {
    visit(kind.schema.node);
    for (const version of versions) visit(version.kind.schema.node);
  }
  return found;
}
