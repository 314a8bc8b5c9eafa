/** What discovery tells of the built-in kinds, held against what kube-apiserver 1.33 tells, where that is at hand. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { bodySchemas, builtinResources } from '@pintle/api';
import { canonicalJson } from '@pintle/machinery';
import { rankOf } from '../aggregation/group-order.js';
import { ResourceRegistry } from '../registry/resource-registry.js';
import { aggregatedDiscovery, resourceList } from './discovery.js';
import { openApiDocuments } from './openapi.js';

const folder = join(process.env['PINTLE_REFERENCE'] ?? resolve('../shared/kubernetes'), 'discovery');
const present = existsSync(folder);
if (!present) process.stdout.write('skipped: the reference folder with discovery is not there\n');

interface ApiResourceList {
  readonly kind: string;
  readonly groupVersion: string;
  readonly resources: readonly { readonly name: string; readonly storageVersionHash?: string }[];
}

const lists = (present ? readdirSync(folder) : [])
  .filter((name) => /__v[^_]*\.json$/.test(name))
  .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as ApiResourceList)
  .filter(({ kind, groupVersion }) => kind === 'APIResourceList' && !/alpha\d/.test(groupVersion));

const registry = new ResourceRegistry();
for (const definition of builtinResources()) registry.add(definition);

const byName = (list: ApiResourceList | undefined) =>
  Object.fromEntries((list?.resources ?? []).map(({ storageVersionHash: _hash, ...rest }) => [rest.name, rest]));

(present ? describe : describe.skip)('discovery', () => {
  it('has stable and beta versions to compare', () => expect(lists.length).toBeGreaterThan(25));

  it.each(lists.map((list) => [list.groupVersion, list] as const))(
    'tells of %s what Kubernetes does',
    (version, list) => {
      expect(byName(resourceList(registry, version) as ApiResourceList | undefined)).toEqual(byName(list));
    },
  );

  it('tells of all at once what Kubernetes does', () => {
    interface Entry {
      readonly resource: string;
    }
    interface Discovery {
      readonly items: readonly {
        readonly metadata: { readonly name?: string };
        readonly versions: readonly { readonly version: string; readonly resources: readonly Entry[] }[];
      }[];
    }
    const entriesOf = ({ items }: Discovery) =>
      new Map(
        items.flatMap(({ metadata, versions }) =>
          versions.flatMap(({ version, resources }) =>
            resources.map((entry) => [`${metadata.name ?? ''}/${version}/${entry.resource}`, entry] as const),
          ),
        ),
      );
    const theirs = entriesOf(JSON.parse(readFileSync(join(folder, 'aggregated_v2.json'), 'utf8')) as Discovery);
    const ours = entriesOf(
      aggregatedDiscovery({ registry, priorityOf: rankOf, current: [], stale: [] }, 'groups') as Discovery,
    );
    const shared = [...ours].filter(([name]) => theirs.has(name));
    expect(shared.length).toBeGreaterThan(50);
    expect(Object.fromEntries(shared)).toEqual(Object.fromEntries(shared.map(([name]) => [name, theirs.get(name)])));
  });
});

const openApiFolder = join(folder, '../openapi/v3');
const isPresent = existsSync(openApiFolder);
const openApi = openApiDocuments({
  ...{ registry, title: 'Kubernetes', docs: () => ({}), bodies: bodySchemas(), remote: () => [], issuerPaths: [] },
});
const versions = [...new Set(registry.all().map(({ apiVersion }) => apiVersion))]
  .map((version) => (version.includes('/') ? `apis/${version}` : `api/${version}`))
  .filter((path) => existsSync(join(openApiFolder, `${path.replaceAll('/', '__')}_openapi.json`)));

/** Without words, and without the encoding that is not served; parameters in any order. */
function bare(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(bare);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => key !== 'description' && !key.includes('cbor'));
  return Object.fromEntries(
    entries.map(([key, each]) => [key, key === 'parameters' ? each.map(bare).map(canonicalJson).sort() : bare(each)]),
  );
}

/** A namespace that is deleted is answered with what it was; and nobody watches components. */
const others = ['/api/v1/namespaces/{name}', '/api/v1/componentstatuses'];

(isPresent ? describe : describe.skip)('OpenAPI v3', () => {
  it('has stable and beta versions to compare', () => expect(versions.length).toBeGreaterThan(25));

  it.each(versions)('tells of the paths of %s what Kubernetes does', (path) => {
    const pathsOf = (text: string) => {
      const { paths } = JSON.parse(text) as { readonly paths: Readonly<Record<string, unknown>> };
      return bare(Object.fromEntries(Object.entries(paths).filter(([name]) => !others.includes(name))));
    };
    const theirs = readFileSync(join(openApiFolder, `${path.replaceAll('/', '__')}_openapi.json`), 'utf8');
    expect(pathsOf(openApi.document(path)!.text)).toEqual(pathsOf(theirs));
  });
});
