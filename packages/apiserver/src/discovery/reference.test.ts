/** What discovery tells of the built-in kinds, held against what kube-apiserver 1.33 tells, where that is at hand. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { builtinResources } from '@pintle/api';
import { ResourceRegistry } from '../registry/resource-registry.js';
import { aggregatedDiscovery, resourceList } from './discovery.js';

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
    const ours = entriesOf(aggregatedDiscovery(registry, { current: [], stale: [] }, 'groups', 'v2') as Discovery);
    const shared = [...ours].filter(([name]) => theirs.has(name));
    expect(shared.length).toBeGreaterThan(50);
    expect(Object.fromEntries(shared)).toEqual(Object.fromEntries(shared.map(([name]) => [name, theirs.get(name)])));
  });
});
