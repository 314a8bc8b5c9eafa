/**
 * Documents of OpenAPI v2 of other servers, as part of the one of this server: of each the paths of its group version, and
 * the types that these speak of. A type that there is already under the same name is shared where it is the same, and has
 * another name where it is not. Pure.
 */
import { deepEqual } from '@pintle/machinery';
import type { RemoteOpenApi, Swagger } from './remote-documents.js';

const prefix = '#/definitions/';

/** What of a server's document is about its group version. */
export function ownPart({ group, version, v2 }: RemoteOpenApi): Swagger | undefined {
  if (v2 === undefined) return undefined;
  const root = `/apis/${group}/${version}/`;
  const paths = Object.fromEntries(Object.entries(v2.paths).filter(([path]) => path.startsWith(root)));
  const needed = new Set<string>();
  const visit = (value: unknown): void => {
    for (const name of referencesIn(value)) {
      if (needed.has(name) || v2.definitions[name] === undefined) continue;
      needed.add(name);
      visit(v2.definitions[name]);
    }
  };
  visit(paths);
  return { paths, definitions: Object.fromEntries([...needed].map((name) => [name, v2.definitions[name]!])) };
}

export function mergeSwagger<S extends Swagger>(own: S, remote: readonly RemoteOpenApi[]): S {
  return remote.reduce((merged, each) => {
    const part = ownPart(each);
    return part === undefined || Object.keys(part.paths).length === 0 ? merged : joined(merged, part);
  }, own);
}

function joined<S extends Swagger>(own: S, part: Swagger): S {
  const names = new Map<string, string>();
  for (const [name, definition] of Object.entries(part.definitions)) {
    const there = own.definitions[name];
    names.set(name, there === undefined || deepEqual(there, definition) ? name : freeName(name, own, part));
  }
  const definitions = Object.entries(part.definitions).map(([name, definition]) => [
    names.get(name)!,
    renamed(definition, names),
  ]);
  return {
    ...own,
    paths: { ...own.paths, ...(renamed(part.paths, names) as Swagger['paths']) },
    definitions: { ...own.definitions, ...Object.fromEntries(definitions) },
  };
}

function freeName(name: string, own: Swagger, part: Swagger): string {
  for (let count = 2; ; count++) {
    const free = `${name}_v${count}`;
    if (own.definitions[free] === undefined && part.definitions[free] === undefined) return free;
  }
}

function* referencesIn(value: unknown): Iterable<string> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, child] of Object.entries(value))
    if (key === '$ref' && typeof child === 'string' && child.startsWith(prefix)) yield child.slice(prefix.length);
    else yield* referencesIn(child);
}

function renamed(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((item) => renamed(item, names));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) =>
      key === '$ref' && typeof child === 'string' && child.startsWith(prefix)
        ? [key, `${prefix}${names.get(child.slice(prefix.length)) ?? child.slice(prefix.length)}`]
        : [key, renamed(child, names)],
    ),
  );
}
